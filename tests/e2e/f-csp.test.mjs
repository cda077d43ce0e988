// (f) A content security policy that forbids Wasm: said clearly, and nothing else breaks.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from './support/until.mjs';
import { world } from './support/world.mjs';

test("(f) a policy without 'wasm-unsafe-eval': degraded, named, and fetch is plain fetch", async (t) => {
  const { backend, person } = await world(t);
  const alice = await person();
  await alice.connect('/');
  const answer = await alice.page.goto(`${backend.origin}/no-wasm/?interval=500`);
  const policy = answer.headers()['content-security-policy'];
  assert.match(policy, /script-src/);
  assert.doesNotMatch(policy, /wasm-unsafe-eval/);

  const snapshot = await until('the status is degraded', async () => {
    const current = await alice.snapshot();
    return current.status === 'degraded' && current;
  });
  assert.equal(snapshot.reason, 'wasm-blocked');
  assert.equal(snapshot.error.code, 'wasm-blocked');
  assert.match(snapshot.error.message, /'wasm-unsafe-eval'/);
  await until('the page tells the person', async () =>
    (await alice.page.locator('#banner').textContent()).includes("'wasm-unsafe-eval'"));

  const { status, tables } = await alice.readTables();
  assert.equal(status, 200);
  assert.ok(tables.length > 0);
  assert.deepEqual(alice.named('redirect'), []);
  // Plain fetch: after a restart the refusal goes to the caller, nobody reconnects.
  await backend.restart();
  assert.equal(await alice.page.evaluate(async () => (await window.session.fetch('/api/database')).status), 401);
});
