/** session-keepalive, by whichever entry. */
import { answered } from './answered.js';

export const startWith = (createKeepAlive) => ({ base, intervalMs }) => {
  const session = createKeepAlive({
    validate: `${base}/api/validate-session`,
    reconnect: `${base}/api/reconnect`,
    logout: `${base}/api/logout`,
    interval: intervalMs,
    login: false,
  });
  const connected = () => {
    const { status, reason } = session.getSnapshot();
    if (status !== 'connected') throw new Error(`session-keepalive is ${status} (${reason})`);
  };
  return {
    ready: session.ready.then(connected),
    check: () => session.check().then(connected),
    request: () =>
      answered(
        fetch(`${base}/api/validate-session`, {
          method: 'POST',
          credentials: 'include',
          cache: 'no-store',
          keepalive: true,
          headers: { 'content-type': 'application/json', 'x-session-keepalive': '1' },
          body: '{"activity":false}',
        }),
      ),
  };
};
