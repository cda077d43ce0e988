import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freePort } from '../e2e/support/ports.mjs';
import { until } from '../e2e/support/until.mjs';
import { Site } from '../pack/support/site.mjs';
import { Example, install } from './support/example.mjs';

test('next: rendered by a server, connected, and a restart survived', async (t) => {
  const consumer = await install(t, 'next');
  await consumer.run('next', 'build');
  const port = await freePort();
  const server = consumer.serve(t, 'next', 'start', '--hostname', '127.0.0.1', '--port', String(port));
  const rendered = await until(`Next answers\n${server.output}`, async () => {
    const answer = await fetch(`http://127.0.0.1:${port}/`).catch(() => null);
    return answer?.ok && answer.text();
  });
  assert.match(rendered, /inactive, epoch 0/);
  const site = await Site.create(t);
  site.forward(port);
  await (await Example.create(t, site)).outlivesARestart();
});
