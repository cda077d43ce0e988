import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { createTabs } from '../../src/js/tabs/index.js';
import { createLocks, openPage, settled } from './support/page.mjs';

const KEY = 'session-keepalive:session';
const SIGN_OUT = { version: 1, news: [3] };

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
const tab = ({ name = 'session', crossTab = true } = {}) => {
  const told = [];
  const noted = (method) => (...given) => void told.push([method, ...given]);
  const handlers = Object.fromEntries(['lockResult', 'received', 'receivedSignOut'].map((method) => [method, noted(method)]));
  const tabs = createTabs({ name, crossTab }, handlers);
  tabs.open();
  const result = { tabs, told };
  opened.push(result);
  return result;
};

/** A message of the engine, whatever it says. */
const bytes = (...given) => new Uint8Array(given);

/** The channels that tabs have open, without that of the witness. */
const channels = () => page.channels().length - 1;

const replace = (name, descriptor) => Object.defineProperty(globalThis, name, { configurable: true, ...descriptor });
const denied = () => { throw new DOMException('The operation is insecure.', 'SecurityError'); };

// --- the lock ---

test('one tab at a time has the lock, and the next gets it when it is given back', async () => {
  const [one, two] = [tab(), tab()];
  one.tabs.acquireLock(false);
  assert.deepEqual(one.told, [], 'the answer comes later');
  await settled();
  assert.deepEqual(one.told, [['lockResult', true]]);
  two.tabs.acquireLock(false);
  await settled();
  assert.deepEqual(two.told, [['lockResult', false]]);
  one.tabs.releaseLock();
  await settled();
  assert.deepEqual(navigator.locks.held(), []);
  two.tabs.acquireLock(false);
  await settled();
  assert.deepEqual(two.told, [['lockResult', false], ['lockResult', true]]);
  assert.deepEqual(navigator.locks.held(), [KEY]);
});

test('a tab that has just given its lock back can have it again at once', async () => {
  const { tabs, told } = tab();
  tabs.acquireLock(false);
  await settled();
  tabs.releaseLock();
  tabs.acquireLock(false);
  await settled();
  assert.deepEqual(told, [['lockResult', true], ['lockResult', true]]);
});

test('a lock can be stolen; the tab that had it hears nothing of that', async () => {
  const [one, two] = [tab(), tab()];
  one.tabs.acquireLock(false);
  await settled();
  two.tabs.acquireLock(true);
  await settled();
  assert.deepEqual(two.told, [['lockResult', true]]);
  assert.deepEqual(one.told, [['lockResult', true]]);
  one.tabs.releaseLock();
  await settled();
  assert.deepEqual(navigator.locks.held(), [KEY], 'what it gives back is not its own any more');
  two.tabs.releaseLock();
  await settled();
  assert.deepEqual(navigator.locks.held(), []);
});

test('a lock that is given back before the answer is let go at once, and nobody is told', async () => {
  const { tabs, told } = tab();
  tabs.acquireLock(false);
  tabs.releaseLock();
  await settled();
  assert.deepEqual(told, []);
  assert.deepEqual(navigator.locks.held(), []);
  tabs.acquireLock(false);
  await settled();
  assert.deepEqual(told, [['lockResult', true]], 'and can be asked for again');
});

test('where there are no locks, or they are forbidden, every tab has it', async () => {
  const forbidden = { request: async () => denied() };
  for (const navigator of [{}, { locks: undefined }, { get locks() { return denied(); } }, { locks: forbidden }]) {
    replace('navigator', { value: navigator });
    const { tabs, told } = tab();
    tabs.acquireLock(false);
    await settled();
    assert.deepEqual(told, [['lockResult', true]]);
    tabs.releaseLock();
    tabs.close();
  }
});

test('different names have different locks', async () => {
  const [one, other] = [tab(), tab({ name: 'admin' })];
  one.tabs.acquireLock(false);
  other.tabs.acquireLock(false);
  await settled();
  assert.deepEqual([one.told, other.told], [[['lockResult', true]], [['lockResult', true]]]);
});

// --- messages ---

test('the others receive it, the tab that posts it does not', async () => {
  const [one, two, three, stranger] = [tab(), tab(), tab(), tab({ name: 'admin' })];
  one.tabs.broadcast(bytes(1, 0, 250));
  await settled();
  for (const { told } of [two, three]) {
    const [[method, message, age, subject, data], ...more] = told;
    assert.equal(method, 'received');
    assert.deepEqual([...message], [1, 0, 250]);
    assert.ok(age >= 0 && age < 1000, String(age));
    assert.deepEqual([subject, data, more], [undefined, undefined, []]);
  }
  assert.deepEqual([one.told, stranger.told], [[], []]);
});

test('the bytes are copied: the module uses its memory for something else right after', async () => {
  const [one, two] = [tab(), tab()];
  const memory = bytes(9, 1, 2, 9);
  one.tabs.broadcast(memory.subarray(1, 3));
  memory.fill(0);
  await settled();
  assert.deepEqual([...two.told[0][1]], [1, 2]);
  assert.equal(posted[0].message.buffer.byteLength, 2, 'and nothing of it but these');
});

test('what arrives late is as old as it is, and never from the future', async (t) => {
  let now = 1_700_000_000_000;
  t.mock.method(Date, 'now', () => now);
  const [one, two] = [tab(), tab()];
  for (const [later, age] of [[0, 0], [1_500, 1_500], [-60_000, 0]]) {
    for (const post of [() => one.tabs.broadcast(bytes(1)), () => one.tabs.broadcastSignOut()]) {
      post();
      now += later;
      await settled();
      const [method, ...given] = two.told.pop();
      assert.equal(method === 'received' ? given[1] : given[0], age, method);
      now = 1_700_000_000_000;
    }
  }
});

test('subject and data come along', async () => {
  const [one, two] = [tab(), tab()];
  one.tabs.broadcast(bytes(1), 'alice', { theme: 'dark' });
  await settled();
  assert.deepEqual(two.told[0].slice(3), ['alice', { theme: 'dark' }]);
});

test('of data that cannot be cloned at least the subject is posted', async () => {
  const [one, two] = [tab(), tab()];
  one.tabs.broadcast(bytes(1), 'alice', { call: () => {} });
  await settled();
  assert.deepEqual(two.told.map(([method, message, , ...rest]) => [method, [...message], ...rest]), [['received', [1], 'alice', undefined]]);
});

test('a message that cannot be posted at all harms nobody', async () => {
  const { tabs } = tab();
  assert.doesNotThrow(() => tabs.broadcast(bytes(1), () => 'alice'));
  await settled();
  assert.deepEqual(posted, []);
});

test('a sign-out has the form that every version of the module understands', async () => {
  const [one, two] = [tab(), tab()];
  one.tabs.broadcastSignOut();
  await settled();
  const [{ at, ...message }, ...more] = posted;
  assert.deepEqual([message, more], [SIGN_OUT, []]);
  assert.ok(Math.abs(Date.now() - at) < 1000);
  assert.deepEqual(two.told.map(([method]) => method), ['receivedSignOut']);
  assert.deepEqual(one.told, []);
});

test('of an older version only a sign-out is understood', async () => {
  const { told } = tab();
  const other = new BroadcastChannel(KEY);
  const at = Date.now();
  for (const news of [[0, 1, 0, 250], [1, 5, 0, 1, null, null, null, null, 1, 300_000], [2], [4], [5], [], null, 'sign-out', [[3]], ['3']]) {
    other.postMessage({ version: 1, at, news, brought: { subject: 'alice' } });
  }
  for (const version of [0, 2, '1', null, undefined]) other.postMessage({ version, at, news: [3] });
  await settled();
  assert.deepEqual(told, []);
  other.postMessage({ version: 1, at, news: [3, null, null, null, null, null, null, null, null, null] });
  await settled();
  assert.deepEqual(told.map(([method]) => method), ['receivedSignOut']);
});

test('malformed messages of every kind are ignored', async (t) => {
  const failed = t.mock.fn();
  for (const kind of ['unhandledRejection', 'uncaughtException']) {
    process.on(kind, failed);
    t.after(() => process.off(kind, failed));
  }
  const { told } = tab();
  const other = new BroadcastChannel(KEY);
  const at = Date.now();
  const malformed = [
    undefined, null, true, 5, 5n, '', 'sign-out', [], [3], {}, new Map([['message', bytes(1)]]), new Date(), bytes(1), new Error('x'),
    { at }, { at, message: null }, { at, message: 'x' }, { at, message: [1, 2] }, { at, message: new ArrayBuffer(2) },
    { at, message: new Uint16Array(2) }, { at, message: { 0: 1, length: 1 } }, { version: 1 }, { version: 1, at }, { news: [3] },
  ];
  for (const data of malformed) other.postMessage(data);
  await settled();
  assert.deepEqual(told, []);
  const odd = [
    [{ message: bytes(1) }, 0], [{ at: 'yesterday', message: bytes(1) }, 0], [{ at: {}, message: bytes(1) }, 0], [{ at: Infinity, message: bytes(1) }, 0],
    [{ at, message: bytes(1), subject: { name: 'alice' } }, null], [{ at, message: bytes(1), subject: 5 }, null],
  ];
  for (const [data, age] of odd) {
    other.postMessage(data);
    await settled();
    const [, , found, subject] = told.pop();
    if (age === 0) assert.equal(found, 0, String(data.at));
    assert.equal(subject, undefined);
  }
  other.postMessage({ at: { toString: null, valueOf: null }, message: bytes(1) });
  await settled();
  assert.equal(failed.mock.callCount(), 0);
});

test('nothing but time, bytes, subject and data is ever posted, and in storage are three keys without either', async () => {
  const { tabs } = tab();
  tabs.broadcast(bytes(1, 2), 'alice', { theme: 'dark' });
  tabs.broadcast(bytes(3));
  tabs.broadcastSignOut();
  tabs.persistSignOut(true);
  tabs.persistRetryFloor(20_000);
  await settled();
  const { at } = posted[0];
  assert.equal(typeof at, 'number');
  assert.deepEqual(posted.map(({ at: _, message, ...rest }) => ({ ...(message && { message: [...message] }), ...rest })), [
    { message: [1, 2], subject: 'alice', data: { theme: 'dark' } }, { message: [3], subject: undefined, data: undefined }, SIGN_OUT,
  ]);
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

test('closing gives the lock back, and a closed tab posts and receives nothing', async () => {
  const [one, two] = [tab(), tab()];
  one.tabs.acquireLock(false);
  await settled();
  one.tabs.close();
  await settled();
  assert.deepEqual(navigator.locks.held(), []);
  one.told.length = 0;
  two.tabs.broadcast(bytes(4));
  one.tabs.broadcast(bytes(4));
  await settled();
  assert.deepEqual([one.told, two.told], [[], []]);
  one.tabs.open();
  two.tabs.broadcast(bytes(4));
  await settled();
  assert.equal(one.told.length, 1);
});

test('without crossTab there is no channel', async () => {
  const [one, two] = [tab({ crossTab: false }), tab()];
  assert.equal(channels(), 1);
  one.tabs.broadcast(bytes(4));
  two.tabs.broadcast(bytes(4));
  await settled();
  assert.deepEqual([one.told, two.told], [[], []]);
});

test('where there is no channel, or it is forbidden, a tab is alone', async () => {
  for (const channel of [undefined, class { constructor() { denied(); } }]) {
    replace('BroadcastChannel', { value: channel });
    const { tabs, told } = tab();
    tabs.broadcast(bytes(4));
    tabs.broadcastSignOut();
    await settled();
    assert.deepEqual(told, []);
    tabs.acquireLock(false);
    assert.deepEqual([told, navigator.locks.held()], [[['lockResult', true]], []], 'and need not wait for anybody');
    tabs.close();
  }
});

// --- what outlives a page ---

test('nothing was left: no sign-out and no floor', () => {
  assert.deepEqual(tab().tabs.persisted(), { signOutEverywhere: undefined, retryFloorMs: undefined, signedOut: false });
});

test('a sign-out is kept until it is forgotten, and says how far it goes', () => {
  const one = tab();
  for (const [everywhere, kept] of [[false, false], [true, true], [undefined, undefined]]) {
    one.tabs.persistSignOut(everywhere);
    assert.deepEqual(tab().tabs.persisted().signOutEverywhere, kept);
  }
  assert.equal(localStorage.getItem(`${KEY}:sign-out`), null);
});

test('a floor lasts as long as is left of it, and never longer than it was, whatever the clock says', (t) => {
  let now = 1_700_000_000_000;
  t.mock.method(Date, 'now', () => now);
  const { tabs } = tab();
  tabs.persistRetryFloor(20_000);
  const kept = (passed) => {
    now = 1_700_000_000_000 + passed;
    return tab().tabs.persisted().retryFloorMs;
  };
  assert.deepEqual([0, 5_000, 20_000, 90_000, -86_400_000].map(kept), [20_000, 15_000, 0, 0, 20_000]);
  tabs.persistRetryFloor();
  assert.deepEqual(tabs.persisted().retryFloorMs, undefined);
});

test('whatever else stands in the place of a floor is none', () => {
  for (const strange of ['', ' ', 'soon', '5', '5 soon', 'soon 5', '{"at":5}']) {
    localStorage.setItem(`${KEY}:retry-after`, strange);
    assert.deepEqual(tab().tabs.persisted().retryFloorMs, undefined, strange);
  }
  localStorage.setItem(`${KEY}:retry-after`, '5 -5000');
  assert.equal(tab().tabs.persisted().retryFloorMs, 0);
});

test('a page that could not be told notices later that somebody signed out, once', async () => {
  const [one, two, away] = [tab(), tab(), tab()];
  away.tabs.close();
  const noticed = () => [one, two, away].map(({ tabs }) => tabs.persisted().signedOut);
  one.tabs.broadcastSignOut();
  await settled();
  assert.deepEqual(noticed(), [false, false, true], 'who told it, who heard it, who was away');
  assert.deepEqual(noticed(), [false, false, false]);
  one.tabs.persistSignOut(false);
  assert.deepEqual(noticed(), [false, true, true], 'whoever was only in another tab');
  one.tabs.persistSignOut();
  assert.deepEqual(noticed(), [false, false, false], 'that it was delivered is no sign-out');
  assert.equal(tab().tabs.persisted().signedOut, false, 'a new page knows nothing that could be outdated');
});

test('a sign-out is delivered when the mark that was left is gone', () => {
  const { tabs } = tab();
  assert.ok(!tabs.isSignOutDelivered(), 'there was none');
  tabs.persistSignOut(false);
  assert.ok(!tabs.isSignOutDelivered());
  localStorage.removeItem(`${KEY}:sign-out`);
  assert.ok(tabs.isSignOutDelivered());
  tabs.persistSignOut();
  assert.ok(!tabs.isSignOutDelivered(), 'it is over');

  localStorage.setItem(`${KEY}:sign-out`, 'here');
  const later = tab().tabs;
  assert.equal(later.persisted().signOutEverywhere, false);
  assert.ok(!later.isSignOutDelivered());
  localStorage.removeItem(`${KEY}:sign-out`);
  assert.ok(later.isSignOutDelivered(), 'the mark of an earlier page counts, too');
});

test('a mark that could not be left is not one that is gone', () => {
  const { tabs } = tab();
  localStorage.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); };
  tabs.persistSignOut(false);
  assert.equal(localStorage.getItem(`${KEY}:sign-out`), null);
  assert.ok(!tabs.isSignOutDelivered());
});

test('a storage that is missing or forbidden keeps nothing, and stops nobody', async () => {
  for (const descriptor of [{ value: undefined }, { value: null }, { get: denied }]) {
    replace('localStorage', descriptor);
    const [one, two] = [tab(), tab()];
    one.tabs.persistSignOut(true);
    one.tabs.persistRetryFloor(20_000);
    one.tabs.broadcastSignOut();
    await settled();
    assert.ok(!one.tabs.isSignOutDelivered());
    assert.deepEqual(two.tabs.persisted(), { signOutEverywhere: undefined, retryFloorMs: undefined, signedOut: false });
    assert.deepEqual(two.told.map(([method]) => method), ['receivedSignOut']);
    one.tabs.close();
    two.tabs.close();
  }
});
