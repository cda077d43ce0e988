import { project } from './support/project.mjs';
import { assertWorks } from './support/works.mjs';

/** @param {string[]} application fixtures @param {...string} args */
const bundle = (application, ...args) => async (t, { consumer, site }) => {
  consumer.lay(...application);
  consumer.clear('dist');
  await consumer.run('esbuild', 'main.js', '--bundle', '--outdir=dist', ...args);
  site.files(consumer.folder);
  await assertWorks(t, site);
};

project('esbuild', {
  'one script': bundle(['app', 'page-classic']),
  'a module in several files': bundle(['app', 'adapter', 'page-module'], '--format=esm', '--splitting'),
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
