// One server for all: the page, the bundles, and for each client the backend that it expects, all with the same latency and
// the same person signed in. It remembers who asked for what.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress } from 'node:zlib';
import { tokenLifeMs } from './candidates.mjs';
import { folder } from './install.mjs';

/** Until any backend answers. */
export const latencyMs = 5;

const year = 'public, max-age=31536000, immutable';
const user = { id: '6e2c0c7e-7b1f-4d0e-9a55-000000000001', email: 'alice@example.test', name: 'Alice' };
const created = '2026-01-01T00:00:00.000Z';

/** What is asked of each backend, and its answer for one run. */
export const calls = {
  'POST /api/validate-session': () => ({
    valid: true, reconnected: false, epoch: 1, subject: user.email, idleIn: 86_400, absoluteIn: 2_591_000, warnIn: 86_100, nextCheckIn: null,
  }),
  'GET /api/auth/get-session': () => ({
    session: {
      id: 'a-session', userId: user.id, token: 'a-session-token', expiresAt: '2099-01-01T00:00:00.000Z', createdAt: created, updatedAt: created,
      ipAddress: '', userAgent: '',
    },
    user: { ...user, emailVerified: true, image: null, createdAt: created, updatedAt: created },
  }),
  'GET /auth/user': () => gotrueUser,
  'POST /auth/token': gotrueSession,
};

const gotrueUser = {
  ...user, aud: 'authenticated', role: 'authenticated', app_metadata: { provider: 'email', providers: ['email'] }, user_metadata: {},
  identities: [], created_at: created, updated_at: created,
};

/** Without `expires_at`: the client then counts from its own clock, which may be one that is set by hand. */
export function gotrueSession({ intervalMs }) {
  const part = (value) => Buffer.from(value).toString('base64url');
  const claims = JSON.stringify({ sub: user.id, role: 'authenticated', exp: 4_070_908_800 });
  return {
    access_token: [part('{"alg":"HS256","typ":"JWT"}'), part(claims), part('not a signature')].join('.'),
    token_type: 'bearer',
    expires_in: tokenLifeMs(intervalMs) / 1000,
    refresh_token: 'a-refresh-token',
    user: gotrueUser,
  };
}

export class Server {
  #runs = new Map();
  #files;
  #server;

  /** Listens on a free port of the loopback interface. @param {Map} bundles of {@link bundles} */
  static async start(bundles) {
    const server = new Server();
    const page = (name, type) => ({ content: readFileSync(join(folder, 'page', name)), type });
    const files = [
      ['/page.js', page('page.js', 'text/javascript')],
      ['/page', page('index.html', 'text/html; charset=utf-8')],
      ...[...bundles].map(([name, file]) => [`/bundles/${name}`, { ...file, cache: year }]),
    ];
    const compress = promisify(brotliCompress);
    server.#files = new Map(await Promise.all(
      files.map(async ([path, file]) => [path, { ...file, compressed: await compress(file.content) }]),
    ));
    server.#server = createServer((request, response) => server.#answer(request, response));
    await new Promise((resolve, reject) => server.#server.once('error', reject).listen(0, '127.0.0.1', resolve));
    server.origin = `http://127.0.0.1:${server.#server.address().port}`;
    /** What nobody here expects; one of these makes a measurement void. */
    server.unexpected = [];
    return server;
  }

  /** A backend of its own for one measurement. */
  run(intervalMs) {
    const run = { base: `/runs/${this.#runs.size}`, intervalMs, askedAt: [] };
    this.#runs.set(run.base, run);
    return run;
  }

  close() {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(resolve));
  }

  #answer(request, response) {
    const { pathname } = new URL(request.url, this.origin);
    const file = this.#files.get(pathname);
    if (file) return this.#file(request, response, file);
    const [, base, path] = /^(\/runs\/\d+)(\/.*)$/.exec(pathname) ?? [];
    const run = this.#runs.get(base);
    const call = calls[`${request.method} ${path}`];
    if (!run || !call) {
      this.unexpected.push(`${request.method} ${request.url}`);
      return response.writeHead(404).end();
    }
    run.askedAt.push(performance.now());
    request.resume();
    return setTimeout(() => {
      response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(JSON.stringify(call(run)));
    }, latencyMs);
  }

  #file(request, response, { content, compressed, type, cache = 'no-cache' }) {
    const packed = /\bbr\b/.test(request.headers['accept-encoding'] ?? '');
    response.writeHead(200, {
      'content-type': type,
      'cache-control': cache,
      'set-cookie': 'session=a-session-cookie; HttpOnly; SameSite=Lax; Path=/',
      ...(packed && { 'content-encoding': 'br' }),
    }).end(packed ? compressed : content);
  }
}
