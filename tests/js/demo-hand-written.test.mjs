// The demo's hand-written keep-alive: it survives what such code survives, and is thrown out where such code is.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keepAliveByHand } from '../../www/js/before/hand-written.js';

const VALIDATE = '/demo/before/validate-session';
const CONNECT = '/demo/before/connect';

const settled = () => new Promise((resolve) => { setImmediate(resolve); });

/** One that checks every second against answers by path: a status, or a function. Time is moved by hand. */
function begin(t, answers) {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const requests = [];
  const happened = [];
  const stop = keepAliveByHand({
    interval: 1000,
    connectionString: 'sqlite:sample.db',
    fetch: async (path, init) => {
      requests.push({ path, body: JSON.parse(init.body) });
      const answer = typeof answers[path] === 'function' ? await answers[path]() : answers[path];
      return new Response(null, { status: answer });
    },
    reconnected: () => happened.push('reconnected'),
    redirect: (why) => happened.push(why),
  });
  t.after(stop);
  const tick = async () => {
    t.mock.timers.tick(1000);
    await settled();
  };
  return { requests, happened, stop, tick };
}

test('it checks at once and then in its interval, and nothing happens while the answer is yes', async (t) => {
  const { requests, happened, tick } = begin(t, { [VALIDATE]: 200 });
  await settled();
  await tick();
  await tick();
  assert.deepEqual(requests.map(({ path }) => path), [VALIDATE, VALIDATE, VALIDATE]);
  assert.deepEqual(happened, []);
});

test('a session that a quick restart has lost is connected again, with the connection string', async (t) => {
  const answers = { [VALIDATE]: 401, [CONNECT]: 200 };
  const { requests, happened, tick } = begin(t, answers);
  await settled();
  assert.deepEqual(requests[1], { path: CONNECT, body: { connectionString: 'sqlite:sample.db' } });
  assert.deepEqual(happened, ['reconnected']);
  answers[VALIDATE] = 200;
  await tick();
  assert.equal(requests.length, 3, 'it goes on checking');
});

test('one answer that is none throws the person out: a refused connection, a 503, a 429', async (t) => {
  const unreachable = () => { throw new TypeError('Failed to fetch'); };
  const rows = [
    [{ [VALIDATE]: unreachable }, 'there was no answer'],
    [{ [VALIDATE]: 401, [CONNECT]: unreachable }, 'there was no answer'],
    [{ [VALIDATE]: 503, [CONNECT]: 503 }, 'the backend answered 503'],
    [{ [VALIDATE]: 429, [CONNECT]: 429 }, 'the backend answered 429'],
  ];
  for (const [answers, why] of rows) {
    await t.test(why, async (t) => {
      const { requests, happened, tick } = begin(t, answers);
      await settled();
      assert.deepEqual(happened, [why]);
      const sent = requests.length;
      await tick();
      assert.equal(requests.length, sent, 'the page is left: nothing is asked any more');
    });
  }
});

test('while there is no answer at all it waits, and asks no second time', async (t) => {
  let answer;
  const { requests, happened, tick } = begin(t, { [VALIDATE]: () => new Promise((resolve) => { answer = resolve; }) });
  await tick();
  await tick();
  assert.equal(requests.length, 1);
  answer(200);
  await settled();
  await tick();
  assert.equal(requests.length, 2);
  assert.deepEqual(happened, []);
});

test('once it was stopped, a late answer throws nobody out', async (t) => {
  let answer;
  const { happened, stop } = begin(t, { [VALIDATE]: () => new Promise((resolve, reject) => { answer = reject; }) });
  stop();
  answer(new TypeError('Failed to fetch'));
  await settled();
  assert.deepEqual(happened, []);
});
