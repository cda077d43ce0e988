// @ts-check
import wasm from '#wasm';
import { createEntry } from './load.js';

/** @type {typeof import('./index.js')} */
export const { createKeepAlive, init } = /* @__PURE__ */ createEntry(wasm);
