// Where to go after connecting. The value comes from the address bar, so only a path on this site is believed.

/**
 * @param {string | null} wanted the raw `returnTo` parameter
 * @param {string} origin this page's origin
 * @returns {string} a path with query and hash; '/' for anything that would leave the site or lead back to the form
 */
export function safeReturnTo(wanted, origin) {
  // '//host' and '/\host' are addresses of other sites in disguise; the parser also drops tabs and line breaks.
  if (!wanted || !/^\/(?![/\\])/.test(wanted) || /[\u0000-\u001f]/.test(wanted)) return '/';
  let url;
  try {
    url = new URL(wanted, origin);
  } catch {
    return '/';
  }
  if (url.origin !== origin || /^\/connect(\.html|\/|$)/.test(url.pathname)) return '/';
  // '/..//host' is a path here, but would be another host if it were resolved again.
  if (url.pathname.startsWith('//')) return '/';
  return url.pathname + url.search + url.hash;
}
