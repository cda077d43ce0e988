// Which stretch of time is shown. Pure: a view is a value, and each function gives a new one.

export const SHORTEST = 10_000;
export const LONGEST = 3_600_000;
/** What the zoom buttons lead through. */
export const STEPS = [SHORTEST, 30_000, 60_000, 120_000, 300_000, 900_000, 1_800_000, LONGEST];
/** While it follows, so much of the width is for what is to come. */
const FUTURE = 0.2;

/** @typedef {{span: number, to: number | null}} View `to`: its right edge; null while it follows the present */

/** @param {View} view @param {number} now */
export function windowOf({ span, to }, now) {
  const right = to ?? liveEdge(span, now);
  return { from: right - span, to: right };
}

/** @param {View} view @returns {View} */
export const follow = ({ span }) => ({ span, to: null });

/** Stays where it is. @param {View} view @param {number} now @returns {View} */
export const hold = (view, now) => ({ span: view.span, to: windowOf(view, now).to });

/**
 * @param {View} view @param {number} span wanted @param {number} now
 * @param {number} [anchor] the moment that stays where it is; without one the present while following, else the middle
 * @returns {View}
 */
export function zoomTo(view, span, now, anchor) {
  const wanted = Math.min(LONGEST, Math.max(SHORTEST, span));
  if (view.to === null && anchor === undefined) return { span: wanted, to: null };
  const { from, to } = windowOf(view, now);
  const fixed = anchor ?? (from + to) / 2;
  return placed(wanted, fixed + (to - fixed) * (wanted / view.span), now);
}

/** The next step in or out. @param {View} view @param {1 | -1} direction 1: closer @param {number} now @returns {View} */
export function step(view, direction, now) {
  const span = direction > 0
    ? STEPS.findLast((each) => each < view.span) ?? SHORTEST
    : STEPS.find((each) => each > view.span) ?? LONGEST;
  return zoomTo(view, span, now);
}

/** Moves by so much, to the future if positive; not before anything can have been noted. @param {View} view @returns {View} */
export function pan(view, ms, now) {
  const earliest = now - LONGEST + view.span;
  const { to } = windowOf(view, now);
  // To the right only the present can stop it, also where the longest range begins earlier than anything noted.
  return placed(view.span, Math.max(to + ms, Math.min(earliest, to)), now);
}

/** At the present it follows again. */
function placed(span, to, now) {
  return { span, to: to >= liveEdge(span, now) ? null : to };
}

const liveEdge = (span, now) => now + span * FUTURE;
