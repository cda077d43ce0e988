// Time to pixels and back, and where the axis has its ticks. Pure.

const SECOND = 1000;
const MINUTE = 60 * SECOND;
/** Steps that people count in. */
const STEPS = [1, 2, 5, 10, 15, 30].map((n) => n * SECOND).concat([1, 2, 5, 10, 15, 30].map((n) => n * MINUTE));

/** @param {{from: number, to: number}} window @param {{left: number, right: number}} plot pixels */
export function createScale({ from, to }, { left, right }) {
  const perMs = (right - left) / (to - from);
  return {
    from, to, left, right,
    msPerPixel: 1 / perMs,
    /** @param {number} time */
    x: (time) => left + (time - from) * perMs,
    /** @param {number} x */
    time: (x) => from + (x - left) / perMs,
  };
}

/**
 * Round times at least `gap` pixels apart.
 * @param {ReturnType<typeof createScale>} scale @param {number} gap
 * @param {number} [zone] ms that the person's own time is ahead of UTC
 * @returns {{at: number, label: string}[]}
 */
export function ticks(scale, gap, zone = 0) {
  const least = gap * scale.msPerPixel;
  const step = STEPS.find((each) => each >= least) ?? STEPS.at(-1);
  const found = [];
  for (let local = Math.ceil((scale.from + zone) / step) * step; local <= scale.to + zone; local += step) {
    found.push({ at: local - zone, label: timeOfDay(local, step) });
  }
  return found;
}

function timeOfDay(local, step) {
  const time = new Date(local).toISOString().slice(11, 19);
  return step >= MINUTE ? time.slice(0, 5) : time;
}
