// A server that says what it is told to say, in the place of the browser's `fetch`; and what a session tells of itself.

export class Server {
  constructor() {
    this.asked = [];
    this.answers = [];
    this.fetch = async (input, init = {}) => {
      const request = new Request(input, init);
      const { pathname } = new URL(request.url);
      this.asked.push(`${pathname} ${await request.text()}`.trim());
      // The last answer is given for ever.
      const [status, body] = this.answers.length > 1 ? this.answers.shift() : this.answers[0];
      if (status === 0) throw new TypeError('the network is down');
      const type = status < 400 ? 'application/json' : 'application/problem+json';
      return new Response(body === undefined ? null : body, { status, headers: { 'content-type': type } });
    };
  }

  /** Says this next, and from then on if nothing follows. Status 0 is no answer. */
  says(status, body) { this.answers.push([status, body]); }

  /** What it was asked since the last time: paths and bodies. */
  take() { return this.asked.splice(0); }
}

/** For the option `debug`: keeps the numbers that an engine is made from. */
export class Log {
  constructor() {
    this.numbers = [];
    this.hear = ({ name, detail }) => {
      if (name === 'options') this.numbers = detail;
    };
  }
}

const errors = [];
globalThis.addEventListener('error', ({ message }) => errors.push(message));

/** What the page was told of as errors that nobody handled. */
export const reported = () => errors;
