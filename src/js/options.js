// @ts-check
/**
 * The only validator of options. A mistake is a `TypeError` at once that names the option and what it wants; what
 * comes out is the normalised record that `src/browser/options.rs` reads and trusts.
 */

import { sealedStore } from './store.js';

const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const LONGEST = 400 * UNITS.d;

/** @typedef {import('./index.js').KeepAliveOptions<any>} KeepAliveOptions */
/** @typedef {import('./index.js').CredentialStore} CredentialStore */

/**
 * What the module works with. Lengths are in milliseconds; a call or place that is `false` is undefined here.
 * @typedef {object} NormalisedOptions
 * @property {NonNullable<KeepAliveOptions['validate']>} validate
 * @property {Exclude<KeepAliveOptions['reconnect'], false>} reconnect
 * @property {Exclude<KeepAliveOptions['logout'], false>} logout
 * @property {'cookie' | 'memory' | CredentialStore} credential
 * @property {KeepAliveOptions['classify']} classify
 * @property {Exclude<KeepAliveOptions['login'], false>} login
 * @property {string} returnToParam
 * @property {string} name
 * @property {boolean} crossTab
 * @property {number} interval
 * @property {number} jitter
 * @property {number} slowAfter
 * @property {number} validateTimeout
 * @property {number} reconnectTimeout
 * @property {number} retryBase
 * @property {number} retryCap
 * @property {number} retrySpread
 * @property {number} redirectMax
 * @property {number} redirectPer
 * @property {number} warnBefore
 * @property {number | undefined} idle
 * @property {RequestCredentials} credentials
 * @property {() => Headers | Promise<Headers>} headers every header of a call; a promise of them only where the application gives one
 * @property {(input: RequestInfo | URL, init?: RequestInit) => Promise<Response>} fetch
 * @property {AbortSignal | undefined} signal
 * @property {NonNullable<KeepAliveOptions['debug']>} debug
 */

/** Never shown, not even in the message about a mistake: somebody may have put a secret here. */
const SECRETS = ['credential', 'headers'];

/**
 * @param {string} name
 * @param {string} wants
 * @param {unknown} value
 * @returns {never}
 */
const fail = (name, wants, value) => {
  const type = typeof value;
  let shown = `a value of type ${type}`;
  if (!SECRETS.includes(name)) {
    if (type === 'string') shown = JSON.stringify(value);
    if (type === 'number' || value === null) shown = String(value);
  }
  throw new TypeError(`session-keepalive: option \`${name}\` must be ${wants}, not ${shown}`);
};

/** @param {unknown} value @returns {value is Function} */
const isFunction = (value) => typeof value === 'function';
/** @param {unknown} value @returns {value is string} */
const isText = (value) => typeof value === 'string' && value.trim() !== '';
/** @param {unknown} value @returns {value is Record<PropertyKey, unknown>} */
const isObject = (value) => typeof value === 'object' && value !== null;
/** @param {unknown} value @returns {value is PromiseLike<any>} */
const isThenable = (value) => isFunction(/** @type {{ then?: unknown }} */ (value)?.then);

/**
 * What an option may be. `fields` are those of a group.
 * @typedef {object} Kind
 * @property {string} wants
 * @property {(value: unknown) => boolean} accepts
 * @property {(value: unknown) => unknown} convert
 * @property {Schema} [fields]
 */
/** @typedef {Record<string, Kind>} Schema */

/**
 * A check of one kind: what it accepts, what it makes of it, and how to say it.
 * @param {string} wants
 * @param {(value: unknown) => boolean} accepts
 * @param {(value: unknown) => unknown} [convert]
 * @returns {Kind}
 */
const kind = (wants, accepts, convert = (value) => value) => ({ wants, accepts, convert });

/** What a duration is in milliseconds; NaN if it is none. @param {unknown} value */
export const milliseconds = (value) => {
  if (typeof value === 'number') return value;
  const [, amount, unit] = (typeof value === 'string' && /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(value)) || [];
  return unit ? Number(amount) * UNITS[/** @type {keyof typeof UNITS} */ (unit)] : NaN;
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
/** @param {unknown} value @param {number} most */
const upTo = (value, most) => typeof value === 'number' && value >= 0 && value <= most;
const fraction = kind('a number from 0 to 1', (value) => upTo(value, 1));
const count = kind('a whole number from 0 to 1000', (value) => Number.isInteger(value) && upTo(value, 1000));
const credential = kind(
  "'cookie', 'memory', 'sealed' or an object with load(), save() and clear()",
  (value) => ['cookie', 'memory', 'sealed'].includes(/** @type {string} */ (value)) || isStore(value),
);
/** @param {unknown} value */
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
/** @param {string} wants @param {Schema} fields @returns {Kind} */
const group = (wants, fields) => ({ ...kind(wants, isObject), fields });

/** @type {Schema} */
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

/**
 * Every known option of `given`, checked and converted; the defaults where it says nothing.
 * @param {Record<string, unknown>} given
 * @param {Schema} schema
 * @param {Record<string, unknown>} defaults
 * @param {string} prefix of the names in messages
 */
const read = (given, schema, defaults, prefix) => {
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(schema, name)) {
      const known = Object.keys(schema).join(', ');
      throw new TypeError(`session-keepalive: unknown option \`${prefix}${name}\`; known are ${known}`);
    }
  }
  /** @type {Record<string, unknown>} */
  const result = {};
  for (const [name, { wants, accepts, convert, fields }] of Object.entries(schema)) {
    const value = given[name] === undefined ? defaults[name] : given[name];
    if (value === undefined) continue;
    if (!accepts(value)) fail(prefix + name, wants, value);
    const inGroup = (/** @type {unknown} */ group) => /** @type {Record<string, unknown>} */ (group);
    result[name] = fields ? read(inGroup(value), fields, inGroup(defaults[name]), `${prefix}${name}.`) : convert(value);
  }
  return result;
};

/** Each must be at least as long as the one before it. @param {string} group @param {string[]} names @param {Record<string, number>} values */
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

/** With the application's, which mean what they set. @param {HeadersInit} [own] */
const withFixed = (own) => {
  const headers = new Headers(FIXED_HEADERS);
  for (const [name, value] of new Headers(own)) headers.set(name, value);
  return headers;
};

/**
 * Those of the application, checked; with the defaults, and in milliseconds.
 * @typedef {Pick<NormalisedOptions, 'validate' | 'reconnect' | 'logout' | 'login' | 'classify' | 'returnToParam' | 'name' | 'crossTab' | 'interval' | 'jitter' | 'warnBefore' | 'signal' | 'debug'>
 *   & Pick<KeepAliveOptions, 'headers' | 'fetch'>
 *   & {
 *     credential: 'cookie' | 'memory' | 'sealed' | CredentialStore,
 *     timeout: Record<'slow' | 'validate' | 'reconnect', number>,
 *     retry: Record<'base' | 'cap' | 'spread', number>,
 *     redirectBudget: Record<'max' | 'per', number>,
 *     idle: number | false | undefined,
 *   }} CheckedOptions
 */

/**
 * Checks the application's options and returns the normalised record. Lengths are in milliseconds.
 * @param {unknown} [given]
 * @returns {NormalisedOptions}
 */
export const normalise = (given = {}) => {
  if (!isObject(given)) fail('options', 'an object', given);
  const options = /** @type {CheckedOptions} */ (read(/** @type {Record<string, unknown>} */ (given), SCHEMA, DEFAULTS, ''));
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
      /** @type {HeadersInit | PromiseLike<HeadersInit>} */
      const more = isFunction(own) ? own() : own;
      return isThenable(more) ? Promise.resolve(more).then(withFixed) : withFixed(more);
    },
    // Looked up at every call: a page may wrap the global one later.
    fetch: (input, init) => (send ?? globalThis.fetch)(input, init),
  };
};
