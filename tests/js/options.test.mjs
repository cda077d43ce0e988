import assert from 'node:assert/strict';
import { test } from 'node:test';
import { normalise } from '../../src/js/options.js';

const PROTOCOL = { accept: 'application/json, application/problem+json', 'content-type': 'application/json', 'x-session-keepalive': '1' };
const plain = (headers) => Object.fromEntries(headers);

const refused = (options, ...told) =>
  assert.throws(() => normalise(options), (error) => {
    assert.ok(error instanceof TypeError, String(error));
    for (const words of ['session-keepalive: ', ...told]) assert.ok(error.message.includes(words), `"${error.message}" says: ${words}`);
    return true;
  });

const DAY = 86_400_000;

test('without options everything has its documented default', () => {
  for (const nothing of [undefined, {}, { interval: undefined, timeout: undefined, retry: { base: undefined } }]) {
    const { headers, fetch, ...options } = normalise(nothing);
    assert.deepEqual(options, {
      validate: '/api/validate-session', reconnect: '/api/reconnect', logout: '/api/logout', login: '/connect', returnToParam: 'returnTo',
      credential: 'cookie', credentials: 'include', name: 'session', crossTab: true, interval: 300_000, jitter: 0.1, slowAfter: 3_000,
      validateTimeout: 15_000, reconnectTimeout: 90_000, retryBase: 500, retryCap: 30_000, retrySpread: 30_000, redirectMax: 2,
      redirectPer: 60_000, warnBefore: 60_000, idle: undefined, debug: false,
    });
    assert.deepEqual(plain(headers()), PROTOCOL);
    assert.equal(typeof fetch, 'function');
  }
});

test('a duration is a number of milliseconds or a number with a unit', () => {
  const rows = [
    [1, 1], [1500, 1500], ['1ms', 1], ['250ms', 250], ['5s', 5_000], ['1.5s', 1_500], ['5m', 300_000], ['2h', 7_200_000], ['1d', DAY],
    ['400d', 400 * DAY], [400 * DAY, 400 * DAY],
  ];
  for (const [given, milliseconds] of rows) {
    assert.equal(normalise({ interval: given }).interval, milliseconds, String(given));
    assert.equal(normalise({ warnBefore: given }).warnBefore, milliseconds, String(given));
    assert.equal(normalise({ redirectBudget: { max: 1, per: given } }).redirectPer, milliseconds, String(given));
  }
});

test('an impossible duration names the option, what it wants and what it got', () => {
  const impossible = [
    0, -1, 0.4, NaN, Infinity, -Infinity, 400 * DAY + 1, '401d', '0s', '0.5ms', '-5m', '5 m', '5x', '5', 'm', '', ' 5m', '5M', '1e3ms', null,
    true, {}, [], [5], () => 5, 5n,
  ];
  for (const value of impossible) {
    refused({ interval: value }, '`interval`', 'a duration from 1 ms to 400 days', "'5m'");
    refused({ warnBefore: value }, '`warnBefore`');
    refused({ timeout: { slow: value } }, '`timeout.slow`');
    refused({ timeout: { validate: value } }, '`timeout.validate`');
    refused({ timeout: { reconnect: value } }, '`timeout.reconnect`');
    refused({ retry: { base: value } }, '`retry.base`');
    refused({ retry: { cap: value } }, '`retry.cap`');
    refused({ retry: { spread: value } }, '`retry.spread`');
    refused({ redirectBudget: { max: 2, per: value } }, '`redirectBudget.per`');
  }
  refused({ interval: '5 m' }, 'not "5 m"');
  refused({ interval: -1 }, 'not -1');
  refused({ interval: NaN }, 'not NaN');
  refused({ interval: null }, 'not null');
});

test('a value of the wrong type is refused by name', () => {
  const rows = {
    validate: [['', ' ', 5, null, false, true, {}, new URL('https://app.example/')], 'a URL as a string, or a function'],
    reconnect: [['', 5, null, true, {}], 'a URL as a string, a function or false'],
    logout: [['', 5, null, true, {}], 'a URL as a string, a function or false'],
    login: [['', 5, null, true, {}], 'a URL as a string, a function or false'],
    classify: [['classify', 5, null, {}, false], 'a function'],
    headers: [['authorization', 5, null, true, { a: 1 }, { a: null }], 'an object of strings or a function'],
    jitter: [[-0.1, 1.1, NaN, Infinity, '0.1', null, true], 'a number from 0 to 1'],
    timeout: [[5, '5s', null, true, () => 5], 'an object with slow, validate or reconnect'],
    retry: [[5, '5s', null, true], 'an object with base, cap or spread'],
    redirectBudget: [[2, '2', null, false], 'an object with max and per'],
    name: [['', ' ', 5, null, {}], 'a string that is not empty'],
    returnToParam: [['', 5, null, {}], 'a string that is not empty'],
    crossTab: [['yes', 0, null, {}], 'true or false'],
    fetch: [['fetch', null, {}, false], 'a function'],
    signal: [[{}, 5, null, 'signal', new AbortController()], 'an AbortSignal'],
    debug: [['yes', 1, null, {}], "true, false, 'replay' or a function"],
  };
  for (const [name, [values, wants]] of Object.entries(rows)) {
    for (const value of values) refused({ [name]: value }, `option \`${name}\` must be ${wants}`);
  }
  for (const max of [-1, 1.5, 1001, NaN, Infinity, '2', null]) {
    refused({ redirectBudget: { max } }, '`redirectBudget.max`', 'a whole number from 0 to 1000');
  }
});

test('a value that has no text of its own is still a mistake with a name', () => {
  refused({ name: Object.create(null) }, '`name`', 'a value of type object');
  refused({ name: Symbol('x') }, '`name`', 'a value of type symbol');
  refused({ name: () => 'very secret source' }, '`name`', 'a value of type function');
});

test('options that are no object are refused', () => {
  for (const value of [null, 5, 'options', true, () => {}]) refused(value, '`options`', 'an object');
});

test('an unknown option is refused with the known ones, also inside a group', () => {
  refused({ intervall: '5m' }, 'unknown option `intervall`', 'interval', 'redirectBudget');
  refused({ timeout: { valdate: '5s' } }, 'unknown option `timeout.valdate`', 'known are slow, validate, reconnect');
  refused({ retry: { max: 5 } }, 'unknown option `retry.max`', 'base, cap, spread');
  refused({ redirectBudget: { max: 2, every: '1m' } }, 'unknown option `redirectBudget.every`', 'max, per');
  // Names that every object has.
  refused({ constructor: 5 }, 'unknown option `constructor`');
  refused({ timeout: { toString: 5 } }, 'unknown option `timeout.toString`');
  refused(JSON.parse('{"__proto__": 5}'), 'unknown option `__proto__`');
});

test('a user is idle after a duration, or never', () => {
  for (const [idle, milliseconds] of [['10m', 600_000], [1, 1], ['400d', 400 * DAY], [false, undefined], [undefined, undefined]]) {
    assert.equal(normalise({ idle }).idle, milliseconds, String(idle));
  }
  for (const idle of [0, -1, NaN, '10', '401d', '', null, true, {}, () => 5]) refused({ idle }, 'option `idle` must be false, or a duration from 1 ms');
  refused({ idle: 0 }, 'not 0');
});

test('durations that depend on each other are in order', () => {
  refused({ timeout: { slow: '20s' } }, '`timeout.validate`', 'must not be shorter than `timeout.slow`');
  refused({ timeout: { validate: '2m' } }, '`timeout.reconnect`', 'must not be shorter than `timeout.validate`');
  refused({ timeout: { reconnect: '10s' } }, '`timeout.reconnect`');
  refused({ retry: { base: '31s' } }, '`retry.cap`', 'must not be shorter than `retry.base`');
  refused({ retry: { base: 2, cap: 1 } }, '`retry.cap`');
  const equal = normalise({ timeout: { slow: 5, validate: 5, reconnect: 5 }, retry: { base: 7, cap: 7 } });
  assert.deepEqual([equal.slowAfter, equal.validateTimeout, equal.reconnectTimeout, equal.retryBase, equal.retryCap], [5, 5, 5, 7, 7]);
});

test('part of a group leaves the defaults of the rest', () => {
  const { slowAfter, validateTimeout, reconnectTimeout } = normalise({ timeout: { slow: '1s' } });
  assert.deepEqual([slowAfter, validateTimeout, reconnectTimeout], [1_000, 15_000, 90_000]);
  const { retryBase, retryCap, retrySpread } = normalise({ retry: { spread: '1s' } });
  assert.deepEqual([retryBase, retryCap, retrySpread], [500, 30_000, 1_000]);
  const { redirectMax, redirectPer } = normalise({ redirectBudget: { max: 0 } });
  assert.deepEqual([redirectMax, redirectPer], [0, 60_000]);
});

test('what is switched off is not there', () => {
  const { reconnect, logout, login, crossTab } = normalise({ reconnect: false, logout: false, login: false, crossTab: false });
  assert.deepEqual([reconnect, logout, login, crossTab], [undefined, undefined, undefined, false]);
});

test('the record is flat: groups are spread under names of their own', () => {
  for (const group of ['timeout', 'retry', 'redirectBudget']) assert.ok(!(group in normalise()), group);
});

test('a call has the headers of the protocol and those of the application, which win', () => {
  const { headers } = normalise({ headers: { 'X-Tenant': 'a', 'X-Session-Keepalive': '2', Accept: 'text/plain' } });
  assert.ok(headers() instanceof Headers);
  assert.deepEqual(plain(headers()), { ...PROTOCOL, accept: 'text/plain', 'x-tenant': 'a', 'x-session-keepalive': '2' });
  headers().set('x-more', '1');
  assert.ok(!headers().has('x-more'), 'each call has its own');
});

test('a function is asked for headers at every call, and only a promise of its own is waited for', async () => {
  let count = 0;
  const { headers } = normalise({ headers: () => ({ 'x-count': String(++count) }) });
  assert.deepEqual([headers(), headers()].map((given) => given.get('x-count')), ['1', '2']);
  for (const given of [undefined, new Headers({ a: 'b' }), [['a', 'b']], new Map([['a', 'b']])]) {
    const found = normalise({ headers: () => given }).headers();
    assert.deepEqual(plain(found), { ...PROTOCOL, ...(given && { a: 'b' }) });
  }
  const later = normalise({ headers: async () => ({ a: 'b' }) }).headers();
  assert.ok(later instanceof Promise);
  assert.deepEqual(plain(await later), { ...PROTOCOL, a: 'b' });
  const thenable = normalise({ headers: () => ({ then: (resolve) => resolve({ a: 'b' }) }) }).headers();
  assert.deepEqual(plain(await thenable), { ...PROTOCOL, a: 'b' });
  await assert.rejects(normalise({ headers: async () => { throw new Error('mine'); } }).headers(), /mine/);
  assert.throws(() => normalise({ headers: () => { throw new Error('mine'); } }).headers(), /mine/);
});

test('headers that would be lost when they are spread are refused', () => {
  for (const headers of [new Headers({ a: 'b' }), new Map([['a', 'b']]), [['a', 'b']]]) refused({ headers }, '`headers`', 'an object of strings');
});

test('a secret in the wrong place is not told', () => {
  const secret = 'postgres://alice:hunter2@db.example/app';
  for (const options of [{ credential: secret }, { headers: secret }, { headers: { authorization: 5, other: secret } }]) {
    assert.throws(() => normalise(options), (error) => error instanceof TypeError && !error.message.includes('hunter2') && !error.message.includes('db.example'));
  }
});

test('a credential store is one with all three methods', () => {
  const store = { load: async () => 'x', save: async () => {}, clear: async () => {} };
  assert.equal(normalise({ credential: store }).credential, store);
  for (const method of ['load', 'save', 'clear']) {
    refused({ credential: { ...store, [method]: undefined } }, '`credential`');
    refused({ credential: { ...store, [method]: 'text' } }, '`credential`');
  }
  for (const value of ['localStorage', '', 5, null, true]) {
    refused({ credential: value }, '`credential`', "'cookie', 'memory', 'sealed' or an object with load(), save() and clear()");
  }
  class Store {
    async load() {}
    async save() {}
    async clear() {}
  }
  assert.doesNotThrow(() => normalise({ credential: new Store() }), 'methods of a class count');
});

test('the levels that the module knows go there by name, and the sealed one is a store', () => {
  for (const level of ['cookie', 'memory']) assert.equal(normalise({ credential: level }).credential, level);
  const { credential } = normalise({ credential: 'sealed' });
  for (const method of ['load', 'save', 'clear']) assert.equal(typeof credential[method], 'function');
});

test('fetch is the application’s, or the global one as it is at the time of the call', async (t) => {
  const calls = [];
  const own = normalise({ fetch: (...call) => calls.push(call) });
  own.fetch('/a', { method: 'POST' });
  assert.deepEqual(calls, [['/a', { method: 'POST' }]]);
  const { fetch } = normalise();
  t.mock.method(globalThis, 'fetch', (...call) => ['wrapped later', ...call]);
  assert.deepEqual(fetch('/b'), ['wrapped later', '/b', undefined]);
});

test('every other accepted form passes', () => {
  const { signal } = new AbortController();
  const forms = [
    { validate: 'https://api.example/session' }, { validate: async () => ({ kind: 'lost' }) },
    { reconnect: '/r' }, { reconnect: false }, { reconnect: async () => {} },
    { logout: '/l' }, { logout: false }, { logout: async () => {} },
    { login: '/in' }, { login: false }, { login: () => undefined },
    { classify: () => undefined }, { crossTab: true }, { crossTab: false }, { name: 'admin' }, { returnToParam: 'next' },
    { signal }, { debug: true }, { debug: false }, { debug: 'replay' }, { debug: () => {} }, { headers: {} }, { headers: () => ({}) }, { fetch: async () => new Response() },
  ];
  for (const form of forms) {
    const options = normalise(form);
    const [[name, value]] = Object.entries(form);
    const switchedOff = value === false && ['reconnect', 'logout', 'login'].includes(name);
    if (!['fetch', 'headers'].includes(name)) assert.equal(options[name], switchedOff ? undefined : value, name);
  }
});
