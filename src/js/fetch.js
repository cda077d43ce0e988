/**
 * `session.fetch`: fetch that survives a lost session. The engine decides; this file waits, sends, and sends once more.
 */

const REFUSED = [401, 419, 440];

const rejectOnAbort = (promise, signal) =>
  signal
    ? new Promise((resolve, reject) => {
        const abort = () => reject(signal.reason);
        if (signal.aborted) return abort();
        signal.addEventListener('abort', abort, { once: true });
        promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
      })
    : promise;

/** Whether the refusal says that the session is unknown, not merely that this request is not allowed. */
const sessionUnknown = async (response) => {
  if (!response.headers.get('content-type')?.includes('json')) return false;
  try {
    return (await response.clone().json())?.code === 'SESSION_UNKNOWN';
  } catch {
    return false;
  }
};

/**
 * @param send the application's own or the global fetch
 * @param covers whether an absolute URL belongs to this session
 * @param engine the running Wasm session, null while there is none
 * @param feed tells it something, if there is one
 * @param loaded a promise that settles when it is there or cannot be had
 */
export const createFetch = ({ send, covers, engine, feed, loaded }) => {
  let lastId = 0;
  const waiting = new Map();

  /** Asks the engine about one call; resolves with the generation to send in, or NaN to hand over the refusal. */
  const ask = (signal, name, id, ...more) =>
    rejectOnAbort(
      new Promise((resolve) => {
        waiting.set(id, resolve);
        feed(name, id, ...more);
      }),
      signal,
    );

  const sessionFetch = async (input, init) => {
    const isRequest = input instanceof Request;
    if (!covers(isRequest ? input.url : input)) return send(input, init);
    const signal = init?.signal ?? (isRequest ? input.signal : undefined);
    const isStream = init?.body instanceof ReadableStream;
    const id = ++lastId;
    try {
      // Before the module is there no reconnect can be under way.
      const generation = engine() ? await ask(signal, 'fetchStarted', id) : 0;
      // A Request gives its body away, so the copy is sent and the original kept.
      const response = await send(isRequest ? input.clone() : input, init);
      if (!REFUSED.includes(response.status)) return response;
      const unknown = await sessionUnknown(response);
      await rejectOnAbort(loaded(), signal);
      // It may have been disposed meanwhile.
      if (!engine()) return response;
      const refused = ['fetchRefused', id, generation, unknown];
      if (isStream) {
        // It is used up. The session is looked after, but nothing can be sent again.
        feed(...refused);
        return response;
      }
      if (isNaN(await ask(signal, ...refused))) return response;
      await response.body?.cancel().catch(() => {});
      return await send(input, init);
    } finally {
      waiting.delete(id);
      feed('fetchEnded', id);
    }
  };

  /** The engine's answer to one call. */
  const resume = (id, generation) => waiting.get(id)?.(generation);

  return { sessionFetch, resume };
};
