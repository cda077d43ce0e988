// What each lane shows, as paths and words. Pure.
import { duration } from '../format.js';
import { countdown } from './describe.js';
import { paintLimit } from './paint-limit.js';
import { Pen } from './pen.js';

/** @typedef {{model: import('./model.js').Model, scale: object, now: number, nowX: number, bottom: number}} Scene */

/**
 * @param {import('./model.js').Model} model
 * @param {ReturnType<import('./scale.js').createScale>} scale
 * @param {ReturnType<import('./lanes.js').layOut>} layout
 * @param {number} now
 * @returns {Pen}
 */
export function paint(model, scale, layout, now) {
  const pen = new Pen(layout.plot);
  const scene = { model, scale, now, nowX: scale.x(now), layout };
  for (const lane of layout.lanes) PAINTERS[lane.id](pen, lane, seen(scene, model.lane(lane.id)), scene);
  return pen;
}

/** Those of the window, each with the x of the next, which its words must not reach. */
function seen({ scale, now }, items) {
  const shown = items.filter(({ start, end, due }) => start <= scale.to && (end ?? Math.max(due ?? 0, now)) >= scale.from);
  return shown.map((item, place) => ({ item, limit: place + 1 < shown.length ? scale.x(shown[place + 1].start) : Infinity }));
}

/** A span from its start to its end or to now, and what is told when it is pointed at. */
function span(pen, kind, lane, item, { scale, now }, { inset = 0, least = 3, until = item.end ?? now } = {}) {
  const edges = pen.bar(kind, scale.x(item.start), scale.x(until), lane.top + inset, lane.height - 2 * inset, least);
  if (edges) pen.target(edges, lane, item);
  return edges;
}

const baseline = ({ top, height }) => top + height / 2 + 4;

const PAINTERS = {
  status(pen, lane, items, scene) {
    for (const { item } of items) {
      const edges = span(pen, `status-${item.kind}`, lane, item, scene, { least: 1 });
      if (edges) pen.inside('strong', [item.kind], edges, baseline(lane));
    }
  },

  checks(pen, lane, items, scene) {
    for (const { item } of items) {
      const kind = item.kind === 'answered' && item.shared ? 'shared' : item.kind;
      // Failed ones are taller: they can be told apart without colour.
      const inset = kind === 'failed' || kind === 'unanswered' ? 1 : 7;
      const edges = span(pen, `check-${kind}`, lane, item, scene, { inset });
      if (edges) pen.inside(`on-${kind}`, [duration((item.end ?? scene.now) - item.start)], edges, baseline(lane), 'middle');
    }
    planned(pen, lane, scene);
  },

  retries(pen, lane, items, scene) {
    const { now } = scene;
    for (const { item } of items) {
      const until = item.end ?? Math.max(item.due, now);
      const edges = span(pen, 'wait', lane, item, scene, { inset: 3, until });
      if (!edges) continue;
      span(pen, 'wait-past', lane, item, scene, { inset: 3, until: Math.min(until, now), least: 0 });
      pen.inside('small', [`try ${item.attempt}`, `${item.attempt}`], edges, baseline(lane), 'middle');
    }
  },

  reconnects(pen, lane, items, scene) {
    for (const { item, limit } of items) {
      const edges = span(pen, `reconnect-${item.kind}`, lane, item, scene, { inset: 3, least: 4 });
      if (!edges) continue;
      const words = item.kind === 'reconnected'
        ? [`epoch ${item.epoch}, ${duration(item.downtimeMs)}`, `epoch ${item.epoch}`, `${item.epoch}`]
        : [{ open: 'reconnecting', refused: 'refused', dropped: 'given up' }[item.kind]];
      if (!pen.inside(`on-${item.kind}`, words.slice(0, 2), edges, baseline(lane), 'middle')) {
        pen.behind('small', words, edges[1], baseline(lane), limit);
      }
    }
  },

  backend(pen, lane, items, scene) {
    const { scale, layout } = scene;
    for (const { item, limit } of items) {
      const x = scale.x(item.start);
      if (pen.shows(x)) pen.line('restart-line', [[x, layout.plot.top], [x, layout.plot.bottom]]);
      const edges = span(pen, 'restart', lane, item, scene, { inset: 3, least: 4 });
      if (edges) pen.behind('small', ['restart'], edges[1], baseline(lane), limit);
    }
  },

  network(pen, lane, items, scene) {
    for (const { item, limit } of items) {
      const edges = span(pen, 'offline', lane, item, scene, { inset: 2 });
      if (edges && !pen.inside('strong', ['offline'], edges, baseline(lane))) pen.behind('small', ['offline'], edges[1], baseline(lane), limit);
    }
  },

  limit: paintLimit,

  moments(pen, lane, items, scene) {
    for (const { item, limit } of items) {
      const spans = item.kind === 'asleep' || item.kind === 'expiring';
      const edges = span(pen, `note-${item.kind}`, lane, item, scene, spans ? { inset: 2 } : { inset: 5, least: 5 });
      if (!edges) continue;
      const words = { asleep: `slept ${duration(item.sleptMs)}`, expiring: `${item.secondsLeft} s left`, overdue: 'no answer yet' }[item.kind] ?? item.kind;
      if (!spans || !pen.inside('small', [words], edges, baseline(lane))) pen.behind('small', [words], edges[1], baseline(lane), limit);
    }
  },
};

/** The next check, a ring where it is due; if that is farther off, at the edge. */
function planned(pen, lane, { model, scale, now }) {
  if (model.next === null || now > scale.to) return;
  const y = lane.top + lane.height / 2;
  const x = scale.x(model.next);
  const text = countdown(model.next - now);
  const item = { lane: 'checks', kind: 'planned', start: model.next, end: model.next };
  if (x > scale.right) {
    pen.word('muted', `next in ${text} →`, scale.right - 4, baseline(lane), 'end');
  } else if (pen.shows(x)) {
    pen.path('planned', `M${x - 5} ${y}a5 5 0 1 0 10 0a5 5 0 1 0 -10 0z`);
    pen.behind('muted', [`next in ${text}`, text], x + 5, baseline(lane), Infinity);
    pen.target([x - 5, x + 5], lane, item);
  }
}
