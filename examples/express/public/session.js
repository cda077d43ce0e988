// The module, told how to read this backend.
export { createKeepAlive } from '/session-keepalive/index.js';

export const options = {
  validate: '/api/validate-session',
  reconnect: '/api/connect',              // what signs in also brings back
  logout: '/api/disconnect',
  credential: 'sealed',                   // this backend has no ticket: the page keeps the connection string, encrypted
  interval: new URLSearchParams(location.search).get('interval') ?? '5m',

  /** 200 has `ok` in the place of `valid`; of the two refusals with 401 one is final. The rest is the default table's. */
  async classify(response) {
    const body = await response.json().catch(() => ({}));
    if (response.ok && body.ok) {
      return { kind: 'valid', subject: body.database, idleInMs: body.expiresInMs, reconnected: response.url.endsWith('/api/connect') };
    }
    if (body.error === 'Session expired') return { kind: 'ended', reason: 'session-timeout' };
    if (body.error === 'Could not connect') return { kind: 'rejected', reason: 'credential-rejected' };
    return undefined;
  },
};

/** Where the person came from. It stands in the address bar, so only this site is believed. */
export const wayBack = () => {
  const asked = new URLSearchParams(location.search).get('returnTo') ?? '/';
  const url = URL.canParse(asked, location.origin) ? new URL(asked, location.origin) : location;
  return url.origin === location.origin && url.pathname !== location.pathname ? url.href : '/';
};
