import type { Plugin, Ref } from 'vue';
import type { KeepAlive, KeepAliveOptions, Snapshot } from './index.js';

/** `app.use(createSessionKeepAlive(options))`: keeps a session alive until the application is unmounted. Before `app.mount()`. */
export function createSessionKeepAlive<User = unknown>(options?: KeepAliveOptions<User>): Plugin<[]>;

/**
 * `app.use(sessionPlugin(session))`: the same with a session that the application has made, with `session-keepalive/slim`, for a
 * router's guards, or in a test; the application disposes of it. Without `createSessionKeepAlive` nothing of the main entry is
 * bundled.
 */
export function sessionPlugin(session: KeepAlive): Plugin<[]>;

/** What is true now, each field a ref, and what can be done about it. */
export type Session<User = unknown> = { readonly [Field in keyof Snapshot<User>]: Readonly<Ref<Snapshot<User>[Field]>> } &
  Pick<KeepAlive<User>, 'check' | 'extend' | 'signOut' | 'fetch'>;

/** `User` is the type of `data`; `provide` and `inject` cannot carry it from the plugin, so each component names it. */
export function useSession<User = unknown>(): Session<User>;

/** Seconds to the nearest limit while the user should be warned (`warnBefore`), else null. */
export function useExpiring(): Readonly<Ref<number | null>>;
