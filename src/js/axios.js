// @ts-check
// axios has its requests sent by `session.fetch`, as the fetch of its own adapter. So the rules are those of `session.fetch`, and
// cancelling, timeouts, interceptors and the body of a request stay axios's business.
import { VERSION } from 'axios';

/** The first version whose fetch adapter asks for a fetch. Earlier ones would send past the session without a word. */
const OLDEST = [1, 12];

const isTooOld = () => {
  const [major, minor] = VERSION.split('.').map(Number);
  return major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]);
};

/** @type {typeof import('./axios.js').attach} */
export const attach = (axiosInstance, session) => {
  if (isTooOld()) throw new Error(`session-keepalive: attach() needs axios ${OLDEST.join('.')} or later, this is ${VERSION}`);
  const { defaults } = axiosInstance;
  const { adapter, env } = defaults;
  const attached = { ...env, fetch: session.fetch };
  Object.assign(defaults, { adapter: 'fetch', env: attached });
  return () => {
    // An interceptor added later keeps what it has set.
    if (defaults.env === attached) Object.assign(defaults, { adapter, env });
  };
};
