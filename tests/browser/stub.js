// One session's surroundings: listeners and tabs that take notes, an application whose answers a test gives, and a browser whose
// clocks, dice and timers stand still until a test moves them.

const real = { setTimeout: globalThis.setTimeout, clearTimeout: globalThis.clearTimeout };
const { now } = Date;
const { random } = Math;
const { getRandomValues } = Crypto.prototype;
const { text, json: object } = Response.prototype;
const bodies = { text, json: object };
/** The bodies that are being read, in whatever world. */
const reading = [];
const home = location.href;
const storage = Object.getOwnPropertyDescriptor(globalThis, 'sessionStorage');

// What really happens to the page of the tests is kept from the sessions in it.
for (const type of ['focus', 'pagehide', 'pageshow', 'online', 'offline', 'pointerdown', 'keydown', 'touchstart', 'scroll', 'visibilitychange', 'resume']) {
  addEventListener(type, (event) => { if (event.isTrusted) event.stopImmediatePropagation(); }, true);
}

const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

/** A value as a test reads it: the type of everything can be seen. */
const shown = (value) => {
  if (typeof value === 'string') return `'${value}'`;
  if (typeof value === 'function') return 'function';
  if (typeof value !== 'object' || value === null) return String(value);
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (value instanceof Uint8Array) return hex(value);
  if (Array.isArray(value)) return `[${value.map(shown).join(', ')}]`;
  return `{${Object.entries(value).map(([name, field]) => `${name}: ${shown(field)}`).join(', ')}}`;
};

const json = (body, init) => Response.json(body, init);

const problem = (status, code, headers) =>
  new Response(JSON.stringify({ type: 'about:blank', status, code }), { status, headers: { 'content-type': 'application/problem+json', ...headers } });

/** An answer whose connection ends inside the body. */
const cut = (status, type = 'application/json') => {
  const body = new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode('{"valid": tr'));
      controller.error(new TypeError('network error'));
    },
  });
  return new Response(body, { status, headers: { 'content-type': type } });
};

const useRealTime = () => {
  Object.assign(globalThis, real);
  delete performance.now;
  Date.now = now;
};

/** Everything real again. */
const restore = () => {
  useRealTime();
  Math.random = random;
  delete document.visibilityState;
  delete navigator.onLine;
  Crypto.prototype.getRandomValues = getRandomValues;
  Object.assign(Response.prototype, bodies);
  Object.defineProperty(globalThis, 'sessionStorage', storage);
  sessionStorage.clear();
  navigation.onnavigate = null;
  if (location.href !== home) history.replaceState(null, '', home);
};

export class World {
  constructor() {
    // A test that failed has left its world behind.
    restore();
    this.log = [];
    this.reactions = [];
    this.waiting = [];
    this.calls = [];
    this.changes = [];
    this.visited = [];
    this.moving = false;
    this.prevents = false;
    this.delivered = false;
    this.marks = { signOutEverywhere: undefined, retryFloorMs: undefined, signedOut: false };

    this.monotonic = 1_000;
    this.wall = 1_700_000_000_000;
    this.dice = 0.5;
    this.timers = new Map();
    /** What waits for nothing but the next task. */
    this.tasks = new Map();
    this.lastId = 0;
    this.timersSet = 0;
    this.mostTimers = 0;
    performance.now = () => this.monotonic;
    Date.now = () => this.wall;
    Math.random = () => this.dice;
    globalThis.setTimeout = (callback, delay) => {
      // No real timer has a negative id, so that it may be cleared after `restore()` too.
      const id = (this.lastId -= 1);
      if (delay === 0) {
        this.tasks.set(id, callback);
        return id;
      }
      this.timersSet += 1;
      this.timers.set(id, { callback, delay });
      this.mostTimers = Math.max(this.mostTimers, this.timers.size);
      return id;
    };
    globalThis.clearTimeout = (id) => void this.timers.delete(id);
    for (const method of ['text', 'json']) {
      const read = bodies[method];
      Response.prototype[method] = function readBody() {
        const body = read.call(this);
        reading.push(body);
        return body;
      };
    }

    this.visibility = 'visible';
    this.online = true;
    const own = (object, name, get) => Object.defineProperty(object, name, { configurable: true, get });
    own(document, 'visibilityState', () => this.visibility);
    own(navigator, 'onLine', () => this.online);
    navigation.onnavigate = (event) => {
      if (this.moving) return;
      this.visited.push(event.destination.url);
      event.preventDefault();
    };

    const noted = (name, answer = () => {}) => (...args) => {
      this.note(name, ...args);
      return answer();
    };
    this.listeners = {
      changed: (snapshot, subject, data) => {
        this.changes.push({ snapshot, subject, data });
        this.note('changed', snapshot, subject, data);
      },
      emit: (name, detail) => this.note(name, detail),
      redirect: noted('redirect', () => this.prevents),
      resume: noted('resume'),
      report: noted('report'),
      trace: (name, bytes) => this.note(name, bytes),
    };
    this.tabs = {
      isSignOutDelivered: () => this.delivered,
      persisted: () => this.marks,
    };
    for (const name of ['open', 'close', 'acquireLock', 'releaseLock', 'broadcast', 'broadcastSignOut', 'persistSignOut', 'persistRetryFloor']) {
      this.tabs[name] = noted(name);
    }
  }

  /** The value of this text, which may use what the tests have in common. */
  js(text) {
    const own = (name) => this.own(name);
    const store = (...kept) => this.store(...kept);
    return new Function('world', 'own', 'store', 'json', 'problem', 'cut', `return (${text});`)(this, own, store, json, problem, cut);
  }

  /** As `options.js` makes them, but for these. */
  options(own) {
    return {
      validate: '/api/validate-session',
      reconnect: '/api/reconnect',
      logout: '/api/logout',
      credential: 'cookie',
      login: '/connect',
      returnToParam: 'returnTo',
      redirectMax: 2,
      redirectPer: 60_000,
      name: 'session',
      crossTab: false,
      interval: 300_000,
      jitter: 0,
      slowAfter: 3_000,
      validateTimeout: 15_000,
      reconnectTimeout: 90_000,
      retryBase: 500,
      retryCap: 30_000,
      retrySpread: 30_000,
      warnBefore: 60_000,
      trace: false,
      headers: () => new Headers({ 'x-session-keepalive': '1' }),
      fetch: (url, init) => {
        init.signal.addEventListener('abort', () => call.reject(init.signal.reason));
        const call = this.called({ url, init });
        this.note('fetch', url, init.body);
        return call.promise;
      },
      ...this.js(own),
    };
  }

  /** A function of the application in the place of a call. */
  own(name) {
    return (context) => {
      const { signal, ...rest } = context;
      const call = this.called({ context });
      this.note(name, rest);
      return call.promise;
    };
  }

  /** A store of the application that holds this, or nothing. */
  store(kept = null) {
    return {
      load: async () => {
        this.note('load');
        return kept;
      },
      save: async (credential) => {
        this.note('save', credential);
        kept = credential;
      },
      clear: async () => {
        this.note('clear');
        kept = null;
      },
    };
  }

  called(call) {
    call.promise = new Promise((resolve, reject) => Object.assign(call, { resolve, reject }));
    this.calls.push(call);
    return call;
  }

  note(name, ...args) {
    this.log.push(`${name}(${args.map(shown).join(', ')})`);
    const [next] = this.reactions;
    if (next?.name === name) {
      this.reactions.shift();
      next.reaction();
    }
    this.waiting = this.waiting.filter((wait) => {
      if (wait.name !== name || (wait.left -= 1) > 0) return true;
      wait.resolve();
      return false;
    });
  }

  /** What was noted since the last time. */
  take() { return this.log.splice(0); }

  /** When this is noted next, does that. */
  react(name, reaction) { this.reactions.push({ name, reaction }); }

  /** Resolves when `name` has been noted so many times from now on. */
  noted(name, left) { return new Promise((resolve) => { this.waiting.push({ name, left, resolve }); }); }

  /** The answer of the application or its server. */
  answer(index, value) { this.calls[index].resolve(value); }

  fail(index) { this.calls[index].reject(new TypeError('Failed to fetch')); }

  /** Everything has gone on that waits for no timer and no answer: the next task begins behind all microtasks. */
  async settled() {
    do {
      await Promise.allSettled(reading.splice(0));
      const { port1, port2 } = new MessageChannel();
      await new Promise((resolve) => {
        port1.onmessage = resolve;
        port2.postMessage(null);
      });
      port1.close();
    } while (reading.length > 0);
  }

  /** Whether a promise is kept by now. */
  async isSettled(promise) {
    let settled = false;
    const note = () => { settled = true; };
    promise.then(note, note);
    await this.settled();
    return settled;
  }

  /** One member of a request, as it was given to `fetch`. */
  member(index, name) { return this.calls[index].init[name]; }

  members(index) { return Object.keys(this.calls[index].init).sort(); }

  header(index, name) { return this.calls[index].init.headers.get(name) ?? undefined; }

  context(index) { return this.calls[index].context; }

  aborted(index) { return (this.calls[index].init ?? this.calls[index].context).signal.aborted; }

  /** The last snapshot, and what its answer brought. */
  get snapshot() { return this.changes.at(-1).snapshot; }
  get subject() { return this.changes.at(-1).subject; }
  get data() { return this.changes.at(-1).data; }

  /** Status and reason of the last snapshot. */
  get status() {
    const { status, reason } = this.changes.at(-1)?.snapshot ?? { status: 'inactive' };
    return reason ? `${status}: ${reason}` : `${status}`;
  }

  /** Lets both clocks go on; no timer fires by itself. */
  pass(milliseconds) {
    this.monotonic += milliseconds;
    this.wall += milliseconds;
  }

  /** The wall clock alone goes on, as in sleep. */
  sleep(milliseconds) { this.wall += milliseconds; }

  /** The delays of all timers that are set. */
  delays() { return [...this.timers.values()].map(({ delay }) => delay); }

  /** The timer of the session fires now, whatever the clocks say. */
  fire() {
    const [[id, { callback }], another] = this.timers;
    if (another) throw new Error('there is more than one timer');
    this.timers.delete(id);
    callback();
  }

  /** What was put off to the next task happens now. */
  task() {
    const tasks = [...this.tasks.values()];
    this.tasks.clear();
    for (const task of tasks) task();
  }

  /** The real timers and clocks, without the rest. */
  useRealTime() { useRealTime(); }

  /** An event of the page, with these properties. */
  dispatch(target, type, properties) {
    const event = new Event(type, { bubbles: target === 'document' });
    for (const [name, value] of Object.entries(this.js(properties))) Object.defineProperty(event, name, { value });
    globalThis[target].dispatchEvent(event);
  }

  /** The address of the page, on the origin that it has. */
  go(path) {
    this.moving = true;
    history.replaceState(null, '', new URL(location.origin + path));
    this.moving = false;
  }

  /** Another sessionStorage: a value, or a function in the place of its getter. */
  setStorage(descriptor) { Object.defineProperty(globalThis, 'sessionStorage', { configurable: true, ...this.js(descriptor) }); }

  /** Everything real again. */
  restore() { restore(); }
}
