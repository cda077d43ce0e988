/** What the tests of the adapters share. */
import { setMaxListeners } from 'node:events';
import { fileURLToPath } from 'node:url';
import { GlobalWindow } from 'happy-dom';

export const dist = (name) => fileURLToPath(new URL(`../../../dist/${name}`, import.meta.url));

// A page has more listeners to one signal than Node thinks right.
setMaxListeners(0);

const NAMES = [
  'window', 'document', 'location', 'navigator', 'localStorage', 'sessionStorage', 'Node', 'Element', 'HTMLElement', 'SVGElement',
  'Text', 'Comment', 'ShadowRoot',
];

/**
 * Puts a real document into the global scope, for a framework to render into; some look for one when they are imported, and
 * keep it. `withoutIt(work)` is as on a server.
 */
export const openDocument = () => {
  const window = new GlobalWindow({ url: 'https://app.example/tasks' });
  const before = NAMES.map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)]);
  const enter = () => {
    for (const name of NAMES) {
      Object.defineProperty(globalThis, name, { value: name === 'window' ? window : window[name], configurable: true, writable: true });
    }
  };
  const leave = () => {
    for (const [name, descriptor] of before) {
      if (descriptor) Object.defineProperty(globalThis, name, descriptor);
      else delete globalThis[name];
    }
  };
  enter();
  const page = {
    /** An empty element, the only one in the page. */
    renew() {
      page.root = window.document.createElement('div');
      window.document.body.replaceChildren(page.root);
    },
    text: () => page.root.textContent,
    async withoutIt(work) {
      leave();
      try {
        return await work();
      } finally {
        enter();
      }
    },
    async close() {
      leave();
      await window.happyDOM.close();
    },
  };
  page.renew();
  return page;
};

/** How many sessions of the main entry run in the page: each has one channel open. */
export const openChannels = () => {
  const open = new Set();
  const real = globalThis.BroadcastChannel;
  globalThis.BroadcastChannel = class {
    constructor(name) { this.name = name; open.add(this); }
    postMessage() {}
    close() { open.delete(this); }
  };
  return { count: () => open.size, restore: () => { globalThis.BroadcastChannel = real; } };
};

/** An answer of a server for which the session is good. */
export const good = async () =>
  Response.json({ valid: true, reconnected: false, epoch: 1, subject: 'alice', idleIn: null, absoluteIn: null, warnIn: null, nextCheckIn: null });
