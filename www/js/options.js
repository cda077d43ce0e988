// The demo takes the module's options from the address bar (`?interval=2s`), so that trials need no rebuild. With `?debug` the
// module's log is in `window.log`: save `JSON.stringify(log)` in a file, and `cargo run --example replay -- FILE` shows it. With
// `?debug=replay` it is in the console.

/** So that something is to be seen: the module's own default is 5 min. */
const INTERVAL = '5s';

const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Query parameter → where it goes in the options. */
const PLACES = {
  credential: ['credential'],
  interval: ['interval'],
  jitter: ['jitter'],
  slowTimeout: ['timeout', 'slow'],
  validateTimeout: ['timeout', 'validate'],
  reconnectTimeout: ['timeout', 'reconnect'],
  retryBase: ['retry', 'base'],
  retryCap: ['retry', 'cap'],
  retrySpread: ['retry', 'spread'],
  warnBefore: ['warnBefore'],
  idle: ['idle'],
  crossTab: ['crossTab'],
};

/** What is no text for the module either: yes or no, and numbers, which are milliseconds, or the share that `jitter` is. */
function asOption(raw) {
  if (raw === 'true' || raw === 'false') return raw === 'true';
  return raw !== '' && Number.isFinite(Number(raw)) ? Number(raw) : raw;
}

/**
 * @param {string} search the page's query
 * @returns {{options: import('/dist/index.js').KeepAliveOptions, shown: string, interval: number}} the options, how to show them,
 *   and the interval in milliseconds
 */
export function optionsFrom(search) {
  const options = { interval: INTERVAL };
  const query = new URLSearchParams(search);
  const shown = query.has('interval') ? [] : [`interval ${INTERVAL}, for this demo; the default is 5m`];
  for (const [parameter, [group, key]] of Object.entries(PLACES)) {
    const raw = query.get(parameter);
    if (raw === null) continue;
    const value = asOption(raw);
    if (key) (options[group] ??= {})[key] = value;
    else options[group] = value;
    shown.push(`${parameter} ${raw}`);
  }
  if (query.has('debug')) {
    if (query.get('debug') === 'replay') options.debug = 'replay';
    else {
      window.log = [];
      options.debug = (entry) => void window.log.push(entry);
    }
    shown.push('debug');
  }
  return { options, shown: shown.join(', '), interval: milliseconds(options.interval) };
}

/** What is no duration the module refuses. @param {number | string} duration */
function milliseconds(duration) {
  if (typeof duration === 'number') return duration;
  const [, amount, unit] = /^([\d.]+)(ms|s|m|h|d)$/.exec(duration) ?? [];
  return amount * UNITS[unit];
}
