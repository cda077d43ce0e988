// The event log: every event of the module, newest first.
import { clock, duration } from './format.js';

/** Every name of `KeepAliveEvents`. */
const NAMES = [
  'change', 'connected', 'checking', 'checked', 'slow', 'degraded', 'reconnecting', 'reconnected', 'expiring',
  'disconnected', 'redirect', 'wake', 'idle', 'active',
];

/** More would make a page that is left open overnight heavy. */
const KEPT = 200;

/** @param {import('/dist/index.js').KeepAlive} session */
export function showEvents(session) {
  const log = document.getElementById('log');
  for (const name of NAMES) {
    session.on(name, (event) => {
      log.prepend(row(name, describe(name, event)));
      while (log.childElementCount > KEPT) log.lastElementChild.remove();
    });
  }
  document.getElementById('clear').addEventListener('click', () => log.replaceChildren());
  const changes = document.getElementById('show-changes');
  const toggle = () => log.classList.toggle('with-changes', changes.checked);
  changes.addEventListener('change', toggle);
  toggle();
}

function row(name, detail) {
  const item = document.createElement('li');
  item.dataset.event = name;
  const now = new Date();
  const time = document.createElement('time');
  time.dateTime = now.toISOString();
  time.textContent = clock(now);
  item.append(time, text('name', name), text('detail', detail));
  return item;
}

function text(className, content) {
  const span = document.createElement('span');
  span.className = className;
  span.textContent = content;
  return span;
}

function describe(name, event) {
  switch (name) {
    case 'change':
    case 'connected':
      return [event.status, event.reason, `epoch ${event.epoch}`].filter(Boolean).join(', ');
    case 'checking':
    case 'reconnecting':
      return `attempt ${event.attempt}`;
    case 'checked':
      return `took ${duration(event.durationMs)}${event.shared ? ', by another tab' : ''}`;
    case 'slow':
      return `${event.phase}, ${duration(event.elapsedMs)} so far`;
    case 'degraded':
      return `${event.reason}, ${Number.isFinite(event.retryInMs) ? `again in ${duration(event.retryInMs)}` : 'no further try'}`;
    case 'reconnected':
      return `epoch ${event.epoch}, after ${duration(event.downtimeMs)}`;
    case 'expiring':
      return `${event.secondsLeft} s left`;
    case 'disconnected':
      return event.reason;
    case 'redirect':
      return event.url;
    case 'wake':
      return `slept ${duration(event.sleptMs)}`;
    default:
      return '';
  }
}
