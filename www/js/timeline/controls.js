// Moving about in time: buttons, keys, wheel, drag and pinch.
import { at } from '../dom.js';
import { duration } from '../format.js';
import { follow, hold, LONGEST, pan, SHORTEST, step, zoomTo } from './view.js';

/** A key moves by so much of the width. */
const KEY_PART = 0.2;

/**
 * @param {HTMLElement} picture takes keys and pointers
 * @param {{get: () => import('./view.js').View, set: (view: object) => void, now: () => number,
 *   timeAt: (x: number) => number, msPerPixel: () => number}} given `timeAt`: of an x inside the picture
 */
export function wireTimelineControls(picture, { get, set, now, timeAt, msPerPixel }) {
  const show = (view) => {
    set(view);
    const live = view.to === null;
    at('timeline-live').setAttribute('aria-pressed', String(live));
    at('timeline-in').disabled = view.span <= SHORTEST;
    at('timeline-out').disabled = view.span >= LONGEST;
    at('timeline-range').textContent = `${duration(view.span)}${live ? '' : ', held'}`;
  };
  const zoomIn = () => show(step(get(), 1, now()));
  const zoomOut = () => show(step(get(), -1, now()));
  const move = (ms) => show(pan(get(), ms, now()));
  const zoomBy = (factor, x) => show(zoomTo(get(), get().span * factor, now(), Math.min(now(), timeAt(x))));

  at('timeline-in').addEventListener('click', zoomIn);
  at('timeline-out').addEventListener('click', zoomOut);
  at('timeline-live').addEventListener('click', () => show(get().to === null ? hold(get(), now()) : follow(get())));

  const keys = {
    '+': zoomIn, '=': zoomIn, '-': zoomOut,
    ArrowLeft: () => move(-get().span * KEY_PART),
    ArrowRight: () => move(get().span * KEY_PART),
    Home: () => move(-LONGEST),
    End: () => show(follow(get())),
  };
  picture.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !Object.hasOwn(keys, event.key)) return;
    event.preventDefault();
    keys[event.key]();
  });

  // Without Ctrl the wheel scrolls the page, as everywhere else.
  picture.addEventListener('wheel', (event) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    zoomBy(Math.exp(event.deltaY / 300), event.offsetX);
  }, { passive: false });

  dragAndPinch(picture, { move: (pixels) => move(-pixels * msPerPixel()), zoomBy });
  show(get());
}

/** One pointer moves the picture, two zoom it. The browser keeps what is up and down: `touch-action: pan-y`. */
function dragAndPinch(picture, { move, zoomBy }) {
  /** The x of each pointer that is down. @type {Map<number, number>} */
  const down = new Map();
  const apart = () => {
    const [a, b] = [...down.values()];
    return Math.max(1, Math.abs(a - b));
  };
  picture.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    // It may be let go anywhere.
    picture.setPointerCapture(event.pointerId);
    down.set(event.pointerId, event.offsetX);
  });
  picture.addEventListener('pointermove', (event) => {
    const before = down.get(event.pointerId);
    if (before === undefined || event.offsetX === before) return;
    if (down.size === 1) {
      down.set(event.pointerId, event.offsetX);
      return move(event.offsetX - before);
    }
    const distance = apart();
    down.set(event.pointerId, event.offsetX);
    const [a, b] = [...down.values()];
    zoomBy(distance / apart(), (a + b) / 2);
  });
  for (const name of ['pointerup', 'pointercancel']) picture.addEventListener(name, ({ pointerId }) => down.delete(pointerId));
}
