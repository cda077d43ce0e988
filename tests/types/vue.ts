// The Vue adapter, as an application's compiler sees it. Compiled, never run.
import { createApp, type Ref } from 'vue';
import { createKeepAlive, type Status } from 'session-keepalive';
import { createSessionKeepAlive, sessionPlugin, useExpiring, useSession } from 'session-keepalive/vue';

/** Holds only if both types are the same. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const holds = <_ extends true>() => {};

createApp({}).use(createSessionKeepAlive({ interval: '5m' })).use(createSessionKeepAlive()).use(sessionPlugin(createKeepAlive()));

export const setup = () => {
  const { status, subject, data, check, fetch } = useSession();
  holds<Same<typeof status, Readonly<Ref<Status>>>>();
  holds<Same<typeof subject, Readonly<Ref<string | null>>>>();
  holds<Same<typeof data, Readonly<Ref<unknown>>>>();
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
// @ts-expect-error a ref is not its value
useSession().status.length;
