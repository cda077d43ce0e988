// The rows of the table behind the picture. Pure.
import { clock } from '../format.js';
import { howLong, laneName, what } from './describe.js';

/** What somebody reads; the picture goes back farther. */
export const MOST_ROWS = 100;

/**
 * Newest first; what is planned before all.
 * @param {import('./model.js').Model} model @param {number} now
 * @returns {{key: string, cells: [string, string, string, string]}[]}
 */
export function rows(model, now) {
  // Every check lifts the limit again: only the one that holds is of interest.
  const items = model.all().filter(({ lane, end }) => lane !== 'limit' || end === null);
  items.sort((a, b) => b.start - a.start || b.id - a.id);
  const told = items.slice(0, MOST_ROWS).map((item) => row(String(item.id), item.start, item.lane, what(item, now), howLong(item, now)));
  const { next } = model;
  return next === null ? told : [row('next', next, 'checks', 'planned', ''), ...told];
}

const row = (key, at, lane, words, length) => ({ key, cells: [clock(new Date(at)), laneName(lane), words, length] });
