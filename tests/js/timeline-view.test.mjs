// Which stretch of time the timeline shows, and how it is measured.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createScale, ticks } from '../../www/js/timeline/scale.js';
import { follow, hold, LONGEST, pan, SHORTEST, STEPS, step, windowOf, zoomTo } from '../../www/js/timeline/view.js';

const NOW = 10_000_000;
const LIVE = { span: 60_000, to: null };

test('while it follows, the present has a fifth of the width in front of it', () => {
  assert.deepEqual(windowOf(LIVE, NOW), { from: NOW - 48_000, to: NOW + 12_000 });
  assert.deepEqual(windowOf(LIVE, NOW + 5), { from: NOW - 47_995, to: NOW + 12_005 });
});

test('held, it stays where it is', () => {
  const held = hold(LIVE, NOW);
  assert.deepEqual(windowOf(held, NOW + 90_000), windowOf(LIVE, NOW));
  assert.deepEqual(follow(held), LIVE);
});

test('the buttons lead from 10 s to 1 h and back, and no farther', () => {
  const spans = [];
  let view = LIVE;
  for (let press = 0; press < 10; press += 1) spans.push((view = step(view, -1, NOW)).span);
  assert.deepEqual(spans, [120_000, 300_000, 900_000, 1_800_000, ...Array(6).fill(LONGEST)]);
  for (let press = 0; press < 10; press += 1) view = step(view, 1, NOW);
  assert.deepEqual(view, { span: SHORTEST, to: null });
  assert.deepEqual([STEPS[0], STEPS.at(-1)], [10_000, 3_600_000]);
  assert.equal(step({ span: 75_000, to: null }, 1, NOW).span, 60_000, 'from between two steps');
});

test('zooming keeps the present while it follows, the middle while it is held, and the moment that is pointed at', () => {
  assert.deepEqual(zoomTo(LIVE, 30_000, NOW), { span: 30_000, to: null });
  const held = { span: 60_000, to: NOW - 100_000 };
  assert.deepEqual(windowOf(zoomTo(held, 20_000, NOW), NOW), { from: NOW - 140_000, to: NOW - 120_000 });
  // A quarter from the left stays a quarter from the left.
  const anchor = windowOf(LIVE, NOW).from + 15_000;
  assert.deepEqual(windowOf(zoomTo(LIVE, 20_000, NOW, anchor), NOW), { from: anchor - 5000, to: anchor + 15_000 });
});

test('zooming is bounded', () => {
  assert.equal(zoomTo(LIVE, 1, NOW).span, SHORTEST);
  assert.equal(zoomTo(LIVE, 1e9, NOW, NOW - 1000).span, LONGEST);
});

test('zooming out from a moment near the present follows it, never farther into the future', () => {
  assert.deepEqual(zoomTo(LIVE, 120_000, NOW, NOW - 1000), { span: 120_000, to: null });
});

test('moving to the past stops following; back at the present it follows again', () => {
  const moved = pan(LIVE, -5000, NOW);
  assert.deepEqual(moved, { span: 60_000, to: NOW + 7000 });
  assert.deepEqual(pan(moved, 4000, NOW), { span: 60_000, to: NOW + 11_000 });
  assert.deepEqual(pan(moved, 5000, NOW), LIVE);
  assert.deepEqual(pan(LIVE, 5000, NOW), LIVE);
});

test('it moves no farther back than an hour', () => {
  assert.equal(windowOf(pan(LIVE, -1e9, NOW), NOW).from, NOW - LONGEST);
  const hour = { span: LONGEST, to: null };
  assert.equal(windowOf(pan(hour, -1e9, NOW), NOW).from, NOW - LONGEST);
});

test('what was held an hour ago is not thrown to the present by a key', () => {
  const old = { span: 60_000, to: NOW - 2 * LONGEST };
  assert.equal(pan(old, -12_000, NOW).to, old.to);
});

test('time to pixels and back', () => {
  const scale = createScale({ from: 1000, to: 11_000 }, { left: 100, right: 600 });
  assert.deepEqual([1000, 6000, 11_000].map(scale.x), [100, 350, 600]);
  assert.equal(scale.time(350), 6000);
  assert.equal(scale.msPerPixel, 20);
});

test('ticks: round times, at least so far apart, fewer where it is narrow', () => {
  const at = (span, width, gap) => ticks(createScale({ from: 500, to: 500 + span }, { left: 0, right: width }), gap);
  assert.deepEqual(at(60_000, 1000, 100).map(({ label }) => label), ['00:00:10', '00:00:20', '00:00:30', '00:00:40', '00:00:50', '00:01:00']);
  assert.deepEqual(at(60_000, 340, 84).map(({ label }) => label), ['00:00:15', '00:00:30', '00:00:45', '00:01:00']);
  assert.deepEqual(at(10_000, 1000, 110).map(({ at }) => at), [2000, 4000, 6000, 8000, 10_000]);
  assert.deepEqual(at(LONGEST, 1000, 110).map(({ label }) => label), ['00:10', '00:20', '00:30', '00:40', '00:50', '01:00']);
});

test('ticks are round in the time zone of the person', () => {
  const scale = createScale({ from: 0, to: LONGEST }, { left: 0, right: 340 });
  const india = 5.75 * 3_600_000;
  assert.deepEqual(ticks(scale, 120, india).map(({ label }) => label), ['06:00', '06:30']);
});
