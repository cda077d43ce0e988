// The demo's comparison: a hand-written keep-alive and the module under the same faults, counted alike.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { supervise } from './support/supervise.mjs';
import { until } from './support/until.mjs';
import { world } from './support/world.mjs';

const button = (person, name) => person.page.getByRole('button', { name, exact: true });
const text = (person, selector) => person.page.locator(selector).textContent();
const BEFORE_CHECK = '/demo/before/validate-session';
const AFTER_CHECK = '/api/validate-session';
const SENTENCE = 'five words, not saved anywhere';

/** The table, as it is read: by the names of its rows and columns. */
const counts = (person) => person.page.locator('#comparison table').evaluate((table) => {
  const [, ...sides] = [...table.tHead.rows[0].cells].map((cell) => cell.textContent.toLowerCase());
  return Object.fromEntries(sides.map((side, column) => [side, Object.fromEntries(
    [...table.tBodies[0].rows].map(({ cells: [name, ...values] }) => [name.textContent, Number(values[column].textContent)]),
  )]));
});
const words = (person, side) => person.page.locator(`#${side} textarea`);
const says = (person, side, pattern, limits) => until(`${side} says ${pattern}`, async () =>
  pattern.test(await text(person, `#${side}-says`)), limits);

const UNHARMED = { 'Failures (no verdict)': 0, Reconnects: 0, 'Times thrown out': 0, 'Words lost': 0 };

/** Fails unless these are the counts, whatever the number of requests. */
const assertCounts = ({ 'Requests sent': _, ...rest }, expected) => assert.deepEqual(rest, { ...UNHARMED, ...expected });

/** Both sides signed in, with the same words in both. */
async function sideBySide(t, { supervised = false, query = 'interval=300&retryBase=100ms&retryCap=300ms' } = {}) {
  const { backend, person } = await world(t);
  const pids = supervised ? await supervise(t, backend) : null;
  const alice = await person();
  await alice.connect(`/?${query}`);
  for (const side of ['before', 'after']) {
    await says(alice, side, /^Signed in\.$/);
    await words(alice, side).fill(SENTENCE);
  }
  return { backend, alice, pids };
}

test('while nothing is broken, neither side is thrown out, and every request is counted', async (t) => {
  const { alice } = await sideBySide(t, { query: 'interval=200' });
  assert.equal(await text(alice, '#comparison-interval'), '200 ms');
  const { before, after } = await until('both have asked ten times', async () => {
    const now = await counts(alice);
    return now.before['Requests sent'] >= 10 && now.after['Requests sent'] >= 10 && now;
  }, { within: 20_000 });
  assertCounts(before, {});
  assertCounts(after, {});
  // What the browser has really sent since it went to this page: the form that led here checks once too.
  const arrival = alice.requests.findLastIndex((request) => request.isNavigationRequest());
  const sent = (path) => alice.asked('POST', path).filter((request) => alice.requests.indexOf(request) > arrival).length;
  for (const [side, path] of [['before', BEFORE_CHECK], ['after', AFTER_CHECK]]) {
    const least = sent(path);
    const shown = (await counts(alice))[side]['Requests sent'];
    await until('the browser has reported them', () => sent(path) >= shown);
    assert.ok(shown >= least, `${side}: ${shown} shown, ${least} sent before`);
  }
  for (const side of ['before', 'after']) assert.equal(await words(alice, side).inputValue(), SENTENCE);
});

test('stopped for some seconds: the hand-written page is thrown out and its words are lost, the module keeps them', async (t) => {
  const { alice } = await sideBySide(t, { supervised: true });
  await words(alice, 'before').focus();
  await alice.page.getByRole('spinbutton', { name: 'Seconds to be stopped' }).fill('3');
  await button(alice, 'Stop the backend').click();
  await says(alice, 'before', /^Thrown out at \d\d:\d\d:\d\d, because there was no answer\. 5 words lost\.$/);
  await says(alice, 'after', /^No verdict since \d\d:\d\d:\d\d \(network\)\. The session is kept\.$/);
  assert.ok(await words(alice, 'before').isHidden());
  await until('the module was reconnected', () => alice.named('reconnected')[0], { within: 20_000 });
  await says(alice, 'after', /^Survived/);
  await says(alice, 'before', /^Signed in\.$/, { within: 20_000 });
  assert.equal(await words(alice, 'before').inputValue(), '', 'the words are gone');
  assert.equal(await words(alice, 'after').inputValue(), SENTENCE);

  const { before, after } = await counts(alice);
  assertCounts(before, { 'Failures (no verdict)': 1, 'Times thrown out': 1, 'Words lost': 5 });
  assert.ok(after['Failures (no verdict)'] >= 1);
  assertCounts(after, { 'Failures (no verdict)': after['Failures (no verdict)'], Reconnects: 1 });
});

test('a quick restart between two checks: both survive, and it says so', async (t) => {
  const { alice, pids } = await sideBySide(t, { supervised: true, query: 'interval=3s&jitter=0' });
  // Just after a check of the hand-written one, there are three seconds for a restart that takes a fraction of one.
  const { before: { 'Requests sent': so } } = await counts(alice);
  await until('the hand-written one has just asked', async () => (await counts(alice)).before['Requests sent'] > so);
  await button(alice, 'Restart now').click();
  await until('another process is up', () => pids.length === 2);
  await says(alice, 'before', /^Survived .* it connected again\.$/);
  await says(alice, 'after', /^Survived .* re-established\.$/);
  const { before, after } = await counts(alice);
  assertCounts(before, { Reconnects: 1 });
  assertCounts(after, { Reconnects: 1, 'Failures (no verdict)': after['Failures (no verdict)'] });
  for (const side of ['before', 'after']) assert.equal(await words(alice, side).inputValue(), SENTENCE);
});

test('one 503 is enough for the hand-written page; it is at its login form until somebody can sign in', async (t) => {
  const { alice } = await sideBySide(t);
  await words(alice, 'before').fill('two words');
  await button(alice, 'Answer 503').click();
  await says(alice, 'before', /because the backend answered 503\. 2 words lost\.$/);
  await button(alice, 'Sign in again').click();
  await says(alice, 'before', /^It cannot sign in: /);
  await says(alice, 'after', /^No verdict/);
  await button(alice, 'Answer normally').click();
  await button(alice, 'Sign in again').focus();
  await alice.page.keyboard.press('Enter');
  await says(alice, 'before', /^Signed in\.$/);
  assert.ok(await words(alice, 'before').evaluate((element) => element === document.activeElement), 'whoever was there goes on there');
  await says(alice, 'after', /^Survived .* nothing happened to the session\.$/);
  const { before, after } = await counts(alice);
  // The check and the reconnect both failed. Signing in is the person's doing, and not counted.
  assertCounts(before, { 'Failures (no verdict)': 2, 'Times thrown out': 1, 'Words lost': 2 });
  assert.equal(after['Times thrown out'], 0);
  assert.equal(await words(alice, 'after').inputValue(), SENTENCE);
});

test('thrown out, the hand-written page signs in again by itself', async (t) => {
  const { alice, backend } = await sideBySide(t);
  // One for its check and one for its reconnect; the module's own may take one of them.
  await backend.fault({ kind: '503', seconds: 1 });
  await says(alice, 'before', /^Thrown out/);
  await says(alice, 'before', /^Signed in\.$/);
  const { before: { 'Requests sent': so } } = await counts(alice);
  await until('counting goes on', async () => (await counts(alice)).before['Requests sent'] > so);
});

test('a web page in the place of an answer: the hand-written one takes it for a yes, and that counts as survived', async (t) => {
  const { alice } = await sideBySide(t);
  await button(alice, 'Answer HTML').click();
  const { before } = await until('both have met it twice', async () => {
    const now = await counts(alice);
    return ['before', 'after'].every((side) => now[side]['Failures (no verdict)'] >= 2) && now;
  });
  assert.equal(before['Times thrown out'], 0);
  assert.equal(await words(alice, 'before').inputValue(), SENTENCE);
  assert.equal(await text(alice, '#before-says'), 'Signed in.');
});

test('where the module sends the person to the login page, that is counted too, once they are back', async (t) => {
  const { alice } = await sideBySide(t);
  await button(alice, 'Revoke this session').click();
  await alice.page.waitForURL('**/connect?returnTo=**');
  await button(alice, 'Connect').click();
  await alice.page.waitForURL(`${alice.origin}/?interval=300&retryBase=100ms&retryCap=300ms`);
  await says(alice, 'after', /^Thrown out at .* because the backend said so: session-revoked\. Signed in again\.$/);
  assertCounts((await counts(alice)).after, { 'Times thrown out': 1, 'Words lost': 5 });

  // Leaving on purpose is something else.
  await button(alice, 'Sign out').click();
  await alice.page.waitForURL('**/connect**');
  await button(alice, 'Connect').click();
  await alice.page.waitForURL(`${alice.origin}/**`);
  await says(alice, 'after', /^Signed in\.$/);
  assertCounts((await counts(alice)).after, {});
});

test('before anybody has signed in, a failure is none and going to the login page is not being thrown out', async (t) => {
  const { backend, person } = await world(t);
  const alice = await person();
  const path = '/?interval=300&retryBase=100ms&retryCap=300ms';
  await backend.fault({ kind: '503', seconds: 30 });
  await alice.page.goto(alice.origin + path);
  await until('the module has asked three times', () => alice.asked('POST', AFTER_CHECK).length >= 3);
  await says(alice, 'before', /^It cannot sign in: /);
  for (const side of Object.values(await counts(alice))) assert.deepEqual(side, { 'Requests sent': 0, ...UNHARMED });

  await button(alice, 'Answer normally').click();
  await alice.page.waitForURL('**/connect?returnTo=**');
  await button(alice, 'Connect').click();
  await alice.page.waitForURL(alice.origin + path);
  await says(alice, 'after', /^Signed in\.$/);
  await until('it counts from now on', async () => (await counts(alice)).after['Requests sent'] > 0);
  assertCounts((await counts(alice)).after, {});
});

test('thrown out and back without a sign-in: that is no second time', async (t) => {
  const { alice } = await sideBySide(t);
  await button(alice, 'Revoke this session').click();
  await alice.page.waitForURL('**/connect?returnTo=**');
  const path = '/?interval=300&retryBase=100ms&retryCap=300ms';
  await alice.page.goto(alice.origin + path);
  await alice.page.waitForURL('**/connect?returnTo=**');
  await button(alice, 'Connect').click();
  await alice.page.waitForURL(alice.origin + path);
  await says(alice, 'after', /^Thrown out at .* because the backend said so: session-revoked\. Signed in again\.$/);
  assertCounts((await counts(alice)).after, { 'Times thrown out': 1, 'Words lost': 5 });
});
