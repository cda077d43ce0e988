import { project } from './support/project.mjs';
import { assertWorks } from './support/works.mjs';

/** @param {string} page fixture of the page that loads the result @param {...string} args */
const bundle = (page, ...args) => async (t, { consumer, site }) => {
  consumer.lay('app', page);
  consumer.clear('dist');
  await consumer.run('esbuild', 'main.js', '--bundle', '--outdir=dist', ...args);
  site.files(consumer.folder);
  await assertWorks(t, site);
};

project('esbuild', {
  'one script': bundle('page-classic'),
  'a module in several files': bundle('page-module', '--format=esm', '--splitting'),
  async 'slim, its file copied'(t, { consumer, site }) {
    consumer.lay('app', 'slim', 'page-module');
    consumer.clear('dist');
    await consumer.run(
      'esbuild', 'main.js', 'session_keepalive_bg=session-keepalive/wasm', '--loader:.wasm=copy', '--bundle', '--format=esm', '--outdir=dist',
    );
    site.files(consumer.folder);
    await assertWorks(t, site, { separate: true });
  },
});
