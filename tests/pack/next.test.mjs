import assert from 'node:assert/strict';
import { freePort } from '../e2e/support/ports.mjs';
import { until } from '../e2e/support/until.mjs';
import { project } from './support/project.mjs';
import { assertWorks } from './support/works.mjs';

/** @param {'--turbopack' | '--webpack'} bundler */
const build = (bundler) => async (t, { consumer, site }) => {
  consumer.clear('.next');
  await consumer.run('next', 'build', bundler);
  const port = await freePort();
  const server = consumer.serve(t, 'next', 'start', '--hostname', '127.0.0.1', '--port', String(port));
  const rendered = await until(`Next answers\n${server.output}`, async () => {
    const answer = await fetch(`http://127.0.0.1:${port}/`).catch(() => null);
    return answer?.ok && answer.text();
  });
  assert.match(rendered, /<output>inactive<\/output>/, 'what the server rendered');
  site.forward(port);
  const page = await assertWorks(t, site);
  assert.equal(await page.locator('output').textContent(), 'connected');
};

project('next', {
  'Turbopack, server-rendered': build('--turbopack'),
  'webpack, server-rendered': build('--webpack'),
});
