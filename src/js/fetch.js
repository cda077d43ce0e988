// @ts-check
/**
 * `session.fetch`: fetch that survives a lost session. The engine decides; this file waits, sends, and sends once more.
 */

const REFUSED = [401, 419, 440];

/**
 * @template T
 * @param {Promise<T>} promise
 * @param {AbortSignal | null | undefined} signal
 * @returns {Promise<T>}
 */
const rejectOnAbort = (promise, signal) =>
  signal
    ? new Promise((resolve, reject) => {
        const abort = () => reject(signal.reason);
        if (signal.aborted) return abort();
        signal.addEventListener('abort', abort, { once: true });
        promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
      })
    : promise;

// By what they can do: those of another realm, or of a test's document, are no instances of the classes here.
/** @param {RequestInfo | URL} input @returns {input is Request} */
const isRequestObject = (input) => typeof input === 'object' && 'clone' in input;
/** @param {BodyInit | null | undefined} body */
const isReadableStream = (body) => typeof body === 'object' && body !== null && 'getReader' in body;

/** Whether the refusal says that the session is unknown, not merely that this request is not allowed. */
const sessionUnknown = async (/** @type {Response} */ response) => {
  if (!response.headers.get('content-type')?.includes('json')) return false;
  try {
    return (await response.clone().json())?.code === 'SESSION_UNKNOWN';
  } catch {
    return false;
  }
};

/** @typedef {import('./keepalive.js').RunningSession} RunningSession */

/**
 * Which URLs `session.fetch` looks after: those of the page's origin, and of the one that is checked. On a server none.
 * @param {unknown} validate the option: a URL or a function
 */
export const coversOrigins = (validate) => (/** @type {RequestInfo | URL} */ url) => {
  if (typeof document === 'undefined') return false;
  const origin = (/** @type {any} */ address) => new URL(address, document.baseURI).origin;
  return [location.origin, ...(typeof validate === 'string' ? [origin(validate)] : [])].includes(origin(url));
};

/**
 * @param {object} parts
 * @param {typeof fetch} parts.send the application's own or the global fetch
 * @param {(url: RequestInfo | URL) => boolean} parts.covers whether an absolute URL belongs to this session
 * @param {() => RunningSession | null} parts.engine the running Wasm session, null while there is none
 * @param {() => Promise<unknown>} parts.loaded settles when it is there or cannot be had
 */
export const createFetch = ({ send, covers, engine, loaded }) => {
  let lastId = 0;
  /** @type {Map<number, (generation?: number) => void>} */
  const waiting = new Map();

  /**
   * Asks the engine about one call; resolves with the generation to send in, or nothing to hand over the refusal.
   * @param {AbortSignal | null | undefined} signal
   * @param {number} id
   * @param {(session: RunningSession) => void} question
   * @returns {Promise<number | undefined>}
   */
  const ask = (signal, id, question) =>
    rejectOnAbort(
      new Promise((resolve) => {
        waiting.set(id, resolve);
        const session = engine();
        if (session) question(session);
        else resolve(undefined);
      }),
      signal,
    );

  /**
   * @param {RequestInfo | URL} input
   * @param {RequestInit} [init]
   */
  const sessionFetch = async (input, init) => {
    const isRequest = isRequestObject(input);
    if (!covers(isRequest ? input.url : input)) return send(input, init);
    const signal = init?.signal ?? (isRequest ? input.signal : undefined);
    const isStream = isReadableStream(init?.body);
    const id = (lastId += 1);
    try {
      // Before the module is there no reconnect can be under way.
      const generation = (engine() && (await ask(signal, id, (session) => session.fetchStarted(id)))) ?? 0;
      // A Request gives its body away, so the copy is sent and the original kept.
      const response = await send(isRequest ? input.clone() : input, init);
      if (!REFUSED.includes(response.status)) return response;
      const unknown = await sessionUnknown(response);
      await rejectOnAbort(loaded(), signal);
      // It may have been disposed meanwhile.
      const session = engine();
      if (!session) return response;
      if (isStream) {
        // It is used up. The session is looked after, but nothing can be sent again.
        session.fetchRefused(id, generation, unknown);
        return response;
      }
      if ((await ask(signal, id, () => session.fetchRefused(id, generation, unknown))) === undefined) return response;
      await response.body?.cancel().catch(() => {});
      return await send(input, init);
    } finally {
      waiting.delete(id);
      engine()?.fetchEnded(id);
    }
  };

  return {
    sessionFetch,
    /** The engine's answer to one call. @type {(id: number, generation?: number) => void} */
    resume: (id, generation) => waiting.get(id)?.(generation),
    /** There is no engine any more: what was not sent is sent, what was refused is handed over. */
    releaseAll() {
      for (const resolve of [...waiting.values()]) resolve(undefined);
    },
  };
};
