/**
 * The names of the protocol and of the public types. Between the facade and the Wasm they are numbers: their places in
 * these lists. `tests/names.rs` holds the lists to the Rust types.
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
export const EVENTS = [
  'connected', 'checking', 'checked', 'slow', 'degraded', 'reconnecting', 'reconnected', 'expiring', 'disconnected',
  'wake', 'change', 'redirect', 'idle', 'active',
];

export const PAGE_EVENTS = ['visible', 'hidden', 'focused', 'left', 'restored', 'resumed', 'online', 'offline', 'active'];

/** The place of a name; beyond the list where it is not in it. */
export const place = (names, name) => {
  const at = names.indexOf(name);
  return at < 0 ? names.length : at;
};

/** The payload of each event, from its numbers. */
const PAYLOADS = [
  (snapshot) => snapshot(),
  (_, attempt) => ({ attempt }),
  (_, durationMs, shared) => ({ durationMs, shared: shared > 0 }),
  (_, phase, elapsedMs) => ({ phase: CALLS[phase], elapsedMs }),
  (_, reason, retryInMs) => ({ reason: REASONS[reason], retryInMs }),
  (_, attempt) => ({ attempt }),
  (_, downtimeMs, epoch) => ({ downtimeMs, epoch }),
  (_, secondsLeft) => ({ secondsLeft }),
  (_, reason) => ({ reason: REASONS[reason] }),
  (_, sleptMs) => ({ sleptMs }),
];

/** Name and payload of an event that the Wasm emits; `snapshot` gives the current one. */
export const eventOf = (number, first, second, snapshot) => [EVENTS[number], PAYLOADS[number](snapshot, first, second)];
