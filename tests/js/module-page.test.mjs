// What happens to the page, as the real module takes it.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { LOGOUT, RECONNECT, VALIDATE, aTaskLater, good, next, openModule, problem, settled } from './support/module.mjs';
import { createLocks } from './support/page.mjs';

const KEY = 'session-keepalive:session';

let page;
let create;
let close;
beforeEach(async () => { ({ page, create, close } = await openModule()); });
afterEach(() => close());

/** Both clocks, which go on by themselves and by what is added. */
const movableClocks = (t) => {
  let added = 0;
  for (const clock of [performance, Date]) {
    const now = clock.now.bind(clock);
    t.mock.method(clock, 'now', () => now() + added);
  }
  return (length) => { added += length; };
};

/** A session that is connected, and the inputs that its log has noted since. */
const running = async (options) => {
  const log = [];
  const { session, requests } = create({ [VALIDATE]: () => good() }, { debug: ({ name }) => name === 'input' && log.push(name), ...options });
  await session.ready;
  await settled();
  return { session, requests, inputs: () => log.splice(0).length };
};

test('what the browser says about the page reaches the module, each once', async () => {
  const { inputs } = await running();
  inputs();
  const rows = [
    ['window', 'focus', {}, 1], ['window', 'pageshow', { persisted: false }, 0], ['window', 'online', {}, 1], ['window', 'offline', {}, 1],
    ['window', 'online', {}, 1], ['document', 'resume', {}, 1], ['document', 'visibilitychange', {}, 1], ['window', 'pagehide', {}, 1],
    ['window', 'pageshow', { persisted: true }, 1], ['window', 'click', {}, 0],
  ];
  for (const [target, type, properties, count] of rows) {
    page.fire(page[target], type, properties);
    assert.equal(inputs(), count, `${type} ${JSON.stringify(properties)}`);
  }
});

test('a user who comes back causes one check, if the last answer is old enough', async (t) => {
  const pass = movableClocks(t);
  const { requests, session } = await running({ interval: '1h' });
  const rows = [['document', 'visibilitychange'], ['window', 'focus'], ['document', 'resume'], ['window', 'pageshow', { persisted: true }], ['window', 'online']];
  for (const [target, type, properties] of rows) {
    pass(6_000);
    if (type === 'online') page.fire(page.window, 'offline');
    const before = requests.length;
    page.fire(page[target], type, properties);
    page.fire(page[target], type, properties);
    await settled();
    await settled();
    assert.equal(requests.length, before + 1, type);
  }
  const before = requests.length;
  page.fire(page.window, 'focus');
  await settled();
  assert.equal(requests.length, before, 'the last answer is new');
  assert.equal(session.getSnapshot().status, 'connected');
});

test('a page that goes out of sight causes none', async (t) => {
  const pass = movableClocks(t);
  const { requests } = await running({ interval: '1h' });
  pass(6_000);
  page.document.visibilityState = 'hidden';
  page.fire(page.document, 'visibilitychange');
  await settled();
  assert.equal(requests.length, 1);
});

test('the focus of a field inside the page is not the focus of the window', async () => {
  const { inputs } = await running();
  inputs();
  const event = new Event('focus');
  Object.defineProperty(event, 'target', { value: page.document });
  page.window.dispatchEvent(event);
  assert.equal(inputs(), 0);
});

test('every sign of a user counts, but one a second is enough', async () => {
  const { inputs } = await running();
  inputs();
  let now = 10_000;
  for (const type of ['pointerdown', 'keydown', 'touchstart', 'scroll']) {
    const at = (timeStamp) => {
      const event = new Event(type);
      Object.defineProperty(event, 'timeStamp', { value: timeStamp });
      page.window.dispatchEvent(event);
    };
    at(now);
    at(now + 1);
    at(now + 999);
    assert.equal(inputs(), 1, type);
    at(now + 1000);
    assert.equal(inputs(), 1, type);
    now += 10_000;
  }
});

test('the very first sign counts, however early, and the next check says so', async () => {
  const { session, requests } = await running();
  await session.check();
  assert.equal(requests.at(-1).body, '{"activity":false}');
  const event = new Event('keydown');
  Object.defineProperty(event, 'timeStamp', { value: 0 });
  page.window.dispatchEvent(event);
  await session.check();
  assert.equal(requests.at(-1).body, '{"activity":true}');
});

test('it is heard only while the session runs, and nothing is left behind', async () => {
  const { session, inputs } = await running();
  const listeners = page.listeners();
  assert.ok(listeners >= 8);
  session.stop();
  assert.equal(page.listeners(), 0);
  inputs();
  page.fire(page.window, 'online');
  assert.equal(inputs(), 0);
  session.start();
  assert.equal(page.listeners(), listeners);
  session.dispose();
  assert.equal(page.listeners(), 0);
});

test('offline pauses, also from the beginning; a browser that cannot tell is taken to be online', async () => {
  const { session } = await running();
  page.fire(page.window, 'offline');
  assert.equal(session.getSnapshot().status, 'offline');
  page.fire(page.window, 'online');
  assert.equal(session.getSnapshot().status, 'connected');
  navigator.onLine = false;
  const other = create({ [VALIDATE]: () => { throw new TypeError('Failed to fetch'); } });
  await settled();
  assert.equal(other.session.getSnapshot().status, 'offline');
  delete navigator.onLine;
  const third = create({ [VALIDATE]: good() });
  await third.session.ready;
  assert.equal(third.session.getSnapshot().status, 'connected');
});

test('a page that is being left hears of that before it hears of the requests that were cut for it', async () => {
  let cut;
  const degraded = [];
  const { session } = create({ [VALIDATE]: () => new Promise((_resolve, reject) => { cut = reject; }) });
  session.on('degraded', (event) => degraded.push(event));
  while (!cut) await settled();
  cut(new TypeError('Failed to fetch'));
  await settled();
  page.fire(page.window, 'pagehide', { persisted: true });
  await aTaskLater();
  assert.deepEqual(degraded, [], 'nothing is wrong with the network');
});

test('a page that is away holds no channel and no lock, and has its channel again when it is back', async () => {
  navigator.locks = createLocks();
  const answers = [];
  const { session } = create({ [VALIDATE]: () => new Promise((resolve) => { answers.push(() => resolve(good())); }) }, { crossTab: true });
  while (answers.length === 0) await settled();
  assert.deepEqual([page.channels(), navigator.locks.held()], [[KEY], [KEY]]);
  page.fire(page.window, 'pagehide', { persisted: true });
  await settled();
  assert.deepEqual([page.channels(), navigator.locks.held()], [[], []]);
  page.fire(page.window, 'pageshow', { persisted: true });
  assert.deepEqual(page.channels(), [KEY]);
  // The answer to what was sent before is not waited for.
  while (answers.length === 1) await settled();
  answers[1]();
  await session.ready;
});

test('a sign-out that came meanwhile is noticed when the page is back', async () => {
  const cleared = [];
  await running({ crossTab: true, credential: { load: async () => 'secret', save: async () => {}, clear: async () => cleared.push('cleared') } });
  const leaveAndReturn = () => {
    page.fire(page.window, 'pagehide', { persisted: true });
    page.fire(page.window, 'pageshow', { persisted: true });
  };
  leaveAndReturn();
  assert.deepEqual(cleared, []);
  localStorage.setItem(`${KEY}:signed-out`, '5 0.5');
  leaveAndReturn();
  assert.deepEqual(cleared, ['cleared'], 'the credential of the session that was left is not kept');
});

test('a logout that another tab has delivered is not sent again', async () => {
  const { session, requests } = create({ [VALIDATE]: good(), [LOGOUT]: new Response(null, { status: 503 }) }, { retry: { base: 1, cap: 1 } });
  await session.ready;
  await session.signOut();
  assert.equal(localStorage.getItem(`${KEY}:sign-out`), 'here');
  localStorage.removeItem(`${KEY}:sign-out`);
  const sent = requests.length;
  for (let tasks = 0; tasks < 10; tasks += 1) await aTaskLater();
  assert.equal(requests.length, sent);
});

test('only a tab with a credential reconnects for the others; one whose store fails has none', async () => {
  navigator.locks = createLocks();
  const store = (load) => ({ load, save: async () => {}, clear: async () => {} });
  let known = true;
  const answers = {
    [VALIDATE]: () => (known ? good() : problem(401, 'SESSION_UNKNOWN')),
    [RECONNECT]: () => {
      known = true;
      return good({ epoch: 2, reconnected: true });
    },
  };
  const tabs = [];
  for (const load of [async () => null, () => { throw new Error('locked'); }, async () => 'secret']) {
    const tab = create(answers, { credential: store(load), crossTab: true });
    tabs.push(tab);
    await tab.session.ready;
    await settled();
  }
  known = false;
  const reconnected = Promise.all([next(tabs[0].session, 'reconnected'), next(tabs[2].session, 'reconnected')]);
  void tabs[0].session.check();
  await reconnected;
  assert.deepEqual(tabs.map(({ requests }) => requests.filter(({ url }) => url === RECONNECT).length), [0, 0, 1]);
  assert.equal(tabs[0].session.getSnapshot().epoch, 2);
});
