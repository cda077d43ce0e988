// The axios adapter: axios as it is, on a session of a test world.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import axios from 'axios';
import { attach } from 'session-keepalive/axios';
import { createTestWorld } from 'session-keepalive/testing';
import { build } from 'esbuild';
import { dist } from './support.mjs';

const ORIGIN = 'https://app.example';

/** A world with an attached instance. `served` are the requests that were carried out, as their bodies. */
const create = async ({ options, config, ...worldOptions } = {}) => {
  const served = [];
  const world = createTestWorld({
    respond: async (request) => {
      served.push(await request.text());
      return Response.json({ items: served.length });
    },
    ...worldOptions,
  });
  const session = world.createKeepAlive(options);
  await world.settle();
  const instance = axios.create({ baseURL: ORIGIN, ...config });
  return { world, session, instance, served, detach: attach(instance, session) };
};
const asked = (world, path) => world.requests.filter((request) => request.path === path).map(({ status }) => status);

test('a request that was refused because the session was lost is sent once more', async () => {
  const { world, instance, served } = await create();
  world.simulate.restart();
  const { data, status } = await instance.post('/items', { name: 'a' });
  assert.deepEqual([status, data], [200, { items: 1 }]);
  assert.deepEqual(asked(world, '/items'), [401, 200]);
  assert.deepEqual(served, ['{"name":"a"}']);
});

test('many at once make one reconnect', async () => {
  const { world, instance, served } = await create();
  world.simulate.restart();
  await Promise.all(Array.from({ length: 20 }, () => instance.get('/items')));
  assert.equal(served.length, 20);
  assert.deepEqual(asked(world, '/api/reconnect'), [200]);
});

test('forms, files and binary data are sent once more as they were', async () => {
  const form = new FormData();
  form.set('file', new Blob(['content']), 'a.txt');
  for (const [body, expected] of [
    [form, /filename="a\.txt"[^]*content/],
    [new URLSearchParams({ a: '1' }), /^a=1$/],
    [new TextEncoder().encode('bytes'), /^bytes$/],
  ]) {
    const { world, instance, served } = await create();
    world.simulate.restart();
    await instance.put('/items', body);
    assert.deepEqual(asked(world, '/items'), [401, 200]);
    assert.match(served[0], expected);
  }
});

test('it waits while the session is being re-established', async () => {
  const { world, session, instance } = await create();
  world.simulate.restart();
  world.simulate.slow('2s');
  const first = instance.get('/items');
  await world.advance('3s');
  assert.equal(session.getSnapshot().status, 'reconnecting');
  const second = instance.get('/late');
  await world.settle();
  assert.deepEqual(asked(world, '/late'), [], 'not even sent');
  await world.advance('10s');
  await Promise.all([first, second]);
  assert.deepEqual(asked(world, '/late'), [200]);
});

test('what is not about the session is axios’s error, and is not sent again', async () => {
  const { world, instance } = await create();
  world.simulate.fault({ status: 503, times: 1 });
  await assert.rejects(instance.get('/a'), { name: 'AxiosError', code: 'ERR_BAD_RESPONSE', status: 503 });
  world.simulate.fault({ times: 1 });
  await assert.rejects(instance.get('/b'), { name: 'AxiosError', code: 'ERR_NETWORK' });
  assert.deepEqual([asked(world, '/a'), asked(world, '/b')], [[503], [null]]);
});

test('a session that is over leaves the refusal to the caller', async () => {
  const { world, instance } = await create({ options: { login: false } });
  world.simulate.revoke();
  await assert.rejects(instance.get('/items'), { name: 'AxiosError', status: 401 });
  assert.deepEqual(asked(world, '/items'), [401]);
});

test('cancelling works at every step', async () => {
  const { world, instance } = await create();
  world.simulate.restart();
  world.simulate.slow('20s');
  for (const wait of [0, '25s']) {
    const controller = new AbortController();
    const request = instance.get('/items', { signal: controller.signal });
    await world.advance(wait);
    controller.abort();
    await assert.rejects(request, (error) => axios.isCancel(error));
  }
});

test('a timeout counts the waiting too', async () => {
  const { world, instance } = await create();
  world.simulate.restart();
  world.simulate.slow('20s');
  // axios has its own clock, the real one.
  await assert.rejects(instance.get('/items', { timeout: 20 }), { name: 'AxiosError', code: 'ETIMEDOUT' });
});

test('interceptors and other options of axios go on working', async () => {
  const { world, instance } = await create();
  let calls = 0;
  instance.interceptors.request.use((config) => {
    calls += 1;
    config.headers.set('x-own', 'yes');
    return config;
  });
  world.simulate.restart();
  const { data } = await instance.get('/items', { params: { a: 1 }, responseType: 'text', transformResponse: (text) => `got ${text}` });
  assert.equal(data, 'got {"items":1}');
  assert.equal(calls, 1, 'once, though it was sent twice');
  assert.equal(new URL(world.requests.at(-1).url).search, '?a=1');
});

test('other origins are none of its business', async () => {
  const { world, instance } = await create();
  world.simulate.restart();
  await assert.rejects(instance.get('https://other.example/x'), { status: 401 });
  assert.deepEqual(asked(world, '/x'), [401]);
});

test('detached, the instance is what it was, unless somebody has changed it since', async () => {
  const instance = axios.create();
  const { adapter, env } = instance.defaults;
  const world = createTestWorld();
  const detach = attach(instance, world.createKeepAlive());
  assert.equal(instance.defaults.adapter, 'fetch');
  detach();
  assert.deepEqual([instance.defaults.adapter, instance.defaults.env], [adapter, env]);
  const again = attach(instance, world.createKeepAlive());
  const own = {};
  Object.assign(instance.defaults, { adapter: 'xhr', env: own });
  again();
  assert.deepEqual([instance.defaults.adapter, instance.defaults.env], ['xhr', own]);
});

test('an axios whose fetch adapter asks for no fetch is refused, with the version that is wanted', async () => {
  const withVersion = async (version) => {
    const old = {
      name: 'another axios',
      setup({ onResolve, onLoad }) {
        onResolve({ filter: /^axios$/ }, () => ({ path: 'axios', namespace: 'another' }));
        onLoad({ filter: /.*/, namespace: 'another' }, () => ({ contents: `export const VERSION = '${version}';` }));
      },
    };
    const { outputFiles } = await build({ entryPoints: [dist('axios.js')], bundle: true, write: false, format: 'esm', plugins: [old] });
    return import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`);
  };
  const session = createTestWorld().createKeepAlive();
  for (const version of ['0.30.2', '1.11.0']) {
    const { attach } = await withVersion(version);
    assert.throws(() => attach({ defaults: {} }, session), new RegExp(`needs axios 1\\.12 or later, this is ${version}`));
  }
  for (const version of ['1.12.0', '2.0.0-beta.1']) {
    const { attach } = await withVersion(version);
    attach({ defaults: {} }, session)();
  }
});
