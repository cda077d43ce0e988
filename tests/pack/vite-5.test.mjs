import { project } from './support/project.mjs';
import { build, dev } from './support/vite.mjs';

project('vite-5', {
  'dev': dev('app'),
  'build': build('app'),
  'dev, slim by URL': dev('app', 'slim', 'slim-vite'),
  'build, slim by URL': build('app', 'slim', 'slim-vite'),
});
