import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { loadError } from '../../src/js/errors.js';
import { createKeepAliveWith } from '../../src/js/keepalive.js';
import { EVENTS } from '../../src/js/events.js';
import { INACTIVE } from '../../src/js/snapshot.js';
import { createLocks, deferred, openPage, settled } from './support/page.mjs';

const KEY = 'session-keepalive:session';

let page;
let sessions;
beforeEach(() => {
  page = openPage();
  sessions = [];
});
afterEach(() => page.remove());

/** In the place of `Session` of the module: notes what it is asked, and says what the test wants. */
class Session {
  constructor(options, listeners, tabs) {
    Object.assign(this, { options, listeners, tabs, calls: [] });
    sessions.push(this);
  }

  names() { return this.calls.map(([name]) => name); }

  change({ status = 'connected', reason = null, epoch = 1, lastOkAt = null, nextCheckAt = null, expiresInMs = null, error = null, subject, data = null } = {}) {
    this.listeners.changed({ status, reason, epoch, lastOkAt, nextCheckAt, expiresInMs, error }, subject, data);
  }
}
const ANSWERED_LATER = ['check', 'signOut', 'remember', 'forget'];
const METHODS = [
  'start', 'stop', 'dispose', ...ANSWERED_LATER, 'fetchStarted', 'fetchRefused', 'fetchEnded', 'lockResult', 'received', 'receivedSignOut',
];
for (const name of METHODS) {
  Session.prototype[name] = function noted(...given) {
    assert.ok(!this.freed, `${name} after free()`);
    this.calls.push([name, ...given]);
    const result = this[`on_${name}`]?.(...given);
    return ANSWERED_LATER.includes(name) ? Promise.resolve(result) : result;
  };
}
Session.prototype.free = function free() {
  assert.ok(!this.freed, 'twice');
  this.freed = true;
  this.calls.push(['free']);
};

/** An instance of the module. */
const instance = () => ({ Session, traps: new Set() });
const trap = ({ traps }, cause) => { for (const end of [...traps]) end(cause); };

const create = (options, load = async () => instance()) => createKeepAliveWith(load)(options);
const running = async (options) => {
  const keepAlive = create(options);
  await settled();
  return [keepAlive, sessions.at(-1)];
};

const blocked = () => loadError(new WebAssembly.CompileError("violates the Content Security policy because 'unsafe-eval' is not allowed"));

// --- on a server ---

test('on a server it is inert: no load, no request, no timer, no listener', async (t) => {
  page.remove();
  t.mock.method(globalThis, 'fetch', () => assert.fail('a request'));
  t.mock.method(globalThis, 'setTimeout', () => assert.fail('a timer'));
  const keepAlive = create({}, () => assert.fail('a load'));
  assert.equal(keepAlive.getSnapshot().status, 'inactive');
  assert.equal(keepAlive.getSnapshot(), keepAlive.getServerSnapshot());
  assert.equal(keepAlive.start(), keepAlive);
  assert.equal((await keepAlive.check()).status, 'inactive');
  assert.equal((await keepAlive.extend()).status, 'inactive');
  await keepAlive.signOut();
  await keepAlive.remember('x');
  await keepAlive.forget();
  await keepAlive.ready;
  keepAlive.stop();
  keepAlive.dispose();
  assert.equal(keepAlive.getSnapshot().status, 'inactive');
});

test('on a server options are validated all the same', () => {
  page.remove();
  assert.throws(() => create({ interval: 0 }), /`interval`/);
  assert.throws(() => create({ intervall: 5 }), /`intervall`/);
});

test('on a server fetch is plain fetch, refusals included', async (t) => {
  page.remove();
  const refusal = Response.json({ code: 'SESSION_UNKNOWN' }, { status: 401 });
  const calls = [];
  t.mock.method(globalThis, 'fetch', async (...given) => {
    calls.push(given);
    return refusal;
  });
  const init = { method: 'POST' };
  assert.equal(await create().fetch('https://api.example/x', init), refusal);
  assert.deepEqual(calls, [['https://api.example/x', init]]);
});

// --- loading ---

test('it returns at once as starting, and starts when the module is there', async () => {
  const loading = deferred();
  const keepAlive = create({}, () => loading.promise);
  assert.equal(keepAlive.getSnapshot().status, 'starting');
  loading.resolve(instance());
  await settled();
  assert.deepEqual(sessions[0].calls, [['start']]);
});

test('the module is made from the checked options', async () => {
  const [, session] = await running({ interval: '1m', jitter: 0, logout: false });
  const { interval, jitter, logout, slowAfter, trace } = session.options;
  assert.deepEqual([interval, jitter, logout, slowAfter, trace], [60_000, 0, undefined, 3_000, false]);
});

test('a module that cannot be loaded is degraded, and ready rejects without a fuss', async (t) => {
  const unhandled = t.mock.fn();
  process.on('unhandledRejection', unhandled);
  t.after(() => process.off('unhandledRejection', unhandled));
  const error = loadError(new TypeError('Failed to fetch'));
  const keepAlive = create({}, () => Promise.reject(error));
  const heard = [];
  keepAlive.on('degraded', (event) => heard.push(event));
  await settled();
  await settled();
  const snapshot = keepAlive.getSnapshot();
  assert.deepEqual([snapshot.status, snapshot.reason, snapshot.error], ['degraded', 'network', error]);
  assert.deepEqual(heard, [{ reason: 'network', retryInMs: Infinity }]);
  assert.equal(unhandled.mock.callCount(), 0);
  await assert.rejects(keepAlive.ready, error);
});

test('a mistake of the application is told on the console, once; a transient fault is not', async (t) => {
  const log = t.mock.method(console, 'error', () => {});
  const [keepAlive, session] = await running();
  session.change({ status: 'degraded', reason: 'server', error: { code: 'server', status: 503, retryable: true } });
  assert.equal(log.mock.callCount(), 0);
  for (const nextCheckAt of [1, 2, 3]) {
    session.change({ status: 'degraded', reason: 'misconfigured', nextCheckAt, error: { code: 'misconfigured', status: 403, retryable: true } });
  }
  assert.equal(log.mock.callCount(), 1);
  assert.match(log.mock.calls[0].arguments[0].message, /headers.*HTTP 403/);
  keepAlive.dispose();
});

test('a policy that forbids the module is named, with what to change', async (t) => {
  t.mock.method(console, 'error', () => {});
  const keepAlive = create({}, () => Promise.reject(blocked()));
  await settled();
  const { status, reason, error } = keepAlive.getSnapshot();
  assert.deepEqual([status, reason, error.code, error.retryable], ['degraded', 'wasm-blocked', 'wasm-blocked', false]);
  assert.match(error.message, /'wasm-unsafe-eval'/);
});

test('without the module fetch is plain fetch', async () => {
  const refusal = Response.json({ code: 'SESSION_UNKNOWN' }, { status: 401 });
  const keepAlive = create({ fetch: async () => refusal }, () => Promise.reject(blocked()));
  await settled();
  assert.equal(await keepAlive.fetch('/api/a'), refusal);
});

test('a failed load is tried again by start() and check(), and ready is then a new promise', async () => {
  let works = false;
  let loads = 0;
  const keepAlive = create({}, async () => {
    loads += 1;
    if (!works) throw loadError(new TypeError('Failed to fetch'));
    return instance();
  });
  const first = keepAlive.ready;
  await assert.rejects(first);
  assert.equal((await keepAlive.check()).status, 'degraded');
  assert.equal(loads, 2);
  await assert.rejects(keepAlive.ready);
  works = true;
  keepAlive.start();
  const { ready } = keepAlive;
  await settled();
  assert.equal(loads, 3);
  assert.deepEqual(sessions[0].names(), ['start']);
  sessions[0].change({ status: 'connected' });
  await ready;
  await assert.rejects(first);
  keepAlive.start();
  await settled();
  assert.equal(loads, 3, 'once it is there it is there');
});

test('a load that fails after dispose changes nothing', async () => {
  const loading = deferred();
  const keepAlive = create({}, () => loading.promise);
  keepAlive.dispose();
  loading.reject(blocked());
  await keepAlive.ready;
  await settled();
  assert.equal(keepAlive.getSnapshot().status, 'inactive');
});

// --- life ---

test('stop before the module is there: it is not started', async () => {
  const loading = deferred();
  const keepAlive = create({}, () => loading.promise);
  keepAlive.stop();
  assert.equal(keepAlive.getSnapshot().status, 'inactive');
  loading.resolve(instance());
  await settled();
  assert.deepEqual(sessions[0].calls, []);
  assert.equal(keepAlive.start(), keepAlive);
  assert.deepEqual(sessions[0].names(), ['start']);
});

test('stop and start again: one session', async () => {
  const [keepAlive, session] = await running();
  keepAlive.start();
  keepAlive.stop();
  keepAlive.stop();
  keepAlive.start();
  assert.deepEqual(session.names(), ['start', 'stop', 'start']);
  assert.equal(sessions.length, 1);
});

test('dispose ends everything, once, and frees the module afterwards', async () => {
  const { signal } = new AbortController();
  const [keepAlive, session] = await running({ signal });
  const heard = [];
  keepAlive.on('change', (snapshot) => heard.push(snapshot.status));
  await settled();
  heard.length = 0;
  session.on_stop = () => session.change({ status: 'inactive' });
  keepAlive.dispose();
  assert.deepEqual(session.names(), ['start', 'stop', 'dispose'], 'not freed while a call may still be inside');
  assert.equal(keepAlive.getSnapshot().status, 'inactive');
  assert.deepEqual(heard, ['inactive']);
  keepAlive.dispose();
  await settled();
  assert.deepEqual(session.names(), ['start', 'stop', 'dispose', 'free']);
  await keepAlive.ready;

  heard.length = 0;
  session.listeners.emit('wake', { sleptMs: 5 });
  session.change();
  assert.deepEqual(heard, []);
  keepAlive.start();
  keepAlive.stop();
  await keepAlive.check();
  await keepAlive.signOut();
  await keepAlive.remember('x');
  await keepAlive.forget();
  assert.equal(session.names().length, 4);
});

test('creating, disposing and creating again leaves one of each', async () => {
  let loads = 0;
  const loading = deferred();
  const load = () => {
    loads += 1;
    return loading.promise;
  };
  const first = create({}, load);
  first.dispose();
  const second = create({}, load);
  loading.resolve(instance());
  await settled();
  assert.equal(loads, 2, 'the load itself is shared by the entry');
  assert.equal(sessions.length, 1);
  assert.deepEqual(sessions[0].names(), ['start']);
  second.dispose();
  const third = create({}, async () => instance());
  await settled();
  third.dispose();
  await settled();
  assert.deepEqual(sessions.map((session) => session.freed), [true, true]);
});

test('a signal disposes, also one that was aborted before', async () => {
  const controller = new AbortController();
  const [keepAlive, session] = await running({ signal: controller.signal });
  controller.abort();
  await keepAlive.ready;
  await settled();
  assert.deepEqual(session.names(), ['start', 'stop', 'dispose', 'free']);
  const late = create({ signal: AbortSignal.abort() }, () => assert.fail('a load'));
  assert.equal(late.getSnapshot().status, 'inactive');
  await late.ready;
});

test('a signal is let go of by dispose', async () => {
  const { signal } = new AbortController();
  const held = new Set();
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = (type, listener, options) => { held.add(listener); addEventListener.call(signal, type, listener, options); };
  signal.removeEventListener = (type, listener) => { held.delete(listener); removeEventListener.call(signal, type, listener); };
  const [keepAlive] = await running({ signal });
  keepAlive.on('change', () => {}, { signal });
  assert.equal(held.size, 2);
  keepAlive.dispose();
  assert.equal(held.size, 0);
});

test('Symbol.dispose is dispose', async () => {
  const symbol = Symbol.dispose ?? Symbol.for('Symbol.dispose');
  const [keepAlive, session] = await running();
  keepAlive[symbol]();
  assert.ok(session.names().includes('dispose'));
});

test('methods need no object', async () => {
  const [keepAlive, session] = await running({ fetch: async () => new Response('fine') });
  session.on_fetchStarted = (id) => session.listeners.resume(id, 1);
  const { start, stop, check, extend, signOut, remember, forget, on, subscribe, getSnapshot, getServerSnapshot, fetch, dispose } = keepAlive;
  subscribe(() => {})();
  on('change', () => {})();
  assert.equal((await check()), getSnapshot());
  await extend();
  await signOut();
  await remember('x');
  await forget();
  assert.equal(await (await fetch('/api/a')).text(), 'fine');
  assert.equal(getServerSnapshot().status, 'inactive');
  stop();
  assert.equal(start(), keepAlive);
  dispose();
});

test('the object cannot be changed by accident', async () => {
  const [keepAlive] = await running();
  assert.throws(() => { keepAlive.check = () => {}; }, TypeError);
  assert.throws(() => { keepAlive.ready = 5; }, TypeError);
});

// --- snapshots and events ---

test('a snapshot is frozen, has every public field, and stays the same object until something changes', async () => {
  const [keepAlive, session] = await running();
  const data = { theme: 'dark' };
  session.change({ status: 'degraded', reason: 'server', epoch: 3, lastOkAt: 5, nextCheckAt: 6, expiresInMs: 7, error: { code: 'server', status: 503, retryable: true }, subject: 'alice', data });
  const snapshot = keepAlive.getSnapshot();
  assert.ok(Object.isFrozen(snapshot));
  assert.deepEqual(Object.keys(snapshot).sort(), Object.keys(INACTIVE).sort());
  const { error, ...rest } = snapshot;
  assert.deepEqual(rest, { status: 'degraded', reason: 'server', subject: 'alice', epoch: 3, data, lastOkAt: 5, nextCheckAt: 6, expiresInMs: 7 });
  assert.equal(snapshot.data, data, 'the very object');
  assert.ok(error instanceof Error);
  assert.deepEqual([error.name, error.code, error.status, error.retryable], ['KeepAliveError', 'server', 503, true]);
  session.listeners.emit('degraded', { reason: 'server', retryInMs: 500 });
  assert.equal(keepAlive.getSnapshot(), snapshot);
  session.change();
  assert.notEqual(keepAlive.getSnapshot(), snapshot);
  assert.equal(snapshot.status, 'degraded');
  assert.deepEqual([keepAlive.getSnapshot().subject, keepAlive.getSnapshot().error], [null, null]);
  assert.equal(keepAlive.getServerSnapshot(), keepAlive.getServerSnapshot());
});

test('every event of the module arrives with its payload', async () => {
  const [keepAlive, session] = await running();
  const heard = [];
  for (const name of EVENTS) keepAlive.on(name, (event) => heard.push([name, event]));
  await settled();
  heard.length = 0;
  const apart = ['change', 'connected', 'redirect'];
  const events = EVENTS.filter((name) => !apart.includes(name)).map((name) => [name, { of: name }]);
  assert.ok(events.length > 8);
  for (const event of events) session.listeners.emit(...event);
  assert.deepEqual(heard, events);
  heard.length = 0;
  session.change();
  session.listeners.emit('connected', null);
  assert.deepEqual(heard, [['change', keepAlive.getSnapshot()], ['connected', keepAlive.getSnapshot()]]);
});

test('late subscribers get the current snapshot; subscribe() only what comes', async () => {
  const [keepAlive, session] = await running();
  session.change();
  const heard = [];
  keepAlive.on('change', (snapshot) => heard.push(['change', snapshot]));
  keepAlive.on('connected', (snapshot) => heard.push(['connected', snapshot]));
  keepAlive.on('disconnected', () => heard.push('disconnected'));
  keepAlive.subscribe((...given) => heard.push(given));
  assert.deepEqual(heard, []);
  await settled();
  const snapshot = keepAlive.getSnapshot();
  assert.deepEqual(heard, [['change', snapshot], ['connected', snapshot]]);
  heard.length = 0;
  session.change({ status: 'offline' });
  keepAlive.on('connected', () => heard.push('connected'));
  await settled();
  assert.deepEqual(heard, [['change', keepAlive.getSnapshot()], []], 'subscribe() gives no argument');
});

test('a mistake in on() is told at once', async () => {
  const [keepAlive] = await running();
  assert.throws(() => keepAlive.on('conected', () => {}), (error) => error instanceof TypeError && /unknown event `conected`; known are change, connected, /.test(error.message));
  assert.throws(() => keepAlive.on('change'), (error) => error instanceof TypeError && /listener of `change` must be a function/.test(error.message));
});

test('ready is kept by the first definitive verdict', async () => {
  for (const status of ['connected', 'disconnected']) {
    const [keepAlive, session] = await running();
    let kept = false;
    keepAlive.ready.then(() => { kept = true; });
    for (const other of ['starting', 'degraded', 'offline', 'reconnecting']) session.change({ status: other });
    await settled();
    assert.equal(kept, false);
    session.change({ status });
    await settled();
    assert.equal(kept, true, status);
    keepAlive.dispose();
  }
});

test('a listener may call anything during an event', async () => {
  for (const method of ['stop', 'start', 'check', 'extend', 'signOut', 'forget', 'getSnapshot', 'dispose']) {
    const [keepAlive, session] = await running({ login: () => assert.fail('no redirect') });
    const later = [];
    keepAlive.on('checking', () => void keepAlive[method]());
    keepAlive.on('checking', () => later.push('heard'));
    session.listeners.emit('checking', { attempt: 1 });
    await settled();
    assert.deepEqual(later, method === 'dispose' ? [] : ['heard'], method);
    assert.deepEqual(page.reported, [], method);
    keepAlive.dispose();
    await settled();
    assert.ok(session.freed);
  }
});

test('a listener that throws is reported and disturbs nobody', async () => {
  const [keepAlive, session] = await running();
  const heard = [];
  keepAlive.on('checking', () => { throw new Error('mine'); });
  keepAlive.on('checking', (event) => heard.push(event));
  session.listeners.emit('checking', { attempt: 1 });
  assert.deepEqual(heard, [{ attempt: 1 }]);
  assert.equal(page.reported[0].message, 'mine');
});

test('debug is told every event as the application is, and the bytes of the module', async () => {
  const told = [];
  const [keepAlive, session] = await running({ debug: (entry) => told.push(entry) });
  assert.equal(session.options.trace, true, 'the module is asked for its log');
  assert.deepEqual(told.map(({ name, detail }) => [name, detail.status]), [['change', 'starting']]);
  told.length = 0;
  session.listeners.trace('input', new Uint8Array([0, 10, 255]));
  session.listeners.emit('wake', { sleptMs: 5 });
  assert.deepEqual(told.map(({ name, detail }) => [name, detail]), [['input', '000aff'], ['wake', { sleptMs: 5 }]]);
  assert.ok(told.every(({ at }) => typeof at === 'number'));
  keepAlive.dispose();
  for (const debug of [undefined, false, true]) assert.equal((await running({ debug }))[1].options.trace, false, String(debug));
  assert.equal((await running({ debug: 'replay' }))[1].options.trace, true);
});

// --- calls ---

test('check and extend resolve with the snapshot when the module has answered', async () => {
  const [keepAlive, session] = await running();
  const answer = deferred();
  session.on_check = () => answer.promise;
  let done = false;
  const results = Promise.all([keepAlive.check(), keepAlive.extend()]).finally(() => { done = true; });
  await settled();
  assert.deepEqual(session.calls.slice(1), [['check', false], ['check', true]]);
  session.change({ epoch: 9 });
  await settled();
  assert.equal(done, false);
  answer.resolve();
  assert.deepEqual((await results).map(({ epoch }) => epoch), [9, 9]);
});

test('what the module rejects with is the caller’s', async () => {
  const [keepAlive, session] = await running();
  const locked = new Error('locked');
  session.on_remember = session.on_forget = () => Promise.reject(locked);
  await assert.rejects(keepAlive.remember('x'), locked);
  await assert.rejects(keepAlive.forget(), locked);
});

test('what waits when it is disposed is not left waiting, even if the module never answers', async () => {
  const stored = [];
  const store = { load: async () => null, save: async () => stored.push('save'), clear: async () => stored.push('clear') };
  const [keepAlive, session] = await running({ credential: store, fetch: () => assert.fail('a request') });
  for (const method of ['check', 'signOut', 'remember', 'forget']) session[`on_${method}`] = () => new Promise(() => {});
  const waiting = Promise.all(['check', 'extend', 'signOut', 'remember', 'forget'].map((method) => keepAlive[method]()));
  await settled();
  keepAlive.dispose();
  await waiting;
  assert.deepEqual(stored, [], 'they were the module’s to do');
});

test('signing out is the module’s, in the same task; everywhere goes along', async () => {
  const [keepAlive, session] = await running();
  const signedOut = keepAlive.signOut();
  assert.deepEqual(session.calls.at(-1), ['signOut', false], 'at once: pages navigate right after it');
  await signedOut;
  await keepAlive.signOut({ everywhere: true });
  // As the handler of a click it gets an event.
  await keepAlive.signOut(new Event('click'));
  assert.deepEqual(session.calls.slice(1), [['signOut', false], ['signOut', true], ['signOut', false]]);
});

test('without the module a person can still leave: at once here, and at the server', async () => {
  const requests = [];
  const stored = [];
  const store = { load: async () => 'secret', save: async () => {}, clear: async () => stored.push('cleared') };
  const keepAlive = create({
    credential: store,
    fetch: async (url, init) => {
      // The request leaves first, but nothing here waits for its answer.
      await null;
      requests.push([url, init.body, keepAlive.getSnapshot().status]);
      return new Response(null, { status: 204 });
    },
  }, () => Promise.reject(blocked()));
  const heard = [];
  keepAlive.on('disconnected', (event) => heard.push(event));
  await settled();
  await keepAlive.signOut({ everywhere: true });
  assert.deepEqual(requests, [['/api/logout', '{"everywhere":true}', 'disconnected']]);
  assert.deepEqual([stored, heard], [['cleared'], [{ reason: 'signed-out' }]]);
  const { status, reason, error } = keepAlive.getSnapshot();
  assert.deepEqual([status, reason, error], ['disconnected', 'signed-out', null]);
});

test('without the module a logout that does not arrive is told, but counts here', async () => {
  const keepAlive = create({ fetch: async () => { throw new TypeError('Failed to fetch'); } }, () => Promise.reject(blocked()));
  await settled();
  await assert.rejects(keepAlive.signOut(), /Failed to fetch/);
  assert.deepEqual([keepAlive.getSnapshot().status, keepAlive.getSnapshot().reason], ['disconnected', 'signed-out']);
});

test('a logout that could not be delivered by hand leaves a mark for a later page; one that was leaves none', async () => {
  const rows = [
    [async () => new Response(null, { status: 204 }), null],
    [async () => new Response(null, { status: 401 }), null],
    [async () => new Response(null, { status: 503 }), 'here'],
    [async () => { throw new TypeError('Failed to fetch'); }, 'here'],
  ];
  for (const [fetch, mark] of rows) {
    const keepAlive = create({ fetch }, () => Promise.reject(blocked()));
    await settled();
    const signedOut = keepAlive.signOut();
    await (mark ? assert.rejects(signedOut) : signedOut);
    assert.equal(localStorage.getItem(`${KEY}:sign-out`), mark);
    localStorage.removeItem(`${KEY}:sign-out`);
  }
});

test('the logout by hand is the request of the module', async () => {
  const requests = [];
  const fetch = async (url, { headers, ...init }) => {
    requests.push([url, init, Object.fromEntries(headers)]);
    return new Response(null, { status: 204 });
  };
  for (const headers of [{ 'x-tenant': 'a' }, () => ({ 'x-tenant': 'a' }), async () => ({ 'x-tenant': 'a' })]) {
    const keepAlive = create({ fetch, logout: '/bye', headers }, () => Promise.reject(blocked()));
    await settled();
    await keepAlive.signOut();
  }
  assert.deepEqual(requests, Array(3).fill(['/bye', {
    method: 'POST', credentials: 'include', cache: 'no-store', keepalive: true, body: '{"everywhere":false}',
  }, {
    accept: 'application/json, application/problem+json', 'content-type': 'application/json', 'x-session-keepalive': '1', 'x-tenant': 'a',
  }]));
});

test('without the module a function signs out; and where there is no such call only the page does', async () => {
  const asked = [];
  const fetch = () => assert.fail('a request');
  for (const logout of [async (context) => void asked.push(context), false]) {
    const keepAlive = create({ fetch, logout }, () => Promise.reject(blocked()));
    await settled();
    await keepAlive.signOut({ everywhere: true });
    assert.equal(keepAlive.getSnapshot().reason, 'signed-out');
  }
  assert.equal(asked.length, 1);
  assert.ok(asked[0].signal instanceof AbortSignal);
  assert.equal(asked[0].everywhere, true);
  assert.equal(localStorage.getItem(`${KEY}:sign-out`), null);
});

test('the credential is the module’s to keep and to forget', async () => {
  const store = { load: async () => null, save: () => assert.fail('not here'), clear: () => assert.fail('nor this') };
  const [keepAlive, session] = await running({ credential: store });
  assert.equal(session.options.credential, store);
  await keepAlive.remember('secret');
  await keepAlive.forget();
  assert.deepEqual(session.calls.slice(1), [['remember', 'secret'], ['forget']]);
});

test('without the module a store of the application’s is used all the same', async () => {
  const stored = [];
  const store = { load: async () => null, save: async (credential) => stored.push(credential), clear: async () => stored.push('cleared') };
  const keepAlive = create({ credential: store }, () => Promise.reject(blocked()));
  await settled();
  await keepAlive.remember('secret');
  await keepAlive.forget();
  assert.deepEqual(stored, ['secret', 'cleared']);
  const cookie = create({}, () => Promise.reject(blocked()));
  await settled();
  await cookie.remember('ignored');
  await cookie.forget();
});

test('a sign-in before the module is there takes back a sign-out that is still to be delivered', async () => {
  localStorage.setItem(`${KEY}:sign-out`, 'here');
  const keepAlive = create();
  void keepAlive.remember('secret');
  await settled();
  assert.deepEqual(sessions.at(-1).calls, [['start'], ['remember', 'secret']]);
  assert.equal(localStorage.getItem(`${KEY}:sign-out`), null);
  keepAlive.dispose();
  localStorage.setItem(`${KEY}:sign-out`, 'here');
  const other = create();
  void other.check();
  await settled();
  assert.equal(localStorage.getItem(`${KEY}:sign-out`), 'here', 'a check alone says nothing of a sign-in');
});

test('a listener can prevent the redirect', async () => {
  const [keepAlive, session] = await running();
  assert.equal(session.listeners.redirect('https://app.example/connect'), false);
  const urls = [];
  keepAlive.on('redirect', ({ url, preventDefault }) => {
    urls.push(url);
    preventDefault();
  });
  assert.equal(session.listeners.redirect('https://app.example/connect'), true);
  assert.deepEqual(urls, ['https://app.example/connect']);
});

test('errors of the application’s functions are reported to the page', async () => {
  const [, session] = await running();
  session.listeners.report(new Error('mine'));
  assert.deepEqual(page.reported.map(({ message }) => message), ['mine']);
});

// --- the other tabs ---

test('what other tabs say reaches the module, and what it says reaches them', async () => {
  const [, first] = await running();
  const [, second] = await running();
  for (const { tabs } of [first, second]) tabs.open();
  first.tabs.broadcast(new Uint8Array([1, 2]), 'alice', { theme: 'dark' });
  first.tabs.broadcastSignOut();
  await settled();
  const [received, signedOut] = second.calls.slice(1);
  assert.deepEqual([received[0], [...received[1]], ...received.slice(3)], ['received', [1, 2], 'alice', { theme: 'dark' }]);
  assert.ok(received[2] >= 0 && received[2] < 1000);
  assert.equal(signedOut[0], 'receivedSignOut');
  assert.deepEqual(first.names(), ['start'], 'not its own');
});

test('the answer about the lock reaches the module', async () => {
  navigator.locks = createLocks();
  const [, session] = await running();
  session.tabs.open();
  session.tabs.acquireLock(false);
  await settled();
  assert.deepEqual(session.calls.at(-1), ['lockResult', true]);
});

test('stopping and disposing let go of channel and lock', async () => {
  navigator.locks = createLocks();
  const [keepAlive, session] = await running();
  for (const end of ['stop', 'dispose']) {
    keepAlive.start();
    session.tabs.open();
    session.tabs.acquireLock(false);
    await settled();
    assert.deepEqual([page.channels(), navigator.locks.held()], [[KEY], [KEY]]);
    keepAlive[end]();
    await settled();
    assert.deepEqual([page.channels(), navigator.locks.held()], [[], []], end);
  }
});

// --- a trap ---

/** A session whose module can be made to trap; another instance each time one is loaded. */
const trappable = async (options) => {
  const instances = [];
  const load = async () => {
    if (!instances.at(-1)?.traps.size) instances.push(instance());
    return instances.at(-1);
  };
  const keepAlive = create(options, load);
  await settled();
  return { keepAlive, instances, load };
};

test('a trap is said exactly once, with its cause', async (t) => {
  const log = t.mock.method(console, 'error', () => {});
  const { keepAlive, instances } = await trappable();
  sessions[0].change({ subject: 'alice' });
  const heard = [];
  for (const name of EVENTS) keepAlive.on(name, (event) => heard.push([name, event]));
  await settled();
  heard.length = 0;
  const { ready } = keepAlive;
  const cause = new WebAssembly.RuntimeError('unreachable');
  trap(instances[0], cause);
  trap(instances[0], cause);
  const { status, reason, error, subject } = keepAlive.getSnapshot();
  assert.deepEqual([status, reason, subject], ['degraded', 'wasm-blocked', 'alice']);
  assert.deepEqual([error.code, error.retryable, error.cause], ['wasm-blocked', false, cause]);
  assert.deepEqual(heard, [['change', keepAlive.getSnapshot()], ['degraded', { reason: 'wasm-blocked', retryInMs: Infinity }]]);
  assert.deepEqual(log.mock.calls.map((call) => call.arguments), [[error]]);
  await ready;
  sessions[0].change({ epoch: 7 });
  sessions[0].listeners.emit('wake', { sleptMs: 5 });
  assert.equal(sessions[0].listeners.redirect('https://app.example/connect'), undefined);
  assert.equal(heard.length, 2, 'what was still to be said by the instance that trapped is not');
});

test('a trap before the first verdict rejects ready', async (t) => {
  t.mock.method(console, 'error', () => {});
  const { keepAlive, instances } = await trappable();
  const cause = new Error('mine');
  trap(instances[0], cause);
  await assert.rejects(keepAlive.ready, (error) => error.cause === cause);
});

test('after a trap nothing waits, fetch is plain, a store and a logout work by hand, until start() runs another instance', async (t) => {
  t.mock.method(console, 'error', () => {});
  const stored = [];
  const sent = [];
  const { keepAlive, instances } = await trappable({
    credential: { load: async () => null, save: async (credential) => stored.push(credential), clear: async () => stored.push('cleared') },
    fetch: async (url) => {
      sent.push(url);
      return new Response(null, { status: url === '/api/a' ? 401 : 204 });
    },
  });
  for (const method of ['check', 'signOut', 'remember']) sessions[0][`on_${method}`] = () => new Promise(() => {});
  const pending = [keepAlive.check(), keepAlive.remember('secret'), keepAlive.fetch('/api/a')];
  await settled();
  assert.deepEqual(sent, [], 'it waits for the module');
  const calls = sessions[0].calls.length;
  trap(instances[0], new Error('mine'));
  assert.equal((await Promise.all(pending))[2].status, 401);
  assert.deepEqual([stored, sent], [['secret'], ['/api/a']]);
  assert.equal((await keepAlive.fetch('/api/a')).status, 401);
  await keepAlive.check();
  await keepAlive.signOut();
  assert.deepEqual(sent, ['/api/a', '/api/a', '/api/logout']);
  assert.deepEqual(stored, ['secret', 'cleared']);
  assert.equal(sessions[0].calls.length, calls, 'the instance that trapped is not called again, not even to free it');
  assert.equal(sessions.length, 1);

  keepAlive.start();
  await settled();
  assert.equal(instances.length, 2);
  assert.deepEqual(sessions[1].names(), ['start']);
  sessions[1].change();
  await keepAlive.ready;
  assert.equal(keepAlive.getSnapshot().status, 'connected');
});

test('a listener of the trap may start again at once', async (t) => {
  t.mock.method(console, 'error', () => {});
  for (const name of ['change', 'degraded']) {
    const { keepAlive, instances } = await trappable();
    let starts = 0;
    keepAlive.on(name, () => {
      if (keepAlive.getSnapshot().reason !== 'wasm-blocked' || (starts += 1) > 1) return;
      keepAlive.start();
    });
    trap(instances[0], new Error('mine'));
    const { ready } = keepAlive;
    await settled();
    sessions.at(-1).change();
    await ready;
    assert.deepEqual([keepAlive.getSnapshot().status, instances.length], ['connected', 2], name);
    keepAlive.dispose();
  }
});

test('all sessions of the page share an instance, and each learns of its trap; a disposed one does not', async (t) => {
  const log = t.mock.method(console, 'error', () => {});
  const { keepAlive: one, instances, load } = await trappable();
  const two = create({ name: 'two' }, load);
  const gone = create({ name: 'gone' }, load);
  await settled();
  gone.dispose();
  await settled();
  assert.equal(instances.length, 1);
  assert.equal(instances[0].traps.size, 2);
  trap(instances[0], new Error('mine'));
  assert.deepEqual([one, two, gone].map((keepAlive) => keepAlive.getSnapshot().reason), ['wasm-blocked', 'wasm-blocked', null]);
  assert.equal(log.mock.callCount(), 2);
});

test('a module that traps while the session is made, or started, leaves no half of one', async (t) => {
  t.mock.method(console, 'error', () => {});
  for (const at of ['new', 'start']) {
    const traps = new Set();
    const dies = () => trap({ traps }, new Error(at));
    class Dying extends Session {
      constructor(...given) {
        super(...given);
        if (at === 'new') dies();
      }

      start() {
        assert.equal(at, 'start');
        dies();
      }
    }
    const keepAlive = create({}, async () => ({ Session: Dying, traps }));
    await settled();
    assert.equal(keepAlive.getSnapshot().reason, 'wasm-blocked');
    assert.equal((await keepAlive.check()).status, 'degraded');
    assert.deepEqual(sessions.at(-1).calls, []);
    keepAlive.dispose();
  }
});

// --- fetch ---

test('fetch covers the page’s origin and that of validate, wherever the page’s base is', async () => {
  const rows = [
    [{}, '/api/a', true], [{}, 'https://app.example/x', true], [{}, new URL('https://app.example/x'), true], [{}, 'https://api.example/x', false],
    [{ validate: 'https://api.example/v' }, 'https://api.example/x', true], [{ validate: 'https://api.example/v' }, '/x', true],
    [{ validate: 'https://api.example/v' }, 'https://other.example/x', false], [{ validate: async () => {} }, 'https://api.example/x', false],
    [{}, 'data:text/plain,x', false],
  ];
  for (const [options, url, covered] of rows) {
    const [keepAlive, session] = await running({ ...options, fetch: async () => new Response('fine') });
    session.on_fetchStarted = (id) => session.listeners.resume(id, 1);
    await keepAlive.fetch(url);
    assert.equal(session.names().includes('fetchStarted'), covered, String(url));
    keepAlive.dispose();
  }
  Object.defineProperty(page.document, 'baseURI', { value: 'https://cdn.example/', configurable: true });
  const [keepAlive, session] = await running({ validate: 'https://app.example/v', fetch: async () => new Response('fine') });
  await keepAlive.fetch('relative/to/the/base');
  assert.deepEqual(session.names(), ['start']);
});

test('calls that wait when it is disposed go out as plain fetch', async () => {
  const sent = [];
  const [keepAlive, session] = await running({ fetch: async (url) => {
    sent.push(url);
    return new Response('fine');
  } });
  const result = keepAlive.fetch('/api/a');
  await settled();
  assert.deepEqual(sent, []);
  session.on_dispose = () => session.listeners.resume(1, 0);
  keepAlive.dispose();
  assert.equal((await result).status, 200);
  assert.deepEqual(sent, ['/api/a']);
});

test('two sessions on one page keep out of each other’s way', async () => {
  const [one, first] = await running({ name: 'one' });
  const [two, second] = await running({ name: 'two' });
  first.change({ epoch: 5 });
  second.change({ status: 'disconnected', reason: 'session-lost', epoch: 1 });
  assert.deepEqual([one.getSnapshot().epoch, two.getSnapshot().status], [5, 'disconnected']);
  one.dispose();
  assert.deepEqual(second.calls, [['start']]);
});
