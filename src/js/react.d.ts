import type { ReactElement, ReactNode } from 'react';
import type { KeepAlive, KeepAliveOptions, Snapshot } from './index.js';

interface Children {
  children?: ReactNode;
  /**
   * Shown in the place of the children until there is a first answer, and by a server. Once they were shown the children stay,
   * whatever becomes of the session.
   */
  fallback?: ReactNode;
}

/** The options are those of the first render, functions those of the latest. A new `key` begins anew with all of them. */
export interface SessionKeepAliveProps<User = unknown> extends KeepAliveOptions<User>, Children {}

/** Keeps a session alive for as long as it is mounted: one, also under StrictMode. */
export function SessionKeepAlive<User = unknown>(props: SessionKeepAliveProps<User>): ReactElement;

export interface SessionProviderProps extends Children {
  session: KeepAlive;
}

/**
 * Gives its children a session that the application has made, with `session-keepalive/slim`, in a module of its own, or in a test; the
 * application disposes of it. Without `SessionKeepAlive` nothing of the main entry is bundled.
 */
export function SessionProvider(props: SessionProviderProps): ReactElement;

/**
 * What is true now, and what can be done about it. A component renders when a field that it has read changes, so take those you
 * need: `const { status } = useSession()`. The fields are those of its latest render; the functions stay the same.
 */
export type Session<User = unknown> = Snapshot<User> & Pick<KeepAlive<User>, 'check' | 'extend' | 'signOut' | 'fetch'>;

/** `User` is the type of `data`; React's context cannot carry it from the provider, so each hook names it. */
export function useSession<User = unknown>(): Session<User>;

/** Seconds to the nearest limit while the user should be warned (`warnBefore`), else null. */
export function useExpiring(): number | null;
