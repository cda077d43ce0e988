import { project } from './support/project.mjs';
import { assertWorks } from './support/works.mjs';

/** @param {...string} application fixtures */
const build = (mode, ...application) => async (t, { consumer, site }) => {
  consumer.lay(...application, 'page-classic');
  consumer.clear('dist');
  await consumer.run('webpack-cli', './main.js', '--mode', mode);
  site.files(consumer.folder);
  await assertWorks(t, site, { separate: application.includes('slim') });
};

project('webpack', {
  production: build('production', 'app', 'adapter'),
  development: build('development', 'app'),
  'production, slim': build('production', 'app', 'slim'),
});
