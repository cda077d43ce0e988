// Signing out is said once and holds everywhere: in every tab, over a restart, and over a network that was not there.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from './support/until.mjs';
import { profileWorld } from './support/world.mjs';

const INTERVAL = 1_000;
const OPTIONS = `interval=${INTERVAL}&base=100ms&cap=500ms`;
const VALIDATE = '/api/validate-session';
const LOGOUT = '/api/logout';
const isApi = ({ path }) => path.startsWith('/api/');
const signOut = (tab) => tab.evaluate(() => window.session.signOut());

test('signing out in one tab ends all of them, also over a restart', async (t) => {
  const { backend, forwarder, profile } = await profileWorld(t, { forwarded: true });
  await profile.signIn();
  const tabs = await profile.connectMany(5, OPTIONS);
  const [, leaving] = tabs;
  await signOut(leaving);
  await leaving.hasStatus('disconnected', 'signed-out');
  await Promise.all(tabs.filter((tab) => tab !== leaving).map((tab) => tab.hasStatus('disconnected', 'signed-out-elsewhere')));
  await until('the backend knows it', () => forwarder.of('POST', LOGOUT).some(({ status }) => status === 204));

  await backend.restart();
  const back = performance.now();
  // Everything that makes a tab ask, if it asks at all.
  for (const tab of tabs) await tab.activate();
  for (const tab of tabs) await tab.setOffline(true);
  for (const tab of tabs) await tab.setOffline(false);
  await until('three intervals have passed', () => performance.now() - back >= 3 * INTERVAL);
  assert.deepEqual(forwarder.arrived.filter(({ at, ...request }) => at >= back && isApi(request)), [], 'no tab asks any more');
  assert.equal(forwarder.of('POST', LOGOUT).length, 1);
  for (const tab of tabs) {
    assert.equal((await tab.snapshot()).status, 'disconnected');
    assert.equal((await tab.log('disconnected')).length, 1);
    assert.deepEqual(await tab.log('redirect'), [], 'who signs out has not lost anything');
  }
});

test('signing out while a reconnect is under way in another tab wins', async (t) => {
  const { backend, forwarder, profile } = await profileWorld(t, { forwarded: true });
  await profile.signIn();
  const tabs = await profile.connectMany(3, OPTIONS);
  const asked = tabs.map((tab) => tab.asked(VALIDATE).length);
  forwarder.hold(isApi);
  await until('a check is held', () => forwarder.held.length === 1);
  const asking = await until('the tab that asks is known', () => tabs.find((tab, index) => tab.asked(VALIDATE).length > asked[index]));
  const leaving = tabs.find((tab) => tab !== asking);
  await backend.restart();

  const done = signOut(leaving);
  await Promise.all(tabs.map((tab) => tab.hasStatus('disconnected')));
  await until('the logout waits behind the check', () => forwarder.held.length === 2);
  const sent = forwarder.seen.length;
  // The check re-establishes the session that the person has just left.
  forwarder.release();
  await done;
  await until('both are answered', () => ['validate-session', 'logout'].every((call) =>
    forwarder.seen.slice(sent).some(({ path }) => path.endsWith(call))));
  await until('whatever came of it is over', async () => (await leaving.call(VALIDATE)).status === 401);
  for (const tab of tabs) {
    assert.equal((await tab.snapshot()).status, 'disconnected');
    assert.deepEqual(await tab.log('reconnected'), []);
  }
});

test('a sign-out that could not be delivered outlives the page, and is delivered before anything else', async (t) => {
  const { forwarder, profile } = await profileWorld(t, { forwarded: true });
  await profile.signIn();
  const [leaving, other] = await profile.connectMany(2, OPTIONS);
  forwarder.cut(isApi);
  const since = forwarder.arrived.length;
  const asked = () => forwarder.arrived.slice(since).filter(isApi).map(({ path }) => path);
  await signOut(leaving);
  await leaving.hasStatus('disconnected', 'signed-out');
  await other.hasStatus('disconnected', 'signed-out-elsewhere');

  await leaving.reload();
  await leaving.hasStatus('disconnected', 'signed-out');
  // A tab that was not there when it was said.
  const late = await profile.open(`/e2e/tab.html?${OPTIONS}`);
  await late.hasStatus('disconnected', 'signed-out');
  const attempts = asked().length;
  await until('it is tried again', () => asked().length >= attempts + 2);
  assert.deepEqual([...new Set(asked())], [LOGOUT], 'nothing else is asked before the backend knows it');
  const kept = await leaving.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }));
  assert.doesNotMatch(kept, /sqlite|ticket|sample/, 'the mark says that, not who');

  forwarder.mend();
  await until('it is delivered', () => forwarder.of('POST', LOGOUT).some(({ status }) => status === 204));
  const [delivered] = forwarder.of('POST', LOGOUT).filter(({ status }) => status === 204);
  const before = forwarder.seen.filter(({ method, path, at }) => method === 'POST' && at > delivered.at - 1 && path !== LOGOUT);
  assert.ok(before.every(({ at }) => at >= delivered.answeredAt), 'the rest is asked afterwards');
  assert.equal((await leaving.call(VALIDATE)).status, 401, 'the browser has no session any more');
  await leaving.reload();
  await leaving.hasStatus('disconnected');
  await until('the delivered sign-out is not delivered again', async () => {
    const logouts = forwarder.of('POST', LOGOUT).length;
    const { status } = await leaving.call(VALIDATE);
    return status === 401 && forwarder.of('POST', LOGOUT).length === logouts;
  });
  await assertNewSignIn(profile, [leaving, other, late]);
});

/** Somebody signs in again: the application tells one tab, and all of them are back. */
async function assertNewSignIn(profile, tabs) {
  const { status } = await tabs[0].call('/api/connect', { connectionString: 'sqlite:sample.db', remember: true });
  assert.equal(status, 200);
  await tabs[0].evaluate(() => window.session.check());
  await Promise.all(tabs.map((tab) => tab.hasStatus('connected')));
}
