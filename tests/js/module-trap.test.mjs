// What a page has left when the real module has stopped with an error of its own.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { LOGOUT, VALIDATE, aTaskLater, good, next, openModule, settled } from './support/module.mjs';

const MARK = 'session-keepalive:session:sign-out';

let page;
let create;
let close;
let log;
const timers = [];
beforeEach(async (t) => {
  ({ page, create, close } = await openModule());
  log = t.mock.method(console, 'error', () => {});
  const { setTimeout: set } = globalThis;
  t.mock.method(globalThis, 'setTimeout', (...given) => {
    const timer = set(...given);
    timers.push(timer);
    return timer;
  });
});
afterEach(async () => {
  await close();
  // An instance that has trapped cannot take its own back; in Node they would keep the process alive.
  for (const timer of timers.splice(0)) clearTimeout(timer);
});

/** Every call of the module asks for the time. @returns the error that it met */
const trap = () => {
  const cause = new Error('the clock has stopped');
  const { now } = performance;
  performance.now = () => {
    performance.now = now;
    throw cause;
  };
  page.fire(page.window, 'offline');
  assert.equal(performance.now, now, 'the module has met it');
  return cause;
};

const gone = () => new Response(null, { status: 204 });

test('it is said exactly once: status, event and console, with what was thrown', async () => {
  const { session } = create({ [VALIDATE]: good() });
  await session.ready;
  const heard = [];
  for (const name of ['change', 'degraded', 'disconnected', 'redirect']) session.on(name, (event) => heard.push([name, event]));
  await settled();
  heard.length = 0;
  const cause = trap();
  const { status, reason, error, subject } = session.getSnapshot();
  assert.deepEqual([status, reason, subject], ['degraded', 'wasm-blocked', 'alice']);
  assert.deepEqual([error.code, error.retryable], ['wasm-blocked', false]);
  assert.equal(error.cause, cause);
  page.fire(page.window, 'online');
  await aTaskLater();
  assert.deepEqual(heard, [['change', session.getSnapshot()], ['degraded', { reason: 'wasm-blocked', retryInMs: Infinity }]]);
  assert.deepEqual(log.mock.calls.map((call) => call.arguments), [[error]]);
  assert.deepEqual(page.reported, []);
});

test('the promises that wait settle, and what comes later for them harms nobody', async (t) => {
  const unhandled = t.mock.fn();
  process.on('unhandledRejection', unhandled);
  t.after(() => process.off('unhandledRejection', unhandled));
  const answers = [];
  let known = true;
  const { session } = create({
    [VALIDATE]: () => (known ? good() : new Promise((resolve) => { answers.push(() => resolve(good())); })),
    '/api/items': () => Response.json({ code: 'SESSION_UNKNOWN' }, { status: 401 }),
    [LOGOUT]: gone,
  }, { credential: 'memory' });
  await session.ready;
  known = false;
  const pending = [session.check(), session.extend(), session.remember('secret'), session.fetch('/api/items')];
  await settled();
  assert.ok(answers.length > 0);
  trap();
  const [checked, , , response] = await Promise.all(pending);
  assert.equal(checked.reason, 'wasm-blocked');
  assert.equal(response.status, 401);
  for (const answer of answers) answer();
  await aTaskLater();
  assert.deepEqual([unhandled.mock.callCount(), session.getSnapshot().reason, log.mock.callCount()], [0, 'wasm-blocked', 1]);
});

test('a trap at the start rejects ready', async () => {
  const { now } = performance;
  const cause = new Error('no clock');
  performance.now = () => {
    performance.now = now;
    throw cause;
  };
  const { session } = create({ [VALIDATE]: good() });
  await assert.rejects(session.ready, (error) => error.code === 'wasm-blocked' && error.cause === cause);
});

test('fetch is plain, and the listeners and timers of the instance do nothing', async () => {
  const { session, requests } = create({ [VALIDATE]: good(), '/api/items': () => new Response('no', { status: 401 }) }, { interval: 1, jitter: 0 });
  await session.ready;
  trap();
  const before = requests.length;
  assert.equal((await session.fetch('/api/items')).status, 401);
  for (const [target, type] of [['window', 'online'], ['window', 'focus'], ['document', 'visibilitychange'], ['document', 'resume'], ['window', 'pointerdown']]) {
    page.fire(page[target], type);
  }
  page.fire(page.window, 'pagehide', { persisted: true });
  page.fire(page.window, 'pageshow', { persisted: true });
  await session.check();
  // The next check was due after a millisecond.
  for (let tasks = 0; tasks < 5; tasks += 1) await aTaskLater();
  assert.deepEqual(requests.slice(before).map(({ url }) => url), ['/api/items']);
  assert.deepEqual([log.mock.callCount(), page.reported], [1, []]);
});

test('signing out works by hand, and leaves a mark only where it was not delivered', async () => {
  const rows = [[gone, null], [() => new Response(null, { status: 503 }), 'everywhere'], [() => { throw new TypeError('Failed to fetch'); }, 'everywhere']];
  for (const [answer, mark] of rows) {
    await close();
    ({ page, create, close } = await openModule());
    const { session, requests } = create({ [VALIDATE]: good(), [LOGOUT]: answer });
    await session.ready;
    trap();
    const signedOut = session.signOut({ everywhere: true });
    await (mark ? assert.rejects(signedOut) : signedOut);
    assert.deepEqual([session.getSnapshot().status, session.getSnapshot().reason], ['disconnected', 'signed-out']);
    assert.deepEqual([requests.at(-1).url, requests.at(-1).body], [LOGOUT, '{"everywhere":true}']);
    assert.equal(localStorage.getItem(MARK), mark);
  }
});

test('a mark that was left by hand is delivered by the instance that start() runs', async () => {
  let up = false;
  const { session, requests } = create({ [VALIDATE]: good(), [LOGOUT]: () => (up ? gone() : new Response(null, { status: 503 })) });
  await session.ready;
  trap();
  await assert.rejects(session.signOut());
  assert.equal(localStorage.getItem(MARK), 'here');
  up = true;
  session.start();
  await session.check();
  assert.deepEqual(requests.slice(-2).map(({ url }) => url), [LOGOUT, VALIDATE]);
  assert.equal(localStorage.getItem(MARK), null);
});

test('start() runs a new instance that connects, as often as it is needed', async () => {
  const { session } = create({ [VALIDATE]: good() });
  await session.ready;
  for (let round = 0; round < 3; round += 1) {
    trap();
    assert.equal(session.getSnapshot().reason, 'wasm-blocked');
    assert.equal((await session.check()).status, 'degraded', 'not before');
    const connected = next(session, 'connected');
    session.start();
    await connected;
    await session.ready;
    assert.deepEqual([session.getSnapshot().status, session.getSnapshot().error], ['connected', null]);
  }
  page.fire(page.window, 'offline');
  assert.equal(session.getSnapshot().status, 'offline', 'the new one listens');
});

test('all sessions of the page learn of it, and share the next instance as well', async (t) => {
  const [one, two] = ['one', 'two'].map((name) => create({ [VALIDATE]: good() }, { name }).session);
  await Promise.all([one.ready, two.ready]);
  const disposed = create({ [VALIDATE]: good() }, { name: 'three' }).session;
  await disposed.ready;
  disposed.dispose();
  await settled();
  trap();
  for (const session of [one, two]) assert.equal(session.getSnapshot().reason, 'wasm-blocked');
  assert.equal(disposed.getSnapshot().status, 'inactive');
  assert.equal(log.mock.callCount(), 2);
  const instantiate = t.mock.method(WebAssembly, 'instantiate');
  const connected = Promise.all([next(one, 'connected'), next(two, 'connected')]);
  for (const session of [one, two]) session.start();
  await connected;
  assert.equal(instantiate.mock.callCount(), 1);
});

test('a trap inside a listener ends the instance once, although the call around it goes on', async (t) => {
  const { session } = create({ [VALIDATE]: good() });
  await session.ready;
  const instantiate = t.mock.method(WebAssembly, 'instantiate');
  const heard = [];
  const { now } = performance;
  const cause = new Error('no page');
  session.on('degraded', ({ reason }) => {
    if (heard.push(reason) > 1) return;
    session.start();
  });
  session.on('checking', () => {
    if (heard.length > 0) return;
    // The inner call meets this, and the outer one that.
    Object.defineProperty(page.document, 'visibilityState', { configurable: true, get() { throw cause; } });
    performance.now = () => { throw new Error('no clock'); };
    session.stop();
    session.start();
    Object.defineProperty(page.document, 'visibilityState', { configurable: true, value: 'visible', writable: true });
    queueMicrotask(() => { performance.now = now; });
  });
  const connected = next(session, 'connected');
  void session.check();
  await connected;
  assert.deepEqual([heard, instantiate.mock.callCount()], [['wasm-blocked'], 1]);
  const other = create({ [VALIDATE]: good() }, { name: 'other' }).session;
  await other.ready;
  assert.equal(instantiate.mock.callCount(), 1, 'and there is one instance again');
});
