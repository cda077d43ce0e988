// The Svelte adapter.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, beforeEach, test } from 'node:test';
import { build } from 'esbuild';
import { createTestWorld } from 'session-keepalive/testing';
import { expiring, sessionKeepAlive, sessionStore } from 'session-keepalive/svelte';
import { compile } from 'svelte/compiler';
import { get } from 'svelte/store';
import { good, openChannels, openDocument } from './support.mjs';

const page = openDocument();
const folder = await mkdtemp(join(tmpdir(), 'session-keepalive-svelte-'));
after(async () => {
  await rm(folder, { recursive: true, force: true });
  await page.close();
});

/** A component with runes that shows a session it is given. */
const COMPONENT = `
  <script>
    import { fromStore } from 'svelte/store';
    let { session } = $props();
    const current = fromStore(session);
    let loud = $derived(current.current.status.toUpperCase());
  </script>
  <p>{$session.status} {$session.subject} {loud}</p>`;

/** The component and Svelte, as an application's bundler would put them together. */
const bundled = async (generate) => {
  const { js } = compile(COMPONENT, { generate, runes: true });
  const outfile = join(folder, `${generate}.mjs`);
  const own = {
    name: 'the component',
    setup: ({ onResolve, onLoad }) => {
      onResolve({ filter: /^component$/ }, () => ({ path: 'component', namespace: 'component' }));
      onLoad({ filter: /.*/, namespace: 'component' }, () => ({ contents: js.code, resolveDir: import.meta.dirname }));
    },
  };
  const contents = `export { default as Component } from 'component'; ${
    generate === 'client' ? "export { mount, unmount, flushSync } from 'svelte';" : "export { render } from 'svelte/server';"}`;
  await build({
    stdin: { contents, resolveDir: import.meta.dirname },
    bundle: true, format: 'esm', outfile, plugins: [own], logLevel: 'error',
    ...(generate === 'client' ? { conditions: ['browser', 'svelte'] } : { platform: 'node' }),
  });
  return import(outfile);
};

let channels;
beforeEach(() => {
  page.renew();
  channels = openChannels();
});
afterEach(() => channels.restore());

test('a component with runes follows it', async () => {
  const { Component, mount, unmount, flushSync } = await bundled('client');
  const world = createTestWorld();
  const session = sessionStore(world.createKeepAlive());
  const component = mount(Component, { target: page.root, props: { session } });
  await world.settle();
  flushSync();
  assert.equal(page.text(), 'connected alice CONNECTED');
  world.simulate.offline();
  flushSync();
  assert.equal(page.text(), 'offline alice OFFLINE');
  await unmount(component);
  assert.equal(session.getSnapshot().status, 'offline', 'the session is the application’s');
});

test('a server renders inactive', async () => {
  const { Component, render } = await bundled('server');
  await page.withoutIt(async () => {
    const { body } = render(Component, { props: { session: sessionKeepAlive({ fetch: good }) } });
    assert.match(body, />inactive  INACTIVE</);
  });
  assert.equal(channels.count(), 0);
});

test('it is a store: it tells its value at once, every change, and then no more', async () => {
  const world = createTestWorld();
  const session = sessionStore(world.createKeepAlive());
  const seen = [];
  const end = session.subscribe(({ status }) => seen.push(status));
  assert.deepEqual(seen, ['starting']);
  await world.settle();
  assert.equal(seen.at(-1), 'connected');
  assert.equal(get(session), session.getSnapshot());
  end();
  world.simulate.offline();
  assert.equal(seen.at(-1), 'connected');
});

test('it is a session too, with every method', async () => {
  const world = createTestWorld();
  const keepAlive = world.createKeepAlive();
  const session = sessionStore(keepAlive);
  for (const name of ['check', 'extend', 'signOut', 'fetch', 'on', 'stop', 'dispose', 'remember', 'forget']) assert.equal(session[name], keepAlive[name], name);
  assert.equal(session.start(), session);
  await session.ready;
  assert.equal(session.ready, keepAlive.ready);
  assert.equal((await session.check()).status, 'connected');
});

test('it keeps a session until it is disposed', async (t) => {
  const session = sessionKeepAlive({ fetch: good });
  t.after(session.dispose);
  await session.ready;
  assert.deepEqual([get(session).status, channels.count()], ['connected', 1]);
  session.dispose();
  assert.deepEqual([get(session).status, channels.count()], ['inactive', 0]);
});

test('the countdown counts, and ends when the person is still there', async () => {
  const world = createTestWorld({ limits: { idle: '10m', warnBefore: '1m' } });
  const session = world.createKeepAlive({ interval: '1h' });
  const seen = [];
  const end = expiring(session).subscribe((seconds) => seen.push(seconds));
  await world.advance('9m');
  await world.advance('2s');
  await session.extend();
  end();
  assert.deepEqual(seen, [null, 60, 59, 58, null]);
});
