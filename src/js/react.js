'use client';
// @ts-check
// React 18 and 19. `createElement`, because what is shipped needs no compiler.
import { createContext, createElement, useContext, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
// This line stays as it is in what is shipped: the page has one main entry, and with it one Wasm, however many modules import it. An
// application that uses `SessionProvider` alone drops it, because nothing here has side effects.
import { createKeepAlive } from './index.js';
import { expiring } from './expiring.js';
import { INACTIVE } from './snapshot.js';

/** @typedef {import('./index.js').KeepAlive<any>} KeepAlive */
/** @typedef {import('./index.js').KeepAliveOptions<any>} KeepAliveOptions */
/** @typedef {import('./index.js').Snapshot<any>} Snapshot */
/** @typedef {import('react').ReactNode} ReactNode */
/**
 * What of a session the components below use.
 * @typedef {Pick<KeepAlive, 'subscribe' | 'on' | 'getSnapshot' | 'getServerSnapshot' | 'check' | 'extend' | 'signOut' | 'fetch'>} Provided
 */

const Session = /* @__PURE__ */ createContext(/** @type {Provided | null} */ (null));

const useProvided = () => {
  const session = useContext(Session);
  if (!session) throw new Error('session-keepalive: there is no <SessionKeepAlive> or <SessionProvider> above this component');
  return session;
};

/**
 * The session of one component. It is made when it is first needed after a render, never in one: React may throw a render away, or
 * make it twice. Children's effects come before their parent's, so that it may be a child that needs it first.
 * @param {KeepAliveOptions} options
 */
const mountedSession = (options) => {
  /** @type {Record<string, any>} */
  let latest = options;
  /** @type {KeepAlive | null} */
  let session = null;
  let ended = false;

  /** Functions are looked up at every call, because a component makes them anew at every render. */
  const make = () =>
    createKeepAlive(
      Object.fromEntries(
        Object.entries(options).map(([name, value]) => {
          const now = () => (typeof latest[name] === 'function' ? latest[name] : value);
          return [name, typeof value === 'function' ? (/** @type {unknown[]} */ ...given) => now()(...given) : value];
        }),
      ),
    );
  /** What is called after the end goes to the session that has ended, which does no harm. */
  const given = () => (session ??= make());
  /** An effect runs: if it is not the first time, as in StrictMode, there has to be a new session. */
  const renewed = () => {
    if (ended) session = null;
    ended = false;
    return given();
  };

  return {
    update: (/** @type {KeepAliveOptions} */ options) => void (latest = options),
    mount() {
      const mounted = renewed();
      return () => {
        ended = true;
        mounted.dispose();
      };
    },
    subscribe: (/** @type {() => void} */ listener) => renewed().subscribe(listener),
    /** @type {KeepAlive['on']} */
    on: (...listener) => renewed().on(...listener),
    getSnapshot: () => session?.getSnapshot() ?? INACTIVE,
    getServerSnapshot: () => INACTIVE,
    check: () => given().check(),
    extend: () => given().extend(),
    signOut: (/** @type {{ everywhere?: boolean } | undefined} */ options) => given().signOut(options),
    fetch: (/** @type {Parameters<KeepAlive['fetch']>} */ ...request) => given().fetch(...request),
  };
};

/**
 * Once there was an answer the children stay, whatever becomes of the session: they hold what the user has typed.
 * @param {{ fallback?: ReactNode, children?: ReactNode }} props
 */
const Answered = ({ fallback, children }) => {
  const session = useProvided();
  const answered = useRef(false);
  const isAnswered = () => (answered.current ||= !['starting', 'inactive'].includes(session.getSnapshot().status));
  return useSyncExternalStore(session.subscribe, isAnswered, () => false) ? children : fallback;
};

/** @param {{ session: Provided, fallback?: ReactNode, children?: ReactNode }} props */
export const SessionProvider = ({ session, fallback, children }) =>
  createElement(
    Session.Provider,
    { value: session },
    fallback === undefined ? children : createElement(Answered, { fallback, children }),
  );

/** @param {KeepAliveOptions & { fallback?: ReactNode, children?: ReactNode }} props */
export const SessionKeepAlive = ({ fallback, children, ...options }) => {
  const [session] = useState(() => mountedSession(options));
  useEffect(() => session.update(options));
  useEffect(session.mount, [session]);
  return createElement(SessionProvider, { session, fallback, children });
};

/**
 * The snapshot of one component: another one only when a field that the component has read is another. Every check brings a new
 * `lastOkAt`, and few components show it.
 * @param {Provided} session
 */
const watched = ({ getSnapshot }) => {
  /** @type {Set<keyof Snapshot>} */
  const read = new Set();
  let kept = getSnapshot();
  return {
    read,
    getSnapshot() {
      const now = getSnapshot();
      if ([...read].some((field) => now[field] !== kept[field])) kept = now;
      return kept;
    },
  };
};

export const useSession = () => {
  const session = useProvided();
  const { read, getSnapshot } = useMemo(() => watched(session), [session]);
  const snapshot = useSyncExternalStore(session.subscribe, getSnapshot, session.getServerSnapshot);
  return useMemo(() => {
    const { check, extend, signOut, fetch } = session;
    const told = { check, extend, signOut, fetch };
    for (const field of /** @type {(keyof Snapshot)[]} */ (Object.keys(snapshot))) Object.defineProperty(told, field, { enumerable: true, get: () => (read.add(field), snapshot[field]) });
    return told;
  }, [session, read, snapshot]);
};

export const useExpiring = () => {
  const session = useProvided();
  const { subscribe, getSnapshot } = useMemo(() => expiring(session), [session]);
  return useSyncExternalStore(subscribe, getSnapshot, () => null);
};
