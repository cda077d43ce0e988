import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { loadError } from '../../src/js/errors.js';
import { createKeepAliveWith } from '../../src/js/keepalive.js';
import { CALLS, EFFECTS, EVENTS, INPUTS, NEWS, REASONS, STATUSES } from '../../src/js/names.js';
import { aTaskLater, createLocks, deferred, openPage, settled } from './support/page.mjs';

let page;
let sessions;
beforeEach(() => {
  page = openPage();
  sessions = [];
});
afterEach(() => page.remove());

/** In the place of the module: notes what it is told, and tells the facade what the test wants. */
class Session {
  constructor(host, ...numbers) {
    this.host = host;
    this.numbers = numbers;
    this.calls = [];
    sessions.push(this);
  }

  feed(kind, ...given) {
    const name = INPUTS[kind];
    assert.ok(name, `no input is number ${kind}`);
    assert.ok(!this.freed, `${name} after free()`);
    this.calls.push([name, ...given]);
    this[`on_${name}`]?.(...given);
  }

  free() {
    assert.ok(!this.freed, 'twice');
    this.freed = true;
    this.calls.push(['free']);
  }

  names() { return this.calls.map(([name]) => name); }

  /** Always as many numbers, as the module does it; what is not there is NaN. */
  effect(name, ...numbers) {
    this.host.effect(EFFECTS.indexOf(name), ...Array.from({ length: 10 }, (_, place) => Number(numbers[place] ?? NaN)));
  }

  change({ status = 'connected', reason, epoch = 1, answeredBy, lastOkAt, nextCheckAt, expiresInMs, error } = {}) {
    const at = (name) => name && REASONS.indexOf(name);
    this.effect('change', STATUSES.indexOf(status), at(reason), epoch, answeredBy, lastOkAt, nextCheckAt, expiresInMs, at(error?.code), error?.status, error?.retryable);
  }

  send(id, call) { this.effect('send', id, CALLS.indexOf(call), 1, 0, 1); }
}

const create = (options, load = async () => Session) => createKeepAliveWith(load)(options);
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
  assert.equal(page.listeners(), 0);
  loading.resolve(Session);
  await settled();
  assert.deepEqual(sessions[0].calls, [['start', true, true, NaN, NaN, false]]);
  assert.ok(page.listeners() > 0);
});

test('the module is made from the options, and told how the page is', async () => {
  page.document.visibilityState = 'hidden';
  navigator.onLine = false;
  const [, session] = await running({ interval: '1m', jitter: 0, logout: false });
  assert.deepEqual(session.numbers, [42, 0, 60_000, 3_000, 15_000, 90_000, 500, 30_000, 30_000, 60_000, NaN]);
  assert.deepEqual(session.calls, [['start', false, false, NaN, NaN, false]]);
});

test('what the page does reaches the module', async () => {
  const [, session] = await running();
  page.fire(page.window, 'offline');
  page.fire(page.window, 'online');
  assert.deepEqual(session.calls.slice(1), [['offline'], ['online']]);
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
    return Session;
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
  loading.resolve(Session);
  await settled();
  assert.deepEqual(sessions[0].calls, []);
  assert.equal(page.listeners(), 0);
  assert.equal(keepAlive.start(), keepAlive);
  assert.deepEqual(sessions[0].names(), ['start']);
});

test('stop and start again: one session, heard only while it runs', async () => {
  const [keepAlive, session] = await running();
  keepAlive.start();
  const listeners = page.listeners();
  keepAlive.stop();
  keepAlive.stop();
  assert.equal(page.listeners(), 0);
  page.fire(page.window, 'online');
  keepAlive.start();
  assert.equal(page.listeners(), listeners);
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
  assert.equal(page.listeners(), 0);
  await keepAlive.ready;

  heard.length = 0;
  session.effect('wake', 5);
  session.change();
  assert.deepEqual(heard, []);
  keepAlive.start();
  keepAlive.stop();
  await keepAlive.check();
  await keepAlive.signOut();
  page.fire(page.window, 'online');
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
  loading.resolve(Session);
  await settled();
  assert.equal(loads, 2, 'the load itself is shared by the entry');
  assert.equal(sessions.length, 1);
  assert.deepEqual(sessions[0].names(), ['start']);
  const listeners = page.listeners();
  second.dispose();
  assert.equal(page.listeners(), 0);
  const third = create({}, async () => Session);
  await settled();
  assert.equal(page.listeners(), listeners);
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
  session.on_check = () => session.effect('settle', 0);
  session.on_signOut = () => session.effect('settle', 1);
  session.on_fetchStarted = (id) => session.effect('resume', id, 1);
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
  session.change({ status: 'degraded', reason: 'server', epoch: 3, lastOkAt: 5, nextCheckAt: 6, expiresInMs: 7, error: { code: 'server', status: 503, retryable: true } });
  const snapshot = keepAlive.getSnapshot();
  assert.ok(Object.isFrozen(snapshot));
  const { error, ...rest } = snapshot;
  assert.deepEqual(rest, { status: 'degraded', reason: 'server', subject: null, epoch: 3, data: undefined, lastOkAt: 5, nextCheckAt: 6, expiresInMs: 7 });
  assert.deepEqual([error.code, error.status, error.retryable], ['server', 503, true]);
  session.effect('degraded', REASONS.indexOf('server'), 500);
  assert.equal(keepAlive.getSnapshot(), snapshot);
  session.change();
  assert.notEqual(keepAlive.getSnapshot(), snapshot);
  assert.equal(snapshot.status, 'degraded');
  assert.equal(keepAlive.getServerSnapshot(), keepAlive.getServerSnapshot());
});

test('every event of the module arrives with its public payload', async () => {
  const [keepAlive, session] = await running();
  const heard = [];
  for (const name of EVENTS) keepAlive.on(name, (event) => heard.push([name, event]));
  await settled();
  heard.length = 0;
  const reason = REASONS.indexOf('rate-limited');
  session.effect('checking', 2);
  session.effect('checked', 12, 0);
  session.effect('checked', 12, 1);
  session.effect('slow', 0, 3000);
  session.effect('slow', 1, 3000);
  session.effect('degraded', reason, 500);
  session.effect('reconnecting', 1);
  session.effect('reconnected', 800, 2);
  session.effect('expiring', 59);
  session.effect('disconnected', reason);
  session.effect('wake', 60_000);
  session.effect('idle');
  session.effect('active');
  assert.deepEqual(heard, [
    ['checking', { attempt: 2 }],
    ['checked', { durationMs: 12, shared: false }],
    ['checked', { durationMs: 12, shared: true }],
    ['slow', { phase: 'validate', elapsedMs: 3000 }],
    ['slow', { phase: 'reconnect', elapsedMs: 3000 }],
    ['degraded', { reason: 'rate-limited', retryInMs: 500 }],
    ['reconnecting', { attempt: 1 }],
    ['reconnected', { downtimeMs: 800, epoch: 2 }],
    ['expiring', { secondsLeft: 59 }],
    ['disconnected', { reason: 'rate-limited' }],
    ['wake', { sleptMs: 60_000 }],
    ['idle', {}],
    ['active', {}],
  ]);
  heard.length = 0;
  session.change();
  session.effect('connected');
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
  assert.throws(() => keepAlive.on('conected', () => {}), (error) => error instanceof TypeError && /unknown event `conected`; known are connected, /.test(error.message));
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
    session.effect('checking', 1);
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
  session.effect('checking', 1);
  assert.deepEqual(heard, [{ attempt: 1 }]);
  assert.equal(page.reported[0].message, 'mine');
});

test('debug tells every event, and every number on its way to the module and back', async () => {
  const told = [];
  const [keepAlive, session] = await running({ debug: (entry) => told.push(entry), jitter: 0 });
  assert.equal(session.numbers[0] & 16, 16, 'the module is asked for its inputs');
  const [change, options] = told;
  assert.deepEqual([change.name, change.detail.status], ['change', 'starting']);
  assert.deepEqual([options.name, options.detail], ['options', session.numbers.slice(0, 10)], 'without what is not there at the end');
  assert.ok(told.every(({ at }) => typeof at === 'number'));

  told.length = 0;
  session.host.input(1.5, 2, 3, INPUTS.indexOf('answered'), 0, 1, NaN, 2, ...Array(8).fill(NaN));
  session.host.input(4, 5, 6, INPUTS.indexOf('stop'), ...Array(12).fill(NaN));
  session.effect('wake', 5);
  session.effect('resume', 7);
  assert.deepEqual(told.map(({ name, detail }) => [name, detail]), [
    ['input', [1.5, 2, 3, 'answered', 0, 1, NaN, 2]],
    ['input', [4, 5, 6, 'stop']],
    ['effect', ['wake', 5]],
    ['wake', { sleptMs: 5 }],
    ['effect', ['resume', 7]],
  ]);
  keepAlive.dispose();
  const [, quiet] = await running();
  assert.equal(quiet.numbers[0] & 16, 0);
});

// --- calls ---

test('check and extend resolve with the snapshot when the module keeps the promise', async () => {
  const [keepAlive, session] = await running();
  const results = Promise.all([keepAlive.check(), keepAlive.extend()]);
  await settled();
  assert.deepEqual(session.calls.slice(1), [['check', false], ['check', true]]);
  session.effect('settle', 1);
  session.change({ epoch: 9 });
  session.effect('settle', 0);
  assert.deepEqual((await results).map(({ epoch }) => epoch), [9, 9]);
});

test('what waits when it is disposed is not left waiting', async () => {
  const [keepAlive] = await running();
  const waiting = Promise.all([keepAlive.check(), keepAlive.signOut()]);
  await settled();
  keepAlive.dispose();
  await waiting;
});

test('signing out is the module’s; everywhere goes along', async () => {
  const [keepAlive, session] = await running();
  session.on_signOut = () => session.effect('settle', 1);
  await keepAlive.signOut();
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

test('remember stores the credential before it checks; with a cookie its argument is ignored', async () => {
  const log = [];
  const store = { load: async () => null, save: async (credential) => log.push(['save', credential]), clear: async () => log.push(['clear']) };
  const [keepAlive, session] = await running({ credential: store });
  session.on_remembered = () => log.push(['remembered']);
  session.on_check = (activity) => {
    log.push(['check', activity]);
    session.effect('settle', 0);
  };
  await keepAlive.remember('secret');
  assert.deepEqual(log, [['save', 'secret'], ['remembered'], ['check', true]]);
  await keepAlive.forget();
  assert.deepEqual(log.at(-1), ['clear']);

  const [cookie, other] = await running();
  other.on_check = () => other.effect('settle', 0);
  await cookie.remember('ignored');
  assert.deepEqual(other.names(), ['start', 'remembered', 'check']);
  await cookie.forget();
});

test('a store that throws, or is not async, cannot reach the module', async () => {
  const stores = [() => undefined, () => { throw new Error('locked'); }, async () => { throw new Error('locked'); }];
  for (const clear of stores) {
    const [keepAlive, session] = await running({ credential: { load: async () => null, save: async () => {}, clear } });
    session.effect('clearCredential');
    await settled();
    keepAlive.dispose();
  }
  assert.deepEqual(page.reported.map(({ message }) => message), ['locked', 'locked']);
});

test('requests of the module go out, and what comes back returns under the same number', async () => {
  const requests = [];
  const [keepAlive, session] = await running({
    fetch: async (url) => {
      requests.push(url);
      if (url === '/api/reconnect') throw new TypeError('Failed to fetch');
      return Response.json({ valid: true, subject: 'alice', epoch: 2 });
    },
  });
  session.send(5, 'validate');
  session.send(6, 'reconnect');
  await aTaskLater();
  assert.deepEqual(requests, ['/api/validate-session', '/api/reconnect']);
  assert.deepEqual(session.calls.slice(1).map(([name, id]) => [name, id]).sort(), [['answered', 5], ['failed', 6]]);
  session.change({ answeredBy: 5 });
  assert.equal(keepAlive.getSnapshot().subject, 'alice');
  session.change({ answeredBy: 5, status: 'offline' });
  assert.equal(keepAlive.getSnapshot().subject, 'alice', 'as long as it is the last one');
});

test('a request that the module gives up is aborted', async () => {
  let given;
  const [, session] = await running({ fetch: (_, { signal }) => {
    given = signal;
    return new Promise((_resolve, reject) => { signal.addEventListener('abort', () => reject(signal.reason)); });
  } });
  session.send(5, 'validate');
  await settled();
  session.effect('abort', 5);
  assert.equal(given.aborted, true);
  await aTaskLater();
  assert.deepEqual(session.calls.at(-1), ['failed', 5]);
});

test('a page that is being left hears of that before it hears of the requests that were cut for it', async (t) => {
  const later = [];
  t.mock.method(globalThis, 'setTimeout', (task) => later.push(task));
  const [keepAlive, session] = await running({ fetch: async () => { throw new TypeError('Failed to fetch'); } });
  session.send(5, 'validate');
  await settled();
  page.fire(page.window, 'pagehide');
  for (const task of later) task();
  assert.deepEqual(session.names(), ['start', 'left', 'failed']);
  keepAlive.dispose();
});

test('an answer after dispose is nobody’s', async () => {
  const answer = deferred();
  const [keepAlive, session] = await running({ fetch: () => answer.promise });
  session.send(5, 'validate');
  keepAlive.dispose();
  await settled();
  answer.resolve(Response.json({ valid: true }));
  await settled();
  assert.deepEqual(session.names(), ['start', 'stop', 'dispose', 'free']);
});

test('the module sends a person to the login page, and no error of the application gets back to it', async () => {
  const [, session] = await running();
  session.effect('redirect', REASONS.indexOf('session-expired'));
  assert.deepEqual(page.visited, ['https://app.example/connect?returnTo=%2Ftasks%3Fpage%3D2%23open']);
  const [, other] = await running({ login: () => { throw new Error('mine'); } });
  other.effect('redirect', 0);
  assert.equal(page.reported[0].message, 'mine');
});

test('a listener can prevent the redirect', async () => {
  const [keepAlive, session] = await running();
  keepAlive.on('redirect', (event) => event.preventDefault());
  session.effect('redirect', 0);
  assert.deepEqual(page.visited, []);
});

// --- the other tabs ---

const KEY = 'session-keepalive:session';

test('what an earlier page left behind is told with the start, and what came meanwhile with the return', async () => {
  localStorage.setItem(`${KEY}:sign-out`, 'everywhere');
  const [, session] = await running();
  assert.deepEqual(session.calls, [['start', true, true, true, NaN, false]]);
  page.fire(page.window, 'pagehide', { persisted: true });
  localStorage.removeItem(`${KEY}:sign-out`);
  localStorage.setItem(`${KEY}:signed-out`, '5 0.5');
  localStorage.setItem(`${KEY}:retry-after`, '0 5000');
  page.fire(page.window, 'pageshow', { persisted: true });
  assert.deepEqual(session.calls.slice(1), [['left'], ['restored', NaN, 0, true]]);
});

test('a page that is away holds no channel and no lock, and has both again when it is back', async () => {
  navigator.locks = createLocks();
  const [, session] = await running();
  session.effect('takeTurn', 0);
  await settled();
  assert.deepEqual([page.channels(), navigator.locks.held()], [[KEY], [KEY]]);
  session.on_left = () => session.effect('tell', NEWS.indexOf('active'));
  const heard = [];
  const other = new BroadcastChannel(KEY);
  other.onmessage = ({ data }) => heard.push(data.news[0]);
  page.fire(page.window, 'pagehide', { persisted: true });
  await settled();
  assert.deepEqual([page.channels(), navigator.locks.held()], [[KEY], []], 'but for that of the test');
  assert.deepEqual(heard, [NEWS.indexOf('active')], 'what it says on leaving is still told');
  other.close();
  session.on_restored = () => assert.deepEqual(page.channels(), [KEY], 'open before the module says anything');
  page.fire(page.window, 'pageshow', { persisted: true });
  assert.deepEqual(session.names(), ['start', 'turn', 'left', 'restored']);
});

test('stopping and disposing let go of channel and turn', async () => {
  navigator.locks = createLocks();
  const [keepAlive, session] = await running();
  for (const end of ['stop', 'dispose']) {
    keepAlive.start();
    assert.deepEqual(page.channels(), [KEY]);
    session.effect('takeTurn', 0);
    await settled();
    assert.deepEqual(navigator.locks.held(), [KEY]);
    keepAlive[end]();
    await settled();
    assert.deepEqual([page.channels(), navigator.locks.held()], [[], []], end);
  }
  const loading = deferred();
  const unloaded = create({}, () => loading.promise);
  unloaded.dispose();
  loading.resolve(Session);
  await settled();
  assert.deepEqual(page.channels(), [], 'one that was disposed before the module was there');
});

test('turn, news, and what is kept go where the module wants them', async () => {
  navigator.locks = createLocks();
  const [, first] = await running({ fetch: async () => Response.json({ valid: true, subject: 'alice' }) });
  const [other, second] = await running();
  first.effect('takeTurn', 0);
  await settled();
  assert.deepEqual(first.calls.at(-1), ['turn', true]);
  first.send(5, 'validate');
  await settled();
  first.effect('tell', NEWS.indexOf('answered'), 5, 0, 1);
  first.effect('yieldTurn');
  await settled();
  assert.deepEqual(navigator.locks.held(), []);
  const [name, , ...news] = second.calls.at(-1);
  assert.deepEqual([name, news[0]], ['heard', NEWS.indexOf('answered')]);
  second.change({ answeredBy: news[1] });
  assert.equal(other.getSnapshot().subject, 'alice', 'which the other tab has not asked for');
  first.effect('keepSignOut', 1);
  first.effect('keepFloor', 5000);
  assert.equal(localStorage.getItem(`${KEY}:sign-out`), 'everywhere');
  assert.match(localStorage.getItem(`${KEY}:retry-after`), / 5000$/);
  first.effect('keepSignOut');
  first.effect('keepFloor');
  assert.deepEqual(Object.keys(localStorage.entries()), [`${KEY}:signed-out`]);
});

test('only a tab with a credential is asked for it, and one whose store fails has none', async () => {
  const store = (load) => ({ load, save: async () => {}, clear: async () => {} });
  const stores = [store(async () => 'secret'), store(async () => null), store(() => { throw new Error('locked'); }), 'memory', 'cookie'];
  const tabs = [];
  for (const credential of stores) tabs.push((await running({ credential }))[1]);
  const other = new BroadcastChannel(KEY);
  other.postMessage({ version: 1, at: Date.now(), news: [NEWS.indexOf('looking')] });
  await settled();
  assert.deepEqual(tabs.map((session) => session.names().includes('heard')), [true, false, false, false, false]);
});

test('a logout that another tab has delivered is not sent again', async () => {
  const requests = [];
  const [, session] = await running({ fetch: async (url) => {
    requests.push(url);
    return new Response(null, { status: 204 });
  } });
  session.effect('keepSignOut', 0);
  session.send(5, 'logout');
  await settled();
  assert.deepEqual(requests, ['/api/logout']);
  localStorage.removeItem(`${KEY}:sign-out`);
  session.send(6, 'logout');
  await settled();
  assert.deepEqual(requests, ['/api/logout']);
  assert.deepEqual(session.calls.at(-1), ['judged', 6, 0], 'as good as arrived');
  session.send(7, 'validate');
  await settled();
  assert.equal(requests.length, 2, 'anything else is sent');
});

test('after a new sign-in the module never learns of a sign-out that was still to be delivered', async () => {
  for (const credential of ['cookie', 'memory']) {
    localStorage.setItem(`${KEY}:sign-out`, 'here');
    const keepAlive = create({ credential, login: false });
    void keepAlive.remember('secret');
    await settled();
    assert.deepEqual(sessions.at(-1).calls.slice(0, 2), [['start', true, true, NaN, NaN, false], ['remembered']]);
    assert.equal(localStorage.getItem(`${KEY}:sign-out`), null);
    keepAlive.dispose();
  }
  localStorage.setItem(`${KEY}:sign-out`, 'here');
  const keepAlive = create();
  void keepAlive.check();
  await settled();
  assert.deepEqual(sessions.at(-1).calls[0], ['start', true, true, false, NaN, false], 'a check alone says nothing of a sign-in');
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
    session.on_fetchStarted = (id) => session.effect('resume', id, 1);
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
  session.on_dispose = () => session.effect('resume', 1, 0);
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
  page.fire(page.window, 'online');
  assert.deepEqual(second.calls.at(-1), ['online']);
});
