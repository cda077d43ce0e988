// @ts-check
import { createEntry } from './load.js';

/** @type {typeof import('./slim.js')} */
export const { createKeepAlive, init } = /* @__PURE__ */ createEntry(
  () => new URL('./session_keepalive_bg.wasm', import.meta.url),
);
