'use client';
// React 18 and 19. `createElement`, because what is shipped needs no compiler.
import { createContext, createElement, useContext, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
// This line stays as it is in what is shipped: the page has one main entry, and with it one Wasm, whoever imports it. An
// application that uses `SessionProvider` alone drops it, because nothing here has side effects.
import { createKeepAlive } from './index.js';
import { expiring } from './expiring.js';
import { INACTIVE } from './snapshot.js';

const Session = /* @__PURE__ */ createContext(null);

const useProvided = () => {
  const session = useContext(Session);
  if (!session) throw new Error('session-keepalive: there is no <SessionKeepAlive> or <SessionProvider> above this component');
  return session;
};

/**
 * The session of one component. It is made when it is first needed after a render, never in one: React may throw a render away, or
 * make it twice. Children's effects come before their parent's, so that it may be a child that needs it first.
 */
const mountedSession = (options) => {
  let latest = options;
  let session = null;
  let ended = false;

  /** Functions are looked up at every call, because a component makes them anew at every render. */
  const make = () =>
    createKeepAlive(
      Object.fromEntries(
        Object.entries(options).map(([name, value]) => {
          const now = () => (typeof latest[name] === 'function' ? latest[name] : value);
          return [name, typeof value === 'function' ? (...given) => now()(...given) : value];
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
    update: (options) => void (latest = options),
    mount() {
      renewed();
      return () => {
        ended = true;
        session.dispose();
      };
    },
    subscribe: (listener) => renewed().subscribe(listener),
    on: (...listener) => renewed().on(...listener),
    getSnapshot: () => session?.getSnapshot() ?? INACTIVE,
    getServerSnapshot: () => INACTIVE,
    check: () => given().check(),
    extend: () => given().extend(),
    signOut: (options) => given().signOut(options),
    fetch: (...request) => given().fetch(...request),
  };
};

/** Once there was an answer the children stay, whatever becomes of the session: they hold what the person has typed. */
const Answered = ({ fallback, children }) => {
  const session = useContext(Session);
  const answered = useRef(false);
  const isAnswered = () => (answered.current ||= !['starting', 'inactive'].includes(session.getSnapshot().status));
  return useSyncExternalStore(session.subscribe, isAnswered, () => false) ? children : fallback;
};

export const SessionProvider = ({ session, fallback, children }) =>
  createElement(
    Session.Provider,
    { value: session },
    fallback === undefined ? children : createElement(Answered, { fallback, children }),
  );

export const SessionKeepAlive = ({ fallback, children, ...options }) => {
  const [session] = useState(() => mountedSession(options));
  useEffect(() => session.update(options));
  useEffect(session.mount, [session]);
  return createElement(SessionProvider, { session, fallback, children });
};

/**
 * The snapshot of one component: another one only when a field that the component has read is another. Every check brings a new
 * `lastOkAt`, and few components show it.
 */
const watched = ({ getSnapshot }) => {
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
    for (const field in snapshot) Object.defineProperty(told, field, { enumerable: true, get: () => (read.add(field), snapshot[field]) });
    return told;
  }, [session, read, snapshot]);
};

export const useExpiring = () => {
  const session = useProvided();
  const { subscribe, getSnapshot } = useMemo(() => expiring(session), [session]);
  return useSyncExternalStore(subscribe, getSnapshot, () => null);
};
