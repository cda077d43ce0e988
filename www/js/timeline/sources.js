// Where the timeline hears of things: the session, the browser's network, and the backend's own word on when it began.
import { call, CALLED } from '../api.js';

const EVENTS = ['checking', 'checked', 'slow', 'degraded', 'reconnecting', 'reconnected', 'expiring', 'disconnected', 'wake'];

/** The calls that end the backend's process, whichever button makes them. */
const ENDING = ['/demo/restart', '/demo/stop'];

/**
 * @param {import('/dist/index.js').KeepAlive} session
 * @param {import('./model.js').Model} model
 * @param {() => void} changed called after each
 */
export function listen(session, model, changed) {
  const then = (tell) => (event) => {
    tell(event);
    changed();
  };
  model.change(session.getSnapshot());
  session.on('change', then((snapshot) => {
    model.change(snapshot);
    // The events that belong to it are told in the same go.
    queueMicrotask(() => model.settle());
  }));
  for (const name of EVENTS) session.on(name, then((event) => model.event(name, event)));

  model.online(navigator.onLine);
  addEventListener('online', then(() => model.online(true)));
  addEventListener('offline', then(() => model.online(false)));

  const askBackend = async () => {
    try {
      const { startedAt } = await (await call('GET', '/demo/state')).json();
      model.backendStarted(startedAt);
      changed();
    } catch {
      // Down again, or not the demo's: the next reconnect asks once more.
    }
  };
  askBackend();
  session.on('reconnected', askBackend);
  addEventListener(CALLED, ({ detail: { path } }) => {
    if (!ENDING.includes(path)) return;
    model.restartAsked();
    changed();
  });
}
