// The picture itself: a fixed number of paths, and words that are used again from one drawing to the next.
import { write } from '../dom.js';
import { ticks } from './scale.js';

/** Every kind of mark, from the back to the front; with the pattern that lies over it, if one does. */
const KINDS = [
  ['warning', 'hatch'], ['restart-line'],
  ['status-starting'], ['status-connected'], ['status-degraded', 'hatch'], ['status-offline', 'dots'],
  ['status-reconnecting', 'stripes'], ['status-disconnected'], ['status-inactive'],
  ['check-answered'], ['check-shared'], ['check-open', 'stripes'], ['check-unanswered'], ['check-failed'], ['planned'],
  ['wait-past'], ['wait'],
  ['reconnect-open', 'stripes'], ['reconnect-reconnected'], ['reconnect-refused'], ['reconnect-dropped'],
  ['restart'], ['offline', 'dots'], ['limit-area'], ['limit'], ['limit-ahead'],
  ['note-expiring', 'hatch'], ['note-asleep', 'dots'], ['note-slow'], ['note-overdue'], ['note-disconnected'],
];

const PATTERNS = {
  hatch: ['0 0 7 7', 'M-1 8L8 -1M-1 1L1 -1M6 8L8 6'],
  stripes: ['0 0 6 6', 'M1.5 0V6'],
  dots: ['0 0 6 6', 'M2.4 3a0.6 0.6 0 1 0 1.2 0a0.6 0.6 0 1 0 -1.2 0z'],
};

/** @param {SVGElement} svg @returns what draws one picture after the other into it */
export function createDrawing(svg) {
  const defs = child(svg, 'defs');
  for (const [name, [box, data]] of Object.entries(PATTERNS)) {
    const [, , width, height] = box.split(' ');
    const pattern = child(defs, 'pattern', { id: `timeline-${name}`, width, height, patternUnits: 'userSpaceOnUse' });
    child(pattern, 'path', { d: data, class: 'timeline-pattern' });
  }
  const future = child(svg, 'rect', { class: 'future' });
  const grid = child(svg, 'path', { class: 'ticks' });
  const rules = child(svg, 'path', { class: 'rules' });
  const paths = new Map(KINDS.map(([kind, pattern]) => {
    const elements = [child(svg, 'path', { class: kind })];
    if (pattern) elements.push(child(svg, 'path', { fill: `url(#timeline-${pattern})` }));
    return [kind, elements];
  }));
  const present = child(svg, 'path', { class: 'present' });
  const words = pool(child(svg, 'g'));
  const names = pool(child(svg, 'g', { class: 'names' }));

  return (pen, scale, layout, now) => {
    const { plot, width, height, lanes } = layout;
    setAttributes(svg, { viewBox: `0 0 ${width} ${height}`, height });
    for (const [kind, elements] of paths) {
      for (const element of elements) setAttributes(element, { d: pen.paths.get(kind) ?? '' });
    }
    const marks = ticks(scale, layout.narrow ? 84 : 110, -new Date(now).getTimezoneOffset() * 60_000);
    setAttributes(grid, { d: marks.map(({ at }) => `M${scale.x(at).toFixed(1)} ${plot.top}V${plot.bottom}`).join('') });
    setAttributes(rules, { d: lanes.map(({ top, height: tall }) => `M${plot.left} ${top + tall + 0.5}H${plot.right}`).join('') });
    const x = scale.x(now);
    const seen = x >= plot.left && x <= plot.right;
    setAttributes(present, { d: seen ? `M${x.toFixed(1)} ${plot.top - 4}V${plot.bottom}` : '' });
    const begins = Math.min(plot.right, Math.max(plot.left, x));
    setAttributes(future, { x: begins.toFixed(1), y: plot.top, width: (plot.right - begins).toFixed(1), height: plot.bottom - plot.top });
    words([
      ...pen.words,
      ...marks.flatMap(({ at, label }) => timeLabel(scale.x(at), label, layout)),
      ...(seen ? [{ kind: 'present-word', text: 'now', x, y: plot.top - 8, anchor: 'middle' }] : []),
    ]);
    names(lanes.map(({ name, nameX, nameY }) => ({ kind: 'name', text: name, x: nameX, y: nameY, anchor: 'start' })));
  };
}

/** Not over the edge. */
function timeLabel(x, text, { plot, width }) {
  const half = text.length * 3.2;
  return x - half < plot.left - 10 || x + half > width ? [] : [{ kind: 'tick', text, x, y: plot.bottom + 16, anchor: 'middle' }];
}

/** Words in elements that stay: those left over are emptied, not removed. @param {SVGElement} group */
function pool(group) {
  const elements = [];
  return (words) => {
    words.forEach(({ kind, text, x, y, anchor }, place) => {
      elements[place] ??= child(group, 'text');
      setAttributes(elements[place], { class: kind, x, y, 'text-anchor': anchor });
      write(elements[place], text);
    });
    for (const unused of elements.slice(words.length)) write(unused, '');
  };
}

function child(parent, name, attributes = {}) {
  const element = document.createElementNS('http://www.w3.org/2000/svg', name);
  setAttributes(element, attributes);
  parent.append(element);
  return element;
}

/** Only what differs: most of a picture stays as it was. */
function setAttributes(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (element.getAttribute(name) !== String(value)) element.setAttribute(name, value);
  }
}
