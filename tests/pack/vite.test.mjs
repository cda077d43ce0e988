import { project } from './support/project.mjs';
import { build, dev } from './support/vite.mjs';

project('vite', {
  'dev': dev('app', 'adapter'),
  'build': build('app', 'adapter'),
  'dev, slim': dev('app', 'slim'),
  'build, slim': build('app', 'slim'),
});
