// The timeline: everything that happened to the session in the last hour, and what comes next.
import { at, write } from '../dom.js';
import { wireTimelineControls } from './controls.js';
import { summary } from './describe.js';
import { createDrawing } from './draw.js';
import { createFrames } from './frames.js';
import { layOut } from './lanes.js';
import { Model } from './model.js';
import { paint } from './paint.js';
import { rows } from './rows.js';
import { createScale } from './scale.js';
import { listen } from './sources.js';
import { createTable } from './table.js';
import { createTip } from './tip.js';
import { windowOf } from './view.js';

const SECOND = 1000;
/** Shown at first: enough of it to be legible. */
const BEGIN_WITH = { wide: 60_000, narrow: 30_000 };

/**
 * @param {import('/dist/index.js').KeepAlive} session
 * @param {ReturnType<import('../backend.js').watchBackend>} backend
 */
export function showTimeline(session, backend) {
  const model = new Model({ now: Date.now });
  const picture = at('timeline-picture');
  const details = at('timeline-details');
  const reduced = matchMedia('(prefers-reduced-motion: reduce)');
  const drawing = createDrawing(at('timeline-svg'));
  const table = createTable(at('timeline-rows'));
  at('timeline').hidden = false;
  let width = picture.clientWidth;
  let view = { span: layOut(width).narrow ? BEGIN_WITH.narrow : BEGIN_WITH.wide, to: null };
  /** What was drawn last. */
  let scale;
  let targets = [];
  let toldAt = -Infinity;

  const tell = (now) => {
    toldAt = now;
    const text = summary(model, windowOf(view, now), now);
    write(at('timeline-description'), text);
    // While it is closed nobody can read it.
    if (details.open) table(rows(model, now));
  };

  const draw = () => {
    const now = model.tick();
    const layout = layOut(width);
    scale = createScale(windowOf(view, now), layout.plot);
    const pen = paint(model, scale, layout, now);
    drawing(pen, scale, layout, now);
    targets = pen.targets;
    updateTip();
    if (Math.abs(now - toldAt) >= SECOND) tell(now);
    // A second at most, for what counts; while it moves, half a pixel.
    const moves = now < scale.to && !reduced.matches;
    return moves ? Math.min(SECOND, scale.msPerPixel / 2) : SECOND;
  };

  const updateTip = createTip(picture, at('timeline-tip'), () => targets, Date.now);
  const redraw = createFrames(at('timeline'), draw);
  wireTimelineControls(picture, {
    get: () => view,
    set: (next) => {
      view = next;
      toldAt = -Infinity;
      redraw();
    },
    now: Date.now,
    timeAt: (x) => scale.time(x),
    msPerPixel: () => scale.msPerPixel,
  });
  details.addEventListener('toggle', () => tell(model.tick()));
  new ResizeObserver(() => {
    width = picture.clientWidth;
    redraw();
  }).observe(picture);
  listen(session, backend, model, redraw);

  // For the console, and for the tests.
  window.timeline = {
    items: (lane) => structuredClone(model.lane(lane)),
    get next() { return model.next; },
    get view() { return { ...view, live: view.to === null, ...windowOf(view, Date.now()) }; },
  };
}
