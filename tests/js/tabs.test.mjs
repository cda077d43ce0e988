import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { createHttp } from '../../src/js/http.js';
import { NEWS } from '../../src/js/names.js';
import { normalise } from '../../src/js/options.js';
import { createTabs } from '../../src/js/tabs.js';
import { createLocks, openPage, settled } from './support/page.mjs';

const KEY = 'session-keepalive:session';
const [ASKING, ANSWERED, LOOKING, SIGNED_OUT, ACTIVE] = ['asking', 'answered', 'looking', 'signedOut', 'active'].map((name) => NEWS.indexOf(name));

let page;
let opened;
let posted;
beforeEach(() => {
  page = openPage();
  navigator.locks = createLocks();
  opened = [];
  posted = [];
  const witness = new BroadcastChannel(KEY);
  witness.onmessage = ({ data }) => posted.push(data);
});
afterEach(() => {
  for (const { tabs } of opened) tabs.close();
  page.remove();
});

/** One tab, and what its Wasm session is told. */
const tab = ({ credential = null, holdsCredential = async () => credential !== null, ...given } = {}) => {
  const options = normalise(given);
  const http = createHttp(options);
  const told = [];
  const feed = (...what) => void told.push(what);
  const tabs = createTabs(options, { feed, holdsCredential, broughtBy: http.broughtBy, bring: http.bring });
  tabs.open();
  const result = { tabs, told, http };
  opened.push(result);
  return result;
};

/** The channels that tabs have open, without that of the witness. */
const channels = () => page.channels().length - 1;

/** A tab whose request 5 brought this verdict of the application. */
const answered = async (verdict) => {
  const one = tab({ validate: async () => ({ kind: 'valid', ...verdict }) });
  await one.http.send(() => {}, 5, 'validate', 1, false, 1);
  return one;
};

const replace = (name, descriptor) => Object.defineProperty(globalThis, name, { configurable: true, ...descriptor });
const denied = () => { throw new DOMException('The operation is insecure.', 'SecurityError'); };

// --- the turn ---

test('one tab at a time has the turn, and the next gets it when it is given back', async () => {
  const [one, two] = [tab(), tab()];
  one.tabs.takeTurn(0);
  assert.deepEqual(one.told, [], 'the answer comes later');
  await settled();
  assert.deepEqual(one.told, [['turn', true]]);
  two.tabs.takeTurn(0);
  await settled();
  assert.deepEqual(two.told, [['turn', false]]);
  one.tabs.yieldTurn();
  await settled();
  assert.deepEqual(navigator.locks.held(), []);
  two.tabs.takeTurn(0);
  await settled();
  assert.deepEqual(two.told, [['turn', false], ['turn', true]]);
  assert.deepEqual(navigator.locks.held(), [KEY]);
});

test('a tab that has just given its turn back can have it again at once', async () => {
  const { tabs, told } = tab();
  tabs.takeTurn(0);
  await settled();
  tabs.yieldTurn();
  tabs.takeTurn(0);
  await settled();
  assert.deepEqual(told, [['turn', true], ['turn', true]]);
});

test('a turn can be taken by force; the tab that had it hears nothing of that', async () => {
  const [one, two] = [tab(), tab()];
  one.tabs.takeTurn(0);
  await settled();
  two.tabs.takeTurn(1);
  await settled();
  assert.deepEqual(two.told, [['turn', true]]);
  assert.deepEqual(one.told, [['turn', true]]);
  one.tabs.yieldTurn();
  await settled();
  assert.deepEqual(navigator.locks.held(), [KEY], 'what it gives back is not its own any more');
  two.tabs.yieldTurn();
  await settled();
  assert.deepEqual(navigator.locks.held(), []);
});

test('a turn that is given back before the answer is let go at once, and nobody is told', async () => {
  const { tabs, told } = tab();
  tabs.takeTurn(0);
  tabs.yieldTurn();
  await settled();
  assert.deepEqual(told, []);
  assert.deepEqual(navigator.locks.held(), []);
  tabs.takeTurn(0);
  await settled();
  assert.deepEqual(told, [['turn', true]], 'and can be asked for again');
});

test('where there are no locks, or they are forbidden, the turn is everybody’s', async () => {
  const forbidden = { request: async () => denied() };
  for (const navigator of [{}, { locks: undefined }, { get locks() { return denied(); } }, { locks: forbidden }]) {
    replace('navigator', { value: navigator });
    const { tabs, told } = tab();
    tabs.takeTurn(0);
    await settled();
    assert.deepEqual(told, [['turn', true]]);
    tabs.yieldTurn();
    tabs.close();
  }
});

test('different names have different turns', async () => {
  const [one, other] = [tab(), tab({ name: 'admin' })];
  one.tabs.takeTurn(0);
  other.tabs.takeTurn(0);
  await settled();
  assert.deepEqual([one.told, other.told], [[['turn', true]], [['turn', true]]]);
});

// --- what they tell each other ---

test('the others hear it, whoever tells it does not', async () => {
  const [one, two, three, stranger] = [tab(), tab(), tab(), tab({ name: 'admin' })];
  one.tabs.tell(ASKING, 1, 0, 250, NaN, NaN, NaN, NaN, NaN, NaN);
  await settled();
  for (const { told } of [two, three]) {
    const [[name, age, ...news]] = told;
    assert.equal(name, 'heard');
    assert.ok(age >= 0 && age < 1000, String(age));
    assert.deepEqual(news, [ASKING, 1, 0, 250, NaN, NaN, NaN, NaN, NaN, NaN]);
  }
  assert.deepEqual([one.told, stranger.told], [[], []]);
});

test('what is heard late is as old as it is, and never from the future', async (t) => {
  let now = 1_700_000_000_000;
  t.mock.method(Date, 'now', () => now);
  const [one, two] = [tab(), tab()];
  for (const [later, age] of [[0, 0], [1_500, 1_500], [-60_000, 0]]) {
    one.tabs.tell(ACTIVE);
    now += later;
    await settled();
    assert.deepEqual(two.told.pop(), ['heard', age, ACTIVE]);
  }
});

test('another version of the module is not listened to', async () => {
  const { told } = tab();
  const other = new BroadcastChannel(KEY);
  for (const version of [0, 2, '1', undefined]) other.postMessage({ version, at: Date.now(), news: [SIGNED_OUT] });
  await settled();
  assert.deepEqual(told, []);
  other.postMessage({ version: 1, at: Date.now(), news: [SIGNED_OUT] });
  await settled();
  assert.equal(told.length, 1);
});

test('that somebody looks for a credential is passed on only where there is one', async () => {
  const one = tab();
  const holder = tab({ credential: 'secret' });
  const others = [tab(), tab({ holdsCredential: async () => denied() })];
  one.tabs.tell(LOOKING);
  await settled();
  assert.deepEqual(holder.told.map(([name, , kind]) => [name, kind]), [['heard', LOOKING]]);
  for (const { told } of others) assert.deepEqual(told, []);
});

test('subject and data come along with an answer, under a number that no request of the tab has', async () => {
  const one = await answered({ subject: 'alice', data: { theme: 'dark' } });
  const two = tab();
  for (const _ of [1, 2]) one.tabs.tell(ANSWERED, 5, 0, 1, NaN, NaN, NaN, NaN, 1, 300_000);
  await settled();
  const [first, second] = two.told.map(([, , , request]) => request);
  assert.ok(first > 2 ** 31 && second > first && second < 2 ** 32, `${first}, ${second}`);
  assert.deepEqual(two.told[0].slice(2), [ANSWERED, first, 0, 1, NaN, NaN, NaN, NaN, 1, 300_000]);
  assert.deepEqual(two.http.broughtBy(first), { subject: 'alice', data: { theme: 'dark' } });
  assert.deepEqual(two.http.broughtBy(5), {});
});

test('of data that cannot be cloned at least the subject is told', async () => {
  const one = await answered({ subject: 'alice', data: { call: () => {} } });
  const two = tab();
  one.tabs.tell(ANSWERED, 5, 0);
  await settled();
  assert.deepEqual(two.http.broughtBy(two.told[0][3]), { subject: 'alice' });
});

test('an answer that cannot be told at all harms nobody', async () => {
  const one = await answered({ subject: () => 'alice' });
  assert.doesNotThrow(() => one.tabs.tell(ANSWERED, 5, 0));
  await settled();
  assert.deepEqual(posted, []);
});

test('nothing but numbers, subject and data is ever posted, and in storage are three keys without either', async () => {
  const one = await answered({ subject: 'alice', data: { theme: 'dark' }, epoch: 3, token: 'hunter2', connectionString: 'postgres://alice:hunter2@db/app' });
  for (let kind = 0; kind < NEWS.length; kind += 1) one.tabs.tell(kind, kind === ANSWERED ? 5 : 1, 0, 0, NaN);
  one.tabs.keepSignOut(1);
  one.tabs.keepFloor(20_000);
  await settled();
  assert.equal(posted.length, NEWS.length);
  for (const { version, at, news, brought, ...more } of posted) {
    assert.ok([version, at, ...news].every((number) => typeof number === 'number'));
    assert.deepEqual(more, {});
    assert.deepEqual(brought, news[0] === ANSWERED ? { subject: 'alice', data: { theme: 'dark' } } : undefined);
  }
  const stored = localStorage.entries();
  assert.deepEqual(Object.keys(stored).sort(), [`${KEY}:retry-after`, `${KEY}:sign-out`, `${KEY}:signed-out`]);
  assert.equal(stored[`${KEY}:sign-out`], 'everywhere');
  assert.match(stored[`${KEY}:signed-out`], /^\d+ 0\.\d+(e-\d+)?$/);
  assert.match(stored[`${KEY}:retry-after`], /^\d+ 20000$/);
});

// --- opening and closing ---

test('one channel, however often it is opened, and none after closing', () => {
  const { tabs } = tab();
  tabs.open();
  assert.equal(channels(), 1);
  tabs.close();
  tabs.close();
  assert.equal(channels(), 0);
  tabs.open();
  assert.equal(channels(), 1);
});

test('closing gives the turn back, and a closed tab tells and hears nothing', async () => {
  const [one, two] = [tab(), tab()];
  one.tabs.takeTurn(0);
  await settled();
  one.tabs.close();
  await settled();
  assert.deepEqual(navigator.locks.held(), []);
  one.told.length = 0;
  two.tabs.tell(ACTIVE);
  one.tabs.tell(ACTIVE);
  await settled();
  assert.deepEqual([one.told, two.told], [[], []]);
  one.tabs.open();
  two.tabs.tell(ACTIVE);
  await settled();
  assert.equal(one.told.length, 1);
});

test('without crossTab there is no channel', async () => {
  const [one, two] = [tab({ crossTab: false }), tab()];
  assert.equal(channels(), 1);
  one.tabs.tell(ACTIVE);
  two.tabs.tell(ACTIVE);
  await settled();
  assert.deepEqual([one.told, two.told], [[], []]);
});

test('where there is no channel, or it is forbidden, a tab is alone', async () => {
  for (const channel of [undefined, class { constructor() { denied(); } }]) {
    replace('BroadcastChannel', { value: channel });
    const { tabs, told } = tab();
    tabs.tell(ACTIVE);
    tabs.tell(ANSWERED, 5, 0);
    await settled();
    assert.deepEqual(told, []);
    tabs.takeTurn(0);
    assert.deepEqual([told, navigator.locks.held()], [[['turn', true]], []], 'and need not wait for anybody');
    tabs.close();
  }
});

// --- what outlives a page ---

test('nothing was kept: no number, and nobody signed out', () => {
  assert.deepEqual(tab().tabs.kept(), [NaN, NaN, false]);
});

test('a sign-out is kept until it is forgotten, and says how far it goes', () => {
  const one = tab();
  for (const [everywhere, kept] of [[0, false], [1, true], [NaN, NaN]]) {
    one.tabs.keepSignOut(everywhere);
    assert.deepEqual(tab().tabs.kept()[0], kept);
  }
  assert.equal(localStorage.getItem(`${KEY}:sign-out`), null);
});

test('a floor lasts as long as is left of it, and never longer than it was, whatever the clock says', (t) => {
  let now = 1_700_000_000_000;
  t.mock.method(Date, 'now', () => now);
  const { tabs } = tab();
  tabs.keepFloor(20_000);
  const kept = (passed) => {
    now = 1_700_000_000_000 + passed;
    return tab().tabs.kept()[1];
  };
  assert.deepEqual([0, 5_000, 20_000, 90_000, -86_400_000].map(kept), [20_000, 15_000, 0, 0, 20_000]);
  tabs.keepFloor(NaN);
  assert.deepEqual(tabs.kept()[1], NaN);
});

test('whatever else stands in the place of a floor is none', () => {
  for (const strange of ['', ' ', 'soon', '5', '5 soon', 'soon 5', '{"at":5}']) {
    localStorage.setItem(`${KEY}:retry-after`, strange);
    assert.deepEqual(tab().tabs.kept()[1], NaN, strange);
  }
  localStorage.setItem(`${KEY}:retry-after`, '5 -5000');
  assert.equal(tab().tabs.kept()[1], 0);
});

test('a page that could not be told notices later that somebody signed out, once', async () => {
  const [one, two, away] = [tab(), tab(), tab()];
  away.tabs.close();
  const noticed = () => [one, two, away].map(({ tabs }) => tabs.kept()[2]);
  one.tabs.tell(SIGNED_OUT);
  await settled();
  assert.deepEqual(noticed(), [false, false, true], 'who told it, who heard it, who was away');
  assert.deepEqual(noticed(), [false, false, false]);
  one.tabs.keepSignOut(0);
  assert.deepEqual(noticed(), [false, true, true], 'whoever was only in another tab');
  one.tabs.keepSignOut(NaN);
  assert.deepEqual(noticed(), [false, false, false], 'that it was delivered is no sign-out');
  assert.equal(tab().tabs.kept()[2], false, 'a new page knows nothing that could be outdated');
});

test('a sign-out is delivered when the mark that was left is gone', () => {
  const { tabs } = tab();
  assert.ok(!tabs.isDelivered(), 'there was none');
  tabs.keepSignOut(0);
  assert.ok(!tabs.isDelivered());
  localStorage.removeItem(`${KEY}:sign-out`);
  assert.ok(tabs.isDelivered());
  tabs.keepSignOut(NaN);
  assert.ok(!tabs.isDelivered(), 'it is over');

  localStorage.setItem(`${KEY}:sign-out`, 'here');
  const later = tab().tabs;
  assert.equal(later.kept()[0], false);
  assert.ok(!later.isDelivered());
  localStorage.removeItem(`${KEY}:sign-out`);
  assert.ok(later.isDelivered(), 'the mark of an earlier page counts, too');
});

test('a mark that could not be left is not one that is gone', () => {
  const { tabs } = tab();
  localStorage.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); };
  tabs.keepSignOut(0);
  assert.equal(localStorage.getItem(`${KEY}:sign-out`), null);
  assert.ok(!tabs.isDelivered());
});

test('a storage that is missing or forbidden keeps nothing, and stops nobody', async () => {
  for (const descriptor of [{ value: undefined }, { value: null }, { get: denied }]) {
    replace('localStorage', descriptor);
    const [one, two] = [tab(), tab()];
    one.tabs.keepSignOut(1);
    one.tabs.keepFloor(20_000);
    one.tabs.tell(SIGNED_OUT);
    await settled();
    assert.ok(!one.tabs.isDelivered());
    assert.deepEqual(two.tabs.kept().slice(0, 2), [NaN, NaN]);
    assert.equal(two.tabs.kept()[2], false);
    assert.deepEqual(two.told.map(([name, , kind]) => [name, kind]), [['heard', SIGNED_OUT]]);
    one.tabs.close();
    two.tabs.close();
  }
});
