// The adapters but Vue's, and the testing kit, as an application's compiler sees them. Compiled, never run.
import axios from 'axios';
import { createElement, type ReactElement } from 'react';
import { fromStore, type Readable } from 'svelte/store';
import { createKeepAlive } from 'session-keepalive';
import type { KeepAlive, KeepAliveOptions, Reason, Snapshot, Status } from 'session-keepalive';
import { attach } from 'session-keepalive/axios';
import * as react from 'session-keepalive/react';
import * as svelte from 'session-keepalive/svelte';
import { createTestWorld } from 'session-keepalive/testing';
import type { Tab, TestRequest, TestWorld } from 'session-keepalive/testing';

/** Holds only if both types are the same. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const holds = <_ extends true>() => {};

/** What an application's server puts into `data`. */
interface User { name: string; theme: 'dark' | 'light' }

const options: KeepAliveOptions = { interval: '5m', login: false };
const session = createKeepAlive(options);
const typed = createKeepAlive<User>();

// --- React ---

export const elements: ReactElement[] = [
  createElement(react.SessionKeepAlive),
  createElement(react.SessionKeepAlive, { ...options, fallback: 'wait' }, createElement('p'), 'text'),
  createElement(react.SessionKeepAlive, { headers: () => ({ a: 'b' }), fallback: null, key: 'anew' }),
  createElement(react.SessionProvider, { session, fallback: createElement('p') }, 'text'),
  // As JSX calls it: `createElement` widens the words in an object that it is given.
  react.SessionKeepAlive<User>({ validate: async () => ({ kind: 'valid', data: { name: 'Alice', theme: 'dark' } }) }),
  createElement(react.SessionKeepAlive<User>, { interval: '5m' }),
  createElement(react.SessionProvider, { session: typed }),
];

export function Component(): ReactElement {
  const current = react.useSession();
  holds<Same<typeof current, react.Session>>();
  holds<Same<react.Session, Snapshot & Pick<KeepAlive, 'check' | 'extend' | 'signOut' | 'fetch'>>>();
  const { status, reason, check, extend, signOut, fetch } = current;
  holds<Same<typeof status, Status>>();
  holds<Same<typeof reason, Reason | null>>();
  const actions: Array<() => Promise<unknown>> = [check, extend, () => signOut({ everywhere: true }), () => fetch('/api/a')];
  const { data } = react.useSession<User>();
  holds<Same<typeof data, User | null>>();
  holds<Same<typeof current.data, unknown>>();
  holds<Same<ReturnType<react.Session<User>['check']>, Promise<Snapshot<User>>>>();
  holds<Same<react.SessionKeepAliveProps<User>['validate'], KeepAliveOptions<User>['validate']>>();
  const seconds = react.useExpiring();
  holds<Same<typeof seconds, number | null>>();
  return createElement('button', { onClick: actions[0] }, seconds ?? status);
}

// --- Svelte ---

const store = svelte.sessionKeepAlive(options);
svelte.sessionKeepAlive();
export const readable: Readable<Snapshot> = svelte.sessionStore(session);
export const keepAlive: KeepAlive = store;
export const now: Status = fromStore(store).current.status;
export const left: Readable<number | null> = svelte.expiring(store);
store.subscribe(({ status }) => status.length)();

const typedStore = svelte.sessionKeepAlive<User>();
holds<Same<typeof typedStore, svelte.Session<User>>>();
const ofTyped = svelte.sessionStore(typed);
holds<Same<typeof ofTyped, svelte.Session<User>>>();
export const typedReadable: Readable<Snapshot<User>> = ofTyped;
export const typedKeepAlive: KeepAlive<User> = typedStore;
const inComponent = fromStore(typedStore).current.data;
holds<Same<typeof inComponent, User | null>>();
export const typedLeft: Readable<number | null> = svelte.expiring(typedStore);

// --- axios ---

export const detach: () => void = attach(axios.create(), session);
attach(axios, session);
attach(axios, typed);

// --- the testing kit ---

export async function tested(): Promise<void> {
  const world: TestWorld = createTestWorld({
    url: 'https://app.example/', now: new Date(), seed: 2, subject: 'bob', signedIn: true, remember: false,
    limits: { idle: '30m', absolute: '8h', warnBefore: 60_000, nextCheck: '1m' },
    accepts: (credential) => credential === 'x',
    module: await WebAssembly.compile(new Uint8Array()),
    respond: async (request, { subject, epoch }) => Response.json({ url: request.url, subject, epoch }),
  });
  createTestWorld();
  const own: KeepAlive = world.createKeepAlive(options);
  const tab: Tab = world.openTab();
  tab.createKeepAlive();
  const ofUser = world.createKeepAlive<User>();
  holds<Same<typeof ofUser, KeepAlive<User>>>();
  const inTab = tab.createKeepAlive({ validate: async () => ({ kind: 'valid', data: 1 }) });
  holds<Same<typeof inTab, KeepAlive<number>>>();
  await world.advance('5m');
  await world.settle();
  world.signIn();
  world.signIn({ remember: false });
  const { simulate } = world;
  simulate.restart();
  simulate.restart({ downFor: '20s' });
  simulate.offline();
  simulate.online();
  simulate.revoke();
  simulate.expire();
  simulate.timeout();
  simulate.evict();
  simulate.fault();
  simulate.fault({ status: 503, retryAfter: '10s', times: 1 });
  simulate.slow();
  simulate.slow('20s');
  simulate.recover();
  simulate.sleep('1h');
  const [request]: readonly TestRequest[] = world.requests;
  holds<Same<typeof request, TestRequest | undefined>>();
  for (const act of [tab.hide, tab.show, tab.act, tab.reload, tab.close, tab.crash]) act();
  const visited: readonly string[] = world.tab.visited;
  const send: typeof fetch = tab.fetch;
  const at: number = world.now();
  console.log(own, visited, send, at);
}
