// `data`: from the backend's answer, or a function's verdict, to the snapshots and events of every tab.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTestWorld } from 'session-keepalive/testing';

const ALICE = { name: 'Alice', theme: 'dark' };

const answer = (more) =>
  Response.json({ valid: true, reconnected: false, epoch: 1, subject: 'alice', idleIn: null, absoluteIn: null, warnIn: null, nextCheckIn: null, ...more });
const problem = (code) => new Response(JSON.stringify({ code }), { status: 401, headers: { 'content-type': 'application/problem+json' } });

/** A session in `tab` whose backend answers by path; `answers` may be changed later. */
const create = (tab, answers, options) => tab.createKeepAlive({ fetch: async (url) => answers[url](), login: false, ...options });
const data = (session) => session.getSnapshot().data;

test('data of a validate answer is in the snapshot, and in what change and connected bring', async () => {
  const { tab } = createTestWorld();
  const session = create(tab, { '/api/validate-session': () => answer({ data: ALICE }) });
  assert.equal(data(session), null);
  const brought = [];
  for (const name of ['change', 'connected']) session.on(name, ({ status, data }) => status === 'connected' && brought.push([name, data]));
  await session.ready;
  assert.deepEqual(data(session), ALICE);
  assert.deepEqual(brought, [['change', ALICE], ['connected', ALICE]]);
});

test('data of a reconnect answer takes the place of what was there', async () => {
  const { tab } = createTestWorld();
  const answers = {
    '/api/validate-session': () => answer({ data: ALICE }),
    '/api/reconnect': () => answer({ reconnected: true, epoch: 2, data: { ...ALICE, theme: 'light' } }),
  };
  const session = create(tab, answers, { credential: 'memory' });
  await session.remember('sqlite:a.db');
  answers['/api/validate-session'] = () => problem('SESSION_UNKNOWN');
  const { status, epoch, data: found } = await session.check();
  assert.deepEqual([status, epoch, found], ['connected', 2, { ...ALICE, theme: 'light' }]);
});

test('data follows the last valid answer: another value, and none', async () => {
  const { tab } = createTestWorld();
  const answers = { '/api/validate-session': () => answer({ data: 1 }) };
  const session = create(tab, answers);
  await session.ready;
  assert.equal(data(session), 1);
  answers['/api/validate-session'] = () => answer({ data: 0 });
  assert.equal((await session.check()).data, 0);
  answers['/api/validate-session'] = () => new Response(null, { status: 503 });
  assert.deepEqual([(await session.check()).status, data(session)], ['degraded', 0]);
  answers['/api/validate-session'] = () => answer();
  assert.equal((await session.check()).data, null);
});

test('data of a verdict is the very value that the function gave', async () => {
  const { tab } = createTestWorld();
  const custom = tab.createKeepAlive({ validate: async () => ({ kind: 'valid', data: ALICE }) });
  const classified = create(tab, { '/api/validate-session': () => answer({ data: 'from the answer' }) }, {
    name: 'classified', classify: () => ({ kind: 'valid', data: ALICE }),
  });
  await Promise.all([custom.ready, classified.ready]);
  assert.equal(data(custom), ALICE);
  assert.equal(data(classified), ALICE);
});

test('data reaches the tabs that did not ask, as a copy', async () => {
  const world = createTestWorld();
  let asked = 0;
  const answers = { '/api/validate-session': () => { asked += 1; return answer({ data: ALICE }); } };
  const sessions = [world.tab, world.openTab()].map((tab) => create(tab, answers));
  await Promise.all(sessions.map(({ ready }) => ready));
  asked = 0;
  answers['/api/validate-session'] = () => { asked += 1; return answer({ data: { ...ALICE, theme: 'light' } }); };
  await world.advance('6m');
  assert.equal(asked, 1);
  for (const session of sessions) assert.deepEqual(data(session), { ...ALICE, theme: 'light' });
  assert.notEqual(data(sessions[0]), data(sessions[1]));
});

test('a session that is over has no data, nor has a server', async () => {
  const { tab } = createTestWorld();
  const answers = { '/api/validate-session': () => answer({ data: ALICE }) };
  const session = create(tab, answers);
  await session.ready;
  answers['/api/validate-session'] = () => problem('SESSION_EXPIRED');
  const { status, data: found, subject } = await session.check();
  assert.deepEqual([status, found, subject], ['disconnected', null, null]);
  session.stop();
  assert.deepEqual([session.getSnapshot().status, data(session)], ['inactive', null]);
  assert.equal(session.getServerSnapshot().data, null);
});
