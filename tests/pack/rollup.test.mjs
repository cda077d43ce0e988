import { project } from './support/project.mjs';
import { assertWorks } from './support/works.mjs';

project('rollup', {
  async build(t, { consumer, site }) {
    consumer.lay('app', 'adapter', 'page-module');
    await consumer.run('rollup', 'main.js', '--dir', 'dist', '--plugin', 'node-resolve');
    site.files(consumer.folder);
    await assertWorks(t, site);
  },
});
