/** The option `debug`: every event as it is told to the application, and every number that crosses to the Wasm and back. */
import { guarded } from './events.js';

/** Without the `NaN`s at its end, which say nothing. */
const withoutTail = (detail) => {
  let end = detail.length;
  while (Number.isNaN(detail[end - 1])) end -= 1;
  return detail.slice(0, end);
};

/** @param debug true for the console, or a function of the application */
export const createTell = (debug) => (name, detail) => {
  if (!debug) return;
  const entry = { at: Date.now(), name, detail: Array.isArray(detail) ? withoutTail(detail) : detail };
  if (debug === true) console.debug('[session-keepalive]', entry);
  else guarded(debug, entry);
};
