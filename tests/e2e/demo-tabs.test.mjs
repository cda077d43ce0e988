// The demo's list of tabs: who is there, who asks the backend, and what that saves.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from './support/until.mjs';
import { profileWorld, world } from './support/world.mjs';

const VALIDATE = '/api/validate-session';
const PATH = '/?interval=500&jitter=0';

const pathOf = (place) => new URL(place.url()).pathname;

/** A person with one tab open, and what each of their tabs has asked the backend. */
async function atHome(t, path = PATH) {
  const { backend, person } = await world(t);
  const alice = await person();
  /** @type {import('playwright-core').Page[]} the page behind each check, in their order */
  const checks = [];
  alice.context.on('request', (request) => {
    if (request.method() !== 'POST' || pathOf(request) !== VALIDATE) return;
    // The page for connecting checks once too, but is no tab of the demo.
    if (pathOf(request.frame()) === '/') checks.push(request.frame().page());
  });
  await alice.connect(path);
  const open = async () => {
    const [page] = await Promise.all([
      alice.context.waitForEvent('page'),
      alice.page.getByRole('button', { name: 'Open another tab' }).click(),
    ]);
    await until('the new tab is connected', () => page.evaluate(() => window.session?.getSnapshot().status === 'connected').catch(() => false));
    return page;
  };
  return { backend, alice, checks, open };
}

/** What a page shows, as it is at one moment. @param {import('playwright-core').Page} page */
const shown = (page) => page.evaluate(() => {
  const content = (selector, within = document) => within.querySelector(selector).textContent;
  return {
    sent: Number(content('#requests-sent')),
    saved: Number(content('#requests-saved')),
    closed: document.getElementById('closed-tabs').hidden ? null
      : { asked: Number(content('#closed-tabs-asked')), heard: Number(content('#closed-tabs-heard')) },
    tabs: [...document.querySelectorAll('#tab-rows tr')].map((row) => ({
      name: content('.label', row),
      badges: [...row.querySelectorAll('.badge:not([hidden])')].map((badge) => badge.textContent),
      status: content('.tab-status', row),
      asked: Number(content('.number', row)),
      heard: Number(content('.number:nth-of-type(2)', row)),
      closable: !row.querySelector('button').hidden,
    })),
  };
});
const names = async (page) => (await shown(page)).tabs.map(({ name }) => name).join();
const lists = (page, wanted) => until(`the list is ${wanted}`, async () => (await names(page)) === wanted);
const sum = (tabs, key) => tabs.reduce((total, tab) => total + tab[key], 0);

test('three tabs: one asks in each round, the others hear of it, and what is shown adds up', async (t) => {
  const { alice, checks, open } = await atHome(t);
  const pages = [alice.page, await open(), await open()];
  for (const page of pages) await lists(page, 'Tab 1,Tab 2,Tab 3');

  for (const [index, page] of pages.entries()) {
    const own = (await shown(page)).tabs.filter(({ badges }) => badges.includes('this one')).map(({ name }) => name);
    assert.deepEqual(own, [`Tab ${index + 1}`]);
    assert.equal(new URL(page.url()).search, new URL(PATH, alice.origin).search, 'the same query');
  }
  const [first] = await Promise.all(pages.map(shown));
  assert.deepEqual(first.tabs.map(({ closable, status }) => [closable, status]), [[false, 'connected'], [true, 'connected'], [true, 'connected']]);

  const before = { requests: checks.length, page: await shown(alice.page) };
  await until('six rounds have passed', () => checks.length >= before.requests + 6);
  // Between two rounds, when all is told.
  const after = await until('all pages show the same', async () => {
    const requests = checks.length;
    const views = await Promise.all(pages.map(shown));
    const [one, ...others] = views.map(({ sent, saved, tabs }) => JSON.stringify([sent, saved, tabs.map(({ asked, heard }) => [asked, heard])]));
    return requests === checks.length && others.every((other) => other === one) && views[0].sent === requests && { requests, views };
  });
  const [page] = after.views;
  const rounds = after.requests - before.requests;
  for (const [index, { asked, heard }] of page.tabs.entries()) {
    const was = before.page.tabs[index];
    // The round in which the counting began may have been half told.
    const took = asked + heard - was.asked - was.heard;
    assert.ok(Math.abs(took - rounds) <= 1, `tab ${index + 1} took part in ${took} of ${rounds} rounds`);
    assert.equal(asked, checks.slice(0, after.requests).filter((asking) => asking === pages[index]).length, `tab ${index + 1} asked so often`);
  }
  assert.equal(page.saved, sum(page.tabs, 'heard'));
  assert.equal(page.sent, sum(page.tabs, 'asked'));
  assert.ok(page.saved - before.page.saved >= 2 * (rounds - 1), 'two tabs were spared in each round');

  // The mark is at the tab that asked last.
  await until('it is marked', async () => {
    const requests = checks.length;
    const { tabs } = await shown(alice.page);
    const marked = tabs.flatMap(({ badges }, index) => (badges.includes('asked last') ? [pages[index]] : []));
    assert.ok(marked.length <= 1);
    return requests === checks.length && marked[0] === checks.at(-1);
  });
  assert.deepEqual(alice.console, []);
});

test('a closed tab leaves the list and another one takes over; its counts, and the numbers of the others, stay', async (t) => {
  const { alice, checks, open } = await atHome(t);
  const pages = [alice.page, await open(), await open()];
  for (const page of pages) await lists(page, 'Tab 1,Tab 2,Tab 3');
  // Whichever asks, but not the one whose button opens others.
  const asking = await until('a later tab asks', () => [pages[1], pages[2]].find((page) => page === checks.at(-1)), { within: 30_000 });
  const left = pages.filter((page) => page !== asking);
  const names = ['Tab 1', 'Tab 2', 'Tab 3'].filter((_, index) => pages[index] !== asking);
  await asking.close();
  const requests = checks.length;
  for (const page of left) await lists(page, names.join());
  await until('another one asks', () => checks.length > requests && left.includes(checks.at(-1)));
  for (const page of left) {
    const view = await shown(page);
    assert.ok(view.closed.asked > 0, 'what it asked is not forgotten');
    assert.equal(view.sent, sum(view.tabs, 'asked') + view.closed.asked);
    assert.equal(view.saved, sum(view.tabs, 'heard') + view.closed.heard);
  }

  // The number that is free is given again, and the newcomer learns of the tab that was before it.
  const newcomer = await open();
  await lists(newcomer, 'Tab 1,Tab 2,Tab 3');
  assert.ok((await shown(newcomer)).closed.asked > 0);
});

test('a tab that crashes leaves the list too, and a reloaded one keeps its number', async (t) => {
  const { backend, alice, open } = await atHome(t);
  const second = await open();
  // Not opened by this page, so it has a process of its own.
  const third = await alice.open();
  await third.goto(backend.origin + PATH);
  await lists(alice.page, 'Tab 1,Tab 2,Tab 3');
  assert.equal((await shown(alice.page)).tabs[2].closable, false, 'no script has opened it');

  const devtools = await alice.context.newCDPSession(third);
  devtools.send('Page.crash').catch(() => {});
  for (const page of [alice.page, second]) await lists(page, 'Tab 1,Tab 2');

  await alice.page.goto('about:blank');
  await lists(second, 'Tab 2');
  await second.reload();
  await lists(second, 'Tab 2');
  assert.match(await second.locator('#closed-tabs-name').textContent(), /closed or reloaded/);
});

test('a tab that was opened here can be closed here, by keyboard, and the focus stays in the card', async (t) => {
  const { alice, open } = await atHome(t);
  const second = await open();
  await lists(alice.page, 'Tab 1,Tab 2');
  await alice.page.getByRole('button', { name: 'Close Tab 2' }).press('Enter');
  await until('it is closed', () => second.isClosed());
  await lists(alice.page, 'Tab 1');
  assert.equal(await alice.page.evaluate(() => document.activeElement.id), 'open-tab');
  assert.equal(await alice.page.locator('#tabs-said').textContent(), 'Tab 2 is gone.');

  const third = await open();
  await lists(third, 'Tab 1,Tab 2');
  // The page may be gone before the browser has told that the click was made.
  await third.getByRole('button', { name: 'Close Tab 2' }).click().catch(() => {});
  await until('it has closed itself', () => third.isClosed());
});

test('a page in the back/forward cache is in no list, costs nobody that cache, and comes back as what it was', async (t) => {
  const { profile } = await profileWorld(t);
  await profile.signIn();
  const isConnected = (tab) => until('it is connected', () => tab.evaluate(() => window.session?.getSnapshot().status === 'connected'));
  const open = async () => {
    const tab = await profile.open(PATH, { before: () => addEventListener('pageshow', ({ persisted }) => { window.persisted = persisted; }) });
    await isConnected(tab);
    return tab;
  };
  const [first, second, third] = [await open(), await open(), await open()];
  const list = (tab) => tab.evaluate(() => [...document.querySelectorAll('#tab-rows .label')].map(({ textContent }) => textContent).join());
  const lists = (tab, wanted) => until(`the list is ${wanted}`, async () => (await list(tab)) === wanted);
  for (const tab of [first, second, third]) await lists(tab, 'Tab 1,Tab 2,Tab 3');

  await first.evaluate(() => { location.href = '/e2e/elsewhere.html'; });
  await first.isAt('/e2e/elsewhere.html');
  await lists(third, 'Tab 2,Tab 3');
  // Nobody tells the first one, which has to find out.
  await second.close();
  await lists(third, 'Tab 3');

  await first.evaluate(() => { history.back(); });
  await first.isAt('/');
  await until('the page of before is there', () => first.evaluate(() => window.persisted !== undefined));
  const { persisted, why } = await first.evaluate(() => ({
    persisted: window.persisted, why: performance.getEntriesByType('navigation')[0].notRestoredReasons,
  }));
  assert.ok(persisted, `the page was not kept: ${JSON.stringify(why)}`);
  for (const tab of [first, third]) await lists(tab, 'Tab 1,Tab 3');
});

test('what tabs tell each other are counts, and no secret is among them', async (t) => {
  const { alice, open } = await atHome(t);
  await alice.page.evaluate(() => {
    window.told = [];
    const { postMessage } = BroadcastChannel.prototype;
    BroadcastChannel.prototype.postMessage = function post(message) {
      if (this.name.startsWith('session-keepalive-demo')) window.told.push(message);
      return postMessage.call(this, message);
    };
  });
  const second = await open();
  await lists(alice.page, 'Tab 1,Tab 2');
  await second.close();
  await lists(alice.page, 'Tab 1');
  await open();
  const told = await until('all kinds are told', async () => {
    const messages = await alice.page.evaluate(() => window.told);
    return messages.some(({ closed }) => closed?.length > 0) && messages;
  });
  const known = { id: 'string', number: 'number', asked: 'number', heard: 'number', lastAsked: 'number', status: 'string', shares: 'boolean', closable: 'boolean' };
  for (const { tab, closed = [], ...rest } of told) {
    assert.deepEqual(rest, {});
    for (const one of [tab, ...closed]) for (const [key, value] of Object.entries(one)) assert.equal(typeof value, known[key], key);
  }
  for (const { value } of await alice.context.cookies()) assert.ok(!JSON.stringify(told).includes(value));
});

test('where nothing can be shared, the page says so', async (t) => {
  const { alice, checks, open } = await atHome(t, `${PATH}&crossTab=false`);
  assert.match(await alice.page.locator('#tabs-note').textContent(), /crossTab=false.*shares nothing/);
  const second = await open();
  await lists(alice.page, 'Tab 1,Tab 2');
  for (const page of [alice.page, second]) await until('it asks for itself', () => checks.filter((asking) => asking === page).length >= 3);
  const { saved, tabs } = await shown(alice.page);
  assert.equal(saved, 0);
  for (const { badges } of tabs) assert.ok(badges.includes('shares nothing'));
});

for (const missing of ['BroadcastChannel', 'locks']) {
  test(`a browser without ${missing}: the page says so, counts this tab, and does not complain`, async (t) => {
    const { person } = await world(t);
    const alice = await person();
    await alice.context.addInitScript((missing) => {
      if (missing === 'locks') Object.defineProperty(Navigator.prototype, 'locks', { get: () => undefined });
      else delete window[missing];
    }, missing);
    await alice.connect(PATH);
    assert.match(await alice.page.locator('#tabs-note').textContent(), /no BroadcastChannel or no Web Locks.*for itself/);
    const { tabs } = await until('it has asked twice', async () => {
      const view = await shown(alice.page);
      return view.sent >= 2 && view;
    });
    assert.deepEqual(tabs.map(({ name, badges }) => [name, badges]), [['This tab', ['asked last']]]);
    assert.deepEqual(alice.console, []);
  });
}
