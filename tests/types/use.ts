// Everything that an application can write, as its compiler sees it. Compiled, never run.
import { createKeepAlive, init } from 'session-keepalive';
import type {
  CallContext, CredentialStore, Duration, KeepAlive, KeepAliveError, KeepAliveEvents, KeepAliveOptions, LogoutContext, Reason,
  ReconnectContext, Snapshot, Status, Verdict,
} from 'session-keepalive';
import * as slim from 'session-keepalive/slim';

/** Holds only if both types are the same. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const holds = <_ extends true>() => {};

/** What an application's server puts into `data`. */
interface User { name: string; theme: 'dark' | 'light' }

// --- options, in every form ---

export const nothing: KeepAlive = createKeepAlive();
export const empty: KeepAliveOptions = {};

const durations: Duration[] = [1, 1500, '250ms', '5s', '1.5s', '5m', '2h', '30d'];
holds<Same<KeepAliveOptions['interval'], Duration | undefined>>();

const store: CredentialStore = {
  load: async () => 'sqlite:sample.db',
  save: async (credential: unknown) => void credential,
  clear: async () => {},
};
class Vault implements CredentialStore {
  #held: unknown = null;
  async load() { return this.#held; }
  async save(credential: unknown) { this.#held = credential; }
  async clear() { this.#held = null; }
}

const addresses: KeepAliveOptions = {
  validate: '/api/validate-session',
  reconnect: '/api/reconnect',
  logout: '/api/logout',
  login: '/connect',
};

const functions: KeepAliveOptions = {
  validate: async ({ signal, attempt, idempotencyKey, activity }) => {
    holds<Same<typeof signal, AbortSignal>>();
    holds<Same<typeof attempt, number>>();
    holds<Same<typeof idempotencyKey, string>>();
    holds<Same<typeof activity, boolean>>();
    return { kind: 'valid' };
  },
  reconnect: async ({ credential, signal, idempotencyKey }) => {
    holds<Same<typeof credential, unknown>>();
    await fetch('/own', { signal, headers: { 'idempotency-key': idempotencyKey } });
    return { kind: 'rejected', reason: 'credential-rejected' };
  },
  logout: async ({ everywhere, signal }) => {
    holds<Same<typeof everywhere, boolean>>();
    await fetch('/bye', { signal, method: everywhere ? 'DELETE' : 'POST' });
  },
  login: ({ reason, returnTo }) => {
    holds<Same<typeof reason, Reason>>();
    return `/in?why=${reason}&next=${encodeURIComponent(returnTo)}`;
  },
};

const withoutContext: KeepAliveOptions = {
  validate: async () => ({ kind: 'lost' }),
  reconnect: async () => ({ kind: 'valid', reconnected: true }),
  logout: async () => {},
  login: () => {},
};

const off: KeepAliveOptions = { reconnect: false, logout: false, login: false, crossTab: false, idle: false, debug: false };

const verdicts: Verdict[] = [
  { kind: 'valid' },
  {
    kind: 'valid', subject: 'alice', epoch: 2, idleInMs: 1, absoluteInMs: 2, warnInMs: 3, nextCheckInMs: 4, reconnected: true,
    data: { theme: 'dark' },
  },
  { kind: 'lost' },
  { kind: 'ended', reason: 'session-expired' },
  { kind: 'rejected', reason: 'credential-rejected' },
  { kind: 'transient', reason: 'server' },
  { kind: 'transient', reason: 'rate-limited', retryAfterMs: 1000 },
];

export const everything: Required<KeepAliveOptions<User>> = {
  validate: (context: CallContext) => Promise.resolve(context.activity ? { kind: 'valid' } : { kind: 'lost' }),
  reconnect: (context: ReconnectContext) => Promise.resolve(context.credential ? { kind: 'valid' } : { kind: 'lost' }),
  logout: async (context: LogoutContext) => context.signal.throwIfAborted(),
  credential: 'cookie',
  classify: (response: Response) => (response.status === 498 ? { kind: 'lost' } : undefined),
  headers: { 'x-tenant': 'a' },
  interval: '5m',
  jitter: 0.1,
  timeout: { slow: '3s', validate: '15s', reconnect: '90s' },
  retry: { base: 500, cap: '30s', spread: '30s' },
  name: 'session',
  crossTab: true,
  login: '/connect',
  returnToParam: 'returnTo',
  redirectBudget: { max: 2, per: '60s' },
  warnBefore: '1m',
  idle: false,
  fetch: (input, requestInit) => fetch(input, requestInit),
  signal: new AbortController().signal,
  debug: ({ at, name, detail }) => console.log(at.toFixed(), name.trim(), detail),
};

export const variants: KeepAliveOptions[] = [
  addresses, functions, withoutContext, off,
  { idle: '10m' }, { idle: 600_000 }, { idle: false }, { crossTab: true, name: 'admin' },
  { credential: 'memory' }, { credential: 'sealed' }, { credential: store }, { credential: new Vault() },
  { classify: async (response) => ((await response.text()) ? { kind: 'lost' } : undefined) },
  { headers: () => ({ authorization: 'Bearer x' }) },
  { timeout: { slow: 100 } }, { retry: {} }, { redirectBudget: { max: 1 } }, { redirectBudget: { per: '1h' } },
  { fetch: globalThis.fetch }, { debug: true }, { debug: 'replay' },
  ...durations.map((interval) => ({ interval, warnBefore: interval })),
  { validate: async () => verdicts[0] ?? { kind: 'lost' } },
];

// --- one session ---

export async function use(): Promise<void> {
  await init();
  await init({ module: '/static/session_keepalive_bg.wasm' });
  await init({ module: new URL('./module.wasm', 'https://app.example') });
  await init({ module: new Uint8Array([0]) });
  await init({ module: new Response() });
  await slim.init({ module: await WebAssembly.compile(new Uint8Array()) });

  const session = slim.createKeepAlive({ credential: 'memory' });
  holds<Same<typeof session, KeepAlive>>();
  const same: KeepAlive = session.start();
  same.stop();
  await session.ready;

  const snapshot: Snapshot = session.getSnapshot();
  holds<Same<typeof snapshot.status, Status>>();
  holds<Same<typeof snapshot.reason, Reason | null>>();
  holds<Same<typeof snapshot.subject, string | null>>();
  holds<Same<typeof snapshot.epoch, number>>();
  holds<Same<typeof snapshot.data, unknown>>();
  holds<Same<Snapshot, Snapshot<unknown>>>();
  holds<Same<typeof snapshot.lastOkAt, number | null>>();
  holds<Same<typeof snapshot.nextCheckAt, number | null>>();
  holds<Same<typeof snapshot.expiresInMs, number | null>>();
  holds<Same<typeof snapshot.error, KeepAliveError | null>>();
  holds<Same<ReturnType<KeepAlive['getServerSnapshot']>, Snapshot>>();
  if (snapshot.error) {
    const { code, status, retryable, message, cause } = snapshot.error;
    const told: [Reason, number | undefined, boolean, string, unknown] = [code, status, retryable, message, cause];
    console.log(told);
  }

  // As React's useSyncExternalStore and Svelte's stores take them.
  const external: [(listener: () => void) => () => void, () => Snapshot, () => Snapshot] =
    [session.subscribe, session.getSnapshot, session.getServerSnapshot];
  external[0](() => {})();

  await session.remember('sqlite:sample.db');
  await session.remember({ token: 't' });
  await session.remember();
  await session.forget();
  holds<Same<ReturnType<KeepAlive['check']>, Promise<Snapshot>>>();
  holds<Same<ReturnType<KeepAlive['extend']>, Promise<Snapshot>>>();
  await session.signOut();
  await session.signOut({ everywhere: true });
  const { ok } = await session.fetch('/api/a');
  await session.fetch(new URL('https://app.example/a'), { method: 'POST', body: 'x' });
  await session.fetch(new Request('/api/a'), { signal: AbortSignal.timeout(5) });
  const asFetch: typeof fetch = session.fetch;
  console.log(ok, asFetch);
  session[Symbol.dispose]();
  session.dispose();
}

// --- every event, with exactly its payload ---

export const listen = (session: KeepAlive, signal: AbortSignal): Array<() => void> => [
  session.on('change', ({ status }) => status === 'connected', { signal }),
  session.on('connected', ({ epoch, subject }) => console.log(epoch, subject?.length)),
  session.on('checking', ({ attempt }) => attempt.toFixed()),
  session.on('checked', ({ durationMs, shared }) => (shared ? 0 : durationMs.toFixed())),
  session.on('slow', ({ phase, elapsedMs }) => (phase === 'validate' || phase === 'reconnect') && elapsedMs > 0),
  session.on('degraded', ({ reason, retryInMs }) => reason === 'server' && retryInMs < Infinity),
  session.on('reconnecting', ({ attempt }) => attempt > 1),
  session.on('reconnected', ({ downtimeMs, epoch }) => downtimeMs + epoch),
  session.on('expiring', ({ secondsLeft }) => secondsLeft === 0),
  session.on('disconnected', ({ reason }) => reason === 'signed-out'),
  session.on('redirect', (event) => {
    console.log(event.url.length);
    event.preventDefault();
  }),
  session.on('wake', ({ sleptMs }) => sleptMs > 0),
  session.on('idle', () => {}),
  session.on('active', () => {}),
];

// --- the type of `data`, from createKeepAlive to wherever it comes out ---

export async function typed(session: KeepAlive<User>): Promise<void> {
  const named = createKeepAlive<User>();
  holds<Same<typeof named, KeepAlive<User>>>();
  holds<Same<ReturnType<typeof slim.createKeepAlive<User>>, KeepAlive<User>>>();
  const same: KeepAlive<User> = named.start();
  holds<Same<typeof session.getSnapshot, () => Snapshot<User>>>();
  holds<Same<typeof session.getServerSnapshot, () => Snapshot<User>>>();
  const { data } = same.getSnapshot();
  holds<Same<typeof data, User | null>>();
  if (data) holds<Same<typeof data.theme, 'dark' | 'light'>>();
  holds<Same<Awaited<ReturnType<KeepAlive<User>['check']>>, Snapshot<User>>>();
  holds<Same<Awaited<ReturnType<KeepAlive<User>['extend']>>, Snapshot<User>>>();
  holds<Same<KeepAliveEvents<User>['change'], Snapshot<User>>>();
  holds<Same<KeepAliveEvents<User>['connected'], Snapshot<User>>>();
  session.on('change', (snapshot) => { holds<Same<typeof snapshot.data, User | null>>(); });
  session.on('connected', ({ data }) => { holds<Same<typeof data, User | null>>(); });
  session.on('degraded', ({ reason }) => { holds<Same<typeof reason, Reason>>(); });
  // Where nothing looks at `data`, any session will do.
  const any: KeepAlive = session;
  const anySnapshot: Snapshot = session.getSnapshot();
  console.log(any, anySnapshot);
}

const alice: User = { name: 'Alice', theme: 'dark' };
export const typedOptions: KeepAliveOptions<User> = {
  validate: async () => ({ kind: 'valid', data: alice }),
  reconnect: async () => ({ kind: 'valid', reconnected: true, data: { name: 'Bob', theme: 'light' } }),
  classify: async (response) => (response.ok ? { kind: 'valid', data: alice } : undefined),
};
export const typedVerdicts: Verdict<User>[] = [{ kind: 'valid' }, { kind: 'valid', data: alice }, { kind: 'lost' }];

// Where functions give the verdicts, the type follows from theirs.
export const fromVerdicts = () => {
  const validated = createKeepAlive({ validate: async () => ({ kind: 'valid', data: alice }) });
  holds<Same<typeof validated, KeepAlive<User>>>();
  const classified = createKeepAlive({ classify: () => ({ kind: 'valid', data: alice }) });
  holds<Same<typeof classified, KeepAlive<User>>>();
  const fromOptions = createKeepAlive(typedOptions);
  holds<Same<typeof fromOptions, KeepAlive<User>>>();
  const untold = createKeepAlive({ validate: async () => ({ kind: 'lost' }) });
  holds<Same<typeof untold, KeepAlive<unknown>>>();
};

// A listener for whatever comes.
export const listenToAll = (session: KeepAlive, names: Array<keyof KeepAliveEvents>) =>
  names.map((name) => session.on(name, (event) => console.log(name, event)));

// Nothing is forgotten when a status is shown to the user.
export const told = (status: Status): string => {
  switch (status) {
    case 'starting': return '…';
    case 'connected': return 'connected';
    case 'degraded': return 'trying again';
    case 'offline': return 'offline';
    case 'reconnecting': return 'reconnecting';
    case 'disconnected': return 'signed out';
    case 'inactive': return '';
  }
};
