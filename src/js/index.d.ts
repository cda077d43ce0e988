/// <reference lib="esnext.disposable" />

/** A length of time from 1 ms to 400 days. A number is milliseconds. */
export type Duration = number | `${number}${'ms' | 's' | 'm' | 'h' | 'd'}`;

export type Status =
  /** No verdict yet. */
  | 'starting'
  /** The last verdict was valid. */
  | 'connected'
  /** No verdict can be had (5xx, 429, timeout, network); the session is kept. */
  | 'degraded'
  /** The browser is offline; the session is kept, checks are paused. */
  | 'offline'
  /** The server forgot the session; it is being re-established. */
  | 'reconnecting'
  /** Definitive: `reason` says why. */
  | 'disconnected'
  /** Rendered on a server, stopped or disposed. */
  | 'inactive';

export type Reason =
  /** The server forgot the session and nothing could re-establish it. */
  | 'session-lost'
  /** The idle limit was reached. */
  | 'session-timeout'
  /** The absolute limit was reached. */
  | 'session-expired'
  /** Logged out, or revoked from another device. */
  | 'session-revoked'
  /** Pushed out by a limit on sessions. */
  | 'session-evicted'
  /** The session is lost and no credential is stored. */
  | 'credential-missing'
  /** The ticket or credential was not accepted. */
  | 'credential-rejected'
  /** The user signed out here. */
  | 'signed-out'
  /** The user signed out in another tab. */
  | 'signed-out-elsewhere'
  /** No answer came back. */
  | 'network'
  /** The answer did not come in time. */
  | 'timeout'
  /** The server, or something in front of it, failed. */
  | 'server'
  /** The server asked to wait. */
  | 'rate-limited'
  /** The request itself is wrong: a header, an origin or a path. */
  | 'misconfigured'
  /** The page's content security policy forbids WebAssembly. */
  | 'wasm-blocked';

/**
 * What an answer means for the session. Lengths are in milliseconds; one that is left out means "no such limit". `User` is the type
 * of `data`.
 */
export type Verdict<User = unknown> =
  | {
      kind: 'valid';
      /** Whose session it is, for `Snapshot.subject`. */
      subject?: string;
      /** How often the server has established this session. */
      epoch?: number;
      /** Until the idle limit. */
      idleInMs?: number;
      /** Until the absolute limit. */
      absoluteInMs?: number;
      /** Until the user should be warned; without it `warnBefore` decides. */
      warnInMs?: number;
      /** Until the next check, in the place of `interval`. */
      nextCheckInMs?: number;
      /** This very call re-established the session. */
      reconnected?: boolean;
      /** Any value of the application, for `Snapshot.data`. */
      data?: User;
    }
  /** The server does not know the session: it is reconnected. */
  | { kind: 'lost' }
  /** Definitive: the user must log in again. */
  | { kind: 'ended' | 'rejected'; reason: Reason }
  /** Nothing definitive: the session is kept, and checked again. */
  | { kind: 'transient'; reason: Reason; retryAfterMs?: number };

/** What a function in the place of a call is told. */
export interface CallContext {
  /** Aborted when the call has taken too long. */
  signal: AbortSignal;
  /** 1 for the first try since the last definitive verdict. */
  attempt: number;
  /** The same for every try of one attempt, and unguessable: the server may use it to carry out a sign-in only once. */
  idempotencyKey: string;
  /** Whether the user has done anything since the last good check. */
  activity: boolean;
}

/** What a function in the place of the reconnect call is told. */
export interface ReconnectContext extends CallContext {
  /** What the credential store holds; undefined for `credential: 'cookie'`. */
  credential: unknown;
}

/** What a function in the place of the logout call is told. */
export interface LogoutContext {
  /** Aborted when the call has taken too long. */
  signal: AbortSignal;
  /** Whether every session of the subject is to end. */
  everywhere: boolean;
}

/** A place of the application's own for the credential. A method that fails costs nobody their session. */
export interface CredentialStore {
  /** The credential; null or undefined if there is none. A string is sent as `connectionString`, anything else as the JSON body. */
  load(): Promise<unknown>;
  save(credential: unknown): Promise<void>;
  clear(): Promise<void>;
}

/** What is true of the session now. Immutable, and the same object until something changes. `User` is the type of `data`. */
export interface Snapshot<User = unknown> {
  readonly status: Status;
  /** Why, where there is a reason. */
  readonly reason: Reason | null;
  /** Whose session it is, as far as the server has said. */
  readonly subject: string | null;
  /** How often the session has been established: 0 before the first verdict, one more after each reconnect. */
  readonly epoch: number;
  /**
   * `data` of the last valid session answer (`{"valid":true,"data":…}`), or of the verdict that a function gave in its place. null
   * where it had none, before the first verdict and after the session has ended. Nothing checks that it is a `User`.
   */
  readonly data: User | null;
  /** `Date.now()` of the last valid verdict. */
  readonly lastOkAt: number | null;
  /** `Date.now()` of the next check; null while there is none to come. */
  readonly nextCheckAt: number | null;
  /** Milliseconds to the nearest of the idle and absolute limits, as of this snapshot. */
  readonly expiresInMs: number | null;
  /** What went wrong last; null when all is well, and after signing out. */
  readonly error: KeepAliveError | null;
}

export interface KeepAliveError extends Error {
  readonly name: 'KeepAliveError';
  readonly code: Reason;
  /** The HTTP status, where an answer came back. */
  readonly status?: number;
  /** Whether it may heal by itself. */
  readonly retryable: boolean;
}

/** Events by name, with what a listener is given. */
export interface KeepAliveEvents<User = unknown> {
  /** Something in the snapshot changed. A late subscriber gets the current one. */
  change: Snapshot<User>;
  /** The status became `connected`. A late subscriber gets it while that is so. */
  connected: Snapshot<User>;
  /** A check is being sent. `attempt` is 1 for the first since the last definitive verdict. */
  checking: { attempt: number };
  /** A check was answered with a verdict. `shared`: another tab made it; its duration is that of the request there. */
  checked: { durationMs: number; shared: boolean };
  /** A request has taken longer than `timeout.slow`: the backend may be starting. */
  slow: { phase: 'validate' | 'reconnect'; elapsedMs: number };
  /** No verdict can be had at the moment. `retryInMs` is Infinity if nothing is tried before `start()` or `check()`. */
  degraded: { reason: Reason; retryInMs: number };
  /** The session is being re-established. */
  reconnecting: { attempt: number };
  /** The session was re-established, `downtimeMs` after the first sign of trouble. */
  reconnected: { downtimeMs: number; epoch: number };
  /** A limit is near: once a second, and at 0. */
  expiring: { secondsLeft: number };
  /** Definitive: the user must log in again. */
  disconnected: { reason: Reason };
  /** The page is about to go to `url`, unless prevented or over the budget. */
  redirect: { url: string; preventDefault(): void };
  /** The machine has slept for about this long. */
  wake: { sleptMs: number };
  /** The user has done nothing for as long as the option `idle` says, in any tab. */
  idle: {};
  /** The user is back, in whichever tab. Emitted only after `idle`. */
  active: {};
}

/** Every option has a default. A mistake is a `TypeError` at once that names the option and what it wants. */
export interface KeepAliveOptions<User = unknown> {
  /** The check: a URL, or a function that gives the verdict itself. Default '/api/validate-session'. */
  validate?: string | ((context: CallContext) => Promise<Verdict<User>>);
  /**
   * The reconnect call: a URL, a function, or false where nothing but validate can re-establish the session. Default
   * '/api/reconnect'.
   */
  reconnect?: string | false | ((context: ReconnectContext) => Promise<Verdict<User>>);
  /** The logout call: a URL, a function that has worked if it does not throw, or false. Default '/api/logout'. */
  logout?: string | false | ((context: LogoutContext) => Promise<void>);
  /**
   * Where that is kept which re-establishes a lost session. 'cookie' (default): in the server's sealed ticket, which no
   * script sees. 'memory': in this page until it is closed. 'sealed': in IndexedDB, encrypted under a key that script can use but
   * not take away; it outlives the page, is shared by tabs of one `name`, and holds what JSON can hold. Protection at rest only:
   * not against script on the page, nor against a copy of the whole browser profile, which holds the key too. Where the browser
   * forbids it, it is 'memory', with a warning. Or the application's own store.
   */
  credential?: 'cookie' | 'memory' | 'sealed' | CredentialStore;
  /** Maps an unusual backend's answer to a verdict; undefined leaves it to the default table. It gets a copy to read. */
  classify?: (response: Response) => Verdict<User> | undefined | Promise<Verdict<User> | undefined>;
  /** More headers for the calls above; a function is asked at every request. Default none. */
  headers?: Record<string, string> | (() => Record<string, string>);
  /** Between two checks, unless the server sets it. Default '5m'. */
  interval?: Duration;
  /** How far the interval is spread to both sides, as a fraction from 0 to 1. Default 0.1, which is ±10 %. */
  jitter?: number;
  /** Each at least as long as the one before it. */
  timeout?: {
    /** After this a request is called slow. Default '3s'. */
    slow?: Duration;
    /** After this a check counts as failed. Default '15s'. */
    validate?: Duration;
    /**
     * After this a request that may re-establish the session is given up, never earlier: cut off, it would leave the browser
     * with an old cookie. With 'cookie' every check may. Also the longest that a `fetch` waits. Default '90s'.
     */
    reconnect?: Duration;
  };
  /** After an answer that is no verdict. */
  retry?: {
    /** First step of the backoff while a user is waiting; each delay is random below its step. Default '500ms'. */
    base?: Duration;
    /** Longest step of the backoff, not shorter than `base`. Default '30s'. */
    cap?: Duration;
    /** With nobody waiting, the first retry falls anywhere within this. Default '30s'. */
    spread?: Duration;
  };
  /**
   * Tells several sessions of one origin apart. Tabs of one name share their checks, and should have the same options; what is
   * kept in storage is kept under it: a sign-out to be delivered, `Retry-After`, the redirect budget, the sealed credential.
   * Default 'session'.
   */
  name?: string;
  /**
   * Whether the tabs of one `name` make one check for all of them, and tell each other what came of it: numbers, subject and
   * data, as far as it can be cloned; never a credential. Where the browser has no `BroadcastChannel` or Web Locks, each tab checks
   * for itself. Default true.
   */
  crossTab?: boolean;
  /**
   * Where to go as the last resort: a URL, a function that gives one or goes there itself, or false for the events alone. Default
   * '/connect'.
   */
  login?: string | false | ((context: { reason: Reason; returnTo: string }) => string | void);
  /** The query parameter of the login URL that holds path, query and hash of the page. Default 'returnTo'. */
  returnToParam?: string;
  /** At most `max` redirects (0 to 1000) in a tab within `per`; then the event alone. Default 2 per '60s'. */
  redirectBudget?: { max?: number; per?: Duration };
  /** How long before a limit to warn, where the server does not say. Default '1m'. */
  warnBefore?: Duration;
  /** After so long without a key, a pointer, a touch or a scroll in any tab comes the event `idle`. Default false: never. */
  idle?: false | Duration;
  /** In the place of the global fetch, for the calls above and for `KeepAlive.fetch`. */
  fetch?: typeof fetch;
  /** Disposes the session when it is aborted. */
  signal?: AbortSignal;
  /**
   * true: events in words, in the console. 'replay': a log in the console that `cargo run --example replay` replays, one JSON
   * entry a line. A function gets the same entries. `at` is `Date.now()`. Default false.
   *
   * A log that can be replayed holds every event with its detail; `options`, with what the engine was made from, and before the
   * events that follow from it each `input` of the engine. The detail of these two is hexadecimal text of types that can hold
   * neither a secret nor subject or data, what other tabs tell included. In the console, events are without subject and data and the
   * login URL without its query; a function gets events as a listener does.
   */
  debug?: boolean | 'replay' | ((event: { at: number; name: string; detail?: unknown }) => void);
}

/** One session of one page. Methods need no `this`. `User` is the type of `Snapshot.data`. */
export interface KeepAlive<User = unknown> {
  /** Begins, or goes on after `stop()`. Implied by `createKeepAlive` in a browser. */
  start(): this;
  /** Pauses: no request and no redirect until `start()`. */
  stop(): void;
  /** Ends for good, and removes every listener. */
  dispose(): void;
  [Symbol.dispose](): void;
  /**
   * Resolves at the first definitive verdict, at `dispose()`, and on a server at once. Rejects only if the module cannot be
   * loaded; a new attempt has a new promise.
   */
  readonly ready: Promise<void>;
  getSnapshot(): Snapshot<User>;
  /** The snapshot that a server renders with. */
  getServerSnapshot(): Snapshot<User>;
  /** Calls the listener after every change, without arguments; the returned function removes it. */
  subscribe(listener: () => void): () => void;
  /** Listens to one event; the returned function, or the signal, removes the listener. */
  on<K extends keyof KeepAliveEvents<User>>(
    name: K,
    listener: (event: KeepAliveEvents<User>[K]) => void,
    options?: { signal?: AbortSignal },
  ): () => void;
  /**
   * After a successful connect: hands over what a reconnect needs, and checks. With 'cookie' its argument is ignored. Other tabs that
   * are signed out are signed in, and a sign-out that the server has still to learn of is forgotten. A page for connecting calls it
   * on a session that it creates no earlier than the connect has succeeded: `createKeepAlive({ login: false }).remember()`.
   */
  remember(credential?: unknown): Promise<void>;
  /** Forgets the credential that this page holds. */
  forget(): Promise<void>;
  /** Checks now. Resolves with the outcome; at once, with what is known, where no check can be sent. */
  check(): Promise<Snapshot<User>>;
  /** "I'm still here": a check that counts as activity. */
  extend(): Promise<Snapshot<User>>;
  /**
   * Signs out: at once here and in every tab, and at the server as soon as it can be told, if need be by a later page. Resolves
   * after the first attempt; without the module there is only one, and a failure rejects.
   */
  signOut(options?: { everywhere?: boolean }): Promise<void>;
  /**
   * `fetch` that survives a lost session, for this page's origin and that of `validate`: it waits for a reconnect, and sends a
   * refused request once more. Other origins pass through.
   */
  fetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response>;
}

/**
 * Keeps a session alive, from now on. Returns at once, and is inert on a server. `User` is the type of `data` in session answers; where
 * functions give the verdicts it follows from theirs.
 */
export function createKeepAlive<User = unknown>(options?: KeepAliveOptions<User>): KeepAlive<User>;

/**
 * Loads the module ahead of time, and tells the slim entry where it is. Optional: `createKeepAlive` loads it. Rejects with a
 * `KeepAliveError`.
 */
export function init(source?: { module?: string | URL | Response | BufferSource | WebAssembly.Module }): Promise<void>;
