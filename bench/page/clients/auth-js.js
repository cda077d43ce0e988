/**
 * supabase's auth-js with its defaults, so that it refreshes by itself. Its check is a refresh: nothing else that it does
 * regularly asks the server.
 */
import { AuthClient } from '@supabase/auth-js';
import { answered } from './answered.js';

const fine = ({ data, error }) => {
  if (error) throw error;
  if (!data.session && !data.user) throw new Error('auth-js has no session');
};

export const start = ({ base, storageKey }) => {
  const url = `${location.origin}${base}/auth`;
  const client = new AuthClient({ url, storageKey });
  // What it believes without having asked anybody.
  const local = client.getSession().then(fine);
  return {
    local,
    ready: local.then(() => client.getUser()).then(fine),
    check: () => client.refreshSession().then(fine),
    request: () =>
      answered(
        fetch(`${url}/token?grant_type=refresh_token`, {
          method: 'POST',
          headers: { 'content-type': 'application/json;charset=UTF-8' },
          body: '{"refresh_token":"a-refresh-token"}',
        }),
      ),
  };
};
