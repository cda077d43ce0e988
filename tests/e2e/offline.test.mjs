// The network goes and comes back: nothing is asked in between, and at once when it is there again.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from './support/until.mjs';
import { profileWorld } from './support/world.mjs';

const INTERVAL = 1_000;
const VALIDATE = '/api/validate-session';
const DRAFT = 'Written in a tunnel.';

test('offline: the checks pause, and one follows at once when the network is back', async (t) => {
  const { backend, profile } = await profileWorld(t);
  await profile.signIn();
  const tab = await profile.connect(`interval=${INTERVAL}`);
  await tab.startWork(DRAFT);
  const connected = tab.asked(VALIDATE).length;
  await until('checks are made', () => tab.asked(VALIDATE).length >= connected + 2);

  await tab.setOffline(true);
  await tab.hasStatus('offline');
  const asked = tab.requests.length;
  // What would be lost if it were forgotten: the session itself.
  await backend.restart();
  const ticks = () => tab.evaluate(() => window.page.ticks.count);
  const enough = (await ticks()) + (5 * INTERVAL) / 100;
  await until('five intervals have passed', async () => (await ticks()) >= enough);
  assert.deepEqual(tab.requests.slice(asked), [], 'no request was even tried');
  assert.equal((await tab.snapshot()).status, 'offline');

  await tab.setOffline(false);
  await until('the session is back', async () => (await tab.snapshot()).epoch === 2);
  const [online] = await tab.log('online');
  const first = (await tab.log('checking')).find(({ at }) => at >= online.at);
  assert.ok(first.at - online.at < INTERVAL / 4, `the check came ${first.at - online.at} ms after the network`);
  assert.equal((await tab.snapshot()).status, 'connected');
  assert.equal((await tab.log('reconnected')).length, 1);
  await tab.assertNothingLost(DRAFT);
  assert.deepEqual(await tab.log('degraded'), [], 'a network that is away is no failure of the backend');
});

test('offline: a network that comes back before its servers do is asked again until they answer', async (t) => {
  const { forwarder, profile } = await profileWorld(t, { forwarded: true });
  await profile.signIn();
  const tab = await profile.connect(`interval=${INTERVAL}&base=100ms&cap=400ms`);
  await tab.startWork(DRAFT);
  await tab.setOffline(true);
  await tab.hasStatus('offline');
  await forwarder.down();
  const asked = tab.asked(VALIDATE).length;
  await tab.setOffline(false);
  await until('three checks have failed', () => tab.asked(VALIDATE).length >= asked + 3);
  await forwarder.up();
  await tab.hasStatus('connected');
  await tab.assertNothingLost(DRAFT);
  assert.deepEqual(await tab.log('reconnected'), [], 'the session was never lost');
});
