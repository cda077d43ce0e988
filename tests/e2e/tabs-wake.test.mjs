// Many tabs find out at once that the backend has forgotten them: one of them reconnects for all.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { metric } from './support/backend.mjs';
import { freeze } from './support/profile.mjs';
import { until } from './support/until.mjs';
import { profileWorld } from './support/world.mjs';

const TABS = 20;
const API = ['/api/validate-session', '/api/reconnect'];
/** The engine's own: after an answer, nothing is caught up with for this long. */
const CATCH_UP_EVERY = 5_000;

/** All tabs wait for a check that is an hour away, and the last answer is old enough to be asked anew. */
async function settledTabs(profile, count) {
  const tabs = await profile.connectMany(count, 'interval=1h');
  const age = (tab) => tab.evaluate(() => window.page.at() - window.page.log.findLast(({ name }) => name === 'checked').at);
  await until('every answer is old enough', async () => Math.min(...await Promise.all(tabs.map(age))) > CATCH_UP_EVERY);
  return tabs;
}

async function assertOneReconnect(tabs, { backend, forwarder }, since) {
  await Promise.all(tabs.map((tab) => until('epoch 2', async () => (await tab.snapshot()).epoch === 2)));
  const sent = forwarder.arrived.slice(since).filter(({ path }) => API.includes(path)).map(({ path }) => path);
  assert.ok(sent.length <= 2 && new Set(sent).size === sent.length, `one check, one reconnect at most: ${sent}`);
  const metrics = await backend.metrics();
  assert.equal(metric(metrics, 'session_keepalive_reconnects_total'), 1);
  assert.equal(metric(metrics, 'session_keepalive_sessions_created_total'), 1);
  for (const tab of tabs) {
    assert.equal((await tab.snapshot()).status, 'connected');
    const [reconnected, ...more] = await tab.log('reconnected');
    assert.equal(reconnected.epoch, 2);
    assert.deepEqual(more, []);
    assert.deepEqual(await tab.log('redirect'), []);
    assert.deepEqual(await tab.log('disconnected'), []);
  }
  const statuses = await Promise.all(tabs.map((tab) => tab.evaluate(async () => (await window.session.fetch('/api/database')).status)));
  assert.ok(statuses.every((status) => status === 200), `every tab can go on: ${statuses}`);
}

test(`${TABS} tabs whose network comes back after a restart make one reconnect`, async (t) => {
  const world = await profileWorld(t, { forwarded: true });
  const { backend, forwarder, profile } = world;
  await profile.signIn();
  const tabs = await settledTabs(profile, TABS);
  await Promise.all(tabs.map((tab) => tab.setOffline(true)));
  await Promise.all(tabs.map((tab) => tab.hasStatus('offline')));
  const since = forwarder.arrived.length;
  await backend.restart();
  await Promise.all(tabs.map((tab) => tab.setOffline(false)));
  await assertOneReconnect(tabs, world, since);
});

test('frozen tabs that are thawed together after a restart make one reconnect', async (t) => {
  const world = await profileWorld(t, { forwarded: true });
  const { backend, forwarder, profile } = world;
  await profile.signIn();
  const front = await profile.open('/e2e/tab.html?name=another&interval=1h');
  const tabs = await settledTabs(profile, 6);
  await freeze(tabs, front);
  const since = forwarder.arrived.length;
  await backend.restart();
  await Promise.all(tabs.map((tab) => tab.setLifecycle('active')));
  await assertOneReconnect(tabs, world, since);
});
