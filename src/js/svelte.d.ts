import type { KeepAlive, KeepAliveOptions, Snapshot } from './index.js';

/** Svelte's `Readable`: `$session` in a component, `fromStore(session).current` elsewhere. */
export interface Readable<Value> {
  /** Calls `run` now and after every change. */
  subscribe(this: void, run: (value: Value) => void, invalidate?: () => void): () => void;
}

/** A `KeepAlive` whose `subscribe` tells the snapshot, at once and after every change. */
export interface Session<User = unknown> extends Omit<KeepAlive<User>, 'subscribe'>, Readable<Snapshot<User>> {
  start(): this;
}

/** Keeps a session alive until it is disposed: `onDestroy(session.dispose)` where it is made in a component. */
export function sessionKeepAlive<User = unknown>(options?: KeepAliveOptions<User>): Session<User>;

/**
 * The same with a session that exists already, with `session-keepalive/slim` or in a test. Without `sessionKeepAlive` nothing of the
 * main entry is bundled.
 */
export function sessionStore<User = unknown>(session: KeepAlive<User>): Session<User>;

/** Seconds to the nearest limit while the user should be warned (`warnBefore`), else null. */
export function expiring(session: KeepAlive): Readable<number | null>;
