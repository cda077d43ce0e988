// Servers that say what they are told to say, behind the browser's own `fetch`; and what a session prints.

const servers = new Map();
const network = globalThis.fetch;

/** Everything below `/server-N/` is answered by the server of that number, all else by the network. */
globalThis.fetch = async (input, init) => {
  const { pathname } = new URL(input instanceof Request ? input.url : input, location.href);
  const [, number, path] = /^\/server-(\d+)(\/.*)$/.exec(pathname) ?? [];
  const server = servers.get(number);
  return server ? server.answer(path, new Request(input, init)) : network(input, init);
};

export class Server {
  constructor() {
    const number = String(servers.size + 1);
    servers.set(number, this);
    this.base = `/server-${number}`;
    this.asked = [];
    this.answers = [];
    this.headers = new Headers();
  }

  async answer(path, request) {
    this.headers = request.headers;
    this.asked.push(`${path} ${await request.text()}`.trim());
    await this.held;
    // The last answer is given for ever.
    const [status, body] = this.answers.length > 1 ? this.answers.shift() : this.answers[0];
    if (status === 0) throw new TypeError('the network is down');
    const type = status < 400 ? 'application/json' : 'application/problem+json';
    return new Response(body === undefined ? null : body, { status, headers: { 'content-type': type } });
  }

  /** Says this next, and from then on if nothing follows. Status 0 is no answer. */
  says(status, body) { this.answers.push([status, body]); }

  /** Answers nothing before `release`. */
  hold() { this.held = new Promise((resolve) => { this.release = resolve; }); }

  /** What it was asked since the last time: paths and bodies. */
  take() { return this.asked.splice(0); }

  /** A header of the last request. */
  header(name) { return this.headers.get(name) ?? undefined; }
}

const errors = [];
globalThis.addEventListener('error', ({ message }) => errors.push(message));

/** What the page was told of as errors that nobody handled. */
export const reported = () => errors;

const lines = { debug: [], error: [] };
for (const [level, list] of Object.entries(lines)) {
  const print = console[level];
  console[level] = (...given) => {
    list.push(given.join(' '));
    print.apply(console, given);
  };
}

/** Every line that went to the console on this level. */
export const printed = (level) => lines[level];
