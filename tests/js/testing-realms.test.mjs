// Requests and answers of a document's own classes, as under happy-dom, are none of Node's, and count all the same.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { GlobalWindow } from 'happy-dom';
import { createTestWorld } from 'session-keepalive/testing';

const window = new GlobalWindow({ url: 'https://app.example/tasks' });
after(() => window.happyDOM.close());

const post = (body) => new window.Request('https://app.example/api/items', { method: 'POST', body, headers: { 'x-kind': 'item' } });

test('the classes are others', () => {
  assert.equal(post('x') instanceof Request, false);
  assert.equal(new window.Response('x') instanceof Response, false);
});

test('a request of another class is sent as what it is, and its answer may be of another class', async () => {
  const seen = [];
  const respond = async (request) => {
    seen.push([request.method, request.headers.get('x-kind'), await request.text()]);
    return new window.Response('made', { status: 201 });
  };
  const world = createTestWorld({ respond });
  const session = world.createKeepAlive();
  await session.ready;
  for (const send of [world.tab.fetch, session.fetch]) {
    const response = await send(post('one'));
    assert.deepEqual([response.status, await response.text()], [201, 'made']);
  }
  assert.deepEqual(seen, Array(2).fill(['POST', 'item', 'one']));
});

test('one that was refused after a restart is sent again with its body', async () => {
  const seen = [];
  const respond = async (request) => {
    seen.push(await request.text());
    return new window.Response(null, { status: 204 });
  };
  const world = createTestWorld({ respond });
  const session = world.createKeepAlive();
  await session.ready;
  world.simulate.restart();
  assert.equal((await session.fetch(post('two'))).status, 204);
  assert.deepEqual(seen, ['two']);
  assert.deepEqual(world.requests.filter(({ path }) => path === '/api/items').map(({ method, status, body }) => [method, status, body]), [['POST', 401, 'two'], ['POST', 204, 'two']]);
});
