import { createEntry } from './load.js';

export const { createKeepAlive, init } = /* @__PURE__ */ createEntry(
  () => new URL('./session_keepalive_bg.wasm', import.meta.url),
);
