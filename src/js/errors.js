// @ts-check
/** The public `KeepAliveError`: what went wrong, and whether it may heal by itself. */

/** @typedef {import('./index.js').KeepAliveError} KeepAliveError */
/** @typedef {import('./index.js').Reason} Reason */

/** @type {Partial<Record<Reason, string>>} signing out is no error */
const MESSAGES = {
  'session-lost': 'The server forgot the session and nothing could re-establish it: the user must log in again.',
  'session-timeout': 'The session ended after too long without activity: the user must log in again.',
  'session-expired': 'The session reached its absolute limit: the user must log in again.',
  'session-revoked': 'The session was ended, here or from another device: the user must log in again.',
  'session-evicted': 'The session was pushed out by a limit: the user must log in again.',
  'credential-missing': 'The session is lost and no credential is stored: the user must log in again.',
  'credential-rejected': 'The server did not accept the stored credential: the user must log in again.',
  network: 'No answer came back; the session is kept and checked again.',
  timeout: 'The answer did not come in time; the session is kept and checked again.',
  server: 'The server could not answer; the session is kept and checked again.',
  'rate-limited': 'The server asked to wait; the session is kept and checked again.',
  misconfigured: 'The request is wrong: check the URLs, the headers and the origins that the server allows.',
  'wasm-blocked':
    "The page's content security policy forbids WebAssembly: add 'wasm-unsafe-eval' to script-src. Until then the session is not kept alive.",
};

/** The module has stopped by an error of its own. */
export const TRAPPED = 'The WebAssembly module has stopped with an error; the session is not kept alive until start() runs a new one.';

/**
 * An `Error` with `code`, `status` and `retryable`.
 * @param {Reason} code
 * @param {number | null | undefined} status of the answer, where there was one
 * @param {boolean} retryable
 * @param {string} [message]
 * @param {unknown} [cause]
 * @returns {KeepAliveError}
 */
export const keepAliveError = (code, status, retryable, message = MESSAGES[code], cause) => {
  const error = new Error(status ? `${message} (HTTP ${status})` : message, { cause });
  return Object.assign(error, { name: /** @type {const} */ ('KeepAliveError'), code, retryable }, status && { status });
};

/** Why the Wasm could not be had: a policy forbids it, or it did not arrive. @param {any} cause whatever was thrown */
export const loadError = (cause) => {
  // Chrome: CompileError, "violates … Content Security policy"; Firefox: CompileError, "blocked by CSP"; Safari: EvalError or
  // CompileError, "'unsafe-eval' … is not an allowed source". A TypeError is a download that a policy forbids.
  const blocked =
    typeof WebAssembly === 'undefined' || (!(cause instanceof TypeError) && /unsafe-eval|content security|csp/i.test(cause?.message));
  return blocked
    ? keepAliveError('wasm-blocked', null, false, MESSAGES['wasm-blocked'], cause)
    : keepAliveError('network', null, true, 'The WebAssembly module could not be loaded; start() or check() tries again.', cause);
};
