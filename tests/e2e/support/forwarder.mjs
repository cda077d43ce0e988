// A load balancer in a few lines: it stands where the browser looks for the backend, writes down what passes, can hold
// requests back until the backend has returned, and can be gone altogether.
import { createServer, request } from 'node:http';
import { freePort } from './ports.mjs';

const pathOf = ({ url }) => new URL(url, 'http://forwarder').pathname;

export class Forwarder {
  /** Reserves the port; `up` opens it. */
  static async create() {
    const forwarder = new Forwarder();
    forwarder.port = await freePort();
    /**
     * @type {{method: string, path: string, sent: string, at: number, answeredAt: number, status: number, type: string,
     *   text: string, json: any}[]}
     */
    forwarder.seen = [];
    /** Every request that came, also those that got no answer. @type {{method: string, path: string, at: number}[]} */
    forwarder.arrived = [];
    forwarder.held = [];
    forwarder.holding = () => false;
    forwarder.cutting = () => false;
    return forwarder;
  }

  /** Listens, and forwards to the port of the backend. @param {number} backendPort */
  up(backendPort = this.backendPort) {
    this.backendPort = backendPort;
    this.server = createServer((incoming, outgoing) => this.#take(incoming, outgoing));
    return new Promise((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(this.port, '127.0.0.1', resolve);
    });
  }

  /** Closes the port: connections are refused from now on. */
  down() {
    this.held = [];
    return new Promise((resolve) => {
      if (!this.server?.listening) return resolve();
      this.server.close(resolve);
      this.server.closeAllConnections();
    });
  }

  /** Takes requests, but keeps those that are wanted. @param {(request: {method: string, path: string}) => boolean} [wanted] */
  hold(wanted = () => true) {
    this.holding = wanted;
  }

  /** Sends what was kept, and everything after it. */
  release() {
    this.holding = () => false;
    for (const send of this.held.splice(0)) send();
  }

  /**
   * Gives wanted requests no answer but a closed connection, as a network that is gone does; the pages are still there.
   * @param {(request: {method: string, path: string}) => boolean} wanted
   */
  cut(wanted) {
    this.cutting = wanted;
  }

  /** Lets everything through again. */
  mend() {
    this.cutting = () => false;
  }

  /** The answered requests of an API path, oldest first. @param {string} method @param {string} path */
  of(method, path) {
    return this.seen.filter((entry) => entry.method === method && entry.path === path);
  }

  async #take(incoming, outgoing) {
    const at = performance.now();
    const taken = { method: incoming.method, path: pathOf(incoming), at };
    this.arrived.push(taken);
    if (this.cutting(taken)) return incoming.destroy();
    const chunks = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const send = () => this.#send(incoming, Buffer.concat(chunks), outgoing, at);
    if (this.holding(taken)) this.held.push(send);
    else send();
  }

  #send({ method, url, headers }, body, outgoing, at) {
    const options = { host: '127.0.0.1', port: this.backendPort, method, path: url, headers, agent: false };
    const onward = request(options, async (answer) => {
      const chunks = [];
      for await (const chunk of answer) chunks.push(chunk);
      const content = Buffer.concat(chunks);
      const text = content.toString();
      const type = answer.headers['content-type'] ?? '';
      this.seen.push({
        method, at, type, text, sent: body.toString(),
        path: pathOf({ url }),
        status: answer.statusCode,
        json: type.includes('json') ? JSON.parse(text) : null,
        answeredAt: performance.now(),
      });
      outgoing.writeHead(answer.statusCode, answer.headers).end(content);
    });
    onward.on('error', () => outgoing.destroy());
    onward.end(body);
  }
}
