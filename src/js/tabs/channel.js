// @ts-check
/** The channel to the other tabs of the name: state, never a secret. */

/**
 * The form of a sign-out is the one that every version of the module has understood, so that none is lost while tabs of two versions
 * are open. All other messages are the engine's own bytes, which name their shape.
 */
const SIGN_OUT = { version: 1, news: [3] };

/** @typedef {{ at: number, message: Uint8Array, subject: string | undefined, data: unknown }} Message */

/** @param {any} data */
const isSignOut = (data) => data?.version === SIGN_OUT.version && data.news?.[0] === SIGN_OUT.news[0];
/** @param {any} data */
const isMessage = (data) => data?.message instanceof Uint8Array;

/**
 * @param {string} name
 * @param {{ received(message: Uint8Array, ageMs: number, subject: string | undefined, data: unknown): void, receivedSignOut(ageMs: number): void }} handlers
 */
export const createChannel = (name, { received, receivedSignOut }) => {
  /** @type {BroadcastChannel | undefined} */
  let channel;
  /** @param {MessageEvent} event */
  const onmessage = ({ data }) => {
    const age = typeof data?.at === 'number' ? Math.max(0, Date.now() - data.at) || 0 : 0;
    if (isSignOut(data)) receivedSignOut(age);
    else if (isMessage(data)) received(data.message, age, typeof data.subject === 'string' ? data.subject : undefined, data.data);
  };
  /**
   * @param {object} message
   * @returns whether it could be posted
   */
  const post = (message) => {
    try {
      channel?.postMessage({ at: Date.now(), ...message });
      return true;
    } catch {
      return false;
    }
  };
  return {
    isOpen: () => channel !== undefined,
    open() {
      try {
        channel ??= Object.assign(new BroadcastChannel(name), { onmessage });
      } catch {
        // Not there, or denied: this tab works alone.
      }
      // Node's, in an application's own tests, must not keep the process alive.
      /** @type {any} */ (channel)?.unref?.();
    },
    close() {
      channel?.close();
      channel = undefined;
    },
    /**
     * @param {Uint8Array} message
     * @param {string} [subject]
     * @param {unknown} [data] what cannot be cloned stays in this tab
     */
    post: (message, subject, data) => void (post({ message, subject, data }) || post({ message, subject })),
    postSignOut: () => void post(SIGN_OUT),
  };
};
