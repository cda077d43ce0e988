// What becomes of a session when the backend has trouble, as each client has it: the published packages in Chromium, in front of a backend
// that answers each of them what it expects, or fails.
import { gotrueSession, calls as good } from '../server.mjs';

const origin = 'https://app.test';
const retryAfterSeconds = 4;

/** What each backend says of a session that it has forgotten. */
const forgotten = {
  'POST /api/validate-session': [401, { code: 'SESSION_UNKNOWN' }],
  'GET /api/auth/get-session': [200, null],
  'POST /auth/token': [400, { code: 'refresh_token_not_found', message: 'Invalid Refresh Token: Refresh Token Not Found' }],
  'GET /next-auth/session': [200, {}],
};
const calls = {
  ...good,
  'POST /api/reconnect': () => ({ ...good['POST /api/validate-session'](), reconnected: true, epoch: 2 }),
  'GET /next-auth/session': () => ({ user: { name: 'Alice' }, expires: '2099-01-01T00:00:00.000Z' }),
};
const ignored = ['POST /next-auth/_log'];

/** A page with one client in front of a backend; `backend.mode` is 'good', 'forgotten' or a status to fail with. */
async function opened(browser, script) {
  const context = await browser.newContext();
  const backend = { mode: 'good', askedAt: [] };
  await context.route(`${origin}/**`, (route) => {
    const request = route.request();
    const { pathname } = new URL(request.url());
    const call = `${request.method()} ${pathname}`;
    if (pathname === '/') return route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>A page</title>' });
    if (pathname === '/client.js') return route.fulfill({ contentType: 'text/javascript', body: script });
    if (ignored.includes(call)) return route.fulfill({ status: 200, json: {} });
    if (!calls[call]) {
      backend.unexpected = call;
      return route.fulfill({ status: 404 });
    }
    backend.askedAt.push(performance.now());
    if (typeof backend.mode === 'number') {
      return route.fulfill({ status: backend.mode, headers: { 'retry-after': String(retryAfterSeconds) }, json: { message: 'not now' } });
    }
    const [status, json] = backend.mode === 'forgotten' && forgotten[call] ? forgotten[call] : [200, calls[call]({ intervalMs: 300_000 })];
    if (call === 'POST /api/reconnect') backend.mode = 'good';
    return route.fulfill({ status, json });
  });
  const page = await context.newPage();
  await page.goto(`${origin}/`);
  await page.evaluate(async (session) => {
    const { start } = await import('/client.js');
    window.client = await start({ session });
  }, gotrueSession({ intervalMs: 300_000 }));
  const signedIn = () => page.evaluate(() => window.client.signedIn());
  // Not awaited in the page: a client may go on asking for as long as the trouble lasts.
  const check = () => page.evaluate(() => void Promise.resolve(window.client.check()).catch(() => {}));
  return { context, page, backend, signedIn, check };
}

const within = async (ms, fact) => {
  const deadline = performance.now() + ms;
  for (;;) {
    if (await fact()) return true;
    if (performance.now() > deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

/** Fails with `status` for as long as Retry-After says, and a little more; then all is well again. */
async function trouble(browser, script, status) {
  const { context, backend, signedIn, check } = await opened(browser, script);
  try {
    if (!(await within(5_000, signedIn))) throw new Error(`nobody is signed in (${backend.unexpected ?? 'nothing unexpected'})`);
    backend.mode = status;
    backend.askedAt = [];
    await check();
    if (!(await within(5_000, () => backend.askedAt.length > 0))) throw new Error('it does not ask');
    const [first] = backend.askedAt;
    await within(retryAfterSeconds * 1000 - 500, () => performance.now() > first + retryAfterSeconds * 1000 - 500);
    const tooSoon = backend.askedAt.length - 1;
    const lost = await within(1_000, async () => !(await signedIn()));
    backend.mode = 'good';
    await check();
    const back = await within(12_000, signedIn);
    return { kept: !lost, back, tooSoon };
  } finally {
    await context.close();
  }
}

/** The backend restarts and knows nobody any more. */
async function restart(browser, script) {
  const { context, backend, signedIn, check } = await opened(browser, script);
  try {
    if (!(await within(5_000, signedIn))) throw new Error('nobody is signed in');
    backend.mode = 'forgotten';
    backend.askedAt = [];
    await check();
    if (!(await within(5_000, () => backend.askedAt.length > 0))) throw new Error('it does not ask');
    return !(await within(3_000, async () => !(await signedIn())));
  } finally {
    await context.close();
  }
}

/** @returns `{ 503: { kept, back, tooSoon }, 429: …, restart }`: what became of the session */
export async function behaviour(browser, script) {
  return { 503: await trouble(browser, script, 503), 429: await trouble(browser, script, 429), restart: await restart(browser, script) };
}
