// One origin, as a reverse proxy makes it: the API of a live backend, and for all else a project's pages.
import { readFileSync, statSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { connect } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { Backend } from '../../e2e/support/backend.mjs';
import { freePort } from '../../e2e/support/ports.mjs';

const types = { '.html': 'text/html', '.js': 'text/javascript', '.wasm': 'application/wasm', '.map': 'application/json' };

export class Site {
  /** @param {import('node:test').TestContext} t */
  static async create(t) {
    const site = new Site();
    const port = await freePort();
    site.origin = `http://127.0.0.1:${port}`;
    site.backend = await Backend.create({ publicPort: port, pages: false });
    t.after(() => site.backend.remove());
    const server = createServer((incoming, outgoing) => site.#take(incoming, outgoing));
    // A development server talks to its page by a WebSocket.
    server.on('upgrade', (incoming, socket) => site.#tunnel(incoming, socket));
    await new Promise((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
    t.after(() => {
      server.close();
      server.closeAllConnections();
    });
    return site;
  }

  /** Serves the files of a folder from now on. @param {string} folder */
  files(folder) {
    this.pages = (incoming, outgoing) => send(folder, incoming, outgoing);
  }

  /** Hands what is not the API to another server from now on. @param {number} port */
  forward(port) {
    this.port = port;
    this.pages = (incoming, outgoing) => hand(port, incoming, outgoing);
  }

  #take(incoming, outgoing) {
    if (incoming.url.startsWith('/api/')) return hand(this.backend.port, incoming, outgoing);
    // Browsers ask for it by themselves; none of the projects has one.
    if (incoming.url === '/favicon.ico') return outgoing.writeHead(204).end();
    return this.pages(incoming, outgoing);
  }

  #tunnel({ method, url, rawHeaders }, socket) {
    const onward = connect(this.port, '127.0.0.1');
    const headers = rawHeaders.map((text, i) => (i % 2 ? `${text}\r\n` : `${text}: `)).join('');
    onward.write(`${method} ${url} HTTP/1.1\r\n${headers}\r\n`);
    onward.pipe(socket).pipe(onward);
    for (const [one, other] of [[socket, onward], [onward, socket]]) one.on('error', () => other.destroy());
  }
}

function hand(port, incoming, outgoing) {
  const { method, url, headers } = incoming;
  const onward = request({ host: '127.0.0.1', port, method, path: url, headers, agent: false }, (answer) => {
    outgoing.writeHead(answer.statusCode, answer.headers);
    answer.pipe(outgoing);
  });
  onward.on('error', () => outgoing.destroy());
  incoming.pipe(onward);
}

function send(folder, { url }, outgoing) {
  const { pathname } = new URL(url, 'http://site');
  // A URL's path cannot lead above the root: its dots are resolved.
  const path = join(folder, normalize(decodeURIComponent(pathname.endsWith('/') ? `${pathname}index.html` : pathname)));
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) return outgoing.writeHead(404).end();
  outgoing.writeHead(200, { 'content-type': types[extname(path)] ?? 'application/octet-stream' }).end(readFileSync(path));
}
