// The Vue adapter, as an application's compiler sees it. Compiled, never run.
import { createApp, type Ref } from 'vue';
import { createKeepAlive, type Snapshot, type Status } from 'session-keepalive';
import { createSessionKeepAlive, sessionPlugin, useExpiring, useSession } from 'session-keepalive/vue';

/** Holds only if both types are the same. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const holds = <_ extends true>() => {};

/** What an application's server puts into `data`. */
interface User { name: string; theme: 'dark' | 'light' }

createApp({}).use(createSessionKeepAlive({ interval: '5m' })).use(createSessionKeepAlive()).use(sessionPlugin(createKeepAlive()))
  .use(createSessionKeepAlive<User>({ validate: async () => ({ kind: 'valid', data: { name: 'Alice', theme: 'dark' } }) }))
  .use(sessionPlugin(createKeepAlive<User>()));

export const setup = () => {
  const { status, subject, data, check, fetch } = useSession();
  holds<Same<typeof status, Readonly<Ref<Status>>>>();
  holds<Same<typeof subject, Readonly<Ref<string | null>>>>();
  holds<Same<typeof data, Readonly<Ref<unknown>>>>();
  const { data: user, check: typedCheck } = useSession<User>();
  holds<Same<typeof user, Readonly<Ref<User | null>>>>();
  holds<Same<ReturnType<typeof typedCheck>, Promise<Snapshot<User>>>>();
  const seconds = useExpiring();
  holds<Same<typeof seconds, Readonly<Ref<number | null>>>>();
  return { told: status.value.length, left: seconds.value?.toFixed(), check, fetch };
};

// --- mistakes: each line has exactly one ---

// @ts-expect-error unknown option
createSessionKeepAlive({ intervall: '5m' });
// @ts-expect-error options are for createSessionKeepAlive()
sessionPlugin({ interval: '5m' });
// @ts-expect-error what it gives cannot be written
useSession().status.value = 'connected';
// @ts-expect-error no such field of the user
useSession<User>().data.value?.email;
// @ts-expect-error that is not the user's type
createSessionKeepAlive<User>({ validate: async () => ({ kind: 'valid', data: 'Alice' }) });
// @ts-expect-error a ref is not its value
useSession().status.length;
