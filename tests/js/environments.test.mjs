// The main entry and the testing kit in an environment that applications run their own tests in.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createTestWorld } from 'session-keepalive/testing';
import { openDocument } from './adapters/support.mjs';
import { freshEntry, good, problem } from './support/page.mjs';

let document;
before(() => { document = openDocument(); });
after(() => document.close());

test('in happy-dom the main entry connects, and heals a lost session', async () => {
  const { createKeepAlive } = await freshEntry();
  let known = true;
  const requests = [];
  const session = createKeepAlive({
    login: false,
    crossTab: false,
    fetch: async (url) => {
      requests.push(url);
      if (url === '/api/reconnect') known = true;
      return known ? good({ epoch: requests.length }) : problem(401, 'SESSION_UNKNOWN');
    },
  });
  await session.ready;
  assert.equal(session.getSnapshot().status, 'connected');
  known = false;
  const { status } = await session.check();
  assert.equal(status, 'connected');
  assert.deepEqual(requests, ['/api/validate-session', '/api/validate-session', '/api/reconnect']);
  window.dispatchEvent(new window.Event('offline'));
  assert.equal(session.getSnapshot().status, 'offline', 'the page is listened to');
  session.dispose();
});

test('in happy-dom an answer of its own Response class is as good', async () => {
  const { createKeepAlive } = await freshEntry();
  const { Response } = window;
  const session = createKeepAlive({
    login: false,
    crossTab: false,
    fetch: async () => new Response(JSON.stringify({ valid: true, subject: 'alice' }), { headers: { 'content-type': 'application/json' } }),
  });
  await session.ready;
  assert.deepEqual([session.getSnapshot().status, session.getSnapshot().subject], ['connected', 'alice']);
  session.dispose();
});

test('in happy-dom the testing kit connects and heals', async () => {
  const world = createTestWorld();
  const session = world.createKeepAlive();
  await session.ready;
  assert.equal(session.getSnapshot().status, 'connected');
  const reconnected = [];
  session.on('reconnected', (event) => reconnected.push(event));
  world.simulate.restart({ downFor: '30s' });
  await world.advance('10m');
  assert.deepEqual([session.getSnapshot().status, reconnected.length], ['connected', 1]);
  assert.deepEqual(world.tab.visited, []);
});
