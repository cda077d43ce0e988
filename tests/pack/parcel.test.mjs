import { project } from './support/project.mjs';
import { assertWorks } from './support/works.mjs';

/** @param {...string} application fixtures */
const build = (...application) => async (t, { consumer, site }) => {
  consumer.lay(...application);
  consumer.clear('dist');
  await consumer.run('parcel', 'build', 'index.html');
  site.files(consumer.path('dist'));
  await assertWorks(t, site);
};

project('parcel', {
  build: build('app'),
  // What Parcel wants for any entry but the default one.
  'build, with package exports': build('app', 'adapter', 'parcel-exports'),
});
