import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { normalise } from '../../src/js/options.js';
import { redirect } from '../../src/js/redirect.js';
import { openPage } from './support/page.mjs';

let page;
afterEach(() => page.remove());

/** Opens a page at `href` and redirects as these options say; returns the address that was gone to, if any. */
const from = (href, options = {}, listener = () => {}) => {
  page = openPage(href);
  return again(options, listener);
};

const again = (options = {}, listener = () => {}) => {
  const before = page.visited.length;
  redirect(normalise(options), 'session-lost', (name, event) => {
    assert.equal(name, 'redirect');
    listener(event);
  });
  assert.ok(page.visited.length <= before + 1);
  return page.visited[before];
};

const returnTo = (url, parameter = 'returnTo') => new URL(url).searchParams.get(parameter);

test('the way back holds path, query and hash', () => {
  assert.equal(from('https://app.example/tasks?page=2&q=a%20b#open'), 'https://app.example/connect?returnTo=%2Ftasks%3Fpage%3D2%26q%3Da%2520b%23open');
  assert.equal(returnTo(page.visited[0]), '/tasks?page=2&q=a%20b#open');
});

test('a way back never names another host', () => {
  for (const path of ['//evil.example/x', '//evil.example', '///evil.example', '/\\evil.example/x']) {
    const url = from(`https://app.example${path}`);
    assert.equal(returnTo(url), '/', path);
    assert.equal(new URL(returnTo(url), 'https://app.example').host, 'app.example');
    page.remove();
  }
  page = openPage();
});

test('ways back are never nested', () => {
  assert.equal(returnTo(from('https://app.example/a?returnTo=%2Fb%3FreturnTo%3D%252Fc&x=1#h')), '/a?x=1#h');
  page.remove();
  assert.equal(returnTo(from('https://app.example/a?next=%2Fb', { returnToParam: 'next' }), 'next'), '/a');
});

test('the query of the login address is kept, and its own way back replaced', () => {
  assert.equal(from('https://app.example/a', { login: '/connect?lang=de&returnTo=%2Fold' }), 'https://app.example/connect?lang=de&returnTo=%2Fa');
});

test('a login page elsewhere gets a path alone', () => {
  const url = new URL(from('https://app.example/a?b#c', { login: 'https://login.example/in' }));
  assert.equal(url.origin + url.pathname, 'https://login.example/in');
  assert.equal(url.searchParams.get('returnTo'), '/a?b#c');
});

test('the login page never leads to itself', () => {
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
    assert.equal(from(href, { login }, () => assert.fail('no event either')), undefined, `${href} with ${login}`);
    page.remove();
  }
  page = openPage();
});

test('pages that only look like the login page lead to it', () => {
  const rows = [
    ['https://app.example/connect', 'https://login.example/connect'],
    ['https://app.example/connected', '/connect'],
    ['https://app.example/connect/more', '/connect'],
    ['https://app.example/#/tasks', '/#/login'],
    ['https://app.example/', '/#/login'],
    ['https://app.example/?page=tasks', '/?page=login'],
  ];
  for (const [href, login] of rows) {
    assert.ok(from(href, { login }), `${href} with ${login}`);
    page.remove();
  }
  page = openPage();
});

test('a function says where to go, or that it goes there itself', () => {
  let asked;
  const login = (context) => {
    asked = context;
    return `/in?why=${context.reason}`;
  };
  assert.equal(from('https://app.example/a?returnTo=%2Fb&x=1#h', { login }), '/in?why=session-lost');
  assert.deepEqual(asked, { reason: 'session-lost', returnTo: '/a?x=1#h' });
  for (const nowhere of [undefined, null, '']) {
    assert.equal(again({ login: () => nowhere }, () => assert.fail('no event')), undefined);
  }
});

test('the event comes first, and can prevent it', () => {
  const seen = [];
  assert.equal(from('https://app.example/a', {}, (event) => {
    seen.push(event.url);
    event.preventDefault();
  }), undefined);
  assert.deepEqual(seen, ['https://app.example/connect?returnTo=%2Fa']);
});

test('a prevented redirect costs nothing of the budget', () => {
  from('https://app.example/a', {}, (event) => event.preventDefault());
  again({}, (event) => event.preventDefault());
  assert.ok(again());
  assert.ok(again());
});

test('two in sixty seconds, then the event alone, also on a new page', (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: 1_000_000 });
  assert.ok(from('https://app.example/a'));
  const { sessionStorage } = globalThis;
  page.remove();
  // The next page of the same tab has the same storage.
  page = openPage('https://app.example/b');
  globalThis.sessionStorage = sessionStorage;
  t.mock.timers.setTime(1_030_000);
  assert.ok(again());
  let events = 0;
  t.mock.timers.setTime(1_059_999);
  assert.equal(again({}, () => { events += 1; }), undefined);
  assert.equal(events, 1);
  t.mock.timers.setTime(1_060_000);
  assert.ok(again(), 'the first one is over');
  assert.equal(again(), undefined);
});

test('the budget is an option, counted by name', () => {
  const once = { redirectBudget: { max: 1, per: '1h' }, name: 'one' };
  assert.ok(from('https://app.example/a', once));
  assert.equal(again(once), undefined);
  assert.ok(again({ ...once, name: 'other' }));
  assert.equal(again({ redirectBudget: { max: 0 }, name: 'none' }), undefined);
});

test('a clock that was set back does not lock the way out for good', (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: 10_000_000 });
  assert.ok(from('https://app.example/a'));
  assert.ok(again());
  assert.equal(again(), undefined);
  t.mock.timers.setTime(1_000_000);
  assert.ok(again());
});

test('storage that is missing, denied or spoilt never keeps anybody from the login page', () => {
  const denied = { getItem() { throw new DOMException('denied', 'SecurityError'); }, setItem() { throw new DOMException('denied', 'SecurityError'); } };
  const full = { getItem: () => null, setItem() { throw new DOMException('full', 'QuotaExceededError'); } };
  const spoilt = { getItem: () => '{"not":"a list"}', setItem() {} };
  const notJson = { getItem: () => 'x', setItem() {} };
  for (const storage of [undefined, denied, full, spoilt, notJson]) {
    page = openPage('https://app.example/a');
    globalThis.sessionStorage = storage;
    assert.ok(again());
    page.remove();
  }
  page = openPage();
  Object.defineProperty(globalThis, 'sessionStorage', { configurable: true, get() { throw new DOMException('denied', 'SecurityError'); } });
  assert.ok(again());
});
