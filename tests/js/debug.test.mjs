import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { createDebug } from '../../src/js/debug.js';
import { LOGOUT, RECONNECT, VALIDATE, good, openModule, problem } from './support/module.mjs';

let page;
let create;
let close;
let lines;
beforeEach(async (t) => {
  ({ page, create, close } = await openModule());
  lines = [];
  t.mock.method(console, 'debug', (...given) => {
    assert.equal(given.length, 1, 'a line is one text');
    lines.push(given[0]);
  });
});
afterEach(() => close());

const bytes = new Uint8Array([0, 10, 255]);

test('without the option nothing is said, and no log is asked for', () => {
  const debug = createDebug(false);
  debug.event('wake', { sleptMs: 5 });
  debug.event('change', { status: 'connected' });
  debug.trace('input', bytes);
  assert.deepEqual([debug.traces, lines], [false, []]);
});

test('true says events in words, each in a line', () => {
  const { event, traces } = createDebug(true);
  assert.equal(traces, false);
  const rows = [
    ['checked', { durationMs: 12, shared: false }, 'checked in 12 ms'],
    ['checked', { durationMs: 12, shared: true }, 'checked in 12 ms by another tab'],
    ['slow', { phase: 'validate', elapsedMs: 3000 }, 'validate has taken 3.0 s'],
    ['degraded', { reason: 'server', retryInMs: 500 }, 'no verdict (server); next try in 0.5 s'],
    ['degraded', { reason: 'wasm-blocked', retryInMs: Infinity }, 'no verdict (wasm-blocked); next try at start()'],
    ['reconnecting', { attempt: 2 }, 'reconnecting, attempt 2'],
    ['reconnected', { downtimeMs: 1500, epoch: 3 }, 'reconnected after 1.5 s, epoch 3'],
    ['expiring', { secondsLeft: 59 }, 'the session ends in 59 s'],
    ['redirect', { url: 'https://app.example/connect?returnTo=%2Ftasks' }, 'redirect to https://app.example/connect'],
    ['wake', { sleptMs: 60_000 }, 'the machine slept for 60.0 s'],
    ['idle', {}, 'the user is idle'],
    ['active', {}, 'the user is back'],
    ['change', { status: 'connected', reason: null, subject: 'alice', nextCheckAt: null }, 'status connected as alice'],
    ['change', { status: 'disconnected', reason: 'signed-out', subject: 'alice', nextCheckAt: null }, 'status disconnected (signed-out)'],
  ];
  for (const [name, detail, words] of rows) {
    lines.length = 0;
    event(name, detail);
    assert.deepEqual(lines, [`[session-keepalive] ${words}`]);
  }
  lines.length = 0;
  event('change', { status: 'disconnected', reason: 'signed-out', subject: null, nextCheckAt: 5 });
  event('checking', { attempt: 1 });
  assert.deepEqual(lines, [], 'what follows from another event, and a snapshot of the same status, say nothing');
});

test('a load and a check are less than ten lines, and of the session they tell the subject alone', async () => {
  const { session } = create({ [VALIDATE]: good({ subject: 'alice', data: { plan: 'gold' }, idleIn: 3600 }) }, { debug: true, credential: 'memory' });
  await session.ready;
  await session.remember('hunter2');
  await session.check();
  assert.ok(lines.length > 1 && lines.length < 10, lines.join('\n'));
  assert.ok(lines.some((line) => /status connected as alice, next check at /.test(line)), lines.join('\n'));
  assert.doesNotMatch(lines.join('\n'), /hunter2|gold/);
});

test("'replay' is a line of JSON for each entry of the log, without subject, data and credential", async () => {
  let known = false;
  const { session } = create({
    [VALIDATE]: () => (known ? good({ data: { plan: 'gold' } }) : problem(401, 'SESSION_UNKNOWN')),
    [RECONNECT]: () => {
      known = true;
      return good({ data: { plan: 'gold' }, reconnected: true, epoch: 2 });
    },
    [LOGOUT]: () => new Response(null, { status: 204 }),
  }, { debug: 'replay', credential: { load: async () => 'hunter2', save: async () => {}, clear: async () => {} } });
  await session.ready;
  await session.check();
  await session.signOut();
  const entries = lines.map((line) => JSON.parse(line.replace(/^\[session-keepalive\] /, '')));
  assert.doesNotMatch(lines.join('\n'), /alice|gold|hunter2/);
  for (const entry of entries) {
    assert.deepEqual(Object.keys(entry), ['at', 'name', 'detail']);
    assert.equal(typeof entry.at, 'number');
  }
  const replayed = entries.filter(({ detail }) => typeof detail === 'string');
  assert.deepEqual([replayed[0].name, new Set(replayed.slice(1).map(({ name }) => name))], ['options', new Set(['input'])]);
  assert.ok(replayed.length > 5);
  for (const { detail } of replayed) {
    assert.match(detail, /^([0-9a-f]{2})+$/);
    assert.doesNotMatch(Buffer.from(detail, 'hex').toString('latin1'), /alice|gold|hunter2/);
  }
  const told = new Set(entries.map(({ name }) => name));
  for (const name of ['change', 'checked', 'reconnected', 'disconnected']) assert.ok(told.has(name), `${name}, which a replay is compared with`);
});

test('a function is given every event as the application is, and the log as hexadecimal text', async () => {
  const told = [];
  const heard = [];
  const { session } = create({ [VALIDATE]: good() }, { debug: (entry) => told.push(entry) });
  for (const name of ['checking', 'checked', 'connected']) session.on(name, (event) => heard.push([name, event]));
  await session.ready;
  await session.check();
  const log = told.filter(({ name }) => ['options', 'input'].includes(name));
  assert.equal(log[0].name, 'options');
  assert.ok(log.length > 3);
  for (const { detail } of log) assert.match(detail, /^([0-9a-f]{2})+$/);
  const events = told.filter(({ name }) => ['checking', 'checked', 'connected'].includes(name)).map(({ name, detail }) => [name, detail]);
  assert.deepEqual(events, heard);
  assert.deepEqual(told.filter(({ name }) => name === 'change').at(-1).detail, session.getSnapshot());
  assert.deepEqual(lines, []);
});

test('a function may throw: that is reported', () => {
  const debug = createDebug(() => { throw new Error('mine'); });
  debug.event('wake', {});
  debug.trace('input', bytes);
  assert.deepEqual(page.reported.map(({ message }) => message), ['mine', 'mine']);
});

test('bytes are written with two digits each', () => {
  const told = [];
  createDebug(({ name, detail }) => told.push([name, detail])).trace('input', bytes);
  assert.deepEqual(told, [['input', '000aff']]);
});
