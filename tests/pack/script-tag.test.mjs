import { project } from './support/project.mjs';
import { assertWorks } from './support/works.mjs';

project('script-tag', {
  async 'no bundler'(t, { consumer, site }) {
    site.files(consumer.folder);
    await assertWorks(t, site);
  },
});
