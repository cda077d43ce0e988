// What the timeline makes of what it hears.
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { Model } from '../../www/js/timeline/model.js';

const SNAPSHOT = { status: 'connected', reason: null, epoch: 1, lastOkAt: 900, nextCheckAt: 3000, expiresInMs: null, error: null };

let now;
let model;
let last;
beforeEach(() => {
  now = 1000;
  last = SNAPSHOT;
  model = new Model({ now: () => now, keepMs: 100_000, keepItems: 50 });
});

/** As the module does: the change first, then its events, then silence. */
function tell(at, changes, ...events) {
  now = at;
  if (changes) model.change(last = { ...last, ...changes });
  for (const [name, event] of events) model.event(name, event);
  if (changes) model.settle();
}
const facts = (lane, ...names) => model.lane(lane).map((item) => names.map((name) => item[name]));

const connect = (at = 1000) => tell(at, {});
const send = (at, attempt = 1) => tell(at, null, ['checking', { attempt }]);
const answer = (at, durationMs, next = at + 2000) => tell(at, { status: 'connected', reason: null, lastOkAt: at, nextCheckAt: next, error: null }, ['checked', { durationMs, shared: false }]);
const fail = (at, retryInMs, reason = 'server', error = { status: 503 }) => {
  tell(at, { status: 'degraded', reason, nextCheckAt: at + retryInMs, error }, ['degraded', { reason, retryInMs }]);
};

test('the status: one span after the other, the last goes on', () => {
  connect();
  tell(2000, { status: 'degraded', reason: 'network' });
  tell(2500, { epoch: 1 });
  tell(4000, { status: 'connected', reason: null });
  assert.deepEqual(facts('status', 'kind', 'start', 'end', 'reason'), [
    ['connected', 1000, 2000, null], ['degraded', 2000, 4000, 'network'], ['connected', 4000, null, null],
  ]);
});

test('a check lasts from its sending to its answer, and goes on until then', () => {
  connect();
  send(3000);
  assert.deepEqual(facts('checks', 'kind', 'start', 'end'), [['open', 3000, null]]);
  answer(3040, 40);
  assert.deepEqual(facts('checks', 'kind', 'start', 'end', 'durationMs', 'shared'), [['answered', 3000, 3040, 40, false]]);
  assert.deepEqual(model.lane('retries'), []);
});

test('the check of another tab is told when it is over; it began as long ago as it took', () => {
  connect();
  tell(3000, { lastOkAt: 3000, nextCheckAt: 5000 }, ['checked', { durationMs: 700, shared: true }]);
  assert.deepEqual(facts('checks', 'kind', 'start', 'end', 'shared'), [['answered', 2300, 3000, true]]);
});

test('a failed check has no event of its own: `degraded` ends it, with the status of the answer', () => {
  connect();
  send(3000);
  fail(3010, 500);
  assert.deepEqual(facts('checks', 'kind', 'start', 'end', 'reason', 'httpStatus'), [['failed', 3000, 3010, 'server', 503]]);
});

test('a failure that changes nothing in the snapshot ends the check too', () => {
  connect();
  send(3000);
  fail(3010, 500);
  send(3510, 2);
  tell(3515, null, ['degraded', { reason: 'server', retryInMs: 20 }]);
  assert.deepEqual(facts('checks', 'kind', 'end'), [['failed', 3010], ['failed', 3515]]);
  assert.deepEqual(facts('retries', 'start', 'due', 'attempt'), [[3010, 3510, 2], [3515, 3535, 3]]);
});

test('retries: a wait from each failure to the next try, numbered', () => {
  connect();
  send(3000);
  fail(3010, 500);
  assert.deepEqual(facts('retries', 'start', 'end', 'due', 'attempt'), [[3010, null, 3510, 2]]);
  send(3512, 2);
  fail(3520, 900);
  send(4000, 3);
  answer(4010, 10);
  assert.deepEqual(facts('retries', 'start', 'end', 'due', 'attempt'), [[3010, 3512, 3510, 2], [3520, 4000, 4420, 3]], 'the second was cut short');
  send(6000);
  fail(6010, 500);
  assert.equal(model.lane('retries').at(-1).attempt, 2, 'a new run of failures');
});

test('the plan in the snapshot is exact, the event that explains it may come a moment later', () => {
  connect();
  send(3000);
  now = 3010;
  model.change({ ...SNAPSHOT, status: 'degraded', nextCheckAt: 3510 });
  now = 3030;
  model.event('degraded', { reason: 'server', retryInMs: 500 });
  assert.deepEqual(facts('retries', 'start', 'due', 'reason'), [[3010, 3510, 'server']]);
});

test('a wait that is moved is due when the snapshot says', () => {
  connect();
  send(3000);
  fail(3010, 9000);
  tell(4000, { nextCheckAt: 5000 });
  assert.equal(model.lane('retries')[0].due, 5000);
});

test('the failure of another tab is told by `degraded` alone', () => {
  connect();
  fail(3010, 500);
  assert.deepEqual(facts('checks', 'kind', 'start', 'end', 'shared'), [['failed', 3010, 3010, true]]);
  assert.deepEqual(facts('retries', 'attempt'), [[2]]);
});

test('the failure of another tab after a check of this one is another check', () => {
  connect();
  send(3000, 4);
  tell(3010, { status: 'degraded' }, ['degraded', { reason: 'server', retryInMs: 20 }]);
  tell(4000, null, ['degraded', { reason: 'network', retryInMs: 20 }]);
  assert.deepEqual(facts('checks', 'start', 'end', 'reason', 'shared'), [[3000, 3010, 'server', false], [4000, 4000, 'network', true]]);
  assert.deepEqual(facts('retries', 'attempt'), [[5], [6]]);
  send(5000, 7);
  answer(5010, 10);
  fail(6000, 400);
  assert.equal(model.lane('retries').at(-1).attempt, 2, 'counted anew after an answer');
});

test('a check that nothing was heard of ends when the next is sent', () => {
  connect();
  send(3000);
  send(4000);
  assert.deepEqual(facts('checks', 'kind', 'start', 'end'), [['unanswered', 3000, 4000], ['open', 4000, null]]);
});

test('where no further try is made there is no wait, and no check that failed', () => {
  tell(1000, { status: 'degraded', reason: 'wasm-blocked', nextCheckAt: null }, ['degraded', { reason: 'wasm-blocked', retryInMs: Infinity }]);
  assert.deepEqual([model.lane('checks'), model.lane('retries')], [[], []]);
});

test('while the network comes up a failure has no event: the plan that moves tells it', () => {
  connect();
  send(3000);
  tell(3030, { nextCheckAt: 3400 });
  assert.deepEqual(facts('checks', 'kind', 'end'), [['unanswered', 3030]]);
  assert.deepEqual(facts('retries', 'start', 'due', 'attempt', 'reason'), [[3030, 3400, 2, null]]);
  // What another tab meets later is no explanation of it.
  tell(3100, null, ['degraded', { reason: 'server', retryInMs: 900 }]);
  assert.equal(model.lane('checks')[0].kind, 'unanswered');
});

test('a request that is late but not given up is still under way', () => {
  connect();
  send(3000);
  tell(18_000, { status: 'degraded', reason: 'timeout' }, ['degraded', { reason: 'timeout', retryInMs: 75_000 }]);
  assert.deepEqual(facts('checks', 'kind', 'end', 'overdue'), [['open', null, true]]);
  assert.deepEqual(facts('moments', 'kind', 'start'), [['overdue', 18_000]]);
  assert.deepEqual(model.lane('retries'), []);
  answer(20_000, 17_000);
  assert.deepEqual(facts('checks', 'kind', 'end', 'durationMs'), [['answered', 20_000, 17_000]]);
});

test('a request of another tab that is late is no failed check', () => {
  connect();
  tell(18_000, { status: 'degraded', reason: 'timeout' }, ['degraded', { reason: 'timeout', retryInMs: 75_000 }]);
  assert.deepEqual(model.lane('checks'), []);
  assert.deepEqual(facts('moments', 'kind'), [['overdue']]);
});

test('a check that was asked for in between keeps its plan in the snapshot, and may fail like every other', () => {
  connect();
  tell(1000, { nextCheckAt: 300_000 });
  send(5000);
  fail(20_000, 700, 'timeout', null);
  assert.deepEqual(facts('checks', 'kind', 'end', 'reason'), [['failed', 20_000, 'timeout']]);
});

test('a reconnect by a call of its own: from the loss, with every try, to the event', () => {
  connect();
  send(3000);
  tell(3010, { status: 'reconnecting', reason: 'session-lost', nextCheckAt: 3010 }, ['checked', { durationMs: 10, shared: false }]);
  tell(3011, null, ['reconnecting', { attempt: 1 }]);
  assert.deepEqual(facts('reconnects', 'kind', 'start', 'end', 'tries'), [['open', 3010, null, 1]]);
  fail(3100, 400);
  assert.equal(model.lane('checks').length, 1, 'a reconnect is no check');
  tell(3500, null, ['reconnecting', { attempt: 2 }]);
  tell(3600, { status: 'connected', epoch: 2, lastOkAt: 3600, nextCheckAt: 5600 }, ['reconnected', { downtimeMs: 590, epoch: 2 }]);
  assert.deepEqual(facts('reconnects', 'kind', 'start', 'end', 'tries', 'downtimeMs', 'epoch'), [['reconnected', 3010, 3600, 2, 590, 2]]);
  assert.deepEqual(facts('retries', 'start', 'end', 'attempt'), [[3100, 3500, 2]]);
});

test('a reconnect by the check itself began as long ago as the event says', () => {
  connect();
  send(3000);
  fail(3010, 500, 'network', null);
  send(3510, 2);
  tell(3600, { status: 'connected', epoch: 2, lastOkAt: 3600, nextCheckAt: 5600, error: null },
    ['checked', { durationMs: 90, shared: false }], ['reconnected', { downtimeMs: 590, epoch: 2 }]);
  assert.deepEqual(facts('reconnects', 'kind', 'start', 'end', 'epoch'), [['reconnected', 3010, 3600, 2]]);
  assert.deepEqual(facts('checks', 'kind'), [['failed'], ['answered']]);
});

test('a refused reconnect ends with the session', () => {
  connect();
  tell(3000, { status: 'reconnecting', reason: 'session-lost' });
  tell(3001, null, ['reconnecting', { attempt: 1 }]);
  tell(3050, { status: 'disconnected', reason: 'credential-rejected', nextCheckAt: null }, ['disconnected', { reason: 'credential-rejected' }]);
  assert.deepEqual(facts('reconnects', 'kind', 'start', 'end'), [['refused', 3000, 3050]]);
  assert.deepEqual(facts('moments', 'kind', 'start', 'reason'), [['disconnected', 3050, 'credential-rejected']]);
});

test('a reconnect that is given up for a new sign-in ends with its check', () => {
  connect();
  tell(3000, { status: 'reconnecting', reason: 'session-lost' });
  send(4000);
  assert.deepEqual(facts('reconnects', 'kind', 'end'), [['dropped', 4000]]);
});

test('after the end the tries are counted anew', () => {
  connect();
  send(3000, 5);
  tell(3020, { status: 'disconnected', reason: 'signed-out', nextCheckAt: null }, ['disconnected', { reason: 'signed-out' }]);
  tell(5000, { status: 'connected', reason: null, nextCheckAt: 7000 });
  fail(7000, 400);
  assert.equal(model.lane('retries')[0].attempt, 2);
});

test('what a change alone made one believe is forgotten when an event tells more', () => {
  connect();
  send(3000);
  tell(3010, { status: 'reconnecting', reason: 'session-lost', nextCheckAt: 3010 }, ['checked', { durationMs: 10, shared: false }]);
  assert.deepEqual(model.lane('retries'), []);
  fail(3500, 400);
  assert.deepEqual(facts('retries', 'start'), [[3500]]);
});

test('a failure while offline is followed by no wait', () => {
  connect();
  send(3000);
  tell(3010, { status: 'offline' });
  tell(3020, { nextCheckAt: null });
  assert.deepEqual(facts('checks', 'kind', 'end'), [['unanswered', 3020]]);
  assert.deepEqual(model.lane('retries'), []);
});

test('signing out ends what goes on: the check, the wait', () => {
  connect();
  send(3000);
  tell(3020, { status: 'disconnected', reason: 'signed-out', nextCheckAt: null }, ['disconnected', { reason: 'signed-out' }]);
  assert.deepEqual(facts('checks', 'kind', 'end'), [['unanswered', 3020]]);
  assert.deepEqual(model.lane('retries'), []);
});

test('offline: a span of its own, and no wait goes on', () => {
  connect();
  send(3000);
  fail(3010, 5000, 'network', null);
  model.online(true);
  now = 4000;
  model.online(false);
  model.online(false);
  tell(4000, { status: 'offline', nextCheckAt: null });
  now = 9000;
  model.online(true);
  assert.deepEqual(facts('network', 'kind', 'start', 'end'), [['offline', 4000, 9000]]);
  assert.deepEqual(facts('retries', 'end'), [[4000]]);
});

test('restarts: what was asked for is one with the process that answers then; others are told by it alone', () => {
  connect();
  model.backendStarted(500);
  assert.deepEqual(model.lane('backend'), [], 'the first answer tells of no restart');
  now = 5000;
  model.restartAsked();
  now = 7000;
  model.backendStarted(6200);
  model.backendStarted(6200);
  now = 9000;
  model.backendStarted(8000);
  assert.deepEqual(facts('backend', 'start', 'end', 'asked', 'startedAt'), [[5000, 6200, true, 6200], [8000, 8000, false, 8000]]);
});

test('a backend whose clock is wrong began neither after now nor before it was asked', () => {
  connect();
  model.backendStarted(500);
  now = 5000;
  model.restartAsked();
  now = 7000;
  model.backendStarted(90_000);
  assert.deepEqual(facts('backend', 'start', 'end'), [[5000, 7000]]);
  model.restartAsked();
  model.backendStarted(100);
  assert.deepEqual(facts('backend', 'start', 'end').at(-1), [7000, 7000]);
});

test('the limit: one span as long as it is the same, a new one when use has lifted it, none after the end', () => {
  connect();
  tell(2000, { expiresInMs: 60_000 });
  tell(5000, { expiresInMs: 57_040 });
  tell(6000, { expiresInMs: 60_000 });
  tell(8000, { status: 'disconnected', reason: 'signed-out' });
  assert.deepEqual(facts('limit', 'start', 'end', 'runsOut'), [[2000, 6000, 62_000], [6000, 8000, 66_000]]);
});

test('the warning is one span, whatever is told each second; use ends it', () => {
  connect();
  tell(2000, { expiresInMs: 3000 });
  for (const [at, secondsLeft] of [[3000, 2], [4000, 1]]) tell(at, null, ['expiring', { secondsLeft }]);
  assert.deepEqual(facts('moments', 'kind', 'start', 'end', 'secondsLeft'), [['expiring', 3000, null, 1]]);
  tell(4500, { expiresInMs: 60_000 });
  assert.equal(model.lane('moments')[0].end, 4500);
  tell(9000, null, ['expiring', { secondsLeft: 1 }]);
  tell(10_000, null, ['expiring', { secondsLeft: 0 }]);
  assert.deepEqual(facts('moments', 'start', 'end'), [[3000, 4500], [9000, 10_000]]);
});

test('the warning ends with the session', () => {
  connect();
  tell(3000, null, ['expiring', { secondsLeft: 9 }]);
  tell(4000, { status: 'disconnected', reason: 'signed-out', nextCheckAt: null });
  assert.equal(model.lane('moments')[0].end, 4000);
});

test('marks: slow, and a sleep as long as it was', () => {
  connect();
  tell(4000, null, ['slow', { phase: 'validate', elapsedMs: 3000 }]);
  tell(90_000, null, ['wake', { sleptMs: 60_000 }]);
  assert.deepEqual(facts('moments', 'kind', 'start', 'end'), [['slow', 4000, 4000], ['asleep', 30_000, 90_000]]);
});

test('what is learned late stands where it happened', () => {
  connect();
  tell(20_000, null, ['slow', { phase: 'validate', elapsedMs: 3000 }]);
  tell(90_000, null, ['wake', { sleptMs: 80_000 }]);
  assert.deepEqual(facts('moments', 'kind', 'start'), [['asleep', 10_000], ['slow', 20_000]]);
});

test('a clock that is set back takes everything with it', () => {
  connect();
  send(3000);
  fail(3010, 500);
  now = 1010;
  model.tick();
  assert.deepEqual(facts('checks', 'start', 'end'), [[1000, 1010]]);
  assert.deepEqual(facts('retries', 'start', 'end', 'due'), [[1010, null, 1510]]);
  assert.equal(model.lane('status')[0].start, -1000);
});

test('the next check is what the snapshot plans, as long as it is to come', () => {
  assert.equal(model.next, null);
  connect();
  assert.equal(model.next, 3000);
  tell(2000, { nextCheckAt: 8000 });
  assert.equal(model.next, 8000);
  now = 8001;
  model.tick();
  assert.equal(model.next, null);
});

test('what ended too long ago is forgotten, what goes on is not', () => {
  connect();
  send(3000);
  answer(3010, 10);
  now = 103_011;
  model.tick();
  assert.deepEqual(model.lane('checks'), []);
  assert.deepEqual(facts('status', 'start', 'end'), [[1000, null]]);
});

test('of too many the oldest go, in that lane alone', () => {
  connect();
  for (let at = 2000; at < 2080; at += 1) tell(at, null, ['checked', { durationMs: 0, shared: true }]);
  model.tick();
  assert.equal(model.lane('checks').length, 50);
  assert.equal(model.lane('checks')[0].start, 2030);
  assert.equal(model.lane('status').length, 1);
});
