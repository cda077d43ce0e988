import { project } from './support/project.mjs';
import { assertWorks } from './support/works.mjs';

project('parcel', {
  async build(t, { consumer, site }) {
    consumer.lay('app');
    await consumer.run('parcel', 'build', 'index.html');
    site.files(consumer.path('dist'));
    await assertWorks(t, site);
  },
});
