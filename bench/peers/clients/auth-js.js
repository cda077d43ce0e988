/** With a session whose access token has run out, as after a sleep: then it has to ask. */
import { AuthClient } from '@supabase/auth-js';

export const start = async ({ session }) => {
  const storageKey = 'auth-js';
  localStorage.setItem(storageKey, JSON.stringify({ ...session, expires_at: Math.floor(Date.now() / 1000) + session.expires_in }));
  const client = new AuthClient({ url: `${location.origin}/auth`, storageKey });
  await client.getSession();
  const runOut = () => {
    const kept = JSON.parse(localStorage.getItem(storageKey));
    if (kept) localStorage.setItem(storageKey, JSON.stringify({ ...kept, expires_at: 1 }));
  };
  return {
    signedIn: () => localStorage.getItem(storageKey) !== null,
    check: () => {
      runOut();
      return client.getSession();
    },
  };
};
