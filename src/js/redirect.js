/** The last resort: the way to the login page. */

/**
 * Path, query and hash of this page. Two slashes in front would name another host; a return path inside the return path
 * would nest at every round.
 */
const returnTo = (here, parameter) => {
  const { searchParams } = here;
  if (searchParams.has(parameter)) searchParams.delete(parameter);
  const path = here.pathname + here.search + here.hash;
  return path.startsWith('//') ? '/' : path;
};

const withoutSlash = (path) => path.replace(/\/$/, '');

/** Whether the login page is the one we are on. Some applications tell pages apart by the query or the hash. */
const isHere = (login, here) =>
  login.origin === here.origin &&
  withoutSlash(login.pathname) === withoutSlash(here.pathname) &&
  here.hash.startsWith(login.hash) &&
  [...login.searchParams].every(([name, value]) => here.searchParams.get(name) === value);

/** Where to go; nowhere from the login page itself, and where the application's function says so. */
const destination = ({ login, returnToParam }, reason) => {
  const here = new URL(location.href);
  if (typeof login === 'function') return login({ reason, returnTo: returnTo(here, returnToParam) });
  const url = new URL(login, here);
  if (isHere(url, here)) return;
  url.searchParams.set(returnToParam, returnTo(here, returnToParam));
  return url.href;
};

/**
 * Takes one redirect from the budget. It lives in sessionStorage, because a loop goes through new pages; without that
 * storage there is no loop to be seen.
 */
const spend = ({ name, redirectBudget: { max, per } }) => {
  try {
    const key = `session-keepalive:${name}:redirects`;
    const now = Date.now();
    const recent = JSON.parse(sessionStorage.getItem(key) ?? '[]').filter((at) => Math.abs(now - at) < per);
    if (recent.length >= max) return false;
    sessionStorage.setItem(key, JSON.stringify([...recent, now]));
  } catch {
    // Storage is missing, denied or full, or holds something else.
  }
  return true;
};

/** Goes to the login page, unless a listener prevents it or the budget is spent: then it is an event alone. */
export const redirect = (options, reason, emit) => {
  const url = destination(options, reason);
  if (!url) return;
  let prevented = false;
  emit('redirect', { url, preventDefault: () => void (prevented = true) });
  if (!prevented && spend(options)) location.assign(url);
};
