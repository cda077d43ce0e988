/** What the page and the person in front of it do. */

/** Signs of a person. Scrolling is heard in the capture phase because it does not bubble. */
const ACTIVITY = ['pointerdown', 'keydown', 'touchstart', 'scroll'];

/** A person is as active as the last of many signs: one in this many milliseconds is enough. */
const ACTIVITY_EVERY = 1_000;

const visible = () => document.visibilityState === 'visible';

/** How the page is now. */
export const pageState = () => [visible(), navigator.onLine !== false];

/** Tells `hear` the name of everything that may matter, until the returned function is called. */
export const listen = (hear) => {
  const listening = new AbortController();
  const on = (target, type, name) =>
    target.addEventListener(
      type,
      (event) => {
        const happened = name(event);
        if (happened) hear(happened);
      },
      { capture: true, passive: true, signal: listening.signal },
    );
  on(document, 'visibilitychange', () => (visible() ? 'visible' : 'hidden'));
  on(document, 'resume', () => 'resumed');
  on(window, 'focus', ({ target }) => target === window && 'focused');
  on(window, 'pagehide', () => 'left');
  // The first one only says that the page has loaded.
  on(window, 'pageshow', ({ persisted }) => persisted && 'restored');
  on(window, 'online', () => 'online');
  on(window, 'offline', () => 'offline');
  let heard = -ACTIVITY_EVERY;
  const activity = ({ timeStamp }) => {
    if (timeStamp - heard < ACTIVITY_EVERY) return;
    heard = timeStamp;
    return 'active';
  };
  for (const type of ACTIVITY) on(window, type, activity);
  return () => listening.abort();
};
