// Where the timeline hears of things: the session, the browser's network, and the backend's own word on when it began.

const EVENTS = ['checking', 'checked', 'slow', 'degraded', 'reconnecting', 'reconnected', 'expiring', 'disconnected', 'wake'];

/**
 * @param {import('/dist/index.js').KeepAlive} session
 * @param {ReturnType<import('../backend.js').watchBackend>} backend
 * @param {import('./model.js').Model} model
 * @param {() => void} changed called after each
 */
export function listen(session, backend, model, changed) {
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

  let noted;
  backend.watch(then(({ state, down }) => {
    if (state) model.backendStarted(state.startedAt);
    if (!down || down === noted) return;
    noted = down;
    if (down.why !== 'unreachable') model.restartAsked();
  }));
}
