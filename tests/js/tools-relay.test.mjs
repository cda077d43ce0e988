// The proxy in front of the server of the Wasm tests: a connection of its own for each request, and nothing changed.
import assert from 'node:assert/strict';
import { Agent, createServer, request } from 'node:http';
import { test } from 'node:test';
import { startRelay } from '../../tools/test/relay.mjs';

/** A server that tells what it got, and the relay before it. */
async function world(t) {
  const connections = new Set();
  const server = createServer(async (incoming, outgoing) => {
    connections.add(incoming.socket);
    let sent = '';
    for await (const chunk of incoming) sent += chunk;
    outgoing.writeHead(201, { 'x-kept': incoming.headers.connection }).end(`${incoming.method} ${incoming.url} ${sent}`);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const relay = await startRelay();
  const agent = new Agent({ keepAlive: true, maxSockets: 6 });
  t.after(async () => {
    agent.destroy();
    await relay.close();
    server.closeAllConnections();
    server.close();
  });
  const [host, port] = relay.address.split(':');
  const origin = `http://127.0.0.1:${server.address().port}`;
  const ask = (url, { method = 'GET', body } = {}) => new Promise((resolve, reject) => {
    const asked = request({ host, port, path: url, method, agent }, async (answer) => {
      let text = '';
      for await (const chunk of answer) text += chunk;
      resolve({ status: answer.statusCode, headers: answer.headers, text });
    });
    asked.once('error', reject).end(body);
  });
  return { connections, origin, ask, server };
}

test('each request has a connection of its own, that ends with the answer', async (t) => {
  const { connections, origin, ask } = await world(t);
  const answers = await Promise.all(Array.from({ length: 12 }, (_, number) => ask(`${origin}/${number}`)));
  assert.deepEqual(answers.map(({ text }) => text), Array.from({ length: 12 }, (_, number) => `GET /${number} `));
  assert.ok(answers.every(({ headers }) => headers['x-kept'] === 'close'));
  assert.equal(connections.size, 12);
});

test('method, body and status come through', async (t) => {
  const { origin, ask } = await world(t);
  const { status, text } = await ask(`${origin}/there?how=so`, { method: 'POST', body: 'a body' });
  assert.equal(status, 201);
  assert.equal(text, 'POST /there?how=so a body');
});

test('what cannot be reached, or is no address, is an error of the network', async (t) => {
  const { origin, ask, server } = await world(t);
  await assert.rejects(ask('/no-origin'), { code: 'ECONNRESET' });
  server.close();
  await assert.rejects(ask(`${origin}/`), { code: 'ECONNRESET' });
});
