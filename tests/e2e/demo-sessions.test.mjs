// The demo's list of sessions, and the warning before one ends.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from './support/until.mjs';
import { world } from './support/world.mjs';

const VALIDATE = '/api/validate-session';
const button = (person, name) => person.page.getByRole('button', { name, exact: true });
const text = (person, selector) => person.page.locator(selector).textContent();
const isShown = (person, selector) => person.page.locator(selector).isVisible();
const focused = (person) => person.page.evaluate(() => document.activeElement.id || document.activeElement.textContent);
const rows = (person) => person.page.locator('#session-rows li').allInnerTexts();
const hasRows = (person, count) => until(`${count} sessions are listed`, async () => (await rows(person)).length === count);
const result = (person, wanted) => until(`the list says ${wanted}`, async () => wanted.test(await text(person, '#sessions-result')));
// A limit is told in whole seconds, so the backend may say at zero that it is not reached quite yet; then it is asked 5 s later.
const endedBy = (person, reason) =>
  until(`it ended by ${reason}`, () => person.named('disconnected').some((event) => event.reason === reason), { within: 20_000 });
const atLogin = (person) => until('the login page is open', () => new URL(person.page.url()).pathname === '/connect');

/** Two devices of one person; the second one asks often, so that it soon hears of its end. */
async function devices(t) {
  const { backend, person } = await world(t);
  const [laptop, phone] = [await person(), await person()];
  await phone.connect('/?interval=300');
  await laptop.connect('/?interval=300');
  await hasRows(laptop, 2);
  return { backend, laptop, phone };
}

test('the list: this device first and marked, the browser in words, times that a machine can read', async (t) => {
  const { laptop, phone } = await devices(t);
  const [first, second] = await rows(laptop);
  assert.match(first, /^Chromium \d+ on Linux this device\nSigned in just now, last used just now\nSign out here$/);
  assert.match(second, /^Chromium \d+ on Linux\nSigned in just now, last used just now\nRevoke$/);
  const times = await laptop.page.locator('#session-rows time').evaluateAll((found) => found.map(({ dateTime }) => dateTime));
  assert.equal(times.length, 4);
  for (const time of times) assert.ok(Math.abs(Date.now() - Date.parse(time)) < 60_000, time);

  // The phone's page is older than the laptop's sign-in: it lists it when told to.
  assert.equal((await rows(phone)).length, 1);
  await button(phone, 'Refresh').click();
  await hasRows(phone, 2);
  assert.match((await rows(phone))[0], /this device/);
  assert.deepEqual([...laptop.console, ...phone.console], []);
});

test('another device is revoked: it is at the login page, its row is gone, and the focus stays in the list', async (t) => {
  const { laptop, phone } = await devices(t);
  await laptop.page.getByRole('button', { name: /^Revoke Chromium/ }).press('Enter');
  await hasRows(laptop, 1);
  await result(laptop, /^Chromium \d+ on Linux is signed out\.$/);
  assert.equal(await focused(laptop), 'Sign out here');
  await endedBy(phone, 'session-revoked');
  await atLogin(phone);
  assert.equal((await laptop.snapshot()).status, 'connected');
});

test('a device that has left by itself can be revoked without a complaint', async (t) => {
  const { laptop, phone } = await devices(t);
  await button(phone, 'Sign out').click();
  await atLogin(phone);
  await laptop.page.getByRole('button', { name: /^Revoke Chromium/ }).click();
  await hasRows(laptop, 1);
  await result(laptop, /was signed out already/);
});

test('all others are signed out, and this one goes on', async (t) => {
  const { laptop, phone } = await devices(t);
  await button(laptop, 'Sign out all others').click();
  await hasRows(laptop, 1);
  await result(laptop, /signed out everywhere else/);
  await endedBy(phone, 'session-revoked');
  await atLogin(phone);
  assert.equal((await laptop.snapshot()).status, 'connected');
  assert.deepEqual(laptop.named('disconnected'), []);
});

test('what ends this very session is asked about first', async (t) => {
  const { laptop, phone } = await devices(t);
  for (const name of ['Sign out here', 'Sign out everywhere']) {
    for (const no of [() => laptop.page.keyboard.press('Escape'), () => button(laptop, 'Cancel').click()]) {
      await button(laptop, name).press('Enter');
      assert.ok(await isShown(laptop, '#confirm'));
      assert.equal(await focused(laptop), 'Cancel', 'what does no harm has the focus');
      await no();
      await until('the question is gone', async () => !(await isShown(laptop, '#confirm')));
      assert.equal(await focused(laptop), name === 'Sign out here' ? name : 'sign-out-everywhere');
    }
  }
  await until('nothing has happened', async () => (await laptop.snapshot()).status === 'connected');
  assert.equal(laptop.asked('POST', '/api/logout').length, 0);

  await button(laptop, 'Sign out here').click();
  await button(laptop, 'Yes, sign out here').click();
  await endedBy(laptop, 'signed-out');
  await atLogin(laptop);
  assert.equal((await phone.snapshot()).status, 'connected', 'the other device is left alone');

  await button(phone, 'Sign out everywhere').click();
  await button(phone, 'Yes, end all sessions').click();
  await endedBy(phone, 'signed-out');
  await atLogin(phone);
});

test('signing out everywhere ends the other device too', async (t) => {
  const { laptop, phone } = await devices(t);
  await button(laptop, 'Sign out everywhere').click();
  await button(laptop, 'Yes, end all sessions').click();
  await atLogin(laptop);
  await endedBy(phone, 'session-revoked');
  await atLogin(phone);
});

test('a backend that does not answer is named at the list, which stays; after a restart it is asked again', async (t) => {
  const { backend, laptop, phone } = await devices(t);
  await backend.fault({ kind: '503', retryAfter: 0 });
  await button(laptop, 'Refresh').click();
  await result(laptop, /\S/);
  assert.doesNotMatch(await text(laptop, '#sessions-result'), /up to date/);
  assert.equal((await rows(laptop)).length, 2);
  await backend.fault(null);

  // What a restart has wiped out and nobody has come back to is not listed any more.
  await phone.page.goto('about:blank');
  await backend.restart();
  await until('the laptop is back', () => laptop.named('reconnected').length > 0, { within: 20_000 });
  await hasRows(laptop, 1);
});

/** Whoever was writing before the warning writes on. */
const writesOn = (person) => until('keys arrive in the text', async () => {
  await person.page.keyboard.type('Still here');
  return (await person.page.locator('#work').inputValue()).includes('Still here');
});

/** A page in front of nobody, whose session ends by itself. */
async function expiring(t, policy) {
  const { backend, person } = await world(t, { policy: [...policy, 'heartbeat_counts=no', 'touch_every=0'] });
  const alice = await person();
  await alice.connect('/?interval=5m');
  await alice.page.locator('#work').focus();
  return { backend, alice };
}
const IDLE = ['idle=10s', 'warn_before=6s'];
const warned = (person) => until('the warning is open', () => isShown(person, '#expiring'));
const unwarned = (person) => until('the warning is gone', async () => !(await isShown(person, '#expiring')));

test('idle: the warning counts down, staying pushes the limit away and counts as activity, doing nothing ends it', async (t) => {
  const { alice } = await expiring(t, IDLE);
  await warned(alice);
  assert.equal(await focused(alice), 'expiring-stay');
  const left = async () => Number(/^Ends in (\d+) s$/.exec(await text(alice, '#expiring-left'))?.[1] ?? NaN);
  const begun = await left();
  assert.ok(begun <= 6, `${begun} s`);
  await until('it counts down', async () => (await left()) < begun);
  // By no key and no pointer, which would be activity themselves.
  await alice.page.evaluate(() => document.getElementById('expiring-stay').click());
  await unwarned(alice);
  assert.equal(alice.asked('POST', VALIDATE).at(-1).postDataJSON().activity, true);
  const { expiresInMs, status } = await alice.snapshot();
  assert.equal(status, 'connected');
  assert.ok(expiresInMs > 6_000, `the limit is ${expiresInMs} ms away`);
  await writesOn(alice);

  await warned(alice);
  await endedBy(alice, 'session-timeout');
  await atLogin(alice);
});

test('idle: Escape keeps the session too, and what is extended in one tab closes the warning in the others', async (t) => {
  const { backend, alice } = await expiring(t, IDLE);
  const [first] = [alice.page];
  const second = await alice.open();
  await second.goto(`${backend.origin}/?interval=5m`);
  const open = (page) => page.locator('#expiring').isVisible();
  for (const page of [first, second]) await until('the warning is open', () => open(page));
  const extended = alice.asked('POST', VALIDATE).length;
  await second.keyboard.press('Escape');
  for (const page of [first, second]) await until('the warning is gone', async () => !(await open(page)));
  assert.equal(alice.asked('POST', VALIDATE).length, extended + 1, 'one check for both');
  assert.equal(await focused(alice), 'work');
  await until('both are connected', async () => {
    const states = await Promise.all([first, second].map((page) => page.evaluate(() => window.session.getSnapshot())));
    return states.every(({ status, expiresInMs }) => status === 'connected' && expiresInMs > 6_000);
  });
});

test('a backend that gives no answer is said in the warning, and it is tried again', async (t) => {
  const { backend, alice } = await expiring(t, ['idle=20s', 'warn_before=17s']);
  await warned(alice);
  await backend.fault({ kind: '503', retryAfter: 0 });
  await button(alice, 'Stay signed in').click();
  await until('it says so', async () => /no answer/.test(await text(alice, '#expiring-result')));
  assert.ok(await isShown(alice, '#expiring'));
  await backend.fault(null);
  await button(alice, 'Stay signed in').click();
  await unwarned(alice);
  assert.equal((await alice.snapshot()).status, 'connected');
});

test('the absolute limit: it is said that staying does not help, and the person can save their work', async (t) => {
  const { alice } = await expiring(t, ['idle=none', 'absolute=12s', 'warn_before=9s']);
  await warned(alice);
  await button(alice, 'Stay signed in').click();
  await until('it says so', async () => /cannot be extended/.test(await text(alice, '#expiring-title')));
  assert.ok(await isShown(alice, '#expiring'));
  await alice.page.keyboard.press('Escape');
  await unwarned(alice);
  await writesOn(alice);
  const counted = alice.named('expiring').length;
  await until('the module counts on', () => alice.named('expiring').length >= counted + 2);
  assert.equal(await isShown(alice, '#expiring'), false, 'nobody is told twice what they cannot change');
  await endedBy(alice, 'session-expired');
  await atLogin(alice);
});

test('the keyboard stays in the warning, and one can sign out there', async (t) => {
  const { alice } = await expiring(t, ['idle=60s', 'warn_before=58s']);
  await warned(alice);
  // The page behind it cannot be reached.
  for (let step = 0; step < 4; step += 1) {
    await alice.page.keyboard.press('Tab');
    const behind = await alice.page.evaluate(() => document.activeElement !== document.body && !document.activeElement.closest('#expiring'));
    assert.equal(behind, false);
  }
  await alice.page.locator('#expiring').getByRole('button', { name: 'Sign out' }).click();
  await endedBy(alice, 'signed-out');
  await atLogin(alice);
});

test('the limits of this session, brought near from the page: the idle one can be pushed away, the absolute one cannot', async (t) => {
  const { alice } = await expiring(t, ['idle=30m', 'absolute=12h']);
  const expire = async (limit, seconds) => {
    assert.equal((await alice.call('POST', '/demo/session/expire', { limit, seconds })).status, 204);
    await alice.page.evaluate(() => window.session.check());
    await warned(alice);
  };
  await expire('idle', 60);
  await button(alice, 'Stay signed in').click();
  await unwarned(alice);
  assert.ok((await alice.snapshot()).expiresInMs > 25 * 60_000, 'the whole idle limit again');

  await expire('absolute', 10);
  await button(alice, 'Stay signed in').click();
  await until('it says so', async () => /cannot be extended/.test(await text(alice, '#expiring-title')));
  await endedBy(alice, 'session-expired');
  await atLogin(alice);
});
