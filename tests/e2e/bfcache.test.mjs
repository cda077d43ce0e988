// Back to a page that the browser has kept whole: it wakes up with what it knew, and asks before that is believed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HEADERS } from './support/backend.mjs';
import { until } from './support/until.mjs';
import { profileWorld } from './support/world.mjs';

const VALIDATE = '/api/validate-session';
const DRAFT = 'Back in a moment.';

/** Leaves the page by a link's way, so that there is one to come back to. */
async function leave(tab) {
  await tab.evaluate(() => { location.href = '/e2e/elsewhere.html'; });
  await tab.isAt('/e2e/elsewhere.html');
}

/** Goes back, and fails unless the page of before is there, not a new one. */
async function comeBack(tab) {
  await tab.evaluate(() => { history.back(); });
  await tab.isAt('/e2e/tab.html');
  const { mark, why } = await tab.evaluate(() => ({
    mark: window.mark,
    why: performance.getEntriesByType('navigation')[0].notRestoredReasons,
  }));
  assert.equal(mark, 'still the same document', `the page was not kept: ${JSON.stringify(why)}`);
  const shown = (await tab.log('pageshow')).at(-1);
  assert.equal(shown.persisted, true);
  return shown.at;
}

test('back/forward cache: a page with a running session is kept, and checks at once when it is restored', async (t) => {
  const { backend, profile } = await profileWorld(t);
  await profile.signIn();
  // No check of the schedule falls into this test.
  const tab = await profile.connect('interval=1h');
  await tab.startWork(DRAFT);

  for (const round of [1, 2]) {
    await leave(tab);
    const asked = tab.asked(VALIDATE).length;
    await backend.restart();
    const shownAt = await comeBack(tab);
    await until(`epoch ${round + 1}`, async () => (await tab.snapshot()).epoch === round + 1);
    const first = (await tab.log('checking')).find(({ at }) => at >= shownAt);
    assert.ok(first.at - shownAt < 100, `the check came ${first.at - shownAt} ms after the page`);
    assert.equal(tab.asked(VALIDATE).length, asked + 1, 'one check was enough');
    assert.equal((await tab.log('pagehide')).at(-1).persisted, true);
  }
  await tab.assertNothingLost(DRAFT);
});

for (const [when, early] of [['while the page is away', true], ['after the page is back', false]]) {
  test(`back/forward cache: a page left in the middle of a reconnect is kept, its answer coming ${when}`, async (t) => {
    const { backend, forwarder, profile } = await profileWorld(t, { forwarded: true });
    await profile.signIn();
    const tab = await profile.connect('interval=500');
    await tab.startWork(DRAFT);
    forwarder.hold(({ path }) => path === VALIDATE);
    await until('a check is held', () => forwarder.held.length === 1);
    await backend.restart();

    await leave(tab);
    const sent = forwarder.seen.length;
    if (early) {
      forwarder.release();
      await until('it is answered', () => forwarder.seen.slice(sent).some(({ json }) => json?.reconnected));
    }
    await comeBack(tab);
    forwarder.release();
    await until('epoch 2', async () => (await tab.snapshot()).epoch === 2);
    assert.equal((await tab.snapshot()).status, 'connected');
    await tab.assertNothingLost(DRAFT);
  });
}

test('back/forward cache: after a sign-out elsewhere, the restored page is disconnected before it can be used', async (t) => {
  const { backend, forwarder, profile } = await profileWorld(t, { forwarded: true });
  await profile.signIn();
  const tab = await profile.connect('interval=1h');
  await tab.startWork(DRAFT);
  // The first thing that a person or a script can do in the restored page.
  await tab.evaluate(() => {
    addEventListener('pageshow', () => {
      window.used = window.session.fetch('/api/database').then(async (response) => ({ status: response.status, body: await response.json() }));
    });
  });
  await leave(tab);
  await signOutEverywhere(backend);
  const sent = forwarder.seen.length;

  await comeBack(tab);
  await tab.hasStatus('disconnected', 'session-revoked');
  const { status, body } = await tab.evaluate(() => window.used);
  assert.equal(status, 401, 'what it showed cannot be read any more');
  assert.equal(body.code, 'SESSION_REVOKED');
  assert.deepEqual(forwarder.seen.slice(sent).filter(({ json }) => json?.valid), [], 'nothing has re-established it');
  assert.equal((await tab.log('redirect')).length, 1, 'the login page is the honest answer');
});

/** What the person does on another device. */
async function signOutEverywhere(backend) {
  const post = (path, body, headers) =>
    fetch(backend.own + path, { method: 'POST', headers: { ...HEADERS, ...headers }, body: JSON.stringify(body) });
  const connected = await post('/api/connect', { connectionString: 'sqlite:sample.db' });
  assert.equal(connected.status, 200);
  const cookie = connected.headers.getSetCookie().map((line) => line.split(';')[0]).join('; ');
  assert.equal((await post('/api/logout', { everywhere: true }, { cookie })).status, 204);
}
