import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { createHttp } from '../../src/js/http.js';
import { BODY_KINDS, CALLS, CODES, REASONS, VERDICTS } from '../../src/js/names.js';
import { normalise } from '../../src/js/options.js';
import { openPage, settled } from './support/page.mjs';

const NOT_A_VERDICT = -1;

let page;
beforeEach(() => { page = openPage(); });
afterEach(() => page.remove());

const json = (body, init) => Response.json(body, init);
const problem = (status, code, headers) =>
  new Response(JSON.stringify({ type: 'about:blank', status, code }), { status, headers: { 'content-type': 'application/problem+json', ...headers } });

/** The module's side: what it is told about each request, and the way to make one. */
const backend = (answer, options = {}) => {
  const requests = [];
  const told = [];
  const feed = (...given) => void told.push(given);
  const fetch = async (url, init) => {
    requests.push({ url, ...init });
    return typeof answer === 'function' ? answer(url, init) : answer;
  };
  const http = createHttp(normalise({ fetch, ...options }));
  let id = 0;
  const send = (call, { attempt = 1, flag = false, key = 1 } = {}) => http.send(feed, (id += 1), call, attempt, flag, key);
  return { http, requests, told, send };
};

/** What the module is told about one answer, by name. */
const answered = async (call, response, options) => {
  const { told, send } = backend(response, options);
  await send(call);
  assert.equal(told.length, 1);
  const [[name, id, callNumber, status, code, retryAfterMs, body, reconnected, epoch, idleIn, absoluteIn, warnIn, nextCheckIn]] = told;
  assert.equal(name, 'answered');
  return { id, call: CALLS[callNumber], status, code: CODES[code], retryAfterMs, body: BODY_KINDS[body], valid: BODY_KINDS[body] === 'session', reconnected, epoch, idleIn, absoluteIn, warnIn, nextCheckIn };
};

const judgedBy = async (call, options) => {
  const { told, send, requests, http } = backend(() => assert.fail('no request of our own'), options);
  await send(call);
  assert.deepEqual(requests, []);
  const [[name, id, kind, reason, ...rest]] = told;
  assert.equal(name, 'judged');
  return { id, kind: VERDICTS[kind] ?? kind, reason: REASONS[reason], rest, http };
};

test('a check is exactly this request', async () => {
  const { requests, send } = backend(json({ valid: true }));
  await send('validate', { flag: true });
  const [{ signal, ...request }] = requests;
  assert.ok(signal instanceof AbortSignal);
  assert.deepEqual(request, {
    url: '/api/validate-session',
    method: 'POST',
    credentials: 'include',
    cache: 'no-store',
    keepalive: true,
    headers: { 'content-type': 'application/json', 'x-session-keepalive': '1' },
    body: '{"activity":true}',
  });
});

test('every call goes to its own address with its own body', async () => {
  const rows = [
    ['validate', false, {}, '/api/validate-session', { activity: false }],
    ['validate', true, { validate: 'https://api.example/v' }, 'https://api.example/v', { activity: true }],
    ['logout', false, {}, '/api/logout', { everywhere: false }],
    ['logout', true, { logout: '/bye' }, '/bye', { everywhere: true }],
    ['reconnect', true, {}, '/api/reconnect', {}],
    ['reconnect', false, { reconnect: '/again' }, '/again', {}],
  ];
  for (const [call, flag, options, url, body] of rows) {
    const { requests, send } = backend(json({ valid: true }), options);
    await send(call, { flag });
    assert.equal(requests.length, 1);
    assert.equal(requests[0].url, url);
    assert.equal(requests[0].method, 'POST');
    assert.deepEqual(JSON.parse(requests[0].body), body, call);
  }
});

test('a reconnect carries the stored credential: a string as the connection string, anything else as the body', async () => {
  const rows = [
    ['sqlite:sample.db', { connectionString: 'sqlite:sample.db' }],
    ['', { connectionString: '' }],
    [{ token: 't', tenant: 5 }, { token: 't', tenant: 5 }],
    [['a'], ['a']],
  ];
  for (const [credential, body] of rows) {
    const store = { load: async () => credential, save: async () => {}, clear: async () => {} };
    const { requests, send } = backend(() => json({ valid: true }), { credential: store });
    await send('reconnect');
    assert.deepEqual(JSON.parse(requests[0].body), body);
    await send('validate');
    await send('logout');
    for (const { body: other } of requests.slice(1)) assert.doesNotMatch(other, /sqlite|token/, 'on the reconnect call only');
  }
});

test('without a stored credential nothing is sent', async () => {
  for (const nothing of [null, undefined]) {
    const store = { load: async () => nothing, save: async () => {}, clear: async () => {} };
    for (const reconnect of ['/api/reconnect', () => assert.fail('not asked')]) {
      const { told, send } = backend(() => assert.fail('no request'), { credential: store, reconnect });
      await send('reconnect');
      assert.deepEqual(told, [['noCredential', 1]]);
    }
  }
});

test('a store that fails is no answer', async () => {
  const store = { load: async () => { throw new Error('locked'); }, save: async () => {}, clear: async () => {} };
  const { send, told, requests } = backend(json({}), { credential: store });
  await assert.rejects(send('reconnect'), /locked/);
  assert.deepEqual([told, requests], [[], []]);
});

test('requests of one key are one attempt for the server, and nobody can guess it', async () => {
  const { requests, send } = backend(() => json({ valid: true }));
  const keyOf = async (details) => {
    await send('reconnect', details);
    return requests.at(-1).headers['idempotency-key'];
  };
  const first = await keyOf({ key: 1, attempt: 1 });
  assert.equal(await keyOf({ key: 1, attempt: 2 }), first);
  await send('validate', { key: 1 });
  assert.equal(await keyOf({ key: 1, attempt: 3 }), first, 'a check in between changes nothing');
  const second = await keyOf({ key: 2 });
  for (const key of [first, second]) assert.match(key, /^[0-9a-f]{32}$/);
  assert.notEqual(first, second);
  const other = backend(() => json({ valid: true }));
  await other.send('reconnect', { key: 1 });
  assert.notEqual(other.requests[0].headers['idempotency-key'], first, 'nor is it the same in another page');
});

test('only the reconnect call carries an idempotency key', async () => {
  const { requests, send } = backend(() => json({ valid: true }));
  await send('validate');
  await send('logout');
  for (const { headers } of requests) assert.ok(!('idempotency-key' in headers));
});

test('headers of the application are added, asked for anew, and win', async () => {
  let count = 0;
  const { requests, send } = backend(() => json({ valid: true }), {
    headers: () => ({ authorization: `Bearer ${(count += 1)}`, 'x-session-keepalive': '2' }),
  });
  await send('validate');
  await send('reconnect');
  assert.deepEqual(requests.map(({ headers }) => headers.authorization), ['Bearer 1', 'Bearer 2']);
  assert.equal(requests[0].headers['x-session-keepalive'], '2');
  assert.equal(requests[0].headers['content-type'], 'application/json');
});

test('a session answer is brought back whole; what it does not say is NaN', async () => {
  const whole = { valid: true, reconnected: true, epoch: 3, subject: 'alice', idleIn: 86400, absoluteIn: 2591000, warnIn: 86100, nextCheckIn: 60 };
  assert.deepEqual(await answered('validate', json(whole)), {
    id: 1, call: 'validate', status: 200, code: undefined, retryAfterMs: NaN, body: 'session', valid: true, reconnected: true, epoch: 3, idleIn: 86400,
    absoluteIn: 2591000, warnIn: 86100, nextCheckIn: 60,
  });
  assert.deepEqual(await answered('reconnect', json({ valid: true, epoch: null, idleIn: null, absoluteIn: '5', somethingNew: {} })), {
    id: 1, call: 'reconnect', status: 200, code: undefined, retryAfterMs: NaN, body: 'session', valid: true, reconnected: false, epoch: 1, idleIn: NaN,
    absoluteIn: NaN, warnIn: NaN, nextCheckIn: NaN,
  });
});

test('an answer is valid only if it says so itself', async () => {
  const others = [
    new Response('<!doctype html><title>Welcome to our Wi-Fi</title>', { headers: { 'content-type': 'text/html' } }),
    new Response(''), new Response('true', { headers: { 'content-type': 'application/json' } }), json(null), json([]), json('valid'),
    json({ valid: 'true' }), json({ valid: 1 }), json({ ok: true }), new Response('{"valid": tru'),
  ];
  for (const response of others) {
    const { valid, status, code } = await answered('validate', response);
    assert.deepEqual([valid, status, code], [false, 200, undefined]);
  }
});

test('every code of the protocol arrives as itself, an unknown one as none', async () => {
  for (const code of CODES) assert.equal((await answered('validate', problem(401, code))).code, code);
  for (const other of ['SOMETHING_ELSE', 'session_unknown', '', null, 5, 'constructor']) {
    const { code, status } = await answered('validate', problem(403, other));
    assert.deepEqual([code, status], [undefined, 403]);
  }
});

test('an answer without a body is one all the same', async () => {
  const { call, status, valid } = await answered('logout', new Response(null, { status: 204 }));
  assert.deepEqual([call, status, valid], ['logout', 204, false]);
});

test('a body says who refused: the backend in JSON, a line of text or nothing, a firewall with a page', async () => {
  const page = '<!doctype html><title>Checking your browser</title>';
  const cut = new Response(new ReadableStream({ start(controller) { controller.error(new TypeError('terminated')); } }), { status: 403 });
  const rows = [
    [new Response(page, { status: 403, headers: { 'content-type': 'text/html; charset=utf-8' } }), 'foreign'],
    [new Response('{}', { status: 401, headers: { 'content-type': 'application/xhtml+xml' } }), 'foreign'],
    [cut, 'cut'],
    [new Response('{"error": "no', { status: 401, headers: { 'content-type': 'application/json' } }), 'foreign'],
    [json({ error: 'no' }, { status: 401 }), 'json'],
    [json(null, { status: 401 }), 'json'],
    [new Response('Forbidden', { status: 401, headers: { 'content-type': 'text/plain; charset=utf-8' } }), 'short-text'],
    [new Response('x'.repeat(1025), { status: 401, headers: { 'content-type': 'text/plain' } }), 'foreign'],
    [new Response(null, { status: 401 }), 'empty'],
  ];
  for (const [response, body] of rows) assert.equal((await answered('reconnect', response)).body, body);
});

test('Retry-After is seconds, or a date counted from the answer’s own', async (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: Date.parse('2031-01-01T00:00:00Z') });
  const date = 'Tue, 05 May 2026 10:00:00 GMT';
  const rows = [
    [{}, NaN],
    [{ 'retry-after': '120' }, 120_000],
    [{ 'retry-after': '0' }, 0],
    [{ 'retry-after': 'Tue, 05 May 2026 10:00:30 GMT', date }, 30_000],
    [{ 'retry-after': 'Tue, 05 May 2026 12:00:00 GMT', date }, 7_200_000],
    // Without a Date of its own there is only our clock.
    [{ 'retry-after': 'Wed, 01 Jan 2031 00:01:00 GMT' }, 60_000],
    [{ 'retry-after': 'soon' }, NaN],
    [{ 'retry-after': 'soon', date }, NaN],
    [{ 'retry-after': 'Tue, 05 May 2026 10:00:30 GMT', date: 'yesterday' }, NaN],
  ];
  for (const [headers, milliseconds] of rows) {
    const { retryAfterMs } = await answered('validate', problem(503, 'OVERLOADED', headers));
    assert.equal(retryAfterMs, milliseconds, JSON.stringify(headers));
  }
  const { retryAfterMs } = await answered('validate', problem(503, 'OVERLOADED', { 'retry-after': 'Tue, 05 May 2026 09:59:00 GMT', date }));
  assert.ok(retryAfterMs <= 0, 'a date that is over asks for nothing');
});

test('no answer is a rejection, and nothing is told', async () => {
  const { send, told } = backend(() => { throw new TypeError('Failed to fetch'); });
  await assert.rejects(send('validate'), /Failed to fetch/);
  assert.deepEqual(told, []);
});

test('a request that is given up is aborted, and no other one', async () => {
  const { http, requests, send } = backend((_, { signal }) => new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason));
  }));
  const [first, second] = [send('validate'), send('reconnect')];
  await settled();
  http.abort(1);
  await assert.rejects(first, { name: 'AbortError' });
  assert.deepEqual(requests.map(({ signal }) => signal.aborted), [true, false]);
  http.abort(1);
  http.abort(99);
  assert.equal(requests[1].signal.aborted, false);
  http.abort(2);
  await assert.rejects(second, { name: 'AbortError' });
});

test('classify overrules the table, may be slow, and reads an answer of its own', async () => {
  const rows = [
    [() => ({ kind: 'lost' }), 'lost'],
    [async (response) => ({ kind: (await response.json()).mine }), 'ended'],
    [(response) => (response.status === 200 ? { kind: 'transient', reason: 'server' } : undefined), 'transient'],
  ];
  for (const [classify, kind] of rows) {
    const { told, send } = backend(json({ valid: true, mine: 'ended' }), { classify });
    await send('validate');
    assert.equal(told.length, 1);
    assert.deepEqual([told[0][0], VERDICTS[told[0][2]]], ['judged', kind]);
  }
});

test('classify leaves an answer to the table with undefined, even if it has read it', async () => {
  const classify = async (response) => void (await response.text());
  const { valid, epoch } = await answered('validate', json({ valid: true, epoch: 7 }), { classify });
  assert.deepEqual([valid, epoch], [true, 7]);
});

test('a classify that fails is reported, and costs nobody their session', async () => {
  const mistakes = [() => { throw new Error('mine'); }, async () => { throw new Error('mine'); }];
  for (const classify of mistakes) {
    const { told, send } = backend(problem(401, 'SESSION_EXPIRED'), { classify });
    await send('validate');
    assert.deepEqual([told[0][0], told[0][2]], ['judged', NOT_A_VERDICT]);
    assert.match(page.reported.pop().message, /mine/);
  }
  for (const verdict of [null, 'lost', 5, {}, { kind: 'great' }, { kind: 'constructor' }]) {
    const { told, send } = backend(problem(401, 'SESSION_EXPIRED'), { classify: () => verdict });
    await send('validate');
    assert.deepEqual([told[0][0], told[0][2]], ['judged', NOT_A_VERDICT], JSON.stringify(verdict));
  }
});

test('functions in the place of the calls are asked with everything they need', async () => {
  const seen = [];
  const store = { load: async () => 'secret', save: async () => {}, clear: async () => {} };
  const own = (verdict) => async (context) => {
    seen.push(context);
    return verdict;
  };
  const options = { validate: own({ kind: 'lost' }), reconnect: own({ kind: 'valid', epoch: 2 }), logout: own(undefined), credential: store };
  const { requests, told, send } = backend(() => assert.fail('no request'), options);
  await send('validate', { attempt: 2, flag: true, key: 5 });
  await send('reconnect', { attempt: 3, key: 5 });
  await send('logout', { flag: true, key: 6 });
  assert.deepEqual(requests, []);
  const [validate, reconnect, logout] = seen;
  assert.ok(seen.every(({ signal }) => signal instanceof AbortSignal));
  assert.deepEqual([validate.attempt, validate.activity, 'credential' in validate], [2, true, false]);
  assert.deepEqual([reconnect.attempt, reconnect.activity, reconnect.credential], [3, false, 'secret']);
  assert.equal(reconnect.idempotencyKey, validate.idempotencyKey);
  assert.equal(logout.everywhere, true);
  assert.deepEqual(told.map(([, , kind]) => VERDICTS[kind]), ['lost', 'valid', 'valid'], 'a logout that returns has worked');
});

test('a verdict goes over in numbers', async () => {
  const full = { kind: 'valid', subject: 'alice', data: { a: 1 }, epoch: 4, idleInMs: 1, absoluteInMs: 2, warnInMs: 3, nextCheckInMs: 4, reconnected: true };
  const valid = await judgedBy('validate', { validate: async () => full });
  assert.deepEqual([valid.kind, valid.reason, valid.rest], ['valid', undefined, [NaN, true, 4, 1, 2, 3, 4]]);
  const bare = await judgedBy('validate', { validate: async () => ({ kind: 'valid', epoch: '4', idleInMs: null }) });
  assert.deepEqual(bare.rest, [NaN, false, NaN, NaN, NaN, NaN, NaN]);
  for (const reason of REASONS) {
    for (const kind of ['ended', 'rejected', 'transient']) {
      const verdict = await judgedBy('validate', { validate: async () => ({ kind, reason, retryAfterMs: 7 }) });
      assert.deepEqual([verdict.kind, verdict.reason, verdict.rest[0]], [kind, reason, 7]);
    }
  }
  assert.equal((await judgedBy('validate', { validate: async () => ({ kind: 'ended', reason: 'because' }) })).reason, undefined);
});

test('a function that fails is no answer; one that returns nothing is a mistake', async () => {
  for (const validate of [async () => { throw new Error('offline'); }, () => { throw new Error('offline'); }]) {
    const { send, told } = backend(null, { validate });
    await assert.rejects(send('validate'), /offline/);
    assert.deepEqual(told, []);
  }
  for (const nothing of [undefined, null, true, 'valid']) {
    assert.equal((await judgedBy('validate', { validate: async () => nothing })).kind, NOT_A_VERDICT);
  }
});

test('subject and data stay here, by the request that brought them', async () => {
  const bodies = [{ valid: true, subject: 'alice' }, { valid: true, subject: null }, { valid: false, subject: 'mallory' }];
  const { http, send } = backend(() => json(bodies.shift()));
  await send('validate');
  await send('validate');
  await send('validate');
  assert.equal(http.broughtBy(1).subject, 'alice');
  assert.equal(http.broughtBy(1).subject, 'alice', 'as often as it is asked');
  assert.equal(http.broughtBy(2).subject, null);
  assert.deepEqual(http.broughtBy(1), {}, 'forgotten once there is a later one');
  assert.deepEqual(http.broughtBy(3), {}, 'an answer that is not valid brings nothing');
  assert.deepEqual(http.broughtBy(NaN), {});
  const data = { theme: 'dark' };
  const own = await judgedBy('validate', { validate: async () => ({ kind: 'valid', subject: 'bob', data }) });
  assert.equal(own.http.broughtBy(1).data, data);
  assert.equal(own.http.broughtBy(1).subject, 'bob');
});
