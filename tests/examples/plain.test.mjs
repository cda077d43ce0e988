// examples/plain: plain HTML and a script tag, under the policy that the security guide names.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inRoot } from '../../tools/lib/paths.mjs';
import { end, start } from '../e2e/support/children.mjs';
import { freePort } from '../e2e/support/ports.mjs';
import { until } from '../e2e/support/until.mjs';
import { world } from '../e2e/support/world.mjs';

const PLACE = '/?interval=500ms';

async function signedIn(t, options) {
  const { backend, person } = await world(t, { site: inRoot('examples', 'plain'), ...options });
  const alice = await person();
  await alice.page.goto(`${backend.origin}${PLACE}`);
  await alice.page.waitForURL(`${backend.origin}/connect.html?returnTo=${encodeURIComponent(PLACE)}`);
  await alice.page.getByRole('button', { name: 'Connect' }).click();
  await alice.page.waitForURL(backend.origin + PLACE);
  await until('the tables are there', async () => (await alice.page.getByRole('listitem').count()) > 0);
  alice.navigations.length = 0;
  alice.events.length = 0;
  return { backend, alice };
}

test('the page outlives restarts, and its policy is never broken', async (t) => {
  const { backend, alice } = await signedIn(t);
  await alice.startWork('half a sentence');
  for (const round of [1, 2, 3]) {
    await backend.restart();
    await until(`reconnect ${round}`, () => alice.named('reconnected').length === round);
  }
  await alice.assertNothingLost('half a sentence');
  assert.match(await alice.page.locator('#status').textContent(), /^connected/);
  assert.deepEqual(alice.console.filter((text) => /policy|violat|trusted/i.test(text)), []);
});

test('the warning comes before the idle limit, and its button keeps the session', async (t) => {
  const { alice } = await signedIn(t, { policy: ['heartbeat_counts=no', 'touch_every=0s', 'idle=8s', 'warn_before=6s'] });
  await alice.page.locator('#warning').waitFor();
  await alice.page.getByRole('button', { name: 'Stay' }).click();
  await until('the session is extended', async () => (await alice.snapshot()).expiresInMs > 6_000);
  assert.deepEqual(alice.named('disconnected'), []);
});

test('disconnecting leads to the page for connecting', async (t) => {
  const { backend, alice } = await signedIn(t);
  await alice.page.getByRole('button', { name: 'Disconnect' }).click();
  await alice.page.waitForURL(`${backend.origin}/connect.html`);
  assert.deepEqual(await alice.context.cookies(), []);
});

test('one command runs it', async (t) => {
  const port = await freePort();
  const running = start(process.execPath, [inRoot('examples', 'run.mjs'), 'plain'], { env: { ...process.env, PORT: String(port) } });
  t.after(() => end(running, 'SIGTERM'));
  const page = await until('the example answers', async () => {
    assert.equal(running.child.exitCode, null, running.output);
    const answer = await fetch(`http://127.0.0.1:${port}/`).catch(() => null);
    return answer?.ok && answer.text();
  }, { within: 300_000 });
  assert.match(page, /Plain HTML/);
});
