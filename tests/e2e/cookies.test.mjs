// The cookies as a real browser stores them over https, and as it lets go of them: the names, every attribute, and that
// a removal which differs from what it removes is refused.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chromium } from 'playwright-core';
import { Backend } from './support/backend.mjs';
import { chromiumArgs, chromiumPath } from './support/browser.mjs';
import { certificate, TlsProxy } from './support/tls.mjs';

const APP = 'app.test';
/** Another site, which embeds the application. */
const OTHER = 'other.test';
const NAMES = ['__Host-session', '__Host-ticket'];

/**
 * The application behind TLS, a page of another site that can embed it, and a browser that believes both.
 * `remove(attributes)` removes the cookies as somebody would who has the attributes wrong.
 */
async function world(t, policy) {
  const identity = await certificate([APP, OTHER]);
  let wrong = '';
  const proxy = await TlsProxy.create(identity, ({ pathname }, response) => {
    if (pathname !== '/wrong-removal') return false;
    response.writeHead(204, { 'set-cookie': NAMES.map((name) => `${name}=; ${wrong}; Max-Age=0`) }).end();
    return true;
  });
  t.after(() => proxy.close());
  const origin = `https://${APP}:${proxy.port}`;
  const embedder = await TlsProxy.create(identity, (_, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end(`<!doctype html><title>Other</title><iframe src="${origin}/healthz">`);
    return true;
  });
  t.after(() => embedder.close());
  const backend = await Backend.create({ publicOrigin: origin, policy, pages: false, extra: ['--trust-proxy', '127.0.0.1/32'] });
  t.after(() => backend.remove());
  proxy.to(backend.port);
  const browser = await chromium.launch({ executablePath: await chromiumPath(), args: [...chromiumArgs, ...identity.browserArgs] });
  t.after(() => browser.close());
  const page = await (await browser.newContext()).newPage();
  // The browser itself is asked, of the profile that the page is in.
  const { targetInfo: { browserContextId } } = await (await page.context().newCDPSession(page)).send('Target.getTargetInfo');
  const devtools = await browser.newBrowserCDPSession();

  /** What the browser has stored, by name. */
  const stored = async () => {
    const { cookies } = await devtools.send('Storage.getCookies', { browserContextId });
    return new Map(cookies.filter(({ name }) => NAMES.includes(name)).map((cookie) => [cookie.name, cookie]));
  };
  const remove = async (frame, attributes) => {
    wrong = attributes;
    assert.equal(await frame.evaluate(async () => (await fetch('/wrong-removal')).status), 204);
  };
  return { backend, origin, page, stored, remove, embedder: `https://${OTHER}:${embedder.port}/` };
}

const call = (frame, path, body = {}) => frame.evaluate(async ({ path, body }) => {
  const headers = { 'x-session-keepalive': '1', 'content-type': 'application/json' };
  const response = await fetch(path, { method: 'POST', headers, body: JSON.stringify(body) });
  const text = await response.text();
  return { status: response.status, body: text && JSON.parse(text) };
}, { path, body });

const signIn = async (frame) => {
  const { status } = await call(frame, '/api/connect', { connectionString: 'sqlite:sample.db' });
  assert.equal(status, 200);
};

function assertAttributes(cookies, sameSite) {
  assert.deepEqual([...cookies.keys()].sort(), NAMES);
  for (const { domain, path, secure, httpOnly, sameSite: is } of cookies.values()) {
    // A domain with a dot in front would be shared with other hosts.
    assert.deepEqual({ domain, path, secure, httpOnly, sameSite: is }, { domain: APP, path: '/', secure: true, httpOnly: true, sameSite });
  }
}

for (const sameSite of ['Strict', 'Lax', 'None']) {
  test(`SameSite=${sameSite}: stored with every attribute, renewed after a restart, removed at the sign-out`, async (t) => {
    const { backend, origin, page, stored, remove } = await world(t, [`cookie.same_site=${sameSite.toLowerCase()}`]);
    await page.goto(`${origin}/healthz`);
    await signIn(page);
    const first = await stored();
    assertAttributes(first, sameSite);
    assert.equal(first.get('__Host-session').session, true, 'gone when the browser is closed');
    const hours = (first.get('__Host-ticket').expires - Date.now() / 1000) / 3600;
    assert.ok(hours > 23 && hours <= 24, `the ticket is kept for what remains of the nearer limit, not ${hours} h`);
    assert.equal(await page.evaluate(() => document.cookie), '', 'no script reads them');

    await backend.restart();
    const back = await call(page, '/api/validate-session');
    assert.deepEqual([back.status, back.body.reconnected], [200, true]);
    const second = await stored();
    assertAttributes(second, sameSite);
    for (const name of NAMES) assert.notEqual(second.get(name).value, first.get(name).value, name);

    // What a removal has to have: without it the browser keeps them.
    for (const attributes of ['Path=/; HttpOnly', 'Secure; HttpOnly', 'Path=/api; Secure', `Path=/; Secure; Domain=${APP}`]) {
      await remove(page, attributes);
      assert.equal((await stored()).size, 2, `kept in spite of a removal with ${attributes}`);
    }
    const { status } = await call(page, '/api/logout');
    assert.equal(status, 204);
    assert.deepEqual(await stored(), new Map(), 'both are gone');
  });
}

test('SameSite=None; Partitioned: a page of another site that embeds the application has cookies of its own there', async (t) => {
  const { backend, origin, page, stored, remove, embedder } = await world(t, ['cookie.same_site=none', 'cookie.partitioned=yes']);
  const embedded = async () => {
    await page.goto(embedder);
    const frame = page.frames().find((each) => each.url().startsWith(origin));
    await frame.waitForLoadState();
    return frame;
  };
  const frame = await embedded();
  await signIn(frame);
  const first = await stored();
  assertAttributes(first, 'None');
  for (const { partitionKey } of first.values()) {
    assert.deepEqual(partitionKey, { topLevelSite: `https://${OTHER}`, hasCrossSiteAncestor: true });
  }
  await backend.restart();
  const back = await call(frame, '/api/validate-session');
  assert.deepEqual([back.status, back.body.reconnected], [200, true], 'the frame sends them');

  for (const attributes of ['Path=/; Secure; SameSite=None', 'Path=/; Secure; Partitioned; SameSite=Lax']) {
    await remove(frame, attributes);
    assert.equal((await stored()).size, 2, `kept in spite of a removal with ${attributes}`);
  }
  await page.goto(`${origin}/healthz`);
  assert.equal((await call(page, '/api/validate-session')).body.code, 'SESSION_UNKNOWN', 'the application itself has none of them');

  assert.equal((await call(await embedded(), '/api/logout')).status, 204);
  assert.deepEqual(await stored(), new Map(), 'both are gone');
});

test('SameSite=Strict: embedded by another site there is no session at all', async (t) => {
  const { origin, page, stored, embedder } = await world(t, []);
  await page.goto(embedder);
  const frame = page.frames().find((each) => each.url().startsWith(origin));
  await frame.waitForLoadState();
  await signIn(frame);
  assert.deepEqual(await stored(), new Map(), 'the browser takes no such cookie from a frame');
  assert.equal((await call(frame, '/api/validate-session')).body.code, 'SESSION_UNKNOWN');
});
