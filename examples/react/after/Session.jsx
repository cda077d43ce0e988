import { useState } from 'react';
import { useExpiring, useSession } from 'session-keepalive/react';
import { post } from '../api.js';

/** How the session is, and the way back in. It stands on the page of the draft, so that connecting costs no text either. */
export function Session() {
  const { status, reason, epoch, check, extend, signOut } = useSession();
  const seconds = useExpiring();
  return (
    <header>
      <p><output>{`${status}, epoch ${epoch}`}</output></p>
      {status === 'degraded' && <p>The backend does not answer ({reason}). Go on working, this page asks again.</p>}
      {seconds !== null && <p>Signed out in {seconds} s. <button onClick={extend}>I'm still here</button></p>}
      {status === 'disconnected' ? <Connect reason={reason} onConnected={check} /> : (
        <>
          <button onClick={check}>Check now</button>{' '}
          <button onClick={() => signOut()}>Sign out</button>
        </>
      )}
    </header>
  );
}

function Connect({ reason, onConnected }) {
  const [wrong, setWrong] = useState(null);
  const connect = async (event) => {
    event.preventDefault();
    const answer = await post('/api/connect', Object.fromEntries(new FormData(event.target))).catch(() => null);
    if (!answer?.ok) return setWrong('That did not work. Try again.');
    onConnected();
  };
  return (
    <form onSubmit={connect}>
      <p>Not connected: {reason}</p>
      <label>Connection string <input name="connectionString" defaultValue="sqlite:sample.db" /></label>{' '}
      <button>Connect</button>
      {wrong && <p role="alert">{wrong}</p>}
    </form>
  );
}
