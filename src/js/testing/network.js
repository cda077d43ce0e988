/** The way to the server and back: offline, broken or slow, as the test wants it. Cookies are the browser's, not a page's. */

const DEFAULT_PATHS = {
  '/api/validate-session': 'validate', '/api/reconnect': 'reconnect', '/api/logout': 'logout', '/api/connect': 'connect',
};

/** As browsers say it. */
const noAnswer = () => new TypeError('Failed to fetch');

const parsed = (text) => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

const toResponse = ({ status, body, retryAfter }) =>
  new Response(body === undefined ? null : JSON.stringify(body), {
    status,
    headers: {
      ...(body !== undefined && { 'content-type': body.code ? 'application/problem+json' : 'application/json' }),
      ...(retryAfter !== undefined && { 'retry-after': String(Math.ceil(retryAfter / 1000)) }),
    },
  });

/**
 * @param clock what an answer's way is measured by
 * @param server what answers
 * @param respond the application's own answers: `(request, session) => Response`
 */
export const createNetwork = ({ clock, server, respond }) => {
  const jar = new Map();
  const paths = new Map(Object.entries(DEFAULT_PATHS));
  const requests = [];
  const underWay = new Set();
  let latency = 0;
  let fault = null;
  let online = true;

  const setCookies = (cookies) => {
    for (const [name, value] of Object.entries(cookies || {})) {
      if (value === null) jar.delete(name);
      else jar.set(name, value);
    }
  };

  /** Takes as long as it takes; rejects if the line is cut or the caller gives up. */
  const travel = (signal) =>
    new Promise((resolve, reject) => {
      const end = (how, what) => {
        clock.clearTimeout(timer);
        underWay.delete(cut);
        signal?.removeEventListener('abort', give);
        how(what);
      };
      const cut = () => end(reject, noAnswer());
      const give = () => end(reject, signal.reason);
      const timer = clock.setTimeout(() => end(resolve), latency);
      underWay.add(cut);
      signal?.addEventListener('abort', give);
    });

  const faulty = () => {
    const { status, retryAfter } = fault;
    fault.times -= 1;
    if (fault.times <= 0) fault = null;
    if (status === undefined) throw noAnswer();
    return { status, retryAfter, body: { title: 'A fault of the test world' } };
  };

  const answer = async (url, method, headers, bytes, body) => {
    if (fault) return faulty();
    const call = method === 'POST' && paths.get(url.pathname);
    if (call) return server.call(call, jar, headers, body || {});
    const request = new Request(url, { method, headers, ...(method !== 'GET' && method !== 'HEAD' && { body: bytes }) });
    return server.protect(jar, (session) => respond(request, session));
  };

  /** `fetch` in a tab, whose address is `base()`. */
  const fetchIn = (tab, base) => async (input, init = {}) => {
    const given = input instanceof Request ? input : {};
    const url = new URL(given.url ?? input, base());
    const method = (init.method ?? given.method ?? 'GET').toUpperCase();
    const headers = new Headers(init.headers ?? given.headers);
    const signal = init.signal ?? given.signal;
    signal?.throwIfAborted();
    // A body of any kind, with the type that it has by itself.
    const sent = init.body === undefined && given instanceof Request ? given : new Response(init.body);
    const type = sent.headers.get('content-type');
    if (type && !headers.has('content-type')) headers.set('content-type', type);
    const bytes = await sent.arrayBuffer();
    const body = parsed(new TextDecoder().decode(bytes));
    const noted = { at: clock.now(), tab, method, url: url.href, path: url.pathname, body, status: null };
    requests.push(noted);
    clock.stir();
    if (!online) throw noAnswer();
    // The server has it at once; the answer may not arrive.
    const outcome = answer(url, method, headers, bytes, body);
    outcome.catch(() => {});
    if (latency > 0) await travel(signal);
    const found = await outcome;
    const response = found instanceof Response ? found : toResponse(found);
    setCookies(found.cookies);
    noted.status = response.status;
    clock.stir();
    return response;
  };

  return {
    requests,
    fetchIn,
    /** Where the calls of a session go, by the options that name them. */
    serve(options) {
      for (const call of ['validate', 'reconnect', 'logout']) {
        if (typeof options[call] === 'string') paths.set(new URL(options[call], 'https://any.example').pathname, call);
      }
    },
    signIn(remember) {
      setCookies(server.signIn(jar, remember).cookies);
    },
    isOnline: () => online,
    goOnline: (is) => {
      online = is;
      if (!online) for (const cut of [...underWay]) cut();
    },
    break(how) {
      fault = how;
    },
    delay(length) {
      latency = length;
    },
  };
};
