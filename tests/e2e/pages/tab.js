// One session with the options of the query, and everything that it says.
import { createKeepAlive } from '/dist/index.js';

/** Query parameter → where it goes in the options. */
const PLACES = {
  name: ['name'],
  interval: ['interval'],
  jitter: ['jitter'],
  slow: ['timeout', 'slow'],
  validate: ['timeout', 'validate'],
  reconnect: ['timeout', 'reconnect'],
  base: ['retry', 'base'],
  cap: ['retry', 'cap'],
  spread: ['retry', 'spread'],
  warnBefore: ['warnBefore'],
};

const EVENTS = [
  'change', 'connected', 'checking', 'checked', 'slow', 'degraded', 'reconnecting', 'reconnected', 'expiring',
  'disconnected', 'redirect', 'wake', 'idle', 'active',
];

function options(search) {
  const found = { jitter: 0 };
  for (const [parameter, raw] of new URLSearchParams(search)) {
    if (!PLACES[parameter]) throw new Error(`the page knows no parameter ${parameter}`);
    const [group, key] = PLACES[parameter];
    const value = Number.isFinite(Number(raw)) ? Number(raw) : raw;
    if (key) (found[group] ??= {})[key] = value;
    else found[group] = value;
  }
  return found;
}

const session = createKeepAlive(options(location.search));
window.session = session;
for (const name of EVENTS) {
  session.on(name, ({ error, preventDefault, ...detail }) => {
    window.page.note(name, error ? { ...detail, error: error.code } : detail);
    // What the page has written down would be gone with it.
    if (name === 'redirect') preventDefault();
  });
}
