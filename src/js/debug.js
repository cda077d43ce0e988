// @ts-check
/** The option `debug`: events in words, or the log that `cargo run --example replay` replays. */
import { guarded } from './events.js';

/** @typedef {import('./index.js').Snapshot} Snapshot */

const seconds = (/** @type {number} */ ms) => `${(ms / 1000).toFixed(1)} s`;

/** The query and the hash of the login URL hold where the user was. @param {string} url */
const withoutQuery = (url) => url.split(/[?#]/)[0];

/** @type {Record<string, (event: any) => string>} what each event says; those that follow from another one say nothing */
const WORDS = {
  checked: ({ durationMs, shared }) => `checked in ${durationMs} ms${shared ? ' by another tab' : ''}`,
  slow: ({ phase, elapsedMs }) => `${phase} has taken ${seconds(elapsedMs)}`,
  degraded: ({ reason, retryInMs }) => `no verdict (${reason}); next try ${retryInMs === Infinity ? 'at start()' : `in ${seconds(retryInMs)}`}`,
  reconnecting: ({ attempt }) => `reconnecting, attempt ${attempt}`,
  reconnected: ({ downtimeMs, epoch }) => `reconnected after ${seconds(downtimeMs)}, epoch ${epoch}`,
  expiring: ({ secondsLeft }) => `the session ends in ${secondsLeft} s`,
  redirect: ({ url }) => `redirect to ${withoutQuery(url)}`,
  wake: ({ sleptMs }) => `the machine slept for ${seconds(sleptMs)}`,
  idle: () => 'the user is idle',
  active: () => 'the user is back',
};

/** @param {Snapshot} snapshot */
const statusInWords = ({ status, reason, subject, nextCheckAt }) =>
  [
    `status ${status}`,
    reason && ` (${reason})`,
    status === 'connected' && subject && ` as ${subject}`,
    nextCheckAt && `, next check at ${new Date(nextCheckAt).toLocaleTimeString()}`,
  ].filter(Boolean).join('');

/** What the log in the console holds of an event: nothing that is the application's or its user's. @param {any} detail */
const printable = ({ subject, data, url, ...rest }) => ({ ...rest, url: url && withoutQuery(url) });

const hex = (/** @type {Uint8Array} */ bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

/** @param {boolean | 'replay' | ((event: { at: number, name: string, detail?: unknown }) => void)} debug */
export const createDebug = (debug) => {
  /** @param {string} line */
  const print = (line) => console.debug(`[session-keepalive] ${line}`);
  /**
   * @param {string} name
   * @param {unknown} detail
   */
  const tell = (name, detail) => {
    const entry = { at: Date.now(), name, detail };
    if (debug === 'replay') print(JSON.stringify(entry));
    else if (typeof debug === 'function') guarded(debug, entry);
  };
  let status = '';
  return {
    /** Whether the replayable log is wanted. */
    traces: debug === 'replay' || typeof debug === 'function',
    /**
     * An event, as the application is told it.
     * @param {string} name
     * @param {any} detail
     */
    event(name, detail) {
      if (debug !== true) tell(name, debug === 'replay' ? printable(detail) : detail);
      else if (name === 'change') {
        if (detail.status !== status) print(statusInWords(detail));
        status = detail.status;
      } else if (WORDS[name]) print(WORDS[name](detail));
    },
    /**
     * Bytes of the engine's own types.
     * @param {string} name
     * @param {Uint8Array} bytes
     */
    trace: (name, bytes) => tell(name, hex(bytes)),
  };
};
