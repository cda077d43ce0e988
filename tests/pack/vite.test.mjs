import { project } from './support/project.mjs';
import { build, dev } from './support/vite.mjs';

project('vite', {
  'dev': dev('app'),
  'build': build('app'),
  'dev, slim': dev('app', 'slim'),
  'build, slim': build('app', 'slim'),
});
