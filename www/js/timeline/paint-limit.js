// The time that is left before the session ends: a line that falls until use lifts it again. Pure.
import { countdown } from './describe.js';

/** Pixels between two points of a falling line. */
const SAMPLE = 8;

/**
 * Its height is logarithmic: half an hour and the last half minute are both to be seen.
 * @param {import('./pen.js').Pen} pen
 */
export function paintLimit(pen, lane, items, scene) {
  const { scale, now, nowX, model } = scene;
  zone(pen, lane, scene);
  const most = Math.max(1000, ...items.map(({ item }) => item.runsOut - item.start));
  const y = (left) => lane.top + lane.height - 2 - (lane.height - 6) * (Math.log1p(Math.max(0, left) / 1000) / Math.log1p(most / 1000));
  for (const { item } of items) {
    const points = fall(scale, item, item.start, item.end ?? now, y);
    if (points.length < 2) continue;
    pen.line('limit', points);
    const [first, last] = [points[0][0], points.at(-1)[0]];
    const floor = lane.top + lane.height;
    pen.path('limit-area', `${path([[first, floor], ...points, [last, floor]])}z`);
    pen.target([first, last], lane, item);
  }
  const current = model.lane('limit').at(-1);
  if (!current || current.end !== null || !pen.shows(nowX)) return;
  const ahead = fall(scale, current, now, Math.max(now, current.runsOut), y);
  if (ahead.length > 1) pen.line('limit-ahead', ahead);
  const left = current.runsOut - now;
  const low = y(left) < lane.top + lane.height / 2;
  pen.behind('small', [`${countdown(left)} left`, countdown(left)], nowX, low ? lane.top + lane.height - 4 : lane.top + 11, Infinity);
}

/** Points of the line between two moments, as far as they are in the window. */
function fall(scale, { runsOut }, from, to, y) {
  const [left, right] = [Math.max(scale.left, scale.x(from)), Math.min(scale.right, scale.x(to))];
  if (right <= left) return [];
  const points = [];
  for (let x = left; x < right; x += SAMPLE) points.push([x, y(runsOut - scale.time(x))]);
  return [...points, [right, y(runsOut - scale.time(right))]];
}

/** While the module warns, up to the end that it warns of. */
function zone(pen, lane, { model, scale, now }) {
  for (const { kind, start, end } of model.lane('moments')) {
    if (kind !== 'expiring') continue;
    const until = end ?? Math.max(now, model.lane('limit').at(-1)?.runsOut ?? now);
    if (until >= scale.from && start <= scale.to) pen.bar('warning', scale.x(start), scale.x(until), lane.top, lane.height);
  }
}

const path = (points) => points.map(([x, y], place) => `${place ? 'L' : 'M'}${x.toFixed(1)} ${y.toFixed(1)}`).join('');
