import { test } from 'node:test';
import { Example, install } from './support/example.mjs';

test('svelte: connected, and a restart survived', async (t) => {
  const consumer = await install(t, 'svelte');
  await t.test('build', async (t) => {
    await consumer.run('vite', 'build');
    await (await Example.built(t, consumer)).outlivesARestart();
  });
  await t.test('dev', async (t) => (await Example.developed(t, consumer)).outlivesARestart());
});
