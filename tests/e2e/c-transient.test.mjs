// (c) Every fault a backend can have that is no verdict on the session: it is kept, and heals by itself.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from './support/until.mjs';
import { world } from './support/world.mjs';

const INTERVAL = 500;
const RETRY_AFTER = 2;
const DRAFT = 'Written while everything was down.';

test('(c) down, then 503, then 429, then HTML: never a redirect, and it heals by itself', async (t) => {
  const { backend, forwarder, person } = await world(t, { forwarded: true });
  const alice = await person();
  await alice.connect(`/?interval=${INTERVAL}&retryBase=100ms&retryCap=400ms`);
  await alice.startWork(DRAFT);

  const settled = (status, reason) => until(`status ${status} because of ${reason}`, async () => {
    const snapshot = await alice.snapshot();
    return snapshot.status === status && snapshot.reason === reason;
  });
  const checks = () => forwarder.of('POST', '/api/validate-session');
  const since = (start) => checks().slice(start);

  // Down: connections are refused for many intervals.
  await forwarder.down();
  await backend.kill();
  const down = performance.now();
  const attempts = alice.named('checking').length;
  await until('ten intervals have passed and ten checks have failed', () =>
    performance.now() - down > 10 * INTERVAL && alice.named('checking').length >= attempts + 10, { within: 30_000 });
  await settled('degraded', 'network');
  await alice.assertNothingLost(DRAFT);

  // 503, from the moment the backend is back.
  await backend.start();
  await backend.fault({ kind: '503', retryAfter: 0 });
  let start = checks().length;
  await forwarder.up();
  await until('three checks were answered 503', () => since(start).length >= 3);
  assert.ok(since(start).every(({ status }) => status === 503));
  await settled('degraded', 'server');

  // 429: no request before its Retry-After has passed.
  await backend.fault({ kind: '429', retryAfter: RETRY_AFTER });
  const limited = await until('two checks were answered 429', () => {
    const found = checks().filter(({ status }) => status === 429);
    return found.length >= 2 && found;
  });
  await settled('degraded', 'rate-limited');
  const [first, second] = limited;
  const between = forwarder.seen.filter(({ at }) => at > first.answeredAt && at < second.at);
  assert.deepEqual(between, [], 'no request at all in between');
  assert.ok(second.at - first.answeredAt >= RETRY_AFTER * 1_000, `asked again after ${second.at - first.answeredAt} ms`);

  // A page where JSON was asked for, as a captive portal or a proxy sends it.
  await backend.fault({ kind: 'html' });
  start = checks().length;
  await until('three checks were answered with a page', () =>
    since(start).filter(({ status, type }) => status === 200 && type.startsWith('text/html')).length >= 3);
  assert.equal((await alice.snapshot()).status, 'degraded');
  await alice.assertNothingLost(DRAFT);

  await backend.fault(null);
  await until('the session is reconnected', () => alice.named('reconnected').length > 0);
  const healed = await alice.snapshot();
  assert.equal(healed.status, 'connected');
  assert.equal(healed.epoch, 2);
  assert.equal((await alice.readTables()).status, 200);
  await alice.assertNothingLost(DRAFT);
  assert.deepEqual(alice.named('disconnected'), []);
});
