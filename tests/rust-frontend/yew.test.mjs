// The example in Yew against the reference server: what the session of a frontend in Rust promises, in a real page.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mounts, site } from '../../examples/yew/build.mjs';
import { until } from '../e2e/support/until.mjs';
import { world } from '../e2e/support/world.mjs';
import { DRAFT, signIn, wasm } from './support/signed-in.mjs';

/** A backend that serves the example, and a user on its page who has signed in there. */
async function signedIn(t, options) {
  const { backend, person } = await world(t, { ...options, pages: false, extra: [site, ...mounts].flatMap((folder) => ['--site', folder]) });
  const alice = await person();
  return { backend, alice, ...(await signIn(alice)) };
}

test('a page in Yew outlives a killed backend with what was typed, in one Wasm instance', async (t) => {
  const { backend, alice, page, shows } = await signedIn(t);
  await shows('subject', 'sqlite:sample.db');
  await shows('epoch', '1');
  await alice.startWork(DRAFT);
  alice.navigations.length = 0;

  await backend.kill();
  await until('the page says that something is wrong', async () => (await page.locator('#status').textContent()) === 'degraded');
  await backend.start();
  await shows('epoch', '2');
  await shows('status', 'connected');
  await page.getByRole('button', { name: 'Ask the database' }).click();
  await shows('answer', 'The database answered with 200.');

  await alice.assertNothingLost(DRAFT);
  assert.deepEqual(await wasm(alice), { instances: 1, paths: ['/pkg/session-keepalive-yew_bg.wasm'] });
});

test('a limit is counted down to, is moved away, and signing out reaches the server', async (t) => {
  const { alice, page, shows } = await signedIn(t, { policy: ['idle=20s', 'heartbeat_counts=no', 'touch_every=1s', 'warn_before=15s'] });
  const warning = page.locator('#expiring');
  await warning.waitFor();
  const seconds = async () => Number(/in (\d+) s/.exec(await warning.textContent())[1]);
  const some = await seconds();
  await until('it is counted down', async () => (await seconds()) < some);
  await page.getByRole('button', { name: 'I’m still here' }).click();
  await warning.waitFor({ state: 'detached' });

  await page.getByRole('button', { name: 'Sign out' }).click();
  await shows('status', 'disconnected');
  await shows('reason', 'signed-out');
  assert.equal(alice.asked('POST', '/api/logout').length, 1);
  await page.reload();
  await page.getByLabel('Connection string').waitFor();
  await shows('status', 'disconnected');
});
