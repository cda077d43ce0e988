'use client';

import { useExpiring, useSession } from 'session-keepalive/react';

const post = (path, body = {}) =>
  fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-session-keepalive': '1' },
    body: JSON.stringify(body),
  });

/** A server renders it as `inactive`. */
export function Session() {
  const { status, reason, epoch, check, extend, signOut } = useSession();
  const seconds = useExpiring();
  const connect = async (event) => {
    event.preventDefault();
    const answer = await post('/api/connect', Object.fromEntries(new FormData(event.target))).catch(() => null);
    if (answer?.ok) check();
  };
  return (
    <header>
      <p><output>{`${status}, epoch ${epoch}`}</output></p>
      {status === 'degraded' && <p>The backend does not answer ({reason}). Go on working, this page asks again.</p>}
      {seconds !== null && <p>Signed out in {seconds} s. <button onClick={extend}>I'm still here</button></p>}
      {status === 'disconnected' ? (
        <form onSubmit={connect}>
          <p>Not connected: {reason}</p>
          <label>Connection string <input name="connectionString" defaultValue="sqlite:sample.db" /></label>{' '}
          <button>Connect</button>
        </form>
      ) : (
        <p>
          <button onClick={check}>Check now</button>{' '}
          <button onClick={() => signOut()}>Sign out</button>{' '}
          <button onClick={() => post('/demo/restart')}>Restart the backend</button>
        </p>
      )}
    </header>
  );
}
