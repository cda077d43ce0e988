/** better-auth's client with a refetch interval, and its session subscribed to, as its framework hooks do. */
import { createAuthClient } from 'better-auth/client';
import { answered } from './answered.js';

export const start = ({ base, intervalMs }) => {
  const baseURL = `${location.origin}${base}/api/auth`;
  const { useSession: session } = createAuthClient({ baseURL, sessionOptions: { refetchInterval: intervalMs / 1000 } });
  const signedIn = () => {
    const { data, error } = session.get();
    if (!data) throw new Error(`better-auth has no session (${error?.message ?? 'no error'})`);
  };
  return {
    ready: new Promise((resolve) => session.subscribe(({ isPending }) => isPending || resolve())).then(signedIn),
    check: () => session.get().refetch().then(signedIn),
    request: () => answered(fetch(`${baseURL}/get-session`, { credentials: 'include' })),
  };
};
