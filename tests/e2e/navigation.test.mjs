// A person who clicks a link or closes the tab while the session is being re-established takes the new session along: the
// answer belongs to the browser, whichever page is there to hear it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { metric } from './support/backend.mjs';
import { until } from './support/until.mjs';
import { profileWorld } from './support/world.mjs';

const VALIDATE = '/api/validate-session';
const PAGE = '/e2e/tab.html?interval=500';

/** A tab whose reconnecting check is on its way: the forwarder keeps it. */
async function reconnecting(t) {
  const { backend, forwarder, profile } = await profileWorld(t, { forwarded: true });
  await profile.signIn();
  const tab = await profile.connect('interval=500');
  forwarder.hold(({ path }) => path === VALIDATE);
  await until('a check is held', () => forwarder.held.length === 1);
  await backend.restart();
  const before = forwarder.seen.length;
  /** What the checks since then were answered. */
  const answers = () => forwarder.seen.slice(before).filter(({ path }) => path === VALIDATE).map(({ json }) => json);
  return { backend, forwarder, profile, tab, answers };
}

async function assertConnected({ backend, tab }) {
  await tab.hasStatus('connected');
  assert.equal((await tab.snapshot()).epoch, 2);
  const { status } = await tab.evaluate(async () => ({ status: (await window.session.fetch('/api/database')).status }));
  assert.equal(status, 200);
  assert.deepEqual(await tab.log('disconnected'), []);
  assert.deepEqual(await tab.log('redirect'), []);
  const metrics = await backend.metrics();
  assert.equal(metric(metrics, 'session_keepalive_sessions_created_total'), 1, 'one session was re-established');
}

test('left in the middle of a reconnect: its answer reaches the browser, and the next page goes on with it', async (t) => {
  const { backend, forwarder, tab, answers } = await reconnecting(t);
  await tab.go('/e2e/elsewhere.html');
  forwarder.release();
  await until('the check of the page that is gone is answered', () => answers().length === 1);
  assert.equal(answers()[0].reconnected, true);

  await tab.go(PAGE);
  await assertConnected({ backend, tab });
  assert.equal(answers()[1].reconnected, false, 'the new session arrived with the first answer');
});

test('closed in the middle of a reconnect: the browser finishes it, and a new tab goes on with it', async (t) => {
  const { backend, forwarder, profile, tab, answers } = await reconnecting(t);
  // Unlike a page that is left, which the browser may keep with its request, nothing is left of this one.
  await tab.close();
  const next = await profile.open('/e2e/elsewhere.html');
  forwarder.release();
  await until('the check of the tab that is gone is answered', () => answers().length === 1);

  await next.go(PAGE);
  await assertConnected({ backend, tab: next });
  assert.equal(answers()[1].reconnected, false, 'the new session arrived with the first answer');
});

test('left in the middle of a reconnect for a page that checks at once: both checks lead to one session', async (t) => {
  const { backend, forwarder, tab, answers } = await reconnecting(t);
  await tab.go(PAGE);
  await until('the next page has asked as well', () => forwarder.held.length >= 2);
  forwarder.release();
  await until('both are answered', () => answers().length >= 2);
  assert.ok(answers().slice(0, 2).every(({ valid }) => valid));
  await assertConnected({ backend, tab });
});

test('reloaded in the middle of a reconnect, again and again: the session is the same in the end', async (t) => {
  const { backend, forwarder, tab, answers } = await reconnecting(t);
  for (const round of [1, 2, 3]) {
    await tab.reload();
    await until('the new page has asked', () => forwarder.held.length > round);
  }
  forwarder.release();
  await until('all are answered', () => answers().length >= 4);
  await assertConnected({ backend, tab });
});

test('left in the middle of a check: what the browser takes from the page on its way out is no failure', async (t) => {
  const { forwarder, profile } = await profileWorld(t, { forwarded: true });
  await profile.signIn();
  // A failure would be followed by the next try at once.
  const tab = await profile.connect('interval=500&base=1ms&cap=1ms');
  forwarder.hold(({ path }) => path === VALIDATE);
  await until('a check is held', () => forwarder.held.length === 1);
  // There is no way back to a page that was replaced, so the browser does not keep it with its request.
  await tab.evaluate(() => { location.replace('/e2e/elsewhere.html'); });
  await tab.isAt('/e2e/elsewhere.html');
  assert.equal(forwarder.held.length, 1, 'no second request was sent beside the first');
});
