import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Consumer } from './support/consumer.mjs';

// On a server nothing is asked and nothing loaded, until somebody does.
const expected = { status: 'inactive', unasked: 0, instances: 1 };

test('Node', async (t) => {
  const consumer = await Consumer.create(t, 'node');

  await t.test('import', async () => {
    assert.deepEqual(JSON.parse(await consumer.node('--require', './report.cjs', 'import.mjs')), expected);
  });

  // Node 20.19 and 22.12 can require a module that has no top-level await; older ones say that they cannot.
  await t.test('require', async () => {
    if (process.features.require_module) assert.deepEqual(JSON.parse(await consumer.node('--require', './report.cjs', 'require.cjs')), expected);
    else await assert.rejects(consumer.node('--require', './report.cjs', 'require.cjs'), /ERR_REQUIRE_ESM/);
  });
});
