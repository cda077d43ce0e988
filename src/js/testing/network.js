// @ts-check
/** The way to the server and back: offline, broken or slow, as the test wants it. Cookies are the browser's, not a page's. */

/** @typedef {import('../testing.js').TestRequest} TestRequest */
/** @typedef {import('./server.js').CallName} CallName */
/** @typedef {import('./server.js').Cookies} Cookies */
/** @typedef {ReturnType<typeof createNetwork>} Network */
/** @typedef {{ status?: number, retryAfter?: number, times: number }} Fault without a status: no answer at all */
/** @typedef {{ status: number, body?: object, retryAfter?: number, cookies?: Cookies }} Answer */

/** @type {Record<string, CallName>} */
const DEFAULT_PATHS = {
  '/api/validate-session': 'validate', '/api/reconnect': 'reconnect', '/api/logout': 'logout', '/api/connect': 'connect',
};

/** As browsers say it. */
const noAnswer = () => new TypeError('Failed to fetch');

// By their methods: those of happy-dom, jsdom or another realm are no instances of the classes here.
/** @param {RequestInfo | URL} input @returns {input is Request} */
const isRequest = (input) => typeof input === 'object' && 'arrayBuffer' in input;
/** @param {Answer | Response} answer @returns {answer is Response} */
const isResponse = (answer) => 'arrayBuffer' in answer;

/** @param {string} text */
const parsed = (text) => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

/** @param {Answer} answer */
const toResponse = ({ status, body, retryAfter }) =>
  new Response(body === undefined ? null : JSON.stringify(body), {
    status,
    headers: {
      ...(body !== undefined && { 'content-type': 'code' in body ? 'application/problem+json' : 'application/json' }),
      ...(retryAfter !== undefined && { 'retry-after': String(Math.ceil(retryAfter / 1000)) }),
    },
  });

/**
 * @param {object} parts
 * @param {import('./clock.js').Clock} parts.clock what an answer's way is measured by
 * @param {import('./server.js').Server} parts.server what answers
 * @param {NonNullable<import('../testing.js').TestWorldOptions['respond']>} parts.respond the application's own answers
 */
export const createNetwork = ({ clock, server, respond }) => {
  /** @type {Map<string, string>} */
  const jar = new Map();
  const paths = new Map(Object.entries(DEFAULT_PATHS));
  /** @type {(Omit<TestRequest, 'status'> & { status: number | null })[]} */
  const requests = [];
  /** @type {Set<() => void>} what cuts each answer that is on its way */
  const underWay = new Set();
  let latency = 0;
  /** @type {Fault | null} */
  let fault = null;
  let online = true;

  /** @param {Cookies | undefined} [cookies] */
  const setCookies = (cookies) => {
    for (const [name, value] of Object.entries(cookies || {})) {
      if (value === null) jar.delete(name);
      else jar.set(name, value);
    }
  };

  /**
   * Takes as long as it takes; rejects if the line is cut or the caller gives up.
   * @param {AbortSignal | null | undefined} signal
   * @returns {Promise<void>}
   */
  const travel = (signal) =>
    new Promise((resolve, reject) => {
      const end = (/** @type {(what?: any) => void} */ how, /** @type {unknown} */ what) => {
        clock.clearTimeout(timer);
        underWay.delete(cut);
        signal?.removeEventListener('abort', give);
        how(what);
      };
      const cut = () => end(reject, noAnswer());
      const give = () => end(reject, signal?.reason);
      const timer = clock.setTimeout(() => end(resolve, undefined), latency);
      underWay.add(cut);
      signal?.addEventListener('abort', give);
    });

  const faulty = (/** @type {Fault} */ found) => {
    const { status, retryAfter } = found;
    found.times -= 1;
    if (found.times <= 0) fault = null;
    if (status === undefined) throw noAnswer();
    return { status, retryAfter, body: { title: 'A fault of the test world' } };
  };

  /**
   * @param {URL} url
   * @param {string} method
   * @param {Headers} headers
   * @param {ArrayBuffer} bytes
   * @param {any} body parsed, if it was JSON
   * @returns {Promise<Answer | Response>}
   */
  const answer = async (url, method, headers, bytes, body) => {
    if (fault) return faulty(fault);
    const call = method === 'POST' && paths.get(url.pathname);
    if (call) return server.call(call, jar, headers, body || {});
    const request = new Request(url, { method, headers, ...(method !== 'GET' && method !== 'HEAD' && { body: bytes }) });
    return server.protect(jar, (/** @type {{ subject: string, epoch: number }} */ session) => respond(request, session));
  };

  /** `fetch` in a tab, whose address is `base()`. */
  const fetchIn = (/** @type {number} */ tab, /** @type {() => string} */ base) => async (/** @type {RequestInfo | URL} */ input, /** @type {RequestInit} */ init = {}) => {
    /** @type {Partial<Request>} */
    const given = isRequest(input) ? input : {};
    const url = new URL(given.url ?? String(input), base());
    const method = (init.method ?? given.method ?? 'GET').toUpperCase();
    const headers = new Headers(init.headers ?? given.headers);
    const signal = init.signal ?? given.signal;
    signal?.throwIfAborted();
    // A body of any kind, with the type that it has by itself.
    const sent = init.body === undefined && isRequest(input) ? input : new Response(init.body);
    const type = sent.headers.get('content-type');
    if (type && !headers.has('content-type')) headers.set('content-type', type);
    const bytes = await sent.arrayBuffer();
    const body = parsed(new TextDecoder().decode(bytes));
    /** @type {(typeof requests)[number]} */
    const noted = { at: clock.now(), tab, method, url: url.href, path: url.pathname, body, status: null };
    requests.push(noted);
    clock.stir();
    if (!online) throw noAnswer();
    // The server has it at once; the answer may not arrive.
    const outcome = answer(url, method, headers, bytes, body);
    outcome.catch(() => {});
    if (latency > 0) await travel(signal);
    const found = await outcome;
    const response = isResponse(found) ? found : toResponse(found);
    if (!isResponse(found)) setCookies(found.cookies);
    noted.status = response.status;
    clock.stir();
    return response;
  };

  return {
    requests,
    fetchIn,
    /** Where the calls of a session go, by the options that name them. */
    serve(/** @type {import('../index.js').KeepAliveOptions<any>} */ options) {
      for (const call of /** @type {const} */ (['validate', 'reconnect', 'logout'])) {
        const path = options[call];
        if (typeof path === 'string') paths.set(new URL(path, 'https://any.example').pathname, call);
      }
    },
    signIn(/** @type {boolean} */ remember) {
      setCookies(server.signIn(jar, remember).cookies);
    },
    isOnline: () => online,
    goOnline: (/** @type {boolean} */ is) => {
      online = is;
      if (!online) for (const cut of [...underWay]) cut();
    },
    break(/** @type {Fault | null} */ how) {
      fault = how;
    },
    delay(/** @type {number} */ length) {
      latency = length;
    },
  };
};
