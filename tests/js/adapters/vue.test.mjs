// The Vue adapter.
import assert from 'node:assert/strict';
import { after, afterEach, beforeEach, test } from 'node:test';
import { createTestWorld } from 'session-keepalive/testing';
import { good, openChannels, openDocument } from './support.mjs';

// Before Vue is imported, which looks for it.
const page = openDocument();
after(page.close);
const { createApp, createSSRApp, h, nextTick, ref } = await import('vue');
const { renderToString } = await import('vue/server-renderer');
const { createSessionKeepAlive, sessionPlugin, useExpiring, useSession } = await import('session-keepalive/vue');

let channels;
let app;
beforeEach(() => {
  page.renew();
  channels = openChannels();
});
afterEach(() => {
  app?.unmount();
  app = null;
  channels.restore();
});

const Status = {
  setup() {
    const { status, subject } = useSession();
    return () => `${status.value} ${subject.value}`;
  },
};
const until = async (status) => {
  for (let turns = 0; !page.text().includes(status); turns += 1) {
    assert.ok(turns < 1000, `it stays ${page.text()}`);
    await new Promise((resolve) => { setImmediate(resolve); });
  }
};
/** Mounts a component with a session of a test world. */
const worldly = async (component, options, worldOptions) => {
  const world = createTestWorld(worldOptions);
  const session = world.createKeepAlive(options);
  app = createApp(component).use(sessionPlugin(session));
  app.mount(page.root);
  await world.settle();
  return { world, session };
};

test('the plugin keeps a session until the application is unmounted', async () => {
  app = createApp(Status).use(createSessionKeepAlive({ fetch: good }));
  app.mount(page.root);
  await until('connected alice');
  assert.equal(channels.count(), 1);
  app.unmount();
  app = null;
  assert.equal(channels.count(), 0);
});

test('each application has a session of its own', async () => {
  const plugin = createSessionKeepAlive({ fetch: good });
  assert.equal(channels.count(), 0, 'none before it is used');
  const apps = [createApp(Status).use(plugin), createApp(Status).use(plugin)];
  const places = apps.map((one) => {
    const place = page.root.appendChild(document.createElement('div'));
    one.mount(place);
    return place;
  });
  for (let turns = 0; channels.count() < 2; turns += 1) {
    assert.ok(turns < 1000);
    await new Promise((resolve) => { setImmediate(resolve); });
  }
  for (const one of apps) one.unmount();
  assert.deepEqual([channels.count(), places.map((place) => place.textContent)], [0, ['', '']]);
});

test('a mistake in the options is thrown by app.use', () => {
  assert.throws(() => createApp(Status).use(createSessionKeepAlive({ intervall: '5m' })), /`intervall`/);
});

test('every change is shown, and nothing else renders', async () => {
  let renders = 0;
  const Counted = {
    setup() {
      const { status } = useSession();
      return () => {
        renders += 1;
        return status.value;
      };
    },
  };
  const { world } = await worldly(Counted);
  assert.equal(page.text(), 'connected');
  const before = renders;
  await world.advance('20m');
  assert.equal(renders, before, 'what is not looked at may change');
  world.simulate.fault({ status: 503 });
  await world.advance('6m');
  assert.equal(page.text(), 'degraded');
  assert.equal(renders, before + 1);
});

test('what is given cannot be written, and the functions are the session’s', async (t) => {
  t.mock.method(console, 'warn', () => {});
  let given;
  const { session } = await worldly({ setup() { given = useSession(); return () => null; } });
  given.status.value = 'mine';
  assert.equal(given.status.value, 'connected');
  for (const name of ['check', 'extend', 'signOut', 'fetch']) assert.equal(given[name], session[name]);
  assert.deepEqual(Object.keys(session.getSnapshot()).filter((name) => given[name].value !== session.getSnapshot()[name]), []);
});

test('unmounting leaves the application its own session', async () => {
  const { world, session } = await worldly(Status);
  app.unmount();
  app = null;
  await world.advance('6m');
  assert.equal(session.getSnapshot().status, 'connected');
  assert.equal(world.requests.length, 2);
});

test('the countdown counts, and ends when the person is still there', async () => {
  const Warning = {
    setup() {
      const seconds = useExpiring();
      return () => String(seconds.value);
    },
  };
  const { world, session } = await worldly(Warning, { interval: '1h' }, { limits: { idle: '10m', warnBefore: '1m' } });
  assert.equal(page.text(), 'null');
  await world.advance('9m');
  assert.equal(page.text(), '60');
  await world.advance('2s');
  assert.equal(page.text(), '58');
  await session.extend();
  await nextTick();
  assert.equal(page.text(), 'null');
});

test('without the plugin a composable says what is missing', (t) => {
  t.mock.method(console, 'warn', () => {});
  assert.throws(() => createApp(Status).mount(page.root), /app\.use\(createSessionKeepAlive/);
});

test('a server renders inactive and makes no session; the page takes it over without a mismatch', async (t) => {
  const log = t.mock.method(console, 'error', () => {});
  const warnings = t.mock.method(console, 'warn', () => {});
  const create = () => createSSRApp({ render: () => h('p', h(Status)) }).use(createSessionKeepAlive({ fetch: good }));
  page.root.innerHTML = await page.withoutIt(() => renderToString(create()));
  assert.equal(page.text(), 'inactive null');
  assert.equal(channels.count(), 0);
  app = create();
  // As with a router that has to be waited for: the session knows more by then than the server did.
  while (channels.count() === 0) await new Promise((resolve) => { setImmediate(resolve); });
  app.mount(page.root);
  await until('connected');
  assert.deepEqual([log.mock.calls, warnings.mock.calls], [[], []]);
});

test('used after the mount it is alive as well', async () => {
  const world = createTestWorld();
  const shown = ref(false);
  app = createApp({ render: () => (shown.value ? h(Status) : 'nothing') });
  app.mount(page.root);
  app.use(sessionPlugin(world.createKeepAlive()));
  await world.settle();
  shown.value = true;
  await nextTick();
  assert.equal(page.text(), 'connected alice');
});
