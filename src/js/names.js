/**
 * The names of the protocol and of the public types. Between the facade and the Wasm they are numbers: their places in
 * these lists. `tests/names.rs` holds the lists to the Rust types; which numbers come with an input or an effect is said in
 * `src/numbers`. With the option `debug` all of it is told, so that a log can be replayed.
 */

export const CALLS = ['validate', 'reconnect', 'logout'];
export const STATUSES = ['starting', 'connected', 'degraded', 'offline', 'reconnecting', 'disconnected', 'inactive'];
export const VERDICTS = ['valid', 'lost', 'ended', 'rejected', 'transient'];
export const REASONS = [
  'session-lost', 'session-timeout', 'session-expired', 'session-revoked', 'session-evicted', 'credential-missing',
  'credential-rejected', 'signed-out', 'signed-out-elsewhere', 'network', 'timeout', 'server', 'rate-limited',
  'misconfigured', 'wasm-blocked',
];
export const CODES = [
  'SESSION_UNKNOWN', 'SESSION_TIMEOUT', 'SESSION_EXPIRED', 'SESSION_REVOKED', 'SESSION_EVICTED', 'RECONNECT_REFUSED',
  'CONNECTION_REFUSED', 'TARGET_NOT_ALLOWED', 'SESSION_LIMIT', 'CSRF_REFUSED', 'INVALID_REQUEST', 'PAYLOAD_TOO_LARGE',
  'RATE_LIMITED', 'STORE_UNAVAILABLE', 'TARGET_UNAVAILABLE', 'OVERLOADED',
];
export const INPUTS = [
  'start', 'stop', 'dispose', 'check', 'remembered', 'signOut', 'fetchStarted', 'fetchRefused', 'fetchEnded', 'deadlineReached',
  'visible', 'hidden', 'focused', 'left', 'restored', 'resumed', 'online', 'offline', 'active', 'turn', 'heard', 'answered', 'judged',
  'failed', 'noCredential',
];
export const EFFECTS = [
  'connected', 'checking', 'checked', 'slow', 'degraded', 'reconnecting', 'reconnected', 'expiring', 'disconnected', 'wake',
  'idle', 'active', 'change', 'redirect', 'send', 'abort', 'clearCredential', 'settle', 'resume', 'takeTurn', 'yieldTurn', 'tell',
  'keepSignOut', 'keepFloor',
];
/** What the body of an answer is. */
export const BODY_KINDS = ['empty', 'session', 'json', 'short-text', 'foreign', 'cut'];
/** What tabs tell each other. */
export const NEWS = ['asking', 'answered', 'looking', 'signedOut', 'active'];
export const EVENTS = EFFECTS.slice(0, 14);

/** The payload of each event, from its numbers; `connected` has the snapshot instead, and the rest are no events. */
export const PAYLOADS = [
  null,
  (attempt) => ({ attempt }),
  (durationMs, shared) => ({ durationMs, shared: shared > 0 }),
  (phase, elapsedMs) => ({ phase: CALLS[phase], elapsedMs }),
  (reason, retryInMs) => ({ reason: REASONS[reason], retryInMs }),
  (attempt) => ({ attempt }),
  (downtimeMs, epoch) => ({ downtimeMs, epoch }),
  (secondsLeft) => ({ secondsLeft }),
  (reason) => ({ reason: REASONS[reason] }),
  (sleptMs) => ({ sleptMs }),
  () => ({}),
  () => ({}),
];
