// The published entries as they are: the facade, the glue and the real module together, with a backend that is a function.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, test } from 'node:test';
import { createLocks, freshEntry, openPage, settled } from './support/page.mjs';

const MODULE = new URL('../../dist/session_keepalive_bg.wasm', import.meta.url);

// Importing must be without effects, on a server as in a page: whatever they touched would fail here.
const guarded = ['fetch', 'setTimeout', 'setInterval', 'addEventListener'];
const kept = new Map(guarded.map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)]));
for (const name of guarded) {
  Object.defineProperty(globalThis, name, { configurable: true, get() { throw new Error(`${name} was touched by an import`); } });
}
const instantiate = WebAssembly.instantiate;
WebAssembly.instantiate = () => { throw new Error('the module was loaded by an import'); };
const entries = { inlined: await import('session-keepalive'), slim: await import('session-keepalive/slim') };
for (const [name, descriptor] of kept) {
  if (descriptor) Object.defineProperty(globalThis, name, descriptor);
  else delete globalThis[name];
}
WebAssembly.instantiate = instantiate;

let page;
/** The main entry, loaded by this page. */
let entry;
const created = [];
beforeEach(async () => {
  page = openPage('https://app.example/tasks?page=2#open');
  entry = await freshEntry();
});
afterEach(async () => {
  for (const session of created.splice(0)) session.dispose();
  await settled();
  page.remove();
});

const problem = (status, code) =>
  new Response(JSON.stringify({ code }), { status, headers: { 'content-type': 'application/problem+json' } });
const good = (more) => Response.json({ valid: true, reconnected: false, epoch: 1, subject: 'alice', idleIn: 86400, absoluteIn: null, warnIn: null, nextCheckIn: null, ...more });

/** A session of the real module, whose backend answers by path. */
const create = (answers, options = {}) => {
  const requests = [];
  const fetch = async (url, init) => {
    requests.push(String(url));
    const answer = answers[url] ?? assert.fail(`no answer for ${url}`);
    return typeof answer === 'function' ? answer(init) : answer.clone();
  };
  const session = entry.createKeepAlive({ fetch, ...options });
  created.push(session);
  return { session, requests };
};

/** Resolves with the next event of that name. */
const next = (session, name) => new Promise((resolve) => {
  const remove = session.on(name, (event) => {
    remove();
    resolve(event);
  });
});

const until = (session, status) => new Promise((resolve) => {
  const remove = session.on('change', (snapshot) => {
    if (snapshot.status !== status) return;
    remove();
    resolve(snapshot);
  });
});

test('both entries offer the same two functions', () => {
  for (const entry of Object.values(entries)) assert.deepEqual(Object.keys(entry).sort(), ['createKeepAlive', 'init']);
});

test('on a server both are inert, and validate their options', async () => {
  page.remove();
  for (const { createKeepAlive } of Object.values(entries)) {
    const session = createKeepAlive();
    assert.equal(session.getSnapshot().status, 'inactive');
    await session.ready;
    assert.throws(() => createKeepAlive({ interval: 0 }), TypeError);
  }
  page = openPage();
});

test('a check makes a session connected, with everything the server said', async () => {
  const { session, requests } = create({ '/api/validate-session': good() });
  await session.ready;
  assert.deepEqual(requests, ['/api/validate-session']);
  const { status, subject, epoch, expiresInMs, error, reason, lastOkAt, nextCheckAt } = session.getSnapshot();
  assert.deepEqual([status, subject, epoch, error, reason], ['connected', 'alice', 1, null, null]);
  assert.ok(expiresInMs > 86_390_000 && expiresInMs <= 86_400_000, expiresInMs);
  const wait = nextCheckAt - lastOkAt;
  assert.ok(wait >= 269_000 && wait <= 331_000, wait);
  assert.equal(await session.check(), session.getSnapshot());
  assert.equal(requests.length, 2);
});

test('a lost session is reconnected, and every waiting call goes on', async () => {
  let alive = false;
  const reconnect = Promise.withResolvers?.() ?? (() => {
    const result = {};
    result.promise = new Promise((resolve) => { result.resolve = resolve; });
    return result;
  })();
  const { session, requests } = create({
    '/api/validate-session': good(),
    '/api/reconnect': async () => {
      await reconnect.promise;
      alive = true;
      return good({ reconnected: true, epoch: 2 });
    },
    '/api/items': () => (alive ? new Response('items') : problem(401, 'SESSION_UNKNOWN')),
  });
  await session.ready;
  const reconnected = next(session, 'reconnected');
  const answers = Promise.all(Array.from({ length: 20 }, async () => (await session.fetch('/api/items')).text()));
  await next(session, 'reconnecting');
  const late = session.fetch('/api/items');
  await settled();
  reconnect.resolve();
  assert.deepEqual(await answers, Array(20).fill('items'));
  assert.equal(await (await late).text(), 'items');
  const { epoch, downtimeMs } = await reconnected;
  assert.equal(epoch, 2);
  assert.ok(downtimeMs >= 0);
  assert.equal(requests.filter((url) => url === '/api/reconnect').length, 1);
  assert.equal(requests.filter((url) => url === '/api/items').length, 41, 'the late one waited instead of being refused');
  assert.deepEqual(page.visited, []);
});

test('an ended session leads to the login page, once', async () => {
  const { session } = create({ '/api/validate-session': problem(401, 'SESSION_EXPIRED') });
  const { reason } = await next(session, 'disconnected');
  await settled();
  assert.equal(reason, 'session-expired');
  assert.deepEqual(page.visited, ['https://app.example/connect?returnTo=%2Ftasks%3Fpage%3D2%23open']);
  await session.check();
  assert.equal(page.visited.length, 1);
  assert.equal(session.getSnapshot().error.code, 'session-expired');
});

test('a listener that stops or disposes at the end of a session keeps the person on the page', async () => {
  for (const method of ['stop', 'dispose']) {
    for (const name of ['change', 'checked', 'disconnected']) {
      const { session } = create({ '/api/validate-session': problem(401, 'SESSION_EXPIRED') });
      await new Promise((resolve) => {
        session.on(name, () => {
          if (session.getSnapshot().status !== 'disconnected') return;
          session[method]();
          resolve();
        });
      });
      await settled();
      assert.deepEqual(page.visited, [], `${method} during ${name}`);
      assert.equal(session.getSnapshot().status, 'inactive');
      assert.deepEqual(page.reported, []);
    }
  }
});

test('every method may be called from a listener of every event', async () => {
  const events = ['change', 'connected', 'checking', 'checked', 'disconnected', 'redirect'];
  const methods = ['start', 'stop', 'dispose', 'check', 'extend', 'signOut', 'forget', 'getSnapshot'];
  for (const name of events) {
    for (const method of methods) {
      const { session } = create({
        '/api/validate-session': name === 'disconnected' || name === 'redirect' ? problem(401, 'SESSION_EXPIRED') : good(),
        '/api/logout': new Response(null, { status: 204 }),
      });
      let called = false;
      await new Promise((resolve) => {
        session.on(name, () => {
          if (called) return;
          called = true;
          resolve(session[method]());
        });
      });
      session.dispose();
      await settled();
      assert.equal(session.getSnapshot().status, 'inactive', `${method} during ${name}`);
      assert.deepEqual(page.reported, [], `${method} during ${name}`);
    }
  }
});

test('a server that is down is waited for', async () => {
  let up = false;
  const { session } = create({ '/api/validate-session': () => (up ? good() : problem(503, 'STORE_UNAVAILABLE')) }, { retry: { base: 1, cap: 1 } });
  const { reason } = await next(session, 'degraded');
  assert.equal(reason, 'server');
  assert.equal(session.getSnapshot().error.status, 503);
  up = true;
  const { error } = await until(session, 'connected');
  assert.equal(error, null);
  assert.deepEqual(page.visited, []);
});

test('signing out ends the session at the server too', async () => {
  let told;
  const { session } = create({
    '/api/validate-session': good(),
    '/api/logout': ({ body }) => {
      told = JSON.parse(body);
      return new Response(null, { status: 204 });
    },
  });
  await session.ready;
  await session.signOut({ everywhere: true });
  assert.deepEqual(told, { everywhere: true });
  const { status, reason, error } = session.getSnapshot();
  assert.deepEqual([status, reason, error], ['disconnected', 'signed-out', null]);
  assert.deepEqual(page.visited, []);
});

test('a page that holds its credential reconnects with it, until it is refused', async () => {
  const bodies = [];
  const answers = [good({ reconnected: true, epoch: 2 }), problem(401, 'RECONNECT_REFUSED')];
  let known = true;
  const { session } = create({
    '/api/validate-session': () => (known ? good() : problem(401, 'SESSION_UNKNOWN')),
    '/api/reconnect': ({ body, headers }) => {
      bodies.push([JSON.parse(body), headers.get('idempotency-key')]);
      return answers.shift();
    },
  }, { credential: 'memory', login: false });
  await session.ready;
  await session.remember('sqlite:sample.db');
  known = false;
  assert.equal((await session.check()).epoch, 2);
  assert.equal((await session.check()).reason, 'credential-rejected');
  assert.deepEqual(bodies.map(([body]) => body), Array(2).fill({ connectionString: 'sqlite:sample.db' }));
  assert.notEqual(bodies[0][1], bodies[1][1], 'another attempt has another key');
  // The refused credential is gone.
  await session.check();
  assert.equal(session.getSnapshot().status, 'disconnected');
  assert.equal(bodies.length, 2);
});

test('going offline pauses, coming back checks', async () => {
  const { session, requests } = create({ '/api/validate-session': good() });
  await session.ready;
  page.fire(page.window, 'offline');
  assert.equal(session.getSnapshot().status, 'offline');
  assert.equal((await session.check()).status, 'offline');
  assert.equal(requests.length, 1);
  page.fire(page.window, 'online');
  assert.equal(session.getSnapshot().status, 'connected');
});

test('debug tells what goes into the module, in its order and without the subject', async () => {
  const log = [];
  const { session } = create({ '/api/validate-session': good() }, { debug: (entry) => log.push(entry) });
  await session.ready;
  session.dispose();
  const names = log.map(({ name }) => name);
  assert.deepEqual(names.filter((name) => name !== 'input'), ['change', 'options', 'change', 'checking', 'change', 'connected', 'checked', 'change']);
  // Start, the lock, the answer, stop and dispose.
  assert.deepEqual(names.filter((name) => name === 'input').length, 5, String(names));
  const bytes = log.filter(({ name }) => ['options', 'input'].includes(name)).map(({ detail }) => Buffer.from(detail, 'hex').toString('latin1'));
  assert.ok(!bytes.join().includes('alice'));
});

test('an earlier page’s Retry-After is obeyed for an hour at most', async () => {
  for (const [length, most] of [[60_000, 60_000], [86_400_000, 3_600_000]]) {
    localStorage.setItem('session-keepalive:session:retry-after', `${Date.now()} ${length}`);
    const { session, requests } = create({ '/api/validate-session': good() });
    const { nextCheckAt } = await session.check();
    const left = nextCheckAt - Date.now();
    assert.ok(left <= most && left > most - 5_000, `${left} of ${most} ms`);
    assert.deepEqual(requests, []);
    session.dispose();
  }
});

test('two tabs make one check, and both have its result', async () => {
  navigator.locks = createLocks();
  const [one, two] = [create({ '/api/validate-session': good() }), create({ '/api/validate-session': good() })];
  const shared = [one, two].map(({ session }) => new Promise((resolve) => { session.on('checked', (event) => resolve(event.shared)); }));
  await Promise.all([one.session.ready, two.session.ready]);
  assert.equal(one.requests.length + two.requests.length, 1);
  assert.deepEqual((await Promise.all(shared)).sort(), [false, true]);
  for (const { session } of [one, two]) assert.deepEqual([session.getSnapshot().status, session.getSnapshot().subject], ['connected', 'alice']);
});

test('after a new sign-in an earlier page’s sign-out does not end its session', async () => {
  const key = 'session-keepalive:session:sign-out';
  localStorage.setItem(key, 'here');
  const { session, requests } = create({ '/api/validate-session': good() });
  await session.remember();
  assert.equal(session.getSnapshot().status, 'connected');
  assert.ok(!requests.includes('/api/logout'), String(requests));
  assert.equal(localStorage.getItem(key), null);
});

test('otherwise that sign-out is delivered first', async () => {
  localStorage.setItem('session-keepalive:session:sign-out', 'everywhere');
  const bodies = [];
  const logout = ({ body }) => {
    bodies.push(body);
    return new Response(null, { status: 204 });
  };
  const { session, requests } = create({ '/api/logout': logout, '/api/validate-session': good() });
  const { status } = await session.check();
  assert.deepEqual([requests, bodies], [['/api/logout', '/api/validate-session'], ['{"everywhere":true}']]);
  assert.equal(status, 'connected', 'the server says so, whoever it is');
});

test('after dispose nothing of it is left in the page', async () => {
  const before = page.listeners();
  const { session } = create({ '/api/validate-session': good() });
  await session.ready;
  assert.ok(page.listeners() > before);
  session.dispose();
  await settled();
  assert.equal(page.listeners(), before);
});

test('the slim entry takes its module from where it is told', async () => {
  await entries.slim.init({ module: readFileSync(MODULE) });
  const session = entries.slim.createKeepAlive({ fetch: async () => good() });
  created.push(session);
  await session.ready;
  assert.equal(session.getSnapshot().status, 'connected');
});
