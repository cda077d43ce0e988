// Sessions that come and go, as pages of a single-page application do: nothing of them is left.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from './support/until.mjs';
import { profileWorld } from './support/world.mjs';

/** Until everything that is made once and kept (caches, compiled code) is there. */
const WARM_UP = 200;
const CYCLES = 1_000;
/** Bytes. What the browser's own caches come and go by; a session that is held by anything weighs over 2 kB a cycle. */
const NOISE = 200_000;

test(`${CYCLES} sessions that were created and disposed leave nothing behind`, async (t) => {
  const { profile } = await profileWorld(t);
  await profile.signIn();
  const tab = await profile.open('/e2e/cycles.html');
  await tab.send('HeapProfiler.enable');
  await tab.send('Performance.enable');
  await until('the page is ready', () => tab.evaluate(() => window.cycle !== undefined));
  const measure = async () => {
    await tab.send('HeapProfiler.collectGarbage');
    const { usedSize } = await tab.send('Runtime.getHeapUsage');
    const { metrics } = await tab.send('Performance.getMetrics');
    const { JSEventListeners } = Object.fromEntries(metrics.map(({ name, value }) => [name, value]));
    return { ...(await tab.evaluate(() => window.counted())), heapBytes: usedSize, nativeListeners: JSEventListeners };
  };
  const alive = await tab.evaluate(async () => {
    const session = await window.connected();
    const counted = await window.counted();
    session.dispose();
    return counted;
  });
  assert.ok(alive.listeners > 0 && alive.timers > 0 && alive.wasmBytes > 0, 'what a session takes is counted');
  const run = (count) => tab.evaluate((count) => window.cycle(count), count);
  await run(WARM_UP);
  const warm = await measure();
  await run(CYCLES);
  const after = await measure();
  assert.ok(tab.asked('/api/validate-session').length > CYCLES / 2, 'the sessions have lived');
  for (const { listeners, nativeListeners, timers, channels, locks } of [warm, after]) {
    assert.deepEqual({ listeners, nativeListeners, timers, channels, locks }, {
      listeners: 0, nativeListeners: 0, timers: 0, channels: 0, locks: 0,
    });
  }
  assert.equal(after.wasmBytes, warm.wasmBytes, 'the memory of the Wasm has not grown');
  const grown = after.heapBytes - warm.heapBytes;
  assert.ok(grown < NOISE, `the heap has grown by ${grown} bytes in ${CYCLES} cycles`);
  t.diagnostic(`heap ${grown} bytes larger after ${CYCLES} cycles, Wasm memory ${after.wasmBytes} bytes as before`);
});
