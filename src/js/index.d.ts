/// <reference lib="esnext.disposable" />

/** A number is milliseconds. */
export type Duration = number | `${number}${'ms' | 's' | 'm' | 'h' | 'd'}`;

export type Status =
  | 'starting'       // no verdict yet
  | 'connected'      // last verdict: valid
  | 'degraded'       // no verdict to be had (5xx, 429, timeout, network); session kept
  | 'offline'        // the browser is offline; session kept, checks paused
  | 'reconnecting'   // the server forgot the session; it is being re-established
  | 'disconnected'   // definitive: `reason` says why
  | 'inactive';      // server-side rendering, stopped or disposed

export type Reason =
  | 'session-lost' | 'session-timeout' | 'session-expired' | 'session-revoked' | 'session-evicted'
  | 'credential-missing' | 'credential-rejected' | 'signed-out' | 'signed-out-elsewhere'
  | 'network' | 'timeout' | 'server' | 'rate-limited' | 'misconfigured' | 'wasm-blocked';

export type Verdict =
  | { kind: 'valid'; subject?: string; epoch?: number; idleInMs?: number; absoluteInMs?: number; warnInMs?: number; nextCheckInMs?: number; reconnected?: boolean; data?: unknown }
  | { kind: 'lost' }
  | { kind: 'ended' | 'rejected'; reason: Reason }
  | { kind: 'transient'; reason: Reason; retryAfterMs?: number };

export interface CallContext { signal: AbortSignal; attempt: number; idempotencyKey: string; activity: boolean }

export interface CredentialStore {
  load(): Promise<unknown | null>;
  save(credential: unknown): Promise<void>;
  clear(): Promise<void>;
}

export interface Snapshot {
  readonly status: Status;
  readonly reason: Reason | null;
  readonly subject: string | null;
  readonly epoch: number;
  readonly data: unknown;                  // what a custom `validate` put into its verdict
  readonly lastOkAt: number | null;        // Date.now() of the last valid verdict
  readonly nextCheckAt: number | null;
  readonly expiresInMs: number | null;     // nearest of the idle and absolute limits, as of this snapshot
  readonly error: KeepAliveError | null;
}

export interface KeepAliveError extends Error {
  readonly code: Reason; readonly status?: number; readonly retryable: boolean;
}

export interface KeepAliveEvents {
  change: Snapshot;
  connected: Snapshot;
  checking: { attempt: number };
  checked: { durationMs: number; shared: boolean };   // shared: another tab made the check
  slow: { phase: 'validate' | 'reconnect'; elapsedMs: number };
  degraded: { reason: Reason; retryInMs: number };
  reconnecting: { attempt: number };
  reconnected: { downtimeMs: number; epoch: number };
  expiring: { secondsLeft: number };
  disconnected: { reason: Reason };
  redirect: { url: string; preventDefault(): void };
  wake: { sleptMs: number };
  idle: {}; active: {};
}

export interface KeepAliveOptions {
  /** URL, or a function that gives the verdict itself. Default '/api/validate-session'. */
  validate?: string | ((c: CallContext) => Promise<Verdict>);
  /** URL, a function, or false where validate re-establishes the session by itself. Default '/api/reconnect'. */
  reconnect?: string | false | ((c: CallContext & { credential: unknown }) => Promise<Verdict>);
  /** Default '/api/logout'. */
  logout?: string | false | (() => Promise<void>);
  /** Default 'cookie': the server's sealed ticket. */
  credential?: 'cookie' | 'memory' | 'sealed' | CredentialStore;
  /** Maps an unusual backend's answer to a verdict; undefined falls back to the default table. */
  classify?: (response: Response) => Verdict | undefined | Promise<Verdict | undefined>;
  headers?: Record<string, string> | (() => Record<string, string>);
  interval?: Duration;                 // '5m'
  jitter?: number;                     // 0.1
  timeout?: { slow?: Duration; validate?: Duration; reconnect?: Duration };   // 3s, 15s, 90s; see client.md on never aborting early
  retry?: { base?: Duration; cap?: Duration; spread?: Duration };             // 500ms, 30s, 30s
  name?: string;                       // scope shared by tabs; 'session'
  crossTab?: boolean;                  // true
  /** Where to go as the last resort; false: only the events. Default '/connect'. */
  login?: string | false | ((c: { reason: Reason; returnTo: string }) => string | void);
  returnToParam?: string;              // 'returnTo'
  redirectBudget?: { max: number; per: Duration };   // 2 per 60s
  warnBefore?: Duration;               // when the server sends no warnIn; '1m'
  idle?: false | Duration;             // false
  fetch?: typeof fetch;
  signal?: AbortSignal;
  debug?: boolean | ((event: { at: number; name: string; detail?: unknown }) => void);
}

export interface KeepAlive {
  start(): this;                       // implied by createKeepAlive in a browser
  stop(): void;
  dispose(): void; [Symbol.dispose](): void;
  readonly ready: Promise<void>;       // first verdict that is not transient; rejects only if the Wasm cannot load
  getSnapshot(): Snapshot;
  getServerSnapshot(): Snapshot;
  subscribe(listener: () => void): () => void;
  on<K extends keyof KeepAliveEvents>(name: K, listener: (event: KeepAliveEvents[K]) => void, options?: { signal?: AbortSignal }): () => void;
  /** After a successful connect: the app hands over what reconnect needs (not for 'cookie'). */
  remember(credential: unknown): Promise<void>;
  forget(): Promise<void>;
  check(): Promise<Snapshot>;
  extend(): Promise<Snapshot>;         // "I'm still here": a check that counts as activity
  signOut(options?: { everywhere?: boolean }): Promise<void>;
  fetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response>;
}

export function createKeepAlive(options?: KeepAliveOptions): KeepAlive;
/** Optional preload. '/slim' accepts where the Wasm comes from. */
export function init(source?: { module?: string | URL | Response | BufferSource | WebAssembly.Module }): Promise<void>;
