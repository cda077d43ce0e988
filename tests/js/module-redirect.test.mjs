// The way to the login page, as the real module takes it when the server has ended a session.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { VALIDATE, good, next, openModule, problem, settled } from './support/module.mjs';

let current;
const open = async (href) => {
  await current?.close();
  current = await openModule(href);
};
beforeEach(() => { current = null; });
afterEach(() => current?.close());

/** Opens a page at `href` whose session has ended; resolves with the address that was gone to, if any. */
const from = async (href, options = {}, listener) => {
  await open(href);
  return again(options, listener);
};

/** The same in the page that is open. */
const again = async (options = {}, listener = () => {}) => {
  const { page, create } = current;
  const before = page.visited.length;
  const { session } = create({ [VALIDATE]: problem(401, 'SESSION_EXPIRED') }, { login: '/connect', ...options });
  session.on('redirect', listener);
  await session.ready;
  await settled();
  assert.equal(session.getSnapshot().reason, 'session-expired');
  session.dispose();
  assert.ok(page.visited.length <= before + 1);
  return page.visited[before];
};

const returnTo = (url, parameter = 'returnTo') => new URL(url).searchParams.get(parameter);

test('the way back holds path, query and hash', async () => {
  const url = await from('https://app.example/tasks?page=2&q=a%20b#open');
  assert.equal(url, 'https://app.example/connect?returnTo=%2Ftasks%3Fpage%3D2%26q%3Da%2520b%23open');
  assert.equal(returnTo(url), '/tasks?page=2&q=a%20b#open');
});

test('a way back never names another host', async () => {
  for (const path of ['//evil.example/x', '//evil.example', '///evil.example', '/\\evil.example/x']) {
    const url = await from(`https://app.example${path}`);
    assert.equal(returnTo(url), '/', path);
  }
});

test('ways back are never nested', async () => {
  assert.equal(returnTo(await from('https://app.example/a?returnTo=%2Fb%3FreturnTo%3D%252Fc&x=1#h')), '/a?x=1#h');
  assert.equal(returnTo(await from('https://app.example/a?next=%2Fb', { returnToParam: 'next' }), 'next'), '/a');
});

test('the query of the login address is kept, and its own way back replaced', async () => {
  assert.equal(await from('https://app.example/a', { login: '/connect?lang=de&returnTo=%2Fold' }), 'https://app.example/connect?lang=de&returnTo=%2Fa');
});

test('a login page elsewhere gets a path alone', async () => {
  const url = new URL(await from('https://app.example/a?b#c', { login: 'https://login.example/in' }));
  assert.equal(url.origin + url.pathname, 'https://login.example/in');
  assert.equal(url.searchParams.get('returnTo'), '/a?b#c');
});

test('the login page never leads to itself', async () => {
  const rows = [
    ['https://app.example/connect', '/connect'],
    ['https://app.example/connect?returnTo=%2Fa#h', '/connect'],
    ['https://app.example/connect/', '/connect'],
    ['https://app.example/connect', '/connect/'],
    ['https://app.example/', 'https://app.example'],
    ['https://app.example/#/login', '/#/login'],
    ['https://app.example/#/login?x=1', '/#/login'],
    ['https://app.example/?page=login&returnTo=%2F', '/?page=login'],
  ];
  for (const [href, login] of rows) {
    const events = [];
    assert.equal(await from(href, { login }, (event) => events.push(event.url)), undefined, `${href} with ${login}`);
    assert.deepEqual(events, [], 'no event either');
  }
});

test('pages that only look like the login page lead to it', async () => {
  const rows = [
    ['https://app.example/connect', 'https://login.example/connect'],
    ['https://app.example/connected', '/connect'],
    ['https://app.example/connect/more', '/connect'],
    ['https://app.example/#/tasks', '/#/login'],
    ['https://app.example/', '/#/login'],
    ['https://app.example/?page=tasks', '/?page=login'],
  ];
  for (const [href, login] of rows) assert.ok(await from(href, { login }), `${href} with ${login}`);
});

test('a function says where to go, or that it goes there itself', async () => {
  let asked;
  const login = (context) => {
    asked = context;
    return `/in?why=${context.reason}`;
  };
  assert.equal(await from('https://app.example/a?returnTo=%2Fb&x=1#h', { login }), '/in?why=session-expired');
  assert.deepEqual(asked, { reason: 'session-expired', returnTo: '/a?x=1#h' });
  const events = [];
  for (const nowhere of [undefined, null, '']) {
    assert.equal(await again({ login: () => nowhere }, (event) => events.push(event)), undefined);
  }
  assert.deepEqual(events, []);
});

test('a function that throws is reported, and nothing else happens', async () => {
  assert.equal(await from('https://app.example/a', { login: () => { throw new Error('mine'); } }), undefined);
  assert.deepEqual(current.page.reported.map(({ message }) => message), ['mine']);
});

test('without a login page there is neither redirect nor event', async () => {
  const events = [];
  assert.equal(await from('https://app.example/a', { login: false }, (event) => events.push(event)), undefined);
  assert.deepEqual(events, []);
});

test('the event comes first, and can prevent it', async () => {
  const seen = [];
  assert.equal(await from('https://app.example/a', {}, (event) => {
    seen.push([event.url, [...current.page.visited]]);
    event.preventDefault();
  }), undefined);
  assert.deepEqual(seen, [['https://app.example/connect?returnTo=%2Fa', []]]);
});

test('a prevented redirect costs nothing of the budget', async () => {
  const prevent = (event) => event.preventDefault();
  await from('https://app.example/a', {}, prevent);
  await again({}, prevent);
  assert.ok(await again());
  assert.ok(await again());
  assert.equal(await again(), undefined);
});

test('a transient fault never leads there, however often it repeats', async () => {
  await open('https://app.example/a');
  const { session } = current.create({ [VALIDATE]: problem(503, 'OVERLOADED') }, { login: '/connect', retry: { base: 1, cap: 1 } });
  for (let count = 0; count < 20; count += 1) await next(session, 'degraded');
  assert.deepEqual(current.page.visited, []);
});

test('two in sixty seconds, then the event alone, also on a new page', async (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: 1_000_000 });
  assert.ok(await from('https://app.example/a'));
  const { sessionStorage } = globalThis;
  // The next page of the same tab has the same storage.
  await open('https://app.example/b');
  globalThis.sessionStorage = sessionStorage;
  t.mock.timers.setTime(1_030_000);
  assert.ok(await again());
  let events = 0;
  t.mock.timers.setTime(1_059_999);
  assert.equal(await again({}, () => { events += 1; }), undefined);
  assert.equal(events, 1);
  t.mock.timers.setTime(1_060_000);
  assert.ok(await again(), 'the first one is over');
  assert.equal(await again(), undefined);
});

test('the budget is an option, counted by name', async () => {
  const once = { redirectBudget: { max: 1, per: '1h' }, name: 'one' };
  assert.ok(await from('https://app.example/a', once));
  assert.equal(await again(once), undefined);
  assert.ok(await again({ ...once, name: 'other' }));
  assert.equal(await again({ redirectBudget: { max: 0 }, name: 'none' }), undefined);
});

test('a clock that was set back does not lock the way out for good', async (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: 10_000_000 });
  assert.ok(await from('https://app.example/a'));
  assert.ok(await again());
  assert.equal(await again(), undefined);
  t.mock.timers.setTime(1_000_000);
  assert.ok(await again());
});

test('storage that is missing, denied or spoilt never keeps anybody from the login page', async () => {
  const denies = () => { throw new DOMException('denied', 'SecurityError'); };
  const storages = [
    { value: undefined },
    { get: denies },
    { value: { getItem: denies, setItem: denies } },
    { value: { getItem: () => null, setItem() { throw new DOMException('full', 'QuotaExceededError'); } } },
    ...['{"not":"a list"}', 'x', '', '[', '[[]]', '["a","b","c"]', '[-1,-2,-3]', '[null,null,null]', '[1e999,1e999]']
      .map((text) => ({ value: { getItem: () => text, setItem() {} } })),
  ];
  for (const [place, descriptor] of storages.entries()) {
    await open('https://app.example/a');
    Object.defineProperty(globalThis, 'sessionStorage', { configurable: true, ...descriptor });
    assert.ok(await again(), `the one at ${place}`);
    assert.deepEqual(current.page.reported, []);
  }
});

test('a session that is well again before the redirect keeps its page', async () => {
  await open('https://app.example/a');
  let ended = true;
  const { session } = current.create({ [VALIDATE]: () => (ended ? problem(401, 'SESSION_EXPIRED') : good()) }, { login: '/connect' });
  session.on('disconnected', () => {
    ended = false;
    session.stop();
    session.start();
  });
  await next(session, 'connected');
  await settled();
  assert.deepEqual(current.page.visited, []);
});
