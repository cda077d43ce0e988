// When to draw: at most once a frame, and only while somebody can see it.

/**
 * @param {Element} place what has to be in view
 * @param {() => number} draw gives the ms after which the picture will have changed by itself
 * @returns {() => void} asks for a drawing
 */
export function createFrames(place, draw) {
  let inView = false;
  let asked = false;
  let timer;
  const ask = () => {
    if (asked || !inView || document.visibilityState !== 'visible') return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      clearTimeout(timer);
      timer = setTimeout(ask, draw());
    });
  };
  document.addEventListener('visibilitychange', ask);
  new IntersectionObserver((entries) => {
    inView = entries.at(-1).isIntersecting;
    ask();
  }).observe(place);
  return ask;
}
