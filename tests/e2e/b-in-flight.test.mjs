// (b) Twenty calls are under way while the backend restarts: all of them succeed, and one reconnect serves them all.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { metric } from './support/backend.mjs';
import { until } from './support/until.mjs';
import { world } from './support/world.mjs';

const CALLS = 20;
/** HTTP/1.1 in a browser: six connections to a host, the other calls wait in the browser for their turn. */
const CONNECTIONS = 6;
const DRAFT = 'Twenty requests later.';

/** Starts the calls and leaves their outcome in the page. */
const fire = ({ calls, cache }) => {
  window.outcomes = Promise.all(Array.from({ length: calls }, async () => {
    const response = await window.session.fetch('/api/database', { cache });
    return { status: response.status, tables: (await response.json()).tables.length };
  }));
};

async function assertAllSucceeded(person) {
  const outcomes = await person.page.evaluate(() => window.outcomes);
  assert.equal(outcomes.length, CALLS);
  for (const { status, tables } of outcomes) {
    assert.equal(status, 200);
    assert.ok(tables > 0);
  }
}

async function assertOneReconnect(person, backend) {
  assert.equal(person.named('reconnected').length, 1);
  assert.equal((await person.snapshot()).epoch, 2);
  assert.equal(metric(await backend.metrics(), 'session_keepalive_reconnects_total'), 1);
}

test('(b) 20 calls held by a load balancer across the restart all resolve 200 with one reconnect', async (t) => {
  const { backend, forwarder, person } = await world(t, { forwarded: true });
  const alice = await person();
  await alice.connect('/?interval=1s');
  await alice.startWork(DRAFT);
  const issued = alice.asked('GET', '/api/database').length;

  forwarder.hold();
  // Past the HTTP cache, which lets one request for an address out at a time.
  await alice.page.evaluate(fire, { calls: CALLS, cache: 'no-store' });
  await until('every call is under way', () => alice.asked('GET', '/api/database').length === issued + CALLS);
  await until('the load balancer holds what the browser lets out', () => forwarder.held.length >= CONNECTIONS);
  await backend.restart();
  const sent = forwarder.seen.length;
  forwarder.release();

  await assertAllSucceeded(alice);
  await alice.assertNothingLost(DRAFT);
  await assertOneReconnect(alice, backend);
  const since = forwarder.seen.slice(sent);
  const answers = since.filter(({ json }) => json?.reconnected === true);
  assert.equal(answers.length, 1, 'one answer re-established the session');
  const refused = since.filter(({ path, status }) => path === '/api/database' && status === 401);
  assert.ok(refused.length > 0, 'the restarted backend refused calls of the session it had forgotten');
  const served = since.filter(({ path, status }) => path === '/api/database' && status === 200);
  // The page itself reads its tables again once it is reconnected.
  await until('the page has read its tables', () =>
    forwarder.seen.slice(sent).filter(({ path, status }) => path === '/api/database' && status === 200).length === CALLS + 1);
  assert.ok(served.length >= CALLS);
  assert.ok(refused.length <= CALLS + 1, 'each call was replayed once at most');
});

test('(b) 20 calls made right after the restart all resolve 200 with one reconnect', async (t) => {
  const { backend, person } = await world(t);
  const alice = await person();
  // No check of the schedule falls into this test: the calls themselves find out that the session was lost.
  await alice.connect('/?interval=1h');
  await alice.startWork(DRAFT);
  const refusals = [];
  alice.page.on('response', (response) => {
    if (response.url().endsWith('/api/database') && response.status() === 401) refusals.push(response);
  });
  const checks = alice.asked('POST', '/api/validate-session').length;
  const reconnects = alice.asked('POST', '/api/reconnect').length;

  await backend.restart();
  await alice.page.evaluate(fire, { calls: CALLS, cache: 'default' });

  await assertAllSucceeded(alice);
  await alice.assertNothingLost(DRAFT);
  await assertOneReconnect(alice, backend);
  assert.ok(refusals.length > 0, 'the restarted backend refused calls of the session it had forgotten');
  const asked = alice.asked('POST', '/api/validate-session').length - checks
    + alice.asked('POST', '/api/reconnect').length - reconnects;
  assert.equal(asked, 1, 'one request re-established the session for all calls');
});
