import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createFetch } from '../../src/js/fetch.js';
import { deferred, settled } from './support/page.mjs';

const HERE = 'https://app.example';

/** A session that notes what it is told and answers when the test says so. */
const setUp = (answers, { there = true, loads = there } = {}) => {
  const log = [];
  const sent = [];
  const engine = {
    /** Whether calls are sent at once, and in which generation. */
    open: true,
    generation: 1,
    fetchStarted(id) {
      log.push(['fetchStarted', id]);
      if (engine.open) fetches.resume(id, engine.generation);
    },
    fetchRefused: (...given) => log.push(['fetchRefused', ...given]),
    fetchEnded: (id) => log.push(['fetchEnded', id]),
  };
  let running = there ? engine : null;
  const send = async (input, init) => {
    sent.push({ input, init, body: input instanceof Request ? await input.clone().text() : init?.body });
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    return typeof answer === 'function' ? answer(input, init) : answer;
  };
  const fetches = createFetch({
    send,
    covers: (url) => new URL(url, HERE).origin === HERE,
    engine: () => running,
    loaded: async () => { if (loads) running = engine; },
  });
  return { ...fetches, engine, log, sent, dispose: () => { running = null; loads = false; } };
};

const refusal = (code = 'SESSION_UNKNOWN', status = 401) =>
  new Response(JSON.stringify({ code, detail: 'x' }), { status, headers: { 'content-type': 'application/problem+json' } });
const ok = () => new Response('fine');

test('an answer that is no refusal is handed over as it came: neither cloned nor read', async () => {
  for (const status of [200, 201, 302, 403, 404, 500, 503]) {
    const answer = new Response('body', { status });
    answer.clone = () => assert.fail('cloned');
    const { sessionFetch, log, sent } = setUp([answer]);
    const init = { method: 'PUT' };
    assert.equal(await sessionFetch('/api/a', init), answer);
    assert.equal(answer.bodyUsed, false);
    assert.equal(sent.length, 1);
    assert.equal(sent[0].init, init, 'the init is the caller’s own');
    assert.deepEqual(log, [['fetchStarted', 1], ['fetchEnded', 1]]);
  }
});

test('other origins pass through untouched, and unseen by the engine', async () => {
  for (const there of [true, false]) {
    const { sessionFetch, log, sent } = setUp([refusal()], { there });
    const url = 'https://elsewhere.example/api';
    const response = await sessionFetch(url);
    assert.equal(response.status, 401);
    const request = new Request(url, { method: 'POST', body: 'x' });
    request.clone = () => assert.fail('cloned');
    sent.length = 0;
    await sessionFetch(new URL(url), { method: 'POST' });
    assert.deepEqual([log, sent[0].input.href], [[], url]);
  }
});

test('a request to another origin is the caller’s own object', async () => {
  const request = new Request('https://elsewhere.example/api');
  let given;
  const { sessionFetch } = createFetch({
    send: async (input) => {
      given = input;
      return ok();
    },
    covers: () => false, engine: () => assert.fail('not asked'), loaded: () => assert.fail('not asked'),
  });
  await sessionFetch(request);
  assert.equal(given, request);
});

test('a call waits until the engine lets it go', async () => {
  const { sessionFetch, engine, resume, sent } = setUp([ok()]);
  engine.open = false;
  const result = sessionFetch('/api/a');
  await settled();
  assert.deepEqual(sent, []);
  resume(1, 2);
  assert.equal((await result).status, 200);
  assert.equal(sent.length, 1);
});

test('a refused call is sent once more, in the generation it was sent in', async () => {
  const first = refusal();
  const { sessionFetch, engine, resume, sent, log } = setUp([first, ok()]);
  engine.generation = 7;
  const init = { method: 'POST', body: 'x=1' };
  const result = sessionFetch('/api/a', init);
  await settled();
  assert.deepEqual(log, [['fetchStarted', 1], ['fetchRefused', 1, 7, true]]);
  assert.equal(sent.length, 1);
  resume(1, 8);
  const response = await result;
  assert.equal(await response.text(), 'fine');
  assert.deepEqual(sent.map(({ input, init: given }) => [input, given]), [['/api/a', init], ['/api/a', init]]);
  assert.ok(first.bodyUsed, 'the refusal is given up, so that its connection is free');
  assert.deepEqual(log.at(-1), ['fetchEnded', 1]);
});

test('it is sent once more only: a second refusal is the caller’s', async () => {
  const second = refusal();
  const { sessionFetch, resume, sent, log } = setUp([refusal(), second]);
  const result = sessionFetch('/api/a');
  await settled();
  resume(1, 2);
  assert.equal(await result, second);
  assert.equal((await second.json()).code, 'SESSION_UNKNOWN');
  assert.equal(sent.length, 2);
  assert.equal(log.filter(([what]) => what === 'fetchRefused').length, 1);
});

test('the engine may hand the refusal over, whole', async () => {
  const first = refusal();
  const { sessionFetch, resume, sent } = setUp([first]);
  const result = sessionFetch('/api/a');
  await settled();
  resume(1, undefined);
  assert.equal(await result, first);
  assert.deepEqual(await first.json(), { code: 'SESSION_UNKNOWN', detail: 'x' });
  assert.equal(sent.length, 1);
});

test('only SESSION_UNKNOWN says that the session is lost', async () => {
  const html = new Response('<h1>SESSION_UNKNOWN</h1>', { status: 401, headers: { 'content-type': 'text/html' } });
  const spoilt = new Response('{"code":', { status: 401, headers: { 'content-type': 'application/json' } });
  const untyped = new Response(null, { status: 401 });
  const rows = [
    [refusal(), true], [refusal('SESSION_UNKNOWN', 419), true], [refusal('SESSION_UNKNOWN', 440), true],
    [Response.json({ code: 'SESSION_UNKNOWN' }, { status: 401 }), true],
    [refusal('NOT_ALLOWED'), false], [refusal('SESSION_EXPIRED'), false], [Response.json(null, { status: 401 }), false],
    [Response.json('SESSION_UNKNOWN', { status: 401 }), false], [html, false], [spoilt, false], [untyped, false],
  ];
  for (const [answer, unknown] of rows) {
    const { sessionFetch, resume, log } = setUp([answer]);
    const result = sessionFetch('/api/a');
    await settled();
    assert.deepEqual(log[1], ['fetchRefused', 1, 1, unknown]);
    resume(1, undefined);
    assert.equal(await result, answer);
  }
});

test('a Request with a body is sent again with its body, and stays usable', async () => {
  const { sessionFetch, resume, sent } = setUp([refusal(), ok()]);
  const request = new Request(`${HERE}/api/a`, { method: 'POST', body: 'form=1', headers: { 'x-a': 'b' } });
  const result = sessionFetch(request);
  await settled();
  resume(1, 2);
  assert.equal((await result).status, 200);
  assert.deepEqual(sent.map(({ body }) => body), ['form=1', 'form=1']);
  assert.ok(sent.every(({ input }) => input.method === 'POST' && input.headers.get('x-a') === 'b'));
});

test('every body that can be sent again is', async () => {
  const form = new FormData();
  form.set('a', 'b');
  for (const body of ['text', new URLSearchParams({ a: 'b' }), new Blob(['x']), new Uint8Array([1]), form]) {
    const { sessionFetch, resume, sent } = setUp([refusal(), ok()]);
    const result = sessionFetch('/api/a', { method: 'POST', body });
    await settled();
    resume(1, 2);
    assert.equal((await result).status, 200);
    assert.deepEqual(sent.map(({ body: given }) => given), [body, body]);
  }
});

test('a stream cannot be sent again: the caller gets the refusal at once, the engine its sign', async () => {
  const first = refusal();
  const { sessionFetch, log, sent } = setUp([first]);
  const response = await sessionFetch('/api/a', { method: 'POST', body: new ReadableStream(), duplex: 'half' });
  assert.equal(response, first);
  assert.equal((await response.json()).code, 'SESSION_UNKNOWN');
  assert.equal(sent.length, 1);
  assert.deepEqual(log, [['fetchStarted', 1], ['fetchRefused', 1, 1, true], ['fetchEnded', 1]]);
});

test('network errors are the caller’s, and never sent again', async () => {
  const error = new TypeError('Failed to fetch');
  const { sessionFetch, sent, log } = setUp([() => { throw error; }]);
  await assert.rejects(sessionFetch('/api/a'), error);
  assert.equal(sent.length, 1);
  assert.deepEqual(log, [['fetchStarted', 1], ['fetchEnded', 1]]);
});

test('the second sending may fail too', async () => {
  const error = new TypeError('Failed to fetch');
  const { sessionFetch, resume, log } = setUp([refusal(), () => { throw error; }]);
  const result = sessionFetch('/api/a');
  await settled();
  resume(1, 2);
  await assert.rejects(result, error);
  assert.deepEqual(log.at(-1), ['fetchEnded', 1]);
});

test('a refusal whose body breaks off is still replaced', async () => {
  const body = new ReadableStream({ pull(controller) { controller.error(new TypeError('connection reset')); } });
  const broken = new Response(body, { status: 401, headers: { 'content-type': 'application/json' } });
  const { sessionFetch, resume } = setUp([broken, ok()]);
  const result = sessionFetch('/api/a');
  await settled();
  resume(1, 2);
  assert.equal((await result).status, 200);
});

/** Starts one call with a signal, lets `step` bring it where it should be aborted, and aborts it. */
const abortedAt = async (answers, step, { given = 'init', options } = {}) => {
  const controller = new AbortController();
  const reason = new Error('the person left');
  const world = setUp(answers, options);
  const { signal } = controller;
  const result = given === 'init'
    ? world.sessionFetch('/api/a', { signal })
    : world.sessionFetch(new Request(`${HERE}/api/a`, { signal }));
  const rejected = assert.rejects(result, (error) => error === reason);
  await step?.(world);
  await settled();
  controller.abort(reason);
  await rejected;
  assert.equal(world.log.at(-1)[0], 'fetchEnded');
  return world;
};

const pending = (_input, init) => new Promise((_resolve, reject) => {
  const signal = init?.signal ?? _input.signal;
  signal.addEventListener('abort', () => reject(signal.reason), { once: true });
});

test('an abort while it waits to be sent', async () => {
  for (const given of ['init', 'request']) {
    const controller = new AbortController();
    const reason = new Error('the person left');
    const { sessionFetch, engine, resume, sent, log } = setUp([ok()]);
    engine.open = false;
    const { signal } = controller;
    const result = given === 'init' ? sessionFetch('/api/a', { signal }) : sessionFetch(new Request(`${HERE}/api/a`, { signal }));
    const rejected = assert.rejects(result, (error) => error === reason);
    await settled();
    controller.abort(reason);
    await rejected;
    resume(1, 2);
    await settled();
    assert.deepEqual([sent, log], [[], [['fetchStarted', 1], ['fetchEnded', 1]]]);
  }
});

test('an abort before it begins', async () => {
  const { sessionFetch, engine, sent, log } = setUp([ok()]);
  engine.open = false;
  const reason = new Error('too late');
  await assert.rejects(sessionFetch('/api/a', { signal: AbortSignal.abort(reason) }), reason);
  assert.deepEqual([sent, log], [[], [['fetchStarted', 1], ['fetchEnded', 1]]]);
});

test('an abort while it is under way', async () => {
  for (const given of ['init', 'request']) {
    const { sent } = await abortedAt([pending], undefined, { given });
    assert.equal(sent.length, 1);
  }
});

test('an abort while the module loads', async () => {
  const controller = new AbortController();
  const reason = new Error('the person left');
  const { sessionFetch } = createFetch({
    send: async () => refusal(), covers: () => true, engine: () => null, loaded: () => deferred().promise,
  });
  const rejected = assert.rejects(sessionFetch('/api/a', { signal: controller.signal }), (error) => error === reason);
  await settled();
  controller.abort(reason);
  await rejected;
});

test('an abort while the engine decides about the refusal', async () => {
  const { sent, resume, log } = await abortedAt([refusal(), ok()]);
  resume(1, 2);
  await settled();
  assert.equal(sent.length, 1);
  assert.deepEqual(log.map(([what]) => what), ['fetchStarted', 'fetchRefused', 'fetchEnded']);
});

test('an abort while it is sent once more', async () => {
  const { sent } = await abortedAt([refusal(), pending], async ({ resume }) => {
    await settled();
    resume(1, 2);
  });
  assert.equal(sent.length, 2);
});

test('a signal that has done its work is let go of', async () => {
  const controller = new AbortController();
  const { signal } = controller;
  let held = 0;
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = (...given) => { held += 1; addEventListener.apply(signal, given); };
  signal.removeEventListener = (...given) => { held -= 1; removeEventListener.apply(signal, given); };
  const { sessionFetch, resume } = setUp([refusal(), ok()]);
  const result = sessionFetch('/api/a', { signal });
  await settled();
  resume(1, 2);
  await result;
  await settled();
  assert.equal(held, 0);
});

test('before the module is there it is plain fetch, and a refusal waits for the module', async () => {
  const { sessionFetch, resume, log, sent } = setUp([refusal(), ok()], { there: false, loads: true });
  const result = sessionFetch('/api/a');
  await settled();
  assert.deepEqual(log, [['fetchRefused', 1, 0, true]], 'sent before there was any generation');
  resume(1, 1);
  assert.equal((await result).status, 200);
  assert.equal(sent.length, 2);
});

test('where the module cannot be had it is plain fetch', async () => {
  const first = refusal();
  const { sessionFetch, log } = setUp([first], { there: false });
  assert.equal(await sessionFetch('/api/a'), first);
  assert.deepEqual(log, []);
});

test('a session that is disposed while the refusal is read hands it over', async () => {
  const body = deferred();
  const first = refusal();
  first.clone = () => ({ json: () => body.promise });
  const { sessionFetch, log, dispose } = setUp([first]);
  const result = sessionFetch('/api/a');
  await settled();
  dispose();
  body.resolve({ code: 'SESSION_UNKNOWN' });
  assert.equal(await result, first);
  assert.deepEqual(log, [['fetchStarted', 1]]);
});

test('two hundred at once each get their own answer', async () => {
  const { sessionFetch, resume, log, sent } = setUp([
    (input) => (sent.filter((one) => one.input === input).length > 1 ? new Response(input) : refusal()),
  ]);
  const paths = Array.from({ length: 200 }, (_, index) => `/api/${index}`);
  const results = Promise.all(paths.map(async (path) => (await sessionFetch(path)).text()));
  while (log.filter(([what]) => what === 'fetchRefused').length < 200) await settled();
  for (let id = 200; id > 0; id -= 1) resume(id, 2);
  assert.deepEqual(await results, paths);
  assert.equal(sent.length, 400);
  assert.equal(new Set(log.filter(([what]) => what === 'fetchEnded').map(([, id]) => id)).size, 200);
});

test('when there is no engine any more, what waits to be sent is sent, and what was refused is handed over', async () => {
  const first = refusal();
  const { sessionFetch, engine, releaseAll, sent } = setUp([first, ok()]);
  const refused = sessionFetch('/api/a');
  await settled();
  engine.open = false;
  const waiting = sessionFetch('/api/b');
  await settled();
  assert.deepEqual(sent.map(({ input }) => input), ['/api/a']);
  releaseAll();
  assert.equal(await refused, first);
  assert.equal(await (await waiting).text(), 'fine');
  assert.deepEqual(sent.map(({ input }) => input), ['/api/a', '/api/b']);
});
