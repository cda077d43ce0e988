// What is drawn for a model, and the words that stand for it.
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { howLong, summary, what } from '../../www/js/timeline/describe.js';
import { layOut } from '../../www/js/timeline/lanes.js';
import { Model } from '../../www/js/timeline/model.js';
import { paint } from '../../www/js/timeline/paint.js';
import { targetAt } from '../../www/js/timeline/pen.js';
import { MOST_ROWS, rows } from '../../www/js/timeline/rows.js';
import { createScale } from '../../www/js/timeline/scale.js';

const SNAPSHOT = { status: 'connected', reason: null, epoch: 1, lastOkAt: 0, nextCheckAt: null, expiresInMs: null, error: null };
const HOUR = 3_600_000;

let now;
let model;
beforeEach(() => {
  now = 0;
  model = new Model({ now: () => now });
  model.change(SNAPSHOT);
});

function check(at, durationMs, shared = false) {
  now = at;
  model.event('checked', { durationMs, shared });
}
/** 100 ms are 1 px, and the plot begins at `left` px with `from`. */
function draw({ from = 0, width = 1093 } = {}) {
  const layout = layOut(width);
  const { left, right } = layout.plot;
  const scale = createScale({ from, to: from + (right - left) * 100 }, layout.plot);
  return { pen: paint(model, scale, layout, now), layout, scale };
}
const words = ({ pen }) => pen.words.map(({ text }) => text);
const bars = ({ pen }, kind) => (pen.paths.get(kind) ?? '').match(/M/g)?.length ?? 0;
const lane = ({ layout }, id) => layout.lanes.find((each) => each.id === id);

test('a bar is as long as its span, and never too thin to be seen', () => {
  check(20_000, 5000);
  check(30_000, 1);
  const picture = draw();
  const left = picture.layout.plot.left;
  const [long, short] = [...picture.pen.paths.get('check-answered').matchAll(/M([\d.]+) [\d.]+h([\d.]+)/g)].map((match) => match.slice(1).map(Number));
  assert.deepEqual(long, [left + 150, 50]);
  assert.deepEqual(short, [left + 300, 3]);
});

test('each kind of check is drawn in a way of its own', () => {
  check(1000, 5);
  check(2000, 5, true);
  now = 3000;
  model.event('degraded', { reason: 'server', retryInMs: 1000 });
  now = 4000;
  model.event('checking', { attempt: 2 });
  const picture = draw();
  assert.deepEqual(['check-answered', 'check-shared', 'check-failed', 'check-open'].map((kind) => bars(picture, kind)), [1, 1, 1, 1]);
});

test('a thousand checks in a few pixels are a few marks', () => {
  for (let at = 1; at <= 1500; at += 1) check(at, 0);
  assert.ok(bars(draw(), 'check-answered') <= 40, 'of 15 px, two marks for each at most');
});

test('nothing is drawn outside the plot', () => {
  check(1000, 5);
  now = 50_000;
  model.restartAsked();
  now = 100_000;
  const later = draw({ from: 60_000 });
  assert.deepEqual([bars(later, 'check-answered'), bars(later, 'restart'), bars(later, 'restart-line')], [0, 0, 0]);
  const { plot } = later.layout;
  const [, x, width] = later.pen.paths.get('status-connected').match(/M([\d.]+) [\d.]+h([\d.]+)/).map(Number);
  assert.ok(x >= plot.left && x + width <= plot.right, 'what began before begins at its edge');
});

test('the status says its word where there is room for it', () => {
  now = 20_000;
  model.change({ ...SNAPSHOT, status: 'degraded', reason: 'server' });
  now = 21_000;
  model.change(SNAPSHOT);
  now = 60_000;
  const picture = draw();
  assert.equal(bars(picture, 'status-degraded'), 1);
  assert.deepEqual(words(picture).filter((word) => word === 'connected' || word === 'degraded'), ['connected', 'connected']);
});

test('a wait reaches to when the next try is due, with its number', () => {
  now = 10_000;
  model.event('degraded', { reason: 'server', retryInMs: 20_000 });
  now = 15_000;
  const picture = draw();
  assert.ok(words(picture).includes('try 2'));
  const width = (kind) => Number(picture.pen.paths.get(kind).match(/h([\d.]+)/)[1]);
  assert.deepEqual([width('wait'), width('wait-past')], [200, 50]);
});

test('a reconnect tells its epoch and downtime; a shorter word where the next is near', () => {
  const reconnect = (at, epoch) => {
    now = at;
    model.event('reconnected', { downtimeMs: 1200, epoch });
  };
  reconnect(10_000, 2);
  reconnect(20_000, 3);
  now = 60_000;
  assert.deepEqual(words(draw()).filter((word) => word.startsWith('epoch')), ['epoch 2', 'epoch 3, 1.2 s']);
});

test('the next check is a ring where it is due, and a word at the edge if that is farther off', () => {
  now = 50_000;
  model.change({ ...SNAPSHOT, nextCheckAt: 70_000 });
  let picture = draw();
  const { left } = picture.layout.plot;
  assert.match(picture.pen.paths.get('planned'), new RegExp(`^M${left + 700 - 5} `));
  assert.ok(words(picture).includes('next in 20 s'));
  model.change({ ...SNAPSHOT, nextCheckAt: 350_000 });
  picture = draw();
  assert.equal(picture.pen.paths.get('planned'), undefined);
  assert.ok(words(picture).includes('next in 5 min →'));
});

test('no next check is shown where none is planned, nor in a window of the past', () => {
  now = 50_000;
  assert.ok(!words(draw()).some((word) => word.startsWith('next')));
  now = 500_000;
  model.change({ ...SNAPSHOT, nextCheckAt: 510_000 });
  assert.ok(!words(draw()).some((word) => word.startsWith('next')));
});

test('a word is said once: in its bar if it fits, else behind it', () => {
  model.online(false);
  now = 20_000;
  model.online(true);
  now = 30_000;
  model.online(false);
  now = 31_000;
  model.online(true);
  model.event('reconnected', { downtimeMs: 15_000, epoch: 2 });
  check(50_000, 9000);
  model.event('wake', { sleptMs: 20_000 });
  now = 60_000;
  const picture = draw();
  const { left } = picture.layout.plot;
  const said = picture.pen.words.map(({ text, x }) => [text, Math.round(x - left)]);
  assert.deepEqual(said.filter(([text]) => text === 'offline'), [['offline', 6], ['offline', 316]]);
  assert.deepEqual(said.filter(([text]) => text.startsWith('epoch')), [['epoch 2, 15 s', 235]]);
  assert.deepEqual(said.filter(([text]) => text === '9.0 s'), [['9.0 s', 455]]);
  assert.deepEqual(said.filter(([text]) => text === 'slept 20 s'), [['slept 20 s', 306]]);
});

test('the time left falls until use lifts it, goes on into what is to come, and is said', () => {
  now = 10_000;
  model.change({ ...SNAPSHOT, expiresInMs: 60_000 });
  now = 40_000;
  model.change({ ...SNAPSHOT, expiresInMs: 60_000 });
  now = 50_000;
  const picture = draw();
  const [first, second] = picture.pen.paths.get('limit').split('M').filter(Boolean).map((line) => line.split('L').map((point) => Number(point.split(' ')[1])));
  assert.ok(first.every((y, place) => place === 0 || y >= first[place - 1]) && first.at(-1) > first[0], 'downwards on the screen');
  assert.ok(second[0] < first.at(-1), 'lifted');
  assert.ok(picture.pen.paths.has('limit-ahead'));
  assert.ok(words(picture).includes('50 s left'));
  const { top } = lane(picture, 'limit');
  assert.equal(targetAt(picture.pen.targets, picture.layout.plot.left + 200, top + 5).item.runsOut, 70_000);
});

test('the warning zone reaches from the warning to the end that it warns of', () => {
  now = 10_000;
  model.change({ ...SNAPSHOT, expiresInMs: 50_000 });
  now = 30_000;
  model.event('expiring', { secondsLeft: 30 });
  const picture = draw();
  const [, x, width] = picture.pen.paths.get('warning').match(/M([\d.]+) [\d.]+h([\d.]+)/).map(Number);
  assert.deepEqual([x - picture.layout.plot.left, width], [300, 300]);
});

test('what is pointed at: the smallest mark there, else the nearest one in its lane', () => {
  check(20_000, 5000);
  check(30_000, 1);
  const picture = draw();
  const { top, height } = lane(picture, 'checks');
  const y = top + height / 2;
  const { left } = picture.layout.plot;
  const at = (px) => targetAt(picture.pen.targets, left + px, y)?.item.durationMs;
  assert.deepEqual([at(170), at(301), at(208), at(250)], [5000, 1, 5000, undefined]);
  assert.equal(targetAt(picture.pen.targets, left + 170, lane(picture, 'status').top + 5).item.lane, 'status');
});

test('on a phone the names stand above the lanes, which have the whole width', () => {
  const [wide, narrow] = [layOut(1000), layOut(350)];
  assert.ok(wide.plot.left > 60 && narrow.plot.left < 5);
  for (const each of narrow.lanes) assert.ok(each.nameY < each.top, each.name);
  for (const { lanes } of [wide, narrow]) {
    lanes.forEach((each, place) => assert.ok(place === 0 || each.top >= lanes[place - 1].top + lanes[place - 1].height, each.name));
  }
});

test('the words for each thing that happens', () => {
  const said = (facts) => what({ lane: 'checks', start: 0, end: 10, ...facts }, 0);
  assert.equal(said({ kind: 'failed', reason: 'server', httpStatus: 503, attempt: 3 }), 'failed, try 3: the backend failed (HTTP 503)');
  assert.equal(said({ kind: 'failed', reason: 'misconfigured', shared: true }), 'failed in another tab: misconfigured');
  assert.equal(said({ kind: 'answered', shared: true }), 'answered, made by another tab');
  assert.equal(said({ kind: 'answered', attempt: 1 }), 'answered');
  assert.equal(said({ kind: 'open', attempt: 1, overdue: true }), 'under way, counts as failed');
  assert.equal(said({ lane: 'reconnects', kind: 'open', tries: 2 }), 'the session is being re-established, try 2');
  assert.equal(said({ lane: 'backend', kind: 'restart', asked: true, startedAt: null }), 'restart asked for by this page');
  assert.equal(said({ lane: 'backend', kind: 'restart', asked: true, startedAt: 5 }), 'restart asked for by this page, up again');
  assert.equal(said({ lane: 'backend', kind: 'restart', asked: false, startedAt: 5 }), 'restarted, not by this page');
  assert.equal(said({ lane: 'moments', kind: 'slow', phase: 'validate', elapsedMs: 3000 }), 'slow: check, no answer for 3.0 s');
  assert.equal(said({ lane: 'moments', kind: 'slow', phase: 'reconnect', elapsedMs: 3000 }), 'slow: reconnect, no answer for 3.0 s');
  assert.equal(said({ lane: 'network', kind: 'offline' }), 'the browser is offline');
  assert.equal(said({ lane: 'status', kind: 'degraded', reason: 'network' }), 'degraded: no connection');
  assert.equal(said({ lane: 'status', kind: 'offline', reason: null }), 'offline');
});

test('how long: what was told, else what was seen; a wait as long as it is meant to be; a mark no time', () => {
  const long = (facts) => howLong({ lane: 'checks', kind: 'answered', start: 1000, ...facts }, 8000);
  assert.equal(long({ end: 5000, durationMs: 3900 }), '3.9 s');
  assert.equal(long({ lane: 'reconnects', kind: 'reconnected', end: 5000, downtimeMs: 3800 }), '3.8 s');
  assert.equal(long({ kind: 'unanswered', end: 1000 }), '0 ms');
  assert.equal(long({ kind: 'failed', shared: true, end: 1000 }), '', 'that of another tab is not known');
  assert.equal(long({ kind: 'open', end: null }), '7.0 s so far');
  assert.equal(long({ lane: 'retries', kind: 'wait', end: null, due: 12_000 }), '11 s');
  assert.equal(long({ lane: 'retries', kind: 'wait', end: 3000, due: 12_000 }), '2.0 s');
  assert.equal(long({ lane: 'moments', kind: 'slow', end: 1000 }), '');
});

test('the table: what is planned, then the newest first, with durations; of the limits the one that holds', () => {
  check(20_000, 5000);
  model.change({ ...SNAPSHOT, expiresInMs: 50_000 });
  now = 30_000;
  model.change({ ...SNAPSHOT, expiresInMs: 50_000, nextCheckAt: 33_000 });
  const told = rows(model, now).map(({ cells }) => cells.slice(1));
  assert.deepEqual(told, [
    ['Checks', 'planned', ''],
    ['Time left', 'session ends in 50 s without use', ''],
    ['Checks', 'answered', '5.0 s'],
    ['Status', 'connected', '30 s so far'],
  ]);
});

test('the table: what was learned late stands where it happened', () => {
  check(5000, 10);
  check(9000, 8000);
  check(9000, 0);
  assert.deepEqual(rows(model, now).map(({ cells }) => cells[3]), ['0 ms', '10 ms', '8.0 s', '9.0 s so far']);
});

test('the table is bounded, and a row keeps its key', () => {
  for (let at = 1000; at < 1200; at += 1) check(at, 0);
  const before = rows(model, now);
  assert.equal(before.length, MOST_ROWS);
  check(5000, 0);
  const after = rows(model, now);
  assert.equal(after.length, MOST_ROWS);
  assert.equal(after[1].key, before[0].key);
});

test('the description: what is seen in the window, and what comes next', () => {
  check(10_000, 5);
  check(20_000, 5, true);
  now = 30_000;
  model.event('degraded', { reason: 'server', retryInMs: 1000 });
  model.change({ ...SNAPSHOT, nextCheckAt: 34_000, expiresInMs: HOUR });
  assert.equal(
    summary(model, { from: 0, to: 42_000 }, now),
    '30 s are shown. The session is connected. 3 checks, 1 of them failed, 2 made by another tab. The next check is in 4 s. ' +
    'Without use the session ends in 1 h.',
  );
  assert.match(summary(model, { from: 25_000, to: 42_000 }, now), /1 check,/);
});
