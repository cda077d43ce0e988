import type { Duration, KeepAlive, KeepAliveOptions } from './index.js';

export interface TestWorldOptions {
  /** Where the tabs are. Default 'https://app.example/'. */
  url?: string;
  /** `Date.now()` at the beginning. Default the first of January 2030. */
  now?: number | Date;
  /** Of the dice that spread checks and retries: the same world for the same seed. Default 1. */
  seed?: number;
  /** Whose sessions the server has. Default 'alice'. */
  subject?: string;
  /** Whether somebody has signed in already. Default true. */
  signedIn?: boolean;
  /** Whether that sign-in left a reconnect ticket, which `credential: 'cookie'` lives by. Default true. */
  remember?: boolean;
  /** When the server ends sessions by itself, each default never. The idle limit counts from what the user did. */
  limits?: { idle?: Duration; absolute?: Duration; warnBefore?: Duration; nextCheck?: Duration };
  /** Whether a credential is good, on `/api/connect` and `/api/reconnect`. Default always. */
  accepts?: (credential: unknown) => boolean | Promise<boolean>;
  /**
   * Answers every request that is no call of the protocol. It is asked only where there is a session; otherwise the answer is a 401
   * with SESSION_UNKNOWN, as after a restart.
   */
  respond?: (request: Request, session: { subject: string; epoch: number }) => Response | Promise<Response>;
  /**
   * The module, compiled, for workers that forbid compiling: there `import module from 'session-keepalive/wasm'` gives one. It must be of
   * the same version. Default: the kit compiles its own copy when a page first needs it.
   */
  module?: WebAssembly.Module;
}

/** A request that a tab made. */
export interface TestRequest {
  /** The world's time in milliseconds. */
  readonly at: number;
  /** `Tab.id`. */
  readonly tab: number;
  readonly method: string;
  readonly url: string;
  readonly path: string;
  /** Parsed, if it was JSON. */
  readonly body: unknown;
  /** null while there is no answer, or if none came. */
  readonly status: number | null;
}

/** A tab of the world's browser. Tabs share cookies, local storage, channels and locks. */
export interface Tab {
  readonly id: number;
  /** Where the session has sent the page: the login page, as the last resort. The page stays. */
  readonly visited: readonly string[];
  /** The tab's own `fetch`, for functions such as `validate` that need one. */
  readonly fetch: typeof fetch;
  /** A session in this tab: the real module, on the world's clock and network. */
  createKeepAlive<User = unknown>(options?: KeepAliveOptions<User>): KeepAlive<User>;
  hide(): void;
  show(): void;
  /** The user presses a button. */
  act(): void;
  /** The page is left, and is loaded anew: create its session again. */
  reload(): void;
  close(): void;
  /** Ends without a word, as when the browser kills it. */
  crash(): void;
}

/** What can go wrong. */
export interface Simulate {
  /** The server forgets its sessions; with `downFor` nobody answers for so long. */
  restart(options?: { downFor?: Duration }): void;
  /** The sessions are over: `session-revoked`. */
  revoke(): void;
  /** `session-expired`. */
  expire(): void;
  /** `session-timeout`. */
  timeout(): void;
  /** `session-evicted`. */
  evict(): void;
  offline(): void;
  online(): void;
  /** What is asked is answered with this status; without one, not at all. The first `times`, or until `recover()`. */
  fault(fault?: { status?: number; retryAfter?: Duration; times?: number }): void;
  /** Answers take so long, default 5 s. */
  slow(by?: Duration): void;
  /** Ends `fault` and `slow`. */
  recover(): void;
  /** The machine sleeps: its timers stop, the wall clock does not. A visible tab notices within 30 s. */
  sleep(duration: Duration): void;
}

export interface TestWorld {
  /** The first tab. */
  readonly tab: Tab;
  /** A session in the first tab. */
  createKeepAlive<User = unknown>(options?: KeepAliveOptions<User>): KeepAlive<User>;
  openTab(): Tab;
  /** Everything that was asked, in order. */
  readonly requests: readonly TestRequest[];
  /** The world's `Date.now()`. */
  now(): number;
  /** Lets time go by, with everything that it brings. */
  advance(duration: Duration): Promise<void>;
  /** Lets everything go on that needs no time. */
  settle(): Promise<void>;
  /** Somebody signs in at the server, as on a page for connecting, which then calls `session.remember()`. */
  signIn(options?: { remember?: boolean }): void;
  readonly simulate: Simulate;
}

/** A browser with its tabs, a network and a server, in a time of its own. It leaves nothing behind. For Node, Deno, Bun and workers. */
export function createTestWorld(options?: TestWorldOptions): TestWorld;
