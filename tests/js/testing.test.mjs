// The testing kit, as an application's own tests use it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTestWorld } from 'session-keepalive/testing';

const asked = (world, path = '/api/validate-session') => world.requests.filter((request) => request.path === path);
const heard = (session, name) => {
  const events = [];
  session.on(name, (event) => events.push(event));
  return events;
};
/** A world with a session that has had its first answer. */
const running = async (worldOptions, options) => {
  const world = createTestWorld(worldOptions);
  const session = world.createKeepAlive(options);
  await session.ready;
  return { world, session };
};
const status = (session) => session.getSnapshot().status;
const reason = (session) => session.getSnapshot().reason;

// --- time ---

test('time stands still until it is moved, and brings the checks when it is', async () => {
  const { world, session } = await running();
  assert.equal(status(session), 'connected');
  const begun = world.now();
  await world.settle();
  assert.deepEqual([asked(world).length, world.now()], [1, begun]);
  await world.advance('1h');
  assert.equal(world.now(), begun + 3_600_000);
  const gaps = asked(world).map(({ at }, place, all) => at - all[Math.max(0, place - 1)].at).slice(1);
  assert.ok(gaps.length >= 10, `${gaps}`);
  for (const gap of gaps) assert.ok(gap >= 270_000 && gap <= 330_000, `${gap}`);
});

test('the same seed makes the same world, another seed another', async () => {
  const times = async (seed) => {
    const { world } = await running({ seed });
    await world.advance('30m');
    return asked(world).map(({ at }) => at);
  };
  assert.deepEqual(await times(1), await times(1));
  assert.notDeepEqual(await times(1), await times(2));
});

test('a day takes no time, and no clock or timer of the process is touched', async (t) => {
  const forbidden = (what) => () => assert.fail(`${what} was used`);
  t.mock.method(Date, 'now', forbidden('Date.now'));
  t.mock.method(Math, 'random', forbidden('Math.random'));
  t.mock.method(performance, 'now', forbidden('performance.now'));
  t.mock.method(globalThis, 'setTimeout', forbidden('setTimeout'));
  t.mock.method(globalThis, 'fetch', forbidden('fetch'));
  const { BroadcastChannel } = globalThis;
  globalThis.BroadcastChannel = forbidden('BroadcastChannel');
  t.after(() => Object.assign(globalThis, { BroadcastChannel }));
  const { world, session } = await running({ limits: { idle: '30d' } }, { credential: 'memory', idle: '10m' });
  world.simulate.restart();
  await world.advance('1d');
  assert.ok(asked(world).length > 1);
  session.dispose();
});

test('what a listener throws is thrown where the time is moved', async () => {
  const { world, session } = await running();
  session.on('checking', () => { throw new Error('from a listener'); });
  await assert.rejects(world.advance('6m'), /from a listener/);
});

// --- the server ---

test('a restart forgets the session, and the ticket brings it back', async () => {
  const { world, session } = await running();
  const reconnected = heard(session, 'reconnected');
  world.simulate.restart();
  await session.check();
  assert.deepEqual([status(session), session.getSnapshot().epoch, reconnected.length], ['connected', 2, 1]);
  assert.deepEqual(world.tab.visited, []);
});

test('a restart that takes a while is waited for', async () => {
  const { world, session } = await running();
  const reconnected = heard(session, 'reconnected');
  world.simulate.restart({ downFor: '20s' });
  await session.check();
  assert.deepEqual([status(session), reason(session)], ['degraded', 'network']);
  await world.advance('1m');
  assert.equal(status(session), 'connected');
  assert.ok(reconnected[0].downtimeMs >= 15_000, reconnected[0].downtimeMs);
});

test('without a ticket a restart is the end, and leads to the login page', async () => {
  const { world, session } = await running({ remember: false, url: 'https://app.example/tasks?page=2' });
  world.simulate.restart();
  await session.check();
  assert.deepEqual([status(session), reason(session)], ['disconnected', 'session-lost']);
  assert.deepEqual(world.tab.visited, ['https://app.example/connect?returnTo=%2Ftasks%3Fpage%3D2']);
});

test('a page that holds its credential reconnects with it, as long as it is good', async () => {
  let good = true;
  const { world, session } = await running({ remember: false, accepts: (credential) => good && credential === 'sqlite:a.db' }, { credential: 'memory', login: false });
  await session.remember('sqlite:a.db');
  world.simulate.restart();
  await session.check();
  assert.equal(status(session), 'connected');
  assert.deepEqual(asked(world, '/api/reconnect').map(({ body, status }) => [body, status]), [[{ connectionString: 'sqlite:a.db' }, 200]]);
  good = false;
  world.simulate.restart();
  await session.check();
  assert.deepEqual([status(session), reason(session)], ['disconnected', 'credential-rejected']);
});

test('a sealed credential outlives the page', async () => {
  const { world, session } = await running({ remember: false }, { credential: 'sealed', login: false });
  await session.remember({ token: 't' });
  world.tab.reload();
  world.simulate.restart();
  const next = world.createKeepAlive({ credential: 'sealed', login: false });
  await next.ready;
  assert.equal(status(next), 'connected');
  assert.deepEqual(asked(world, '/api/reconnect')[0].body, { token: 't' });
});

test('what ends a session has its reason', async () => {
  for (const [way, expected] of [['revoke', 'session-revoked'], ['expire', 'session-expired'], ['timeout', 'session-timeout'], ['evict', 'session-evicted']]) {
    const { world, session } = await running({}, { login: false });
    world.simulate[way]();
    world.simulate.restart();
    await session.check();
    assert.deepEqual([status(session), reason(session)], ['disconnected', expected]);
  }
});

test('limits end a session by themselves, after a warning; whoever is there is not idle', async () => {
  const { world, session } = await running({ limits: { idle: '20m', absolute: '1h', warnBefore: '1m' } }, { login: false });
  const warned = heard(session, 'expiring');
  for (let minutes = 0; minutes < 55; minutes += 5) {
    world.tab.act();
    await world.advance('5m');
  }
  assert.deepEqual([status(session), warned], ['connected', []]);
  await world.advance('6m');
  assert.deepEqual([status(session), reason(session)], ['disconnected', 'session-expired']);
  assert.deepEqual([warned[0], warned.at(-1)], [{ secondsLeft: 60 }, { secondsLeft: 0 }]);

  const idle = await running({ limits: { idle: '10m' } }, { login: false });
  await idle.world.advance('11m');
  assert.equal(reason(idle.session), 'session-timeout');
});

test('the server may say when to ask again', async () => {
  const { world } = await running({ limits: { nextCheck: '1m' } });
  await world.advance('10m');
  assert.ok(asked(world).length >= 9, `${asked(world).length}`);
});

test('signing out ends the session for good, and signing in begins another', async () => {
  const { world, session } = await running({}, { login: false });
  await session.signOut();
  assert.deepEqual([status(session), reason(session)], ['disconnected', 'signed-out']);
  assert.deepEqual(asked(world, '/api/logout').map(({ status }) => status), [204]);
  world.simulate.restart();
  await session.check();
  assert.equal(status(session), 'disconnected');
  world.signIn();
  await session.remember();
  assert.deepEqual([status(session), session.getSnapshot().epoch], ['connected', 1]);
});

test('nobody has signed in, if the test says so; the application’s own page for it can', async () => {
  const { world, session } = await running({ signedIn: false, subject: 'bob' }, { login: false });
  assert.equal(status(session), 'disconnected');
  const headers = { 'content-type': 'application/json', 'x-session-keepalive': '1' };
  const { ok } = await world.tab.fetch('/api/connect', { method: 'POST', headers, body: '{"connectionString":"sqlite:a.db"}' });
  assert.ok(ok);
  await session.remember();
  assert.equal(session.getSnapshot().subject, 'bob');
});

test('calls go where the options say', async () => {
  const { world, session } = await running({}, { validate: '/session', logout: 'https://api.example/bye' });
  assert.equal(status(session), 'connected');
  await session.signOut();
  assert.deepEqual(world.requests.map(({ url, status }) => [url, status]), [['https://app.example/session', 200], ['https://api.example/bye', 204]]);
});

test('a request without the header of the protocol is refused', async () => {
  const { world } = await running();
  const { status } = await world.tab.fetch('/api/validate-session', { method: 'POST', body: '{}' });
  assert.equal(status, 403);
});

// --- the application's own requests ---

test('an application’s request that meets a restart is sent once more', async () => {
  const subjects = [];
  const respond = async (request, { subject, epoch }) => {
    subjects.push(`${subject} ${epoch}`);
    return Response.json({ got: await request.json() });
  };
  const { world, session } = await running({ respond });
  world.simulate.restart();
  const answer = await session.fetch('/items', { method: 'POST', body: '{"name":"a"}' });
  assert.deepEqual(await answer.json(), { got: { name: 'a' } });
  assert.deepEqual(asked(world, '/items').map(({ method, body, status }) => [method, body, status]), [['POST', { name: 'a' }, 401], ['POST', { name: 'a' }, 200]]);
  assert.deepEqual(subjects, ['alice 2']);
});

test('a body arrives as what it is', async () => {
  const form = new FormData();
  form.set('file', new Blob([new Uint8Array([0, 255, 128])]), 'a.bin');
  const respond = async (request) => new Response((await request.formData()).get('file'));
  const { session } = await running({ respond });
  const answer = await session.fetch('/upload', { method: 'POST', body: form });
  assert.deepEqual([...new Uint8Array(await answer.arrayBuffer())], [0, 255, 128]);
});

test('what nobody answers says so', async () => {
  const { session } = await running();
  await assert.rejects(session.fetch('/items'), /nothing answers \/items; give createTestWorld\(\{ respond \}\)/);
});

// --- the network ---

test('faults last as long as they are said to, and Retry-After is obeyed', async () => {
  const { world, session } = await running();
  const degraded = heard(session, 'degraded');
  world.simulate.fault({ status: 503, retryAfter: '20s', times: 1 });
  await session.check();
  assert.deepEqual([reason(session), degraded[0].retryInMs >= 20_000], ['server', true]);
  const before = asked(world).length;
  await world.advance('19s');
  assert.equal(asked(world).length, before);
  await world.advance('30s');
  assert.equal(status(session), 'connected');

  world.simulate.fault();
  await session.check();
  assert.equal(reason(session), 'network');
  await world.advance('10m');
  assert.equal(status(session), 'degraded');
  world.simulate.recover();
  await world.advance('1m');
  assert.equal(status(session), 'connected');
});

test('a slow server is told of, and its answer counts', async () => {
  const { world, session } = await running();
  const slow = heard(session, 'slow');
  world.simulate.slow('20s');
  const checked = session.check();
  await world.advance('4s');
  assert.deepEqual(slow, [{ phase: 'validate', elapsedMs: 3_000 }]);
  await world.advance('12s');
  assert.equal(reason(session), 'timeout');
  await world.advance('5s');
  await checked;
  assert.equal(status(session), 'connected');
  assert.equal(asked(world).length, 2);
});

test('offline nothing is asked; what was under way fails, and the way back is found', async () => {
  const { world, session } = await running();
  world.simulate.slow('5s');
  const fetched = session.fetch('/items');
  await world.settle();
  world.simulate.offline();
  await assert.rejects(fetched, TypeError);
  assert.equal(status(session), 'offline');
  const before = world.requests.length;
  await world.advance('1h');
  assert.equal(world.requests.length, before);
  world.simulate.recover();
  world.simulate.online();
  await world.settle();
  assert.equal(status(session), 'connected');
});

test('a machine that slept is noticed', async () => {
  const { world, session } = await running();
  const woken = heard(session, 'wake');
  world.simulate.sleep('8h');
  await world.advance('31s');
  assert.equal(woken.length, 1);
  assert.ok(Math.abs(woken[0].sleptMs - 8 * 3_600_000) < 1_000, woken[0].sleptMs);
  assert.equal(asked(world).length, 2);
});

// --- tabs ---

test('tabs make one check for all, and each has the result', async () => {
  const world = createTestWorld();
  const tabs = [world.tab, world.openTab(), world.openTab()];
  const sessions = tabs.map((tab) => tab.createKeepAlive());
  await world.advance('1s');
  assert.deepEqual(sessions.map(status), Array(3).fill('connected'));
  await world.advance('1h');
  assert.ok(asked(world).length <= 15, `${asked(world).length}`);
  assert.deepEqual(new Set(world.requests.map(({ tab }) => tab)).size, 1, 'the one that asks goes on asking');
});

test('signing out in one tab is heard in the others, and by one that is opened later', async () => {
  const { world, session } = await running({}, { login: false });
  const other = world.openTab().createKeepAlive({ login: false });
  await world.advance('1s');
  await session.signOut();
  await world.settle();
  assert.deepEqual([status(other), reason(other)], ['disconnected', 'signed-out-elsewhere']);
});

test('a sign-out that could not be told is told by the next page', async () => {
  const { world, session } = await running({}, { login: false });
  world.simulate.offline();
  await session.signOut();
  world.tab.reload();
  world.simulate.online();
  const next = world.createKeepAlive({ login: false });
  await world.advance('1s');
  assert.deepEqual(asked(world, '/api/logout').map(({ status }) => status), [null, 204]);
  assert.equal(status(next), 'disconnected');
});

test('a tab that crashes while it asks delays the others, no more', async () => {
  const world = createTestWorld();
  const first = world.createKeepAlive();
  await first.ready;
  const second = world.openTab();
  const session = second.createKeepAlive();
  await world.advance('1s');
  world.simulate.slow('30s');
  void first.check();
  await world.settle();
  world.tab.crash();
  world.simulate.recover();
  await world.advance('10m');
  assert.equal(status(session), 'connected');
  assert.equal(world.requests.at(-1).tab, second.id);
});

test('a closed tab asks nothing any more, and can have no session', async () => {
  const { world } = await running();
  world.tab.close();
  await world.advance('1h');
  assert.equal(world.requests.length, 1);
  assert.throws(() => world.createKeepAlive(), /tab 1 is closed/);
});

test('a hidden tab checks when it is shown again', async () => {
  const { world, session } = await running({}, { interval: '1h' });
  world.tab.hide();
  await world.advance('10m');
  assert.equal(asked(world).length, 1);
  world.tab.show();
  await world.settle();
  assert.equal(asked(world).length, 2);
  assert.equal(status(session), 'connected');
});

test('whoever does nothing is idle, in all tabs together', async () => {
  const { world, session } = await running({}, { idle: '10m' });
  const events = [];
  for (const name of ['idle', 'active']) session.on(name, () => events.push(name));
  const other = world.openTab();
  other.createKeepAlive({ idle: '10m' });
  await world.advance('9m');
  other.act();
  await world.advance('9m');
  assert.deepEqual(events, []);
  await world.advance('2m');
  world.tab.act();
  await world.settle();
  assert.deepEqual(events, ['idle', 'active']);
});

// --- mistakes ---

test('options of a session are checked as ever, and durations of the world are too', () => {
  const world = createTestWorld();
  assert.throws(() => world.createKeepAlive({ intervall: '5m' }), /`intervall`/);
  assert.throws(() => world.advance('5 minutes'), /`duration` must be a duration/);
  assert.throws(() => createTestWorld({ limits: { idle: 'soon' } }), /`limits\.idle` must be a duration/);
});

test('an environment without what fetch is made of is named', (t) => {
  const { Response } = globalThis;
  t.after(() => Object.assign(globalThis, { Response }));
  delete globalThis.Response;
  assert.throws(() => createTestWorld(), /has no Response; jest's jsdom/);
});
