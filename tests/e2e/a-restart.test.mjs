// (a) The promise itself: the backend is killed and comes back, and the person notices nothing.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from './support/until.mjs';
import { world } from './support/world.mjs';

const INTERVAL = 1_000;
const DRAFT = 'The third paragraph, which took an hour.';

test('(a) a tab outlives a killed backend: reconnected within two intervals, nothing lost', async (t) => {
  const { backend, person } = await world(t);
  const alice = await person();
  await alice.connect(`/?interval=${INTERVAL}`);
  await alice.startWork(DRAFT);
  const before = await alice.snapshot();
  assert.equal(before.status, 'connected');
  assert.equal(before.epoch, 1);
  const { tables } = await alice.readTables();
  assert.ok(tables.length > 0, 'the sample database has tables');

  await backend.kill();
  await assert.rejects(fetch(`${backend.own}/healthz`), 'the backend is gone');
  await backend.start();
  const back = performance.now();

  const [reconnected] = await until('the session is reconnected', () => {
    const events = alice.named('reconnected');
    return events.length > 0 && events;
  });
  assert.ok(reconnected.at - back <= 2 * INTERVAL, `it took ${Math.round(reconnected.at - back)} ms`);
  assert.equal(reconnected.epoch, 2);
  assert.ok(reconnected.downtimeMs >= 0);

  const after = await alice.snapshot();
  assert.equal(after.status, 'connected');
  assert.equal(after.epoch, 2);
  assert.deepEqual(await alice.readTables(), { status: 200, tables });
  await alice.assertNothingLost(DRAFT);
  assert.equal(alice.named('reconnected').length, 1);
  assert.deepEqual(alice.named('disconnected'), []);
});

test('(a) a second restart is outlived like the first', async (t) => {
  const { backend, person } = await world(t);
  const alice = await person();
  await alice.connect('/?interval=500');
  await alice.startWork(DRAFT);
  for (const epoch of [2, 3]) {
    await backend.restart();
    await until(`epoch ${epoch}`, () => alice.named('reconnected').some((event) => event.epoch === epoch));
  }
  assert.equal((await alice.readTables()).status, 200);
  await alice.assertNothingLost(DRAFT);
});
