// Counts what a page has and has not given back: listeners, timers, channels, Wasm memory. Before any other script.
{
  const open = { listeners: new Map(), timers: new Set(), channels: new Set() };
  let memory = null;

  const wrap = (owner, name, make) => { owner[name] = make(owner[name]); };

  // A listener is one by target, type, function and phase; a second one like it is none.
  const keyOf = (type, options) => `${type}:${Boolean(typeof options === 'object' ? options?.capture : options)}`;
  /** By target, key and function: ends the counter's own listening. */
  const entries = (target, key) => {
    if (!open.listeners.has(target)) open.listeners.set(target, new Map());
    const byKey = open.listeners.get(target);
    if (!byKey.has(key)) byKey.set(key, new Map());
    return byKey.get(key);
  };
  const forget = (target, key, listener) => {
    const known = entries(target, key);
    known.get(listener)?.abort();
    known.delete(listener);
    if (known.size === 0) open.listeners.get(target).delete(key);
    if (open.listeners.get(target).size === 0) open.listeners.delete(target);
  };
  const { addEventListener: add } = EventTarget.prototype;
  EventTarget.prototype.addEventListener = function (type, listener, options) {
    const target = this ?? window;
    const key = keyOf(type, options);
    if (listener && !options?.signal?.aborted && !entries(target, key).has(listener)) {
      const counting = new AbortController();
      entries(target, key).set(listener, counting);
      const gone = [() => forget(target, key, listener), { once: true, signal: counting.signal }];
      if (options?.once) add.call(target, type, ...gone);
      if (options?.signal) add.call(options.signal, 'abort', ...gone);
    }
    return add.call(target, type, listener, options);
  };
  wrap(EventTarget.prototype, 'removeEventListener', (remove) => function (type, listener, options) {
    forget(this ?? window, keyOf(type, options), listener);
    return remove.call(this ?? window, type, listener, options);
  });

  wrap(window, 'setTimeout', (set) => (run, delay, ...given) => {
    const timer = set(() => {
      open.timers.delete(timer);
      run(...given);
    }, delay);
    open.timers.add(timer);
    return timer;
  });
  wrap(window, 'setInterval', (set) => (...given) => {
    const timer = set(...given);
    open.timers.add(timer);
    return timer;
  });
  for (const name of ['clearTimeout', 'clearInterval']) {
    wrap(window, name, (clear) => (timer) => {
      open.timers.delete(timer);
      return clear(timer);
    });
  }

  wrap(window, 'BroadcastChannel', (Channel) => class extends Channel {
    constructor(...given) {
      super(...given);
      open.channels.add(this);
    }

    close() {
      open.channels.delete(this);
      super.close();
    }
  });

  wrap(WebAssembly, 'instantiate', (instantiate) => async (...given) => {
    const result = await instantiate(...given);
    memory = Object.values((result.instance ?? result).exports).find((value) => value instanceof WebAssembly.Memory);
    return result;
  });

  window.counted = async () => {
    const { held, pending } = await navigator.locks.query();
    const listeners = [...open.listeners.values()].flatMap((byKey) => [...byKey.values()]);
    return {
      listeners: listeners.reduce((sum, { size }) => sum + size, 0),
      timers: open.timers.size,
      channels: open.channels.size,
      locks: held.length + pending.length,
      wasmBytes: memory?.buffer.byteLength ?? 0,
    };
  };
}
