// What an app may write, and what the compiler must refuse. Compiled, never run.
import { createKeepAlive, init } from 'session-keepalive';
import type { KeepAlive, KeepAliveOptions, Reason, Snapshot, Status, Verdict } from 'session-keepalive';
import * as slim from 'session-keepalive/slim';

/** Fails to compile unless both types are the same. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const proven = <T extends true>(_?: T) => undefined;

export async function everyMethod(): Promise<void> {
  await init();
  using session = createKeepAlive({ interval: '5m', login: '/connect', credential: 'cookie' });
  proven<Same<typeof session, KeepAlive>>();

  const again: KeepAlive = session.start();
  await again.ready;
  const snapshot = session.getSnapshot();
  proven<Same<typeof snapshot, Snapshot>>();
  proven<Same<typeof snapshot.status, Status>>();
  proven<Same<typeof snapshot.reason, Reason | null>>();

  const stopListening: () => void = session.on('reconnected', ({ downtimeMs, epoch }) => {
    proven<Same<typeof downtimeMs, number>>();
    proven<Same<typeof epoch, number>>();
  }, { signal: new AbortController().signal });
  session.on('redirect', (event) => event.preventDefault());
  session.on('change', (event) => event.error?.retryable);
  stopListening();
  session.subscribe(() => session.getServerSnapshot())();

  const response: Response = await session.fetch(new URL('https://app.example/api/database'), { method: 'POST' });
  await session.remember(await response.json());
  await session.forget();
  proven<Same<typeof snapshot, Awaited<ReturnType<KeepAlive['extend']>>>>();
  await session.check();
  await session.signOut({ everywhere: true });
  session.stop();
}

/** A store and React's `useSyncExternalStore` take the methods without their object. */
export function detached({ getSnapshot, subscribe, getServerSnapshot }: KeepAlive): (() => void)[] {
  return [subscribe(() => undefined), getSnapshot, getServerSnapshot];
}

export const everyOption: KeepAliveOptions = {
  validate: async ({ signal, attempt, idempotencyKey, activity }): Promise<Verdict> => {
    const answer = await fetch(`/check?${attempt}&${idempotencyKey}&${activity}`, { signal });
    return answer.ok ? { kind: 'valid', data: await answer.json() } : { kind: 'ended', reason: 'session-expired' };
  },
  reconnect: async ({ credential }) => (credential ? { kind: 'valid', reconnected: true } : { kind: 'rejected', reason: 'credential-missing' }),
  logout: false,
  credential: { load: async () => null, save: async () => undefined, clear: async () => undefined },
  classify: (response) => (response.status === 418 ? { kind: 'transient', reason: 'server', retryAfterMs: 1000 } : undefined),
  headers: () => ({ 'x-tenant': 'a' }),
  interval: 300_000,
  jitter: 0.1,
  timeout: { slow: '3s', validate: '15s', reconnect: '90s' },
  retry: { base: '500ms', cap: '30s', spread: 30_000 },
  name: 'session',
  crossTab: true,
  login: ({ reason, returnTo }) => `/connect?because=${reason}&returnTo=${encodeURIComponent(returnTo)}`,
  returnToParam: 'returnTo',
  redirectBudget: { max: 2, per: '1m' },
  warnBefore: '1m',
  idle: false,
  fetch: globalThis.fetch,
  signal: AbortSignal.timeout(1000),
  debug: ({ at, name, detail }) => console.debug(at, name, detail),
};

export const slimFromAnywhere = [
  slim.init({ module: new URL('https://cdn.example/session_keepalive_bg.wasm') }),
  slim.init({ module: new Uint8Array() }),
  slim.createKeepAlive(everyOption),
];

// Each of these has to be an error; the compiler complains about a directive that is not needed.
export const refused: KeepAliveOptions[] = [
  // @ts-expect-error: no such option
  { intervall: '5m' },
  // @ts-expect-error: no such unit
  { interval: '5 minutes' },
  // @ts-expect-error: no such place
  { credential: 'localStorage' },
  // @ts-expect-error: a redirect goes to a path, or nowhere
  { login: true },
  // @ts-expect-error: a verdict has a kind
  { validate: async () => ({ ok: true }) },
  // @ts-expect-error: only what the table of reasons knows
  { classify: () => ({ kind: 'ended', reason: 'because' }) },
];

export function refusedUse(session: KeepAlive): void {
  // @ts-expect-error: no such event
  session.on('reconnect', () => undefined);
  // @ts-expect-error: a snapshot does not change
  session.getSnapshot().status = 'connected';
  // @ts-expect-error: the place of the Wasm goes by its name
  void init('https://cdn.example/session_keepalive_bg.wasm');
}
