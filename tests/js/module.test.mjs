// What the real module makes of the answers of a backend and of the functions of an application, through the public API.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import vm from 'node:vm';
import { declarations } from '../../tools/docs/declarations.mjs';
import { LOGOUT, RECONNECT, VALIDATE, aTaskLater, deferred, good, next, openModule, problem, settled } from './support/module.mjs';

const REASONS = declarations().unions.Reason.map(({ name }) => name);

let page;
let create;
let close;
beforeEach(async () => { ({ page, create, close } = await openModule()); });
afterEach(() => close());

/** The snapshot once the first request has been answered, whatever came of it. */
const first = async (answers, options) => {
  const { session, requests } = create(answers, options);
  await session.check();
  return { ...session.getSnapshot(), session, requests };
};

/** The snapshot after one answer to a check. */
const checked = (response, options) => first({ [VALIDATE]: response }, { reconnect: false, ...options });

const store = (credential, more) => ({ load: async () => credential, save: async () => {}, clear: async () => {}, ...more });
const lost = () => problem(401, 'SESSION_UNKNOWN');
const seconds = (from, to) => Math.round((to - from) / 1000);

describe('a request', () => {
  test('of a check is exactly this', async () => {
    const { session, requests } = create({ [VALIDATE]: good() });
    await session.ready;
    await session.check();
    await session.extend();
    // That the page was opened is a sign of its user.
    for (const [place, activity] of [true, false, true].entries()) {
      const { signal, ...request } = requests[place];
      assert.ok(signal instanceof AbortSignal);
      assert.deepEqual(request, {
        url: VALIDATE,
        method: 'POST',
        credentials: 'include',
        cache: 'no-store',
        keepalive: true,
        headers: { accept: 'application/json, application/problem+json', 'content-type': 'application/json', 'x-session-keepalive': '1' },
        body: JSON.stringify({ activity }),
      });
    }
    assert.equal(requests.length, 3);
  });

  test('goes to the address of its call, with the body of its call', async () => {
    const gone = () => new Response(null, { status: 204 });
    for (const [everywhere, logout] of [[false, LOGOUT], [true, '/bye']]) {
      const validate = 'https://api.example/v';
      const { session, requests } = create({ [validate]: good(), [logout]: gone }, { validate, logout });
      await session.ready;
      await session.signOut({ everywhere });
      assert.deepEqual(requests.map(({ url, method, body }) => [url, method, JSON.parse(body)]), [
        [validate, 'POST', { activity: true }], [logout, 'POST', { everywhere }],
      ]);
    }
    for (const reconnect of [RECONNECT, '/again']) {
      const { session, requests } = create({ [VALIDATE]: lost, [reconnect]: good({ epoch: 2 }) }, { reconnect });
      await session.ready;
      assert.deepEqual(requests.map(({ url, method, body }) => [url, method, body]), [[VALIDATE, 'POST', '{"activity":true}'], [reconnect, 'POST', '{}']]);
      assert.equal(session.getSnapshot().epoch, 2);
    }
  });

  test('of a reconnect alone carries the credential: a string as the connection string, anything else as the body', async () => {
    const rows = [
      ['sqlite:sample.db', { connectionString: 'sqlite:sample.db' }],
      ['say "hi"\n\\', { connectionString: 'say "hi"\n\\' }],
      ['', { connectionString: '' }],
      [{ token: 't', tenant: 5 }, { token: 't', tenant: 5 }],
      [['a'], ['a']],
    ];
    for (const [credential, body] of rows) {
      let known = false;
      const { session, requests } = create({
        [VALIDATE]: () => (known ? good() : lost()),
        [RECONNECT]: () => {
          known = true;
          return good();
        },
        [LOGOUT]: () => new Response(null, { status: 204 }),
      }, { credential: store(credential) });
      await session.ready;
      await session.check();
      await session.signOut();
      assert.deepEqual(requests.map(({ url, body: sent }) => [url, JSON.parse(sent)]), [
        [VALIDATE, { activity: true }], [RECONNECT, body], [VALIDATE, { activity: false }], [LOGOUT, { everywhere: false }],
      ]);
    }
  });

  test('for a reconnect is not sent without a credential', async () => {
    for (const nothing of [null, undefined]) {
      for (const reconnect of [RECONNECT, () => assert.fail('not asked')]) {
        const { status, reason, requests } = await first({ [VALIDATE]: lost }, { credential: store(nothing), reconnect });
        assert.deepEqual([status, reason, requests.length], ['disconnected', 'credential-missing', 1]);
      }
    }
  });

  test('has one idempotency key for all tries of a reconnect, another for the next, and only there', async () => {
    let known = false;
    const answers = [problem(503, 'OVERLOADED'), problem(500, ''), good({ epoch: 2 }), good({ epoch: 3 })];
    const { session, requests } = create({
      [VALIDATE]: () => (known ? good() : lost()),
      [RECONNECT]: () => {
        const answer = answers.shift();
        known = answer.ok;
        return answer;
      },
    }, { credential: store('secret'), retry: { base: 1, cap: 1 } });
    await session.ready;
    known = false;
    await session.check();
    const keys = requests.filter(({ url }) => url === RECONNECT).map(({ headers }) => headers['idempotency-key']);
    assert.equal(keys.length, 4);
    for (const key of keys) assert.match(key, /^[0-9a-f]{32}$/);
    assert.deepEqual([keys[1], keys[2]], [keys[0], keys[0]]);
    assert.notEqual(keys[3], keys[0]);
    for (const { url, headers } of requests) assert.equal('idempotency-key' in headers, url === RECONNECT);
    const other = create({ [VALIDATE]: lost, [RECONNECT]: good() }, { credential: store('secret') });
    await other.session.ready;
    assert.ok(!keys.includes(other.requests[1].headers['idempotency-key']), 'nor is it the same in another page');
  });

  test('has the headers of the application, asked for anew, and they win', async () => {
    for (const own of [(headers) => headers, async (headers) => headers, (headers) => new Headers(headers)]) {
      let count = 0;
      const headers = () => own({ authorization: `Bearer ${(count += 1)}`, 'X-Session-Keepalive': '2' });
      const { session, requests } = create({ [VALIDATE]: good() }, { headers });
      await session.ready;
      await session.check();
      assert.deepEqual(requests.map(({ headers: sent }) => sent.authorization), ['Bearer 1', 'Bearer 2']);
      assert.deepEqual([requests[0].headers['x-session-keepalive'], requests[0].headers['content-type']], ['2', 'application/json']);
    }
  });

  test('whose headers cannot be had is no answer', async () => {
    for (const headers of [() => { throw new Error('mine'); }, async () => { throw new Error('mine'); }]) {
      const { status, reason, requests } = await checked(good(), { headers });
      assert.deepEqual([status, reason, requests], ['degraded', 'network', []]);
    }
  });

  test('that was given up is aborted; one that may re-establish the session is not', async () => {
    const timeout = { slow: 1, validate: 2, reconnect: '90s' };
    const never = () => new Promise(() => {});
    const { session, requests } = create({ [VALIDATE]: never }, { credential: 'memory', timeout });
    const { reason } = await next(session, 'degraded');
    assert.deepEqual([reason, requests[0].signal.aborted], ['timeout', true]);
    const cookie = create({ [VALIDATE]: never }, { timeout });
    await next(cookie.session, 'degraded');
    assert.equal(cookie.requests[0].signal.aborted, false);
    cookie.session.dispose();
    assert.equal(cookie.requests[0].signal.aborted, false, 'the browser must take in the cookies of the answer');
    assert.equal(cookie.requests.length, 1, 'and no second one is sent beside it');
  });

  test('to sign out leaves before signOut() returns', async () => {
    const { session, requests } = create({ [VALIDATE]: good(), [LOGOUT]: new Response(null, { status: 204 }) });
    await session.ready;
    const signedOut = session.signOut();
    assert.equal(requests.at(-1).url, LOGOUT);
    await signedOut;
  });
});

describe('an answer', () => {
  test('is taken in whole', async () => {
    const data = { theme: 'dark' };
    const before = Date.now();
    const whole = { valid: true, reconnected: true, epoch: 3, subject: 'alice', data, idleIn: 86_400, absoluteIn: 2_591_000, warnIn: 86_100, nextCheckIn: 60 };
    const snapshot = await checked(Response.json(whole), { jitter: 0 });
    assert.deepEqual([snapshot.status, snapshot.epoch, snapshot.subject, snapshot.data, snapshot.error], ['connected', 3, 'alice', data, null]);
    assert.equal(Math.ceil(snapshot.expiresInMs / 1000), 86_400, 'the nearer limit');
    const wait = snapshot.nextCheckAt - snapshot.lastOkAt;
    assert.ok(wait >= 59_999 && wait <= 66_001, `${wait}: what the server says, and up to a tenth more`);
    assert.ok(snapshot.lastOkAt >= before && snapshot.lastOkAt <= Date.now());
  });

  test('says nothing with fields of other types, and nothing impossible comes of odd numbers', async (t) => {
    const plain = { epoch: 1, subject: null, expiresInMs: null, next: 300 };
    const rows = [
      [{}, plain],
      [{ epoch: null, idleIn: null, absoluteIn: '5', warnIn: {}, nextCheckIn: [], subject: undefined, somethingNew: {} }, plain],
      [{ epoch: '4' }, plain], [{ epoch: true }, plain], [{ epoch: -1 }, plain], [{ epoch: 2.9 }, { ...plain, epoch: 2 }],
      [{ subject: { name: 'alice' } }, plain], [{ subject: 5 }, plain], [{ subject: ['alice'] }, plain], [{ subject: '' }, { ...plain, subject: '' }],
      [{ nextCheckIn: -5 }, plain], [{ nextCheckIn: '60' }, plain],
      [{ absoluteIn: 1e300 }, { ...plain, expiresInMs: 400 * 86_400_000 }], [{ idleIn: -1 }, plain],
    ];
    for (const [fields, { next: wait, expiresInMs, ...expected }] of rows) {
      const { status, epoch, subject, session, lastOkAt, nextCheckAt, expiresInMs: expires } = await checked(Response.json({ valid: true, ...fields }), { jitter: 0 });
      assert.deepEqual({ status, epoch, subject }, { status: 'connected', ...expected }, JSON.stringify(fields));
      assert.equal(seconds(lastOkAt, nextCheckAt), wait, JSON.stringify(fields));
      if (expiresInMs === null) assert.equal(expires, null, JSON.stringify(fields));
      else assert.equal(Math.ceil(expires / 1000), expiresInMs / 1000);
      session.dispose();
    }
    const delays = [];
    const { setTimeout: real } = globalThis;
    t.mock.method(globalThis, 'setTimeout', (run, delay, ...more) => {
      delays.push(delay);
      return real(run, delay, ...more);
    });
    page.document.visibilityState = 'hidden';
    for (const nextCheckIn of ['1e300', '1e20', '9007199254740992']) {
      const { lastOkAt, nextCheckAt, session } = await checked(new Response(`{"valid":true,"nextCheckIn":${nextCheckIn}}`));
      const days = (nextCheckAt - lastOkAt) / 86_400_000;
      assert.ok(days >= 400 && days <= 440, `${nextCheckIn}: ${days} days`);
      session.dispose();
    }
    assert.equal(Math.max(...delays), 2 ** 31 - 1, 'browsers fire longer ones at once');
  });

  test('is valid only if it says so itself', async () => {
    const others = [
      new Response('<!doctype html><title>Welcome to our Wi-Fi</title>', { headers: { 'content-type': 'text/html' } }),
      new Response(''), new Response('true', { headers: { 'content-type': 'application/json' } }), Response.json(null), Response.json([]),
      Response.json('valid'), Response.json({ valid: 'true' }), Response.json({ valid: 1 }), Response.json({ ok: true }), new Response('{"valid": tru'),
    ];
    for (const [place, response] of others.entries()) {
      const { status, session, subject } = await checked(response);
      assert.deepEqual([status, subject], ['degraded', null], `the one at ${place}`);
      session.dispose();
    }
  });

  test('with a code of the protocol means what the code says, with another one nothing definitive', async () => {
    const ends = [
      ['SESSION_TIMEOUT', 'session-timeout'], ['SESSION_EXPIRED', 'session-expired'], ['SESSION_REVOKED', 'session-revoked'], ['SESSION_EVICTED', 'session-evicted'],
    ];
    for (const [code, reason] of ends) {
      const { status, reason: found, error } = await checked(problem(401, code));
      assert.deepEqual([status, found, error.code], ['disconnected', reason, reason]);
    }
    const rows = [
      [429, 'RATE_LIMITED', 'rate-limited'], [503, 'STORE_UNAVAILABLE', 'server'], [503, 'OVERLOADED', 'server'], [403, 'CSRF_REFUSED', 'misconfigured'],
      [400, 'INVALID_REQUEST', 'misconfigured'],
      ...['SOMETHING_ELSE', 'session_expired', '', null, 5, 'constructor'].map((code) => [403, code, 'server']),
    ];
    for (const [httpStatus, code, reason] of rows) {
      const { status, reason: found, error } = await checked(problem(httpStatus, code));
      assert.deepEqual([status, found, error.status], ['degraded', reason, httpStatus], String(code));
    }
  });

  test('says by its body who refused: the backend in JSON, a line of text or nothing, a firewall with a page', async () => {
    const html = '<!doctype html><title>Checking your browser</title>';
    const cut = () => new Response(new ReadableStream({ start(controller) { controller.error(new TypeError('terminated')); } }), { status: 403 });
    const text = { 'content-type': 'text/plain; charset=utf-8' };
    const rows = [
      [() => new Response(html, { status: 403, headers: { 'content-type': 'text/html; charset=utf-8' } }), false],
      [() => new Response('{}', { status: 401, headers: { 'content-type': 'application/xhtml+xml' } }), false],
      [() => new Response('{}', { status: 401, headers: { 'content-type': 'Text/HTML' } }), false],
      [cut, false],
      [() => new Response('{"error": "no', { status: 401, headers: { 'content-type': 'application/json' } }), false],
      [() => Response.json({ error: 'no' }, { status: 401 }), true],
      [() => Response.json(null, { status: 401 }), true],
      [() => new Response('Forbidden', { status: 401, headers: text }), true],
      [() => new Response('x'.repeat(1024), { status: 401, headers: text }), true],
      [() => new Response('x'.repeat(1025), { status: 401, headers: text }), false],
      [() => new Response(null, { status: 401 }), true],
    ];
    for (const [place, [response, refused]] of rows.entries()) {
      const cleared = [];
      const credential = store('secret', { clear: async () => cleared.push('cleared') });
      const { session, requests } = create({ [VALIDATE]: lost, [RECONNECT]: response }, { credential });
      await session.check();
      const { status, reason } = session.getSnapshot();
      const expected = refused ? ['disconnected', 'credential-rejected', ['cleared']] : [status, reason, []];
      assert.deepEqual([status, reason, cleared], expected, `the one at ${place}`);
      assert.equal(status === 'disconnected', refused, `the one at ${place}`);
      assert.equal(requests[1].url, RECONNECT);
      session.dispose();
    }
  });

  test('says with Retry-After how long to wait: seconds, or a date counted from the answer’s own', async (t) => {
    t.mock.timers.enable({ apis: ['Date'], now: Date.parse('2031-01-01T00:00:00Z') });
    const date = 'Tue, 05 May 2026 10:00:00 GMT';
    const rows = [
      [{}, null],
      [{ 'retry-after': '120' }, 120],
      [{ 'retry-after': ' 120 ' }, 120],
      [{ 'retry-after': 'Tue, 05 May 2026 10:00:30 GMT', date }, 30],
      [{ 'retry-after': 'Tue, 05 May 2026 10:20:00 GMT', date }, 1200],
      // Without a Date of its own there is only our clock.
      [{ 'retry-after': 'Wed, 01 Jan 2031 00:01:00 GMT' }, 60],
      [{ 'retry-after': 'soon' }, null],
      [{ 'retry-after': 'soon', date }, null],
      [{ 'retry-after': 'Tue, 05 May 2026 10:00:30 GMT', date: 'yesterday' }, null],
      [{ 'retry-after': 'Tue, 05 May 2026 09:59:00 GMT', date }, null],
      [{ 'retry-after': '-5' }, null],
      [{ 'retry-after': '1e300' }, null],
    ];
    for (const [headers, wait] of rows) {
      const { session, nextCheckAt } = await checked(problem(503, 'OVERLOADED', headers), { retry: { base: 1, cap: 1, spread: 1 } });
      const left = nextCheckAt - Date.now();
      if (wait === null) assert.ok(left < 5_000, `${JSON.stringify(headers)}: ${left}`);
      else assert.ok(left >= wait * 1000 && left < wait * 1000 + 5_000, `${JSON.stringify(headers)}: ${left}`);
      session.dispose();
      localStorage.removeItem('session-keepalive:session:retry-after');
    }
  });

  test('that does not come is the network’s, and nothing is lost', async () => {
    for (const fetch of [async () => { throw new TypeError('Failed to fetch'); }, () => { throw new TypeError('no'); }, () => undefined, async () => null, () => 'x']) {
      const { status, reason, error, session } = await checked(good(), { fetch });
      assert.deepEqual([status, reason, error.code, 'status' in error], ['degraded', 'network', 'network', false]);
      session.dispose();
    }
  });

  test('of another realm, or no Response at all, is as good', async () => {
    const realm = vm.createContext({ body: JSON.stringify({ valid: true, subject: 'alice', epoch: 4 }) });
    const foreign = () => vm.runInContext(`({
      status: 200, ok: true, headers: { get: (name) => (name === 'content-type' ? 'application/json' : null) },
      text: () => Promise.resolve(body), clone() { return this; },
    })`, realm);
    const foreignPromise = () => vm.runInContext('(make) => Promise.resolve(make())', realm)(foreign);
    const plain = () => ({ status: 200, ok: true, headers: new Headers(), text: async () => JSON.stringify({ valid: true, subject: 'alice', epoch: 4 }) });
    const thenable = () => ({ then: (resolve) => resolve(plain()) });
    for (const answer of [foreign, foreignPromise, plain, thenable]) {
      const { status, subject, epoch } = await checked(null, { fetch: answer });
      assert.deepEqual([status, subject, epoch], ['connected', 'alice', 4]);
    }
  });

  test('brings subject and data as long as it is the last one', async () => {
    const bodies = [{ valid: true, subject: 'alice', data: 5 }, { valid: true, subject: null }, { valid: false, subject: 'mallory', data: 6 }];
    const { session } = create({ [VALIDATE]: () => Response.json(bodies.shift()) });
    await session.ready;
    const brought = () => [session.getSnapshot().subject, session.getSnapshot().data];
    assert.deepEqual(brought(), ['alice', 5]);
    page.fire(page.window, 'offline');
    assert.deepEqual([session.getSnapshot().status, ...brought()], ['offline', 'alice', 5]);
    page.fire(page.window, 'online');
    await session.check();
    assert.deepEqual(brought(), [null, null]);
    await session.check();
    assert.deepEqual(brought(), [null, null], 'an answer that is not valid brings nothing');
  });
});

describe('classify', () => {
  test('overrules the table, may be slow, and reads an answer of its own', async () => {
    const rows = [
      [() => ({ kind: 'ended', reason: 'session-evicted' }), 'disconnected', 'session-evicted'],
      [async (response) => ({ kind: (await response.json()).mine, reason: 'session-revoked' }), 'disconnected', 'session-revoked'],
      [() => ({ kind: 'transient', reason: 'rate-limited' }), 'degraded', 'rate-limited'],
      [() => ({ kind: 'valid', subject: 'bob' }), 'connected', null],
    ];
    for (const [classify, status, reason] of rows) {
      const found = await checked(Response.json({ valid: true, mine: 'ended' }), { classify });
      assert.deepEqual([found.status, found.reason], [status, reason]);
    }
  });

  test('leaves an answer to the table with undefined, even if it has read it', async () => {
    const classify = async (response) => void (await response.text());
    const { status, epoch } = await checked(good({ epoch: 7 }), { classify });
    assert.deepEqual([status, epoch], ['connected', 7]);
  });

  test('that fails is reported, and costs nobody their session', async (t) => {
    t.mock.method(console, 'error', () => {});
    for (const classify of [() => { throw new Error('mine'); }, async () => { throw new Error('mine'); }]) {
      const { status, reason } = await checked(problem(401, 'SESSION_EXPIRED'), { classify });
      assert.deepEqual([status, reason], ['degraded', 'misconfigured']);
      assert.equal(page.reported.pop().message, 'mine');
    }
    for (const verdict of [null, 'lost', 5, {}, { kind: 'great' }, { kind: 'constructor' }, []]) {
      const { status, reason } = await checked(problem(401, 'SESSION_EXPIRED'), { classify: () => verdict });
      assert.deepEqual([status, reason], ['degraded', 'misconfigured'], JSON.stringify(verdict));
    }
  });
});

describe('a function in the place of a call', () => {
  test('is asked with everything it needs', async () => {
    const seen = [];
    const own = (verdict) => async (context) => {
      seen.push(context);
      return verdict;
    };
    const { session, requests } = create({}, {
      validate: own({ kind: 'lost' }), reconnect: own({ kind: 'valid', epoch: 2 }), logout: own(undefined), credential: store('secret'),
    });
    await session.ready;
    assert.equal(session.getSnapshot().epoch, 2);
    await session.extend();
    await session.signOut({ everywhere: true });
    assert.deepEqual(requests, []);
    assert.ok(seen.every(({ signal }) => signal instanceof AbortSignal));
    const [validate, reconnect, extend, again, logout] = seen;
    assert.deepEqual([validate.attempt, validate.activity, 'credential' in validate], [1, true, false]);
    assert.deepEqual([reconnect.attempt, reconnect.credential], [1, 'secret']);
    assert.deepEqual(Object.keys(validate).sort(), ['activity', 'attempt', 'idempotencyKey', 'signal']);
    assert.match(reconnect.idempotencyKey, /^[0-9a-f]{32}$/);
    assert.equal(extend.activity, true);
    assert.notEqual(again.idempotencyKey, reconnect.idempotencyKey);
    assert.equal(logout.everywhere, true);
    assert.equal(session.getSnapshot().reason, 'signed-out');
  });

  test('gives its verdict whole', async () => {
    const data = { call: () => {} };
    const full = { kind: 'valid', subject: 'alice', data, epoch: 4, idleInMs: 60_000, absoluteInMs: 90_000, warnInMs: 1, nextCheckInMs: 40_000, reconnected: true };
    const { session } = create({}, { validate: async () => full });
    await session.ready;
    const valid = session.getSnapshot();
    assert.deepEqual([valid.status, valid.subject, valid.epoch], ['connected', 'alice', 4]);
    assert.equal(valid.data, data, 'the very object');
    assert.ok(valid.expiresInMs > 50_000 && valid.expiresInMs <= 60_000);
    const bare = await first({}, { validate: () => ({ kind: 'valid', epoch: '4', idleInMs: null, subject: {}, nextCheckInMs: NaN }), jitter: 0 });
    assert.deepEqual([bare.status, bare.epoch, bare.expiresInMs, bare.subject, seconds(bare.lastOkAt, bare.nextCheckAt)], ['connected', 1, null, null, 300]);
    for (const [kind, status] of [['ended', 'disconnected'], ['rejected', 'disconnected'], ['transient', 'degraded']]) {
      for (const reason of REASONS) {
        const found = await first({}, { validate: async () => ({ kind, reason, retryAfterMs: 7_000 }) });
        assert.deepEqual([found.status, found.reason], [status, reason], kind);
        found.session.dispose();
        localStorage.removeItem('session-keepalive:session:retry-after');
      }
    }
    const unknown = await first({}, { validate: async () => ({ kind: 'ended', reason: 'because' }) });
    assert.deepEqual([unknown.status, unknown.reason], ['disconnected', 'session-expired']);
  });

  test('that fails is no answer; one that returns nonsense is a mistake', async (t) => {
    t.mock.method(console, 'error', () => {});
    for (const validate of [async () => { throw new Error('offline'); }, () => { throw new Error('offline'); }, () => Promise.reject()]) {
      const { status, reason } = await first({}, { validate });
      assert.deepEqual([status, reason], ['degraded', 'network']);
    }
    for (const nonsense of [undefined, null, true, 'valid', 5n, Symbol('x'), [], {}, { kind: 5 }, () => ({ kind: 'valid' })]) {
      const { status, reason } = await first({}, { validate: async () => nonsense });
      assert.deepEqual([status, reason], ['degraded', 'misconfigured'], String(nonsense?.toString?.()));
    }
  });

  test('may return an object whose getters throw: what cannot be read is not there', async (t) => {
    t.mock.method(console, 'error', () => {});
    const throwing = (...names) => Object.defineProperties({ kind: 'valid', epoch: 3 }, Object.fromEntries(names.map((name) => [name, { get() { throw new Error(name); } }])));
    const names = ['subject', 'data', 'epoch', 'idleInMs', 'absoluteInMs', 'warnInMs', 'nextCheckInMs', 'reconnected'];
    const { status, subject, data, epoch } = await first({}, { validate: async () => throwing(...names) });
    assert.deepEqual([status, subject, data, epoch], ['connected', null, null, 1]);
    const bad = await first({}, { validate: async () => throwing('kind') });
    assert.deepEqual([bad.status, bad.reason], ['degraded', 'misconfigured']);
    const proxy = new Proxy({}, { get() { throw new Error('all'); }, has() { throw new Error('all'); } });
    const worst = await first({}, { validate: () => Object.assign(Object.create(null), { then: undefined, verdict: proxy }) });
    assert.equal(worst.reason, 'misconfigured');
  });
});

describe('a credential store', () => {
  test('that fails to load is no answer, and nothing is lost', async () => {
    for (const load of [async () => { throw new Error('locked'); }, () => { throw new Error('locked'); }]) {
      const cleared = [];
      const credential = store(null, { load, clear: async () => cleared.push('cleared') });
      const { session, requests } = create({ [VALIDATE]: lost, [RECONNECT]: () => assert.fail('without a credential') }, { credential });
      const { reason } = await next(session, 'degraded');
      assert.deepEqual([reason, requests.length, cleared], ['network', 1, []]);
      assert.notEqual(session.getSnapshot().status, 'disconnected');
      session.dispose();
    }
  });

  test('may give its credential at once', async () => {
    const { session, requests } = create({ [VALIDATE]: lost, [RECONNECT]: good({ epoch: 2 }) }, { credential: store(null, { load: () => 'secret' }) });
    await session.ready;
    assert.equal(requests[1].body, '{"connectionString":"secret"}');
  });

  test('is asked to save before anything is checked, and what it rejects with is the caller’s', async () => {
    const log = [];
    const credential = store(null, { save: async (given) => log.push(['save', given]), clear: async () => log.push(['clear']) });
    const { session } = create({ [VALIDATE]: (url, { body }) => {
      log.push([url, JSON.parse(body).credential]);
      return good();
    } }, { credential });
    await session.ready;
    log.length = 0;
    await session.remember('secret');
    assert.deepEqual(log, [['save', 'secret'], [VALIDATE, undefined]]);
    await session.forget();
    assert.deepEqual(log.at(-1), ['clear']);
    const locked = new Error('locked');
    for (const fail of [async () => { throw locked; }, () => { throw locked; }]) {
      const other = create({ [VALIDATE]: good() }, { credential: store(null, { save: fail, clear: fail }) });
      await other.session.ready;
      await assert.rejects(other.session.remember('x'), locked);
      await assert.rejects(other.session.forget(), locked);
    }
  });

  test('that throws, or is not async, when it should clear cannot disturb a sign-out', async () => {
    const fails = () => { throw new Error('locked'); };
    for (const [clear, reports] of [[() => undefined, 0], [fails, 1], [async () => fails(), 1], [() => new Promise(() => {}), 0]]) {
      const { session } = create({ [VALIDATE]: good(), [LOGOUT]: new Response(null, { status: 204 }) }, { credential: store('secret', { clear }) });
      await session.ready;
      await session.signOut();
      await settled();
      assert.equal(session.getSnapshot().reason, 'signed-out');
      assert.deepEqual(page.reported.splice(0).map(({ message }) => message), Array(reports).fill('locked'));
    }
  });

  test('that never settles keeps a reconnect waiting, and nothing else', async () => {
    const { session, requests } = create({ [VALIDATE]: lost, [LOGOUT]: new Response(null, { status: 204 }) }, {
      credential: store(null, { load: () => new Promise(() => {}) }), timeout: { slow: 1, validate: 2, reconnect: 5 },
    });
    const { phase } = await new Promise((resolve) => { session.on('slow', (event) => event.phase === 'reconnect' && resolve(event)); });
    assert.equal(phase, 'reconnect');
    await session.signOut();
    assert.deepEqual([session.getSnapshot().status, session.getSnapshot().reason, requests.at(-1).url], ['disconnected', 'signed-out', LOGOUT]);
  });

  test('whose credential is nonsense that JSON cannot hold is no answer', async () => {
    for (const credential of [5n, Object.assign({}, { toJSON() { throw new Error('mine'); } })]) {
      const { session } = create({ [VALIDATE]: lost, [RECONNECT]: () => assert.fail('without a body') }, { credential: store(credential) });
      const { reason } = await next(session, 'degraded');
      assert.equal(reason, 'network');
      session.dispose();
    }
  });

  test('in memory is this session’s own, and forgets', async () => {
    const known = { one: true, two: true };
    const backend = (name) => ({ [VALIDATE]: () => (known[name] ? good() : lost()), [RECONNECT]: good() });
    const [one, two] = ['one', 'two'].map((name) => create(backend(name), { credential: 'memory', name }));
    for (const { session } of [one, two]) await session.ready;
    await one.session.remember('secret');
    known.one = known.two = false;
    await two.session.check();
    assert.equal(two.session.getSnapshot().reason, 'credential-missing');
    await one.session.check();
    assert.equal(one.session.getSnapshot().status, 'connected');
    await one.session.forget();
    await one.session.check();
    assert.equal(one.session.getSnapshot().reason, 'credential-missing');
  });
});

describe('dispose() while something waits', () => {
  const cases = {
    check: (session) => session.check(),
    extend: (session) => session.extend(),
    signOut: (session) => session.signOut(),
    remember: (session) => session.remember('secret'),
    forget: (session) => session.forget(),
    fetch: (session) => session.fetch('/api/items'),
    ready: (session) => session.ready,
  };
  for (const [name, begin] of Object.entries(cases)) {
    for (const at of ['at once', 'later']) {
      test(`${name}(), ${at}: it settles, and late answers harm nobody`, async (t) => {
        const unhandled = t.mock.fn();
        process.on('unhandledRejection', unhandled);
        t.after(() => process.off('unhandledRejection', unhandled));
        const error = t.mock.method(console, 'error', () => {});
        const answers = [];
        const later = () => {
          const answer = deferred();
          answers.push(answer);
          return answer.promise;
        };
        let ready = name === 'ready';
        const { session } = create((url) => {
          if (url === '/api/items') return lost();
          if (!ready) return good();
          return later();
        }, { credential: store('secret', { save: later, clear: later }), headers: () => ({}) });
        if (name !== 'ready') await session.ready;
        ready = true;
        const result = begin(session);
        if (at === 'later') {
          for (let turns = 0; answers.length === 0 && turns < 1000; turns += 1) await settled();
          assert.ok(answers.length > 0);
        }
        session.dispose();
        await result;
        for (const [place, answer] of answers.entries()) {
          if (place % 2) answer.reject(new Error('late'));
          else answer.resolve(good());
        }
        await aTaskLater();
        await aTaskLater();
        assert.equal(unhandled.mock.callCount(), 0);
        assert.equal(error.mock.callCount(), 0, 'no trap');
        assert.equal(session.getSnapshot().status, 'inactive');
        // The module is as good as before for the next session.
        const other = create({ [VALIDATE]: good() }, { name: 'other' });
        await other.session.ready;
        assert.equal(other.session.getSnapshot().status, 'connected');
      });
    }
  }
});

test('a listener may call every method in every event', async (t) => {
  const error = t.mock.method(console, 'error', () => {});
  const unhandled = t.mock.fn();
  process.on('unhandledRejection', unhandled);
  t.after(() => process.off('unhandledRejection', unhandled));
  const { interfaces } = declarations();
  const events = interfaces.KeepAliveEvents.map(({ name }) => name);
  const methods = ['check', 'extend', 'signOut', 'remember', 'forget', 'stop', 'start', 'getSnapshot', 'fetch', 'dispose'];
  const reached = new Set();
  for (const only of [null, ...methods]) {
    let known = false;
    const { session } = create({
      [VALIDATE]: () => (known ? good({ epoch: 2, idleIn: 30, warnIn: 0 }) : lost()),
      [RECONNECT]: () => {
        known = true;
        return good({ epoch: 2, reconnected: true });
      },
      [LOGOUT]: () => new Response(null, { status: 204 }),
      '/api/items': () => new Response('items'),
    }, { credential: store('secret'), login: '/connect', retry: { base: 1, cap: 1, spread: 1 } });
    let calls = 0;
    for (const name of events) {
      session.on(name, () => {
        reached.add(name);
        // Each event is heard, but what follows from it must end.
        if ((calls += 1) > 100) return;
        for (const method of only ? [only] : methods.slice(0, -1)) {
          const result = session[method](...(method === 'fetch' ? ['/api/items'] : []));
          result?.catch?.(() => {});
        }
      });
    }
    await session.check();
    page.fire(page.window, 'offline');
    page.fire(page.window, 'online');
    page.fire(page.window, 'pageshow', { persisted: true });
    await session.check();
    await session.signOut();
    session.dispose();
    await aTaskLater();
    assert.equal(session.getSnapshot().status, 'inactive', String(only));
  }
  for (const name of ['change', 'connected', 'checking', 'checked', 'reconnecting', 'reconnected', 'disconnected']) assert.ok(reached.has(name), name);
  assert.deepEqual([unhandled.mock.callCount(), error.mock.callCount(), page.reported], [0, 0, []]);
});
