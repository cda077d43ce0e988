// How a Vite project is built and served, without any configuration.
import { freePort } from '../../e2e/support/ports.mjs';
import { until } from '../../e2e/support/until.mjs';
import { assertWorks } from './works.mjs';

/** @param {...string} application fixtures */
export const dev = (...application) => async (t, { consumer, site }) => {
  consumer.clear('node_modules/.vite');
  consumer.lay(...application);
  const port = await freePort();
  const server = consumer.serve(t, 'vite', '--host', '127.0.0.1', '--port', String(port), '--strictPort');
  await until(`Vite answers\n${server.output}`, async () => (await fetch(`http://127.0.0.1:${port}/`).catch(() => null))?.ok);
  site.forward(port);
  await assertWorks(t, site, { separate: application.includes('slim') });
};

/** @param {...string} application fixtures */
export const build = (...application) => async (t, { consumer, site }) => {
  consumer.lay(...application);
  await consumer.run('vite', 'build');
  site.files(consumer.path('dist'));
  await assertWorks(t, site, { separate: application.includes('slim') });
};
