import wasm from '#wasm';
import { createEntry } from './load.js';

export const { createKeepAlive, init } = /* @__PURE__ */ createEntry(wasm);
