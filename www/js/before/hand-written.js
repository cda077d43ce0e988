// The keep-alive that people write by hand: an interval, a stored connection string, a reconnect, and the login page if that
// fails. examples/before/SessionKeepAlive.jsx is the same as a component.

const HEADERS = { 'content-type': 'application/json', 'x-session-keepalive': '1' };

/**
 * @param {{fetch: typeof fetch, interval: number, connectionString: string, reconnected: () => void,
 *   redirect: (why: string) => void}} given `redirect`: where the usual code sets `window.location.href`; `why` is for this demo
 * @returns {() => void} ends it, as leaving the page would
 */
export function keepAliveByHand({ fetch, interval, connectionString, reconnected, redirect }) {
  let left = false;
  let underWay = false;
  const post = (path, body) => fetch(path, { method: 'POST', headers: HEADERS, body: JSON.stringify(body) });

  const validate = async () => {
    try {
      const response = await post('/demo/before/validate-session', {});
      if (response.ok) return;
      await reconnect();
    } catch {
      leave('there was no answer');
    }
  };

  const reconnect = async () => {
    const response = await post('/demo/before/connect', { connectionString });
    if (!response.ok) return leave(`the backend answered ${response.status}`);
    if (!left) reconnected();
  };

  const leave = (why) => {
    if (left) return;
    stop();
    redirect(why);
  };

  // Kinder than usual: one at a time. A browser opens six connections to a host, and a backend that does not answer would soon
  // have them all; then nobody could tell it to answer again.
  const tick = async () => {
    if (underWay) return;
    underWay = true;
    await validate();
    underWay = false;
  };

  const timer = setInterval(tick, interval);
  const stop = () => {
    left = true;
    clearInterval(timer);
  };
  tick();
  return stop;
}
