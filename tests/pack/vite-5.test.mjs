import { project } from './support/project.mjs';
import { build, dev } from './support/vite.mjs';

project('vite-5', {
  'dev': dev('app', 'adapter'),
  'build': build('app', 'adapter'),
  'dev, slim by URL': dev('app', 'slim', 'slim-vite'),
  'build, slim by URL': build('app', 'slim', 'slim-vite'),
});
