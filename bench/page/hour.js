/**
 * Put into a page before its own scripts: counts the timer callbacks, knows what is under way, and hides the page. The
 * functions that it wraps are those of a clock that is set by hand.
 */
(() => {
  let wakeups = 0;
  let underWay = 0;

  for (const name of ['setTimeout', 'setInterval', 'requestAnimationFrame', 'requestIdleCallback']) {
    const original = window[name];
    window[name] = (callback, ...rest) =>
      original.call(
        window,
        (...args) => {
          wakeups += 1;
          return callback(...args);
        },
        ...rest,
      );
  }

  const send = window.fetch;
  window.fetch = async (...args) => {
    underWay += 1;
    try {
      const response = await send.apply(window, args);
      // The client reads a copy's worth: its body is here as soon as this one is.
      await response.clone().arrayBuffer();
      return response;
    } finally {
      underWay -= 1;
    }
  };

  /** Makes the page say that it is hidden. Resolves to what listeners on both targets read at that moment. */
  const hide = () => {
    Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => 'hidden' });
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => true });
    const seen = [];
    for (const target of [document, window]) {
      target.addEventListener('visibilitychange', () => seen.push(document.visibilityState), { once: true });
    }
    document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
    return seen;
  };

  window.hour = { hide, wakeups: () => wakeups, underWay: () => underWay };
})();
