// The example in Leptos: rendered on a server, hydrated in the browser, in front of the reference server.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { command } from '../../examples/leptos/build.mjs';
import { end, start } from '../e2e/support/children.mjs';
import { freePort } from '../e2e/support/ports.mjs';
import { until } from '../e2e/support/until.mjs';
import { world } from '../e2e/support/world.mjs';
import { DRAFT, signIn, wasm } from './support/signed-in.mjs';

/** A backend, and in front of it the server that renders the page. */
async function rendering(t, options) {
  const port = await freePort();
  const { backend, person } = await world(t, { ...options, pages: false, publicPort: port });
  const { program, args } = command({ listen: `127.0.0.1:${port}`, backend: `127.0.0.1:${backend.port}` });
  const server = start(program, args);
  t.after(() => end(server, 'SIGKILL'));
  await until('the server renders the page', async () => {
    assert.equal(server.child.exitCode, null, server.output);
    return (await fetch(`${backend.origin}/`).catch(() => null))?.ok;
  });
  return { backend, person };
}

test('a page in Leptos is rendered with a session that is inert, and outlives a killed backend with what was typed', async (t) => {
  const { backend, person } = await rendering(t);
  const html = await (await fetch(`${backend.origin}/`)).text();
  assert.match(html, /<dd id="status">inactive/);
  assert.match(html, /<textarea id="work"/, 'the work is there before anything has loaded');

  const alice = await person();
  const { page, shows } = await signIn(alice);
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
  assert.deepEqual(await wasm(alice), { instances: 1, paths: ['/pkg/session-keepalive-leptos_bg.wasm'] });
  assert.deepEqual(alice.console.filter((line) => /hydrat|panic/i.test(line)), []);
});

test('what was typed before the page is hydrated stays, and signing out reaches the server', async (t) => {
  const { person } = await rendering(t);
  const alice = await person();
  const { page, shows } = await signIn(alice);
  let goOn;
  const held = new Promise((resolve) => { goOn = resolve; });
  await page.route('**/*.wasm', async (route) => {
    await held;
    await route.continue();
  });
  await page.goto(`${alice.origin}/`, { waitUntil: 'commit' });
  await shows('status', 'inactive');
  await alice.startWork(DRAFT);
  alice.navigations.length = 0;
  goOn();
  await shows('status', 'connected');
  await alice.assertNothingLost(DRAFT);

  await page.getByRole('button', { name: 'Sign out' }).click();
  await shows('status', 'disconnected');
  await shows('reason', 'signed-out');
  assert.equal(alice.asked('POST', '/api/logout').length, 1);
  await page.reload();
  await page.getByLabel('Connection string').waitFor();
  await shows('status', 'disconnected');
});
