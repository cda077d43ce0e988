// What is done to the backend at the moment, in words.
import { setting, timeOfDay } from './format.js';

/**
 * What `GET /demo/state` says.
 * @typedef {{startedAt: number, fault: Fault | null, clockAheadSeconds: number}} State
 * @typedef {{kind: string, requests?: number | null, seconds?: number | null, retryAfter?: number, delayMs?: number}} Fault
 */

const FAULTS = {
  503: ({ retryAfter }) => `every API call is answered with 503, Retry-After ${retryAfter} s`,
  429: ({ retryAfter }) => `every API call is answered with 429, Retry-After ${retryAfter} s`,
  html: () => 'every API call is answered with a web page',
  delay: ({ delayMs }) => `every answer comes ${setting(delayMs)} late`,
  hang: () => 'no API call is answered',
  cut: () => 'connections are closed without an answer',
  'refuse-reconnect': () => 'whoever has to be reconnected is refused',
};

/**
 * When a fault ends by itself; undefined if it does not. The backend rounds what is left up to seconds, so that of several answers
 * about one fault the earliest end is the best known, and what is shown stays as it is.
 * @param {Fault | null} fault @param {number} now @param {number} [known] from an earlier answer
 */
export function endOf(fault, now, known) {
  if (!fault?.seconds) return undefined;
  const end = now + fault.seconds * 1000;
  return known <= end && end - known < 1500 ? known : end;
}

/** @param {Fault} fault @param {number} [endsAt] */
function faultInWords(fault, endsAt) {
  const what = FAULTS[fault.kind]?.(fault) ?? `the fault ${fault.kind}`;
  if (fault.requests) return `${what}, ${fault.requests} more times`;
  return `${what}, until ${endsAt ? timeOfDay(new Date(endsAt)) : 'you take it back'}`;
}

/** A sentence about what is in force. @param {State} state @param {number} [endsAt] of the fault */
export function inWords({ fault, clockAheadSeconds }, endsAt) {
  const parts = [];
  if (fault) parts.push(faultInWords(fault, endsAt));
  if (clockAheadSeconds !== 0) {
    parts.push(`the server’s clock is ${setting(Math.abs(clockAheadSeconds) * 1000)} ${clockAheadSeconds > 0 ? 'ahead' : 'behind'}`);
  }
  return parts.length > 0 ? `In force: ${parts.join('; ')}.` : 'The backend answers normally.';
}

/** Why nothing can be done to it. @param {import('./backend.js').View['down']} down */
export function downInWords({ why, until }) {
  if (why === 'restarting') return 'The backend restarts.';
  return why === 'stopped'
    ? `The backend is stopped until ${timeOfDay(new Date(until))}. These buttons need it.`
    : 'The backend cannot be reached. These buttons need it.';
}
