import wasm from '#wasm';
import { createEntry } from './entry.js';

export const { createKeepAlive, init } = /* @__PURE__ */ createEntry(wasm);
