import assert from 'node:assert/strict';
import { test } from 'node:test';
import { normalise } from '../../src/js/options.js';

const ORDER = ['switches', 'jitter', 'interval', 'slow', 'validate', 'reconnect', 'base', 'cap', 'spread', 'warnBefore', 'idle'];
const forEngine = (options) => Object.fromEntries(ORDER.map((name, at) => [name, normalise(options).forEngine[at]]));

const refused = (options, ...told) =>
  assert.throws(() => normalise(options), (error) => {
    assert.ok(error instanceof TypeError, String(error));
    for (const words of ['session-keepalive: ', ...told]) assert.ok(error.message.includes(words), `"${error.message}" says: ${words}`);
    return true;
  });

const DAY = 86_400_000;

test('without options everything has its documented default', () => {
  for (const nothing of [undefined, {}, { interval: undefined, timeout: undefined, retry: { base: undefined } }]) {
    const options = normalise(nothing);
    assert.equal(options.validate, '/api/validate-session');
    assert.equal(options.reconnect, '/api/reconnect');
    assert.equal(options.logout, '/api/logout');
    assert.equal(options.login, '/connect');
    assert.equal(options.returnToParam, 'returnTo');
    assert.equal(options.name, 'session');
    assert.deepEqual(options.redirectBudget, { max: 2, per: 60_000 });
    assert.equal(options.store, undefined);
    assert.equal(options.classify, undefined);
    assert.equal(options.signal, undefined);
    assert.equal(options.debug, false);
    assert.deepEqual(options.headers(), {});
    assert.deepEqual(forEngine(nothing), {
      switches: 2 + 4 + 8 + 32, jitter: 100, interval: 300_000, slow: 3_000, validate: 15_000, reconnect: 90_000, base: 500, cap: 30_000,
      spread: 30_000, warnBefore: 60_000, idle: NaN,
    });
  }
});

test('a duration is a number of milliseconds or a number with a unit', () => {
  const rows = [
    [1, 1], [1500, 1500], ['1ms', 1], ['250ms', 250], ['5s', 5_000], ['1.5s', 1_500], ['5m', 300_000], ['2h', 7_200_000], ['1d', DAY],
    ['400d', 400 * DAY], [400 * DAY, 400 * DAY],
  ];
  for (const [given, milliseconds] of rows) {
    assert.equal(forEngine({ interval: given }).interval, milliseconds, String(given));
    assert.equal(forEngine({ warnBefore: given }).warnBefore, milliseconds, String(given));
    assert.equal(normalise({ redirectBudget: { max: 1, per: given } }).redirectBudget.per, milliseconds, String(given));
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
    debug: [['yes', 1, null, {}], 'true, false or a function'],
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

test('a person is idle after a duration, or never', () => {
  for (const [idle, milliseconds] of [['10m', 600_000], [1, 1], ['400d', 400 * DAY], [false, NaN], [undefined, NaN]]) {
    assert.equal(forEngine({ idle }).idle, milliseconds, String(idle));
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
  const equal = forEngine({ timeout: { slow: 5, validate: 5, reconnect: 5 }, retry: { base: 7, cap: 7 } });
  assert.deepEqual([equal.slow, equal.validate, equal.reconnect, equal.base, equal.cap], [5, 5, 5, 7, 7]);
});

test('part of a group leaves the defaults of the rest', () => {
  const { slow, validate, reconnect } = forEngine({ timeout: { slow: '1s' } });
  assert.deepEqual([slow, validate, reconnect], [1_000, 15_000, 90_000]);
  const { base, cap, spread } = forEngine({ retry: { spread: '1s' } });
  assert.deepEqual([base, cap, spread], [500, 30_000, 1_000]);
  assert.deepEqual(normalise({ redirectBudget: { max: 0 } }).redirectBudget, { max: 0, per: 60_000 });
});

test('the switches tell the engine what there is', () => {
  const store = { load: async () => null, save: async () => {}, clear: async () => {} };
  const rows = [
    [{ credential: 'cookie' }, 46],
    [{ credential: 'memory' }, 47],
    [{ credential: 'sealed' }, 47],
    [{ credential: store }, 47],
    [{ reconnect: false }, 44],
    [{ logout: false }, 42],
    [{ login: false }, 38],
    [{ debug: true }, 62],
    [{ crossTab: true }, 46],
    [{ crossTab: false }, 14],
    [{ reconnect: false, logout: false, login: false, crossTab: false }, 0],
    [{ reconnect: async () => {}, logout: async () => {}, login: () => '/login' }, 46],
  ];
  for (const [options, switches] of rows) assert.equal(forEngine(options).switches, switches, JSON.stringify(options));
});

test('the jitter goes over in thousandths', () => {
  for (const [jitter, permille] of [[0, 0], [0.1, 100], [0.0004, 0], [0.25, 250], [1, 1000]]) {
    assert.equal(forEngine({ jitter }).jitter, permille);
  }
});

test('headers are an object, or a function that is asked at every request', () => {
  assert.deepEqual(normalise({ headers: { 'x-tenant': 'a' } }).headers(), { 'x-tenant': 'a' });
  let count = 0;
  const { headers } = normalise({ headers: () => ({ 'x-count': String(++count) }) });
  assert.deepEqual([headers(), headers()], [{ 'x-count': '1' }, { 'x-count': '2' }]);
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
  assert.equal(normalise({ credential: store }).store, store);
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

test('the memory store is this session’s own, and forgets', async () => {
  const [one, other] = [normalise({ credential: 'memory' }).store, normalise({ credential: 'memory' }).store];
  assert.equal(await one.load(), null);
  await one.save('secret');
  assert.equal(await one.load(), 'secret');
  assert.equal(await other.load(), null);
  await one.clear();
  assert.equal(await one.load(), null);
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
    { signal }, { debug: true }, { debug: false }, { debug: () => {} }, { fetch: async () => new Response() },
  ];
  for (const form of forms) {
    const options = normalise(form);
    const [[name, value]] = Object.entries(form);
    const switchedOff = value === false && ['reconnect', 'logout', 'login'].includes(name);
    if (name !== 'fetch') assert.equal(options[name], switchedOff ? undefined : value, name);
  }
});
