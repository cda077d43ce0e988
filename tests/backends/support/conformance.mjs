// What the module relies on, asked of a backend over HTTP. Every backend of the protocol guide passes it, and so does the
// reference server.
import assert from 'node:assert/strict';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { until } from '../../e2e/support/until.mjs';
import { Backend, Visitor } from './backend.mjs';

/** Fails unless the answer is this problem, told as RFC 9457 wants it. */
const assertProblem = (answer, status, code) => {
  assert.deepEqual([answer.status, answer.json?.code], [status, code], answer.text);
  assert.match(answer.headers['content-type'], /^application\/problem\+json/);
  assert.equal(answer.json.status, status);
  assert.equal(answer.headers['cache-control'], 'no-store');
};

const assertGood = (answer, { reconnected, epoch }) => {
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.headers['cache-control'], 'no-store');
  const { valid, idleIn, absoluteIn, warnIn, nextCheckIn, subject, ...rest } = answer.json;
  assert.equal(valid, true);
  assert.deepEqual(rest, { reconnected, epoch });
  for (const seconds of [idleIn, absoluteIn, warnIn]) assert.ok(Number.isInteger(seconds) && seconds >= 0, answer.text);
  assert.ok(warnIn <= Math.min(idleIn, absoluteIn), answer.text);
  assert.equal(nextCheckIn, null);
  assert.equal(typeof subject, 'string');
};

const signedIn = async (backend, more) => {
  const visitor = new Visitor(backend);
  assertGood(await visitor.connect(more), { reconnected: false, epoch: 1 });
  return visitor;
};

const attributesOf = ({ attributes: { 'max-age': _, expires: __, ...others } }) => others;

/** Registers the tests for one backend. @param kind one of `kinds.mjs` */
export function conformance(kind) {
  // Some take seconds to start: one serves all tests that want nothing special of it.
  let shared;
  before(async () => {
    shared = await Backend.create(kind);
  });
  after(() => shared?.remove());
  const special = async (t, limits) => {
    const backend = await Backend.create(kind, limits);
    t.after(() => backend.remove());
    return backend;
  };

  test('connect gives a session and a ticket that script cannot read, and their values nowhere else', async () => {
    const visitor = new Visitor(shared);
    const answer = await visitor.connect();
    assertGood(answer, { reconnected: false, epoch: 1 });
    assert.equal(answer.set.length, 2);
    for (const cookie of answer.set) {
      assert.deepEqual(attributesOf(cookie), { httponly: true, samesite: cookie.attributes.samesite, path: '/' });
      assert.match(cookie.attributes.samesite, /^strict$/i);
      assert.ok(!answer.text.includes(cookie.value));
      assert.ok(!cookie.value.includes(kind.secret) && !Buffer.from(cookie.value, 'base64url').includes(kind.secret));
      assert.ok(cookie.value.length < 3500);
    }
    const { 'max-age': lasts } = answer.set.find(({ name }) => name.includes('ticket')).attributes;
    assert.ok(Math.abs(lasts - Math.min(answer.json.idleIn, answer.json.absoluteIn)) <= 1, 'the ticket lasts to the nearer limit');
    assert.equal((await visitor.visit()).status, 200);
  });

  test('a refused connect says so without the secret, and leaves the session there was', async () => {
    const visitor = await signedIn(shared);
    const answer = await visitor.ask('POST', '/api/connect', kind.wrong);
    assertProblem(answer, 422, 'CONNECTION_REFUSED');
    if (kind.unsaid) assert.ok(!answer.json.detail.includes(kind.unsaid));
    assert.deepEqual(answer.set, []);
    assertGood(await visitor.validate(), { reconnected: false, epoch: 1 });
  });

  test('a new sign-in ends the session before it', async () => {
    const visitor = await signedIn(shared);
    const before = visitor.copy();
    assertGood(await visitor.connect(), { reconnected: false, epoch: 1 });
    assertProblem(await before.copy().validate(), 401, 'SESSION_REVOKED');
    await shared.restart();
    assertProblem(await before.copy('ticket').validate(), 401, 'SESSION_REVOKED');
    assertGood(await visitor.validate(), { reconnected: true, epoch: 2 });
  });

  test('bodies: an empty one equals {}, a mistake is named, and one that is too large is not read', async () => {
    const visitor = await signedIn(shared);
    assertGood(await visitor.ask('POST', '/api/validate-session'), { reconnected: false, epoch: 1 });
    for (const path of ['/api/connect', '/api/validate-session', '/api/reconnect', '/api/logout']) {
      const answer = await visitor.ask('POST', path, { ...(path === '/api/connect' && kind.right), extraordinary: 1 });
      assertProblem(answer, 400, 'INVALID_REQUEST');
      assert.ok(answer.json.detail.includes('extraordinary'), answer.json.detail);
      assertProblem(await visitor.ask('POST', path, '{"a":'), 400, 'INVALID_REQUEST');
    }
    assertProblem(await visitor.ask('POST', '/api/validate-session', { activity: 'yes' }), 400, 'INVALID_REQUEST');
    assertProblem(await visitor.ask('POST', '/api/connect', `{"a":"${'x'.repeat(100_000)}"}`), 413, 'PAYLOAD_TOO_LARGE');
    assertGood(await visitor.validate(), { reconnected: false, epoch: 1 });
  });

  test('nobody is unknown', async () => {
    const visitor = new Visitor(shared);
    for (const answer of [await visitor.validate(), await visitor.reconnect(), await visitor.visit()]) {
      assertProblem(answer, 401, 'SESSION_UNKNOWN');
    }
  });

  test('after a restart the check itself brings the session back, in every tab the same', async () => {
    const visitor = await signedIn(shared);
    const old = visitor.copy();
    await shared.restart();
    assertProblem(await visitor.visit(), 401, 'SESSION_UNKNOWN');
    const back = await visitor.validate();
    assertGood(back, { reconnected: true, epoch: 2 });
    assert.deepEqual(back.set.map(({ name }) => name).sort(), [...visitor.cookies.keys()].sort());
    assert.equal((await visitor.visit()).status, 200);
    assertGood(await visitor.validate(), { reconnected: false, epoch: 2 });

    // A tab whose answer was lost has the old cookies still; another has the ticket alone.
    for (const other of [old.copy(), old.copy('ticket')]) {
      assertGood(await other.validate(), { reconnected: true, epoch: 2 });
      assert.equal((await other.visit()).status, 200);
    }
    assertGood(await visitor.validate(), { reconnected: false, epoch: 2 });

    await shared.restart();
    assertGood(await visitor.reconnect(), { reconnected: true, epoch: 3 });
  });

  test('what comes back is as old as it was', async () => {
    const visitor = new Visitor(shared);
    const { json: first } = await visitor.connect();
    await until('a second has passed', async () => (await visitor.validate()).json.absoluteIn < first.absoluteIn);
    await shared.restart();
    const { json: back } = await visitor.validate(true);
    assert.equal(back.reconnected, true);
    assert.ok(back.absoluteIn < first.absoluteIn, `${back.absoluteIn}, after ${first.absoluteIn}`);
  });

  test('without a ticket a restart loses the session', async () => {
    const visitor = await signedIn(shared, { remember: false });
    assert.equal(visitor.cookie('ticket'), undefined);
    await shared.restart();
    assertProblem(await visitor.validate(), 401, 'SESSION_UNKNOWN');
  });

  test('a ticket that cannot be trusted is refused, and taken back', async () => {
    const visitor = await signedIn(shared);
    const name = visitor.cookie('ticket');
    const good = visitor.cookies.get(name);
    const middle = Math.floor(good.length / 4);
    for (const forged of ['x', `${good}x`, good.slice(0, -8), good.slice(0, middle) + (good[middle] === 'A' ? 'B' : 'A') + good.slice(middle + 1)]) {
      const forger = new Visitor(shared, new Map([[name, forged]]));
      const answer = await forger.validate();
      assertProblem(answer, 401, 'RECONNECT_REFUSED');
      const removed = answer.removed.find((cookie) => cookie.name === name);
      assert.deepEqual(attributesOf(removed), { httponly: true, samesite: removed.attributes.samesite, path: '/' }, 'as it was set');
      assert.match(removed.attributes.samesite, /^strict$/i);
    }
  });

  test('a cookie of another application in any encoding hides neither the session nor the sign-out', async () => {
    // Bytes as they are sent: Latin-1, and UTF-8.
    for (const city of ['city=K\xf6ln', 'city=K\xc3\xb6ln']) {
      const visitor = await signedIn(shared);
      const own = () => [...visitor.cookies].map(([name, value]) => `${name}=${value}`);
      const beside = (method, path, body) => visitor.ask(method, path, body, { cookie: [city, ...own()].join('; ') });
      assertGood(await beside('POST', '/api/validate-session', {}), { reconnected: false, epoch: 1 });
      assert.equal((await beside('GET', kind.protected)).status, 200);
      // In any order, and in several headers, as HTTP/2 may split them.
      for (const cookie of [[...own(), city].join('; '), [city, ...own()], [...own(), city]]) {
        assertGood(await visitor.ask('POST', '/api/validate-session', {}, { cookie }), { reconnected: false, epoch: 1 });
      }
      await shared.restart();
      assertGood(await beside('POST', '/api/validate-session', {}), { reconnected: true, epoch: 2 });

      const thief = visitor.copy();
      assert.equal((await beside('POST', '/api/logout', {})).status, 204);
      for (const old of [thief.copy(), thief.copy('ticket')]) {
        assertProblem(await old.copy().validate(), 401, 'SESSION_REVOKED');
        assertProblem(await old.copy().reconnect(), 401, 'SESSION_REVOKED');
      }
      assert.equal((await thief.copy('session').visit()).status, 401);
    }
  });

  test('signing out is for good, here and after a restart', async () => {
    const visitor = await signedIn(shared);
    const thief = visitor.copy();
    const answer = await visitor.logout();
    assert.equal(answer.status, 204);
    assert.equal(answer.removed.length, 2);
    assert.equal(visitor.cookies.size, 0);
    assertProblem(await thief.validate(), 401, 'SESSION_REVOKED');
    await shared.restart();
    assertProblem(await thief.copy('ticket').validate(), 401, 'SESSION_REVOKED');
    assertProblem(await thief.copy('ticket').reconnect(), 401, 'SESSION_REVOKED');
    assert.equal((await visitor.logout()).status, 204, 'again, with nothing to sign out');
  });

  test('a sign-out that arrives after a restart counts', async () => {
    const visitor = await signedIn(shared);
    const thief = visitor.copy();
    await shared.restart();
    assert.equal((await visitor.logout()).status, 204);
    assertProblem(await thief.validate(), 401, 'SESSION_REVOKED');
  });

  test('signing out everywhere ends every session of the person, also forgotten ones', async () => {
    const [here, there] = [await signedIn(shared), await signedIn(shared)];
    const forgotten = await signedIn(shared);
    await shared.restart();
    assertGood(await here.validate(), { reconnected: true, epoch: 2 });
    assertGood(await there.validate(), { reconnected: true, epoch: 2 });
    assert.equal((await here.logout(true)).status, 204);
    assertProblem(await there.validate(), 401, 'SESSION_REVOKED');
    assertProblem(await forgotten.validate(), 401, 'SESSION_REVOKED');
    assertGood(await (await signedIn(shared)).validate(), { reconnected: false, epoch: 1 });
  });

  test('an open page alone keeps nothing from the idle limit; the person does', async (t) => {
    const backend = await special(t, { idle: 3, absolute: 600 });
    const [away, here] = [await signedIn(backend), await signedIn(backend)];
    const began = performance.now();
    const refused = await until('the idle limit is reached', async () => {
      assertGood(await here.validate(true), { reconnected: false, epoch: 1 });
      const answer = await away.copy().validate();
      return answer.status !== 200 && answer;
    });
    assertProblem(refused, 401, 'SESSION_TIMEOUT');
    assert.ok(performance.now() - began > 2_500);
    await backend.restart();
    assertProblem(await away.copy('ticket').validate(), 401, 'SESSION_TIMEOUT');
    assertGood(await here.validate(true), { reconnected: true, epoch: 2 });
  });

  test('nobody keeps a session from the absolute limit', async (t) => {
    const backend = await special(t, { idle: 60, absolute: 4 });
    const visitor = await signedIn(backend);
    let ticket;
    const refused = await until('the absolute limit is reached', async () => {
      // In its last second a browser lets go of it; somebody else may not.
      if (visitor.cookie('ticket')) ticket = visitor.copy('ticket');
      const answer = await visitor.validate(true);
      return answer.status !== 200 && answer;
    });
    assertProblem(refused, 401, 'SESSION_EXPIRED');
    await backend.restart();
    assertProblem(await ticket.validate(), 401, 'SESSION_EXPIRED');
  });

  test('what another site can send is refused', async () => {
    const visitor = await signedIn(shared);
    const foreign = [
      { 'x-session-keepalive': null }, { 'x-session-keepalive': '2' },
      { 'content-type': null }, { 'content-type': 'text/plain' }, { 'content-type': 'application/x-www-form-urlencoded' },
      { origin: 'https://evil.example' }, { origin: 'null' },
      { origin: null, 'sec-fetch-site': 'cross-site' }, { origin: null, 'sec-fetch-site': 'same-site' },
      { host: 'evil.example' },
      // In odd bytes a header is there, and is not ours.
      { origin: `${shared.origin}\xf6` }, { origin: '\xf6' }, { origin: null, 'sec-fetch-site': 'same-origin\xf6' },
      { 'x-session-keepalive': '1\xf6' }, { 'content-type': 'application/json; charset=\xf6' },
    ];
    for (const path of ['/api/connect', '/api/validate-session', '/api/reconnect', '/api/logout']) {
      for (const headers of foreign) {
        const answer = await visitor.copy().ask('POST', path, path === '/api/connect' ? kind.right : {}, headers);
        assertProblem(answer, 403, 'CSRF_REFUSED');
        assert.deepEqual(answer.set, [], JSON.stringify(headers));
      }
    }
    for (const headers of [{ origin: 'https://evil.example' }, { host: 'evil.example' }]) {
      assertProblem(await visitor.copy().ask('GET', kind.protected, undefined, headers), 403, 'CSRF_REFUSED');
    }
    // A program that is no browser says neither.
    assertGood(await visitor.ask('POST', '/api/validate-session', {}, { origin: null, 'sec-fetch-site': null }), { reconnected: false, epoch: 1 });
    assertGood(await visitor.ask('POST', '/api/validate-session', {}, { 'content-type': 'application/json; charset=utf-8' }), { reconnected: false, epoch: 1 });
  });

  if (!kind.endedFile) return;
  test('a disk that fails is a 503 that says when to come back, never a 401 and never a success', async (t) => {
    const backend = await special(t);
    const visitor = await signedIn(backend);
    const file = join(backend.folder, kind.endedFile);
    mkdirSync(file);
    const answer = await visitor.logout();
    assertProblem(answer, 503, 'STORE_UNAVAILABLE');
    assert.match(answer.headers['retry-after'], /^[1-9]\d*$/);
    assert.deepEqual(answer.set, []);
    assertGood(await visitor.validate(), { reconnected: false, epoch: 1 });
    rmSync(file, { recursive: true });
    assert.equal((await visitor.logout()).status, 204);
  });
}
