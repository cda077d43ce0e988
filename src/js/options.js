// @ts-check
/**
 * The only validator of options. A mistake is a `TypeError` at once that names the option and what it wants; what
 * comes out is the normalised record that `src/browser/options.rs` reads and trusts.
 */

import { sealedStore } from './store.js';

const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const LONGEST = 400 * UNITS.d;

/** Never shown, not even in the message about a mistake: somebody may have put a secret here. */
const SECRETS = ['credential', 'headers'];

const fail = (name, wants, value) => {
  const type = typeof value;
  let shown = `a value of type ${type}`;
  if (!SECRETS.includes(name)) {
    if (type === 'string') shown = JSON.stringify(value);
    if (type === 'number' || value === null) shown = value;
  }
  throw new TypeError(`session-keepalive: option \`${name}\` must be ${wants}, not ${shown}`);
};

const isFunction = (value) => typeof value === 'function';
const isText = (value) => typeof value === 'string' && value.trim() !== '';
const isObject = (value) => typeof value === 'object' && value !== null;

/** A check of one kind: what it accepts, what it makes of it, and how to say it. */
const kind = (wants, accepts, convert = (value) => value) => ({ wants, accepts, convert });

/** What a duration is in milliseconds; NaN if it is none. */
export const milliseconds = (value) => {
  if (typeof value === 'number') return value;
  const [, amount, unit] = (typeof value === 'string' && /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(value)) || [];
  return unit ? amount * UNITS[unit] : NaN;
};

const duration = kind(
  "a duration from 1 ms to 400 days: a number of milliseconds or a string such as '5m'",
  (value) => milliseconds(value) >= 1 && milliseconds(value) <= LONGEST,
  milliseconds,
);
const durationOrFalse = kind(
  `false, or ${duration.wants}`,
  (value) => value === false || duration.accepts(value),
  (value) => value && milliseconds(value),
);
const boolean = kind('true or false', (value) => typeof value === 'boolean');
const text = kind('a string that is not empty', isText);
const callback = kind('a function', isFunction);
const urlOrFunction = kind('a URL as a string, or a function', (value) => isText(value) || isFunction(value));
const urlFunctionOrFalse = kind(
  'a URL as a string, a function or false',
  (value) => isText(value) || isFunction(value) || value === false,
  (value) => value || undefined,
);
const fraction = kind('a number from 0 to 1', (value) => typeof value === 'number' && value >= 0 && value <= 1);
const count = kind('a whole number from 0 to 1000', (value) => Number.isInteger(value) && value >= 0 && value <= 1000);
const credential = kind(
  "'cookie', 'memory', 'sealed' or an object with load(), save() and clear()",
  (value) => ['cookie', 'memory', 'sealed'].includes(value) || isStore(value),
);
const isStore = (value) => isObject(value) && ['load', 'save', 'clear'].every((method) => isFunction(value[method]));
const headers = kind(
  'an object of strings or a function that returns one',
  // What can be iterated (Headers, Map) would lose everything when it is spread.
  (value) =>
    isFunction(value) ||
    (isObject(value) && !(Symbol.iterator in value) && Object.values(value).every((entry) => typeof entry === 'string')),
);
const signal = kind('an AbortSignal', (value) => isObject(value) && typeof value.aborted === 'boolean' && isFunction(value.addEventListener));
const debug = kind("true, false, 'replay' or a function", (value) => typeof value === 'boolean' || value === 'replay' || isFunction(value));
const group = (wants, fields) => ({ ...kind(wants, isObject), fields });

const SCHEMA = {
  validate: urlOrFunction,
  reconnect: urlFunctionOrFalse,
  logout: urlFunctionOrFalse,
  credential,
  classify: callback,
  headers,
  interval: duration,
  jitter: fraction,
  timeout: group('an object with slow, validate or reconnect', { slow: duration, validate: duration, reconnect: duration }),
  retry: group('an object with base, cap or spread', { base: duration, cap: duration, spread: duration }),
  name: text,
  crossTab: boolean,
  login: urlFunctionOrFalse,
  returnToParam: text,
  redirectBudget: group('an object with max and per', { max: count, per: duration }),
  warnBefore: duration,
  idle: durationOrFalse,
  fetch: callback,
  signal,
  debug,
};

const DEFAULTS = {
  validate: '/api/validate-session',
  reconnect: '/api/reconnect',
  logout: '/api/logout',
  credential: 'cookie',
  interval: '5m',
  jitter: 0.1,
  timeout: { slow: '3s', validate: '15s', reconnect: '90s' },
  retry: { base: 500, cap: '30s', spread: '30s' },
  name: 'session',
  crossTab: true,
  login: '/connect',
  returnToParam: 'returnTo',
  redirectBudget: { max: 2, per: '60s' },
  warnBefore: '1m',
  debug: false,
};

/** Every known option of `given`, checked and converted; the defaults where it says nothing. */
const read = (given, schema, defaults, prefix) => {
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(schema, name)) {
      const known = Object.keys(schema).join(', ');
      throw new TypeError(`session-keepalive: unknown option \`${prefix}${name}\`; known are ${known}`);
    }
  }
  const result = {};
  for (const [name, { wants, accepts, convert, fields }] of Object.entries(schema)) {
    const value = given[name] === undefined ? defaults[name] : given[name];
    if (value === undefined) continue;
    if (!accepts(value)) fail(prefix + name, wants, value);
    result[name] = fields ? read(value, fields, defaults[name], `${prefix}${name}.`) : convert(value);
  }
  return result;
};

const inOrder = (group, names, values) => {
  names.reduce((shorter, longer) => {
    if (values[shorter] > values[longer]) {
      throw new TypeError(`session-keepalive: option \`${group}.${longer}\` must not be shorter than \`${group}.${shorter}\``);
    }
    return longer;
  });
};

/** What the protocol wants of every call. */
const FIXED_HEADERS = {
  accept: 'application/json, application/problem+json',
  'content-type': 'application/json',
  'x-session-keepalive': '1',
};

/** With the application's, which mean what they set. @param {HeadersInit} own */
const withFixed = (own) => {
  const headers = new Headers(FIXED_HEADERS);
  for (const [name, value] of new Headers(own)) headers.set(name, value);
  return headers;
};

/** @typedef {ReturnType<typeof normalise>} NormalisedOptions */

/** Checks the application's options and returns the normalised record. Lengths are in milliseconds. */
export const normalise = (/** @type {any} */ given = {}) => {
  if (!isObject(given)) fail('options', 'an object', given);
  const options = read(given, SCHEMA, DEFAULTS, '');
  inOrder('timeout', ['slow', 'validate', 'reconnect'], options.timeout);
  inOrder('retry', ['base', 'cap'], options.retry);
  const { headers: own = {}, fetch: send, timeout, retry, redirectBudget, ...rest } = options;
  return {
    ...rest,
    /** 'cookie', 'memory', or an object with load, save and clear. */
    credential: options.credential === 'sealed' ? sealedStore(`session-keepalive:${options.name}`) : options.credential,
    credentials: 'include',
    idle: options.idle || undefined,
    slowAfter: timeout.slow, validateTimeout: timeout.validate, reconnectTimeout: timeout.reconnect,
    retryBase: retry.base, retryCap: retry.cap, retrySpread: retry.spread,
    redirectMax: redirectBudget.max, redirectPer: redirectBudget.per,
    /** Every header of a call; a promise of them only where the application gives one. */
    headers: () => {
      const more = isFunction(own) ? own() : own;
      return isFunction(more?.then) ? Promise.resolve(more).then(withFixed) : withFixed(more);
    },
    // Looked up at every call: a page may wrap the global one later.
    fetch: (/** @type {RequestInfo | URL} */ input, /** @type {RequestInit} */ init) => (send ?? globalThis.fetch)(input, init),
  };
};
