// One backend on a port that stays the same over its restarts, with its files in a temporary folder; and a browser as far as
// HTTP goes: cookies, and the headers that it adds by itself.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { end, start } from '../../e2e/support/children.mjs';
import { removeFolder, temporaryFolder } from '../../e2e/support/folder.mjs';
import { freePort } from '../../e2e/support/ports.mjs';
import { until } from '../../e2e/support/until.mjs';
import { newKey } from './kinds.mjs';

export class Backend {
  /** @param kind one of `kinds.mjs` @param {{idle?: number, absolute?: number}} [limits] seconds */
  static async create(kind, limits = {}) {
    const backend = new Backend();
    const port = await freePort();
    backend.kind = kind;
    backend.port = port;
    backend.origin = `http://127.0.0.1:${port}`;
    backend.folder = temporaryFolder('example');
    mkdirSync(join(backend.folder, 'files'));
    backend.command = await kind.command({ port, folder: backend.folder, key: newKey(), ...limits });
    await backend.start();
    return backend;
  }

  async start() {
    const { program, args, env } = this.command;
    this.process = start(program, args, { cwd: this.folder, env: { ...process.env, ...env } });
    const { child } = this.process;
    await until(`${program} answers`, async () => {
      assert.ok(child.exitCode === null && child.signalCode === null, `${program} ended at its start:\n${this.process.output}`);
      return (await fetch(this.origin).catch(() => null)) !== null;
    }, { within: 30_000 });
  }

  /** As a crash would end it: nothing is said, nothing is saved. */
  async kill() {
    await end(this.process, 'SIGKILL');
  }

  async restart() {
    await this.kill();
    await this.start();
  }

  async remove() {
    await this.kill();
    removeFolder(this.folder);
  }
}

/** A cookie as it was set. */
const parsed = (line) => {
  const [pair, ...attributes] = line.split(/; */);
  const at = pair.indexOf('=');
  const named = Object.fromEntries(attributes.map((attribute) => {
    const [name, value = true] = attribute.split('=');
    return [name.toLowerCase(), value];
  }));
  return { name: pair.slice(0, at), value: pair.slice(at + 1), attributes: named };
};

const isRemoval = ({ attributes }) => attributes['max-age'] === '0' || Date.parse(attributes.expires) <= Date.now();

export class Visitor {
  /** @param {Backend} backend @param {Map<string, string>} [cookies] */
  constructor(backend, cookies = new Map()) {
    this.backend = backend;
    this.cookies = cookies;
  }

  /** Somebody with the same cookies as now, or only those of these kinds. */
  copy(...kinds) {
    const kept = [...this.cookies].filter(([name]) => kinds.length === 0 || kinds.some((kind) => name.includes(kind)));
    return new Visitor(this.backend, new Map(kept));
  }

  /** The name of the cookie of a kind, if there is one. @param {'session' | 'ticket'} kind */
  cookie(kind) {
    return [...this.cookies.keys()].find((name) => name.includes(kind));
  }

  /**
   * Makes a call. `body` is sent as JSON, a string as it is; `headers` are changes, null for none, a list for several of the name.
   * A header's characters are sent as bytes (Latin-1).
   * @returns {Promise<{status: number, headers: object, text: string, json: any, set: object[]}>}
   */
  async ask(method, path, body, headers = {}) {
    const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
    const sent = {
      host: new URL(this.backend.origin).host, origin: this.backend.origin, 'sec-fetch-site': 'same-origin',
      ...(method !== 'GET' && { 'content-type': 'application/json', 'x-session-keepalive': '1' }),
      ...(this.cookies.size > 0 && { cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ') }),
      ...((text !== undefined || method !== 'GET') && { 'content-length': String(Buffer.byteLength(text ?? '')) }),
      ...headers,
    };
    // As lines: of an object Node would join several cookies into one header.
    const own = Object.entries(sent).filter(([, value]) => value !== null)
      .flatMap(([name, values]) => [values].flat().flatMap((value) => [name, value]));
    const answer = await new Promise((resolve, reject) => {
      const asked = request({ host: '127.0.0.1', port: this.backend.port, method, path, headers: own, agent: false }, async (response) => {
        let read = '';
        for await (const part of response.setEncoding('utf8')) read += part;
        resolve({ status: response.statusCode, headers: response.headers, text: read });
      });
      asked.on('error', reject);
      asked.end(text);
    });
    answer.json = answer.text && answer.headers['content-type']?.includes('json') ? JSON.parse(answer.text) : null;
    answer.set = (answer.headers['set-cookie'] ?? []).map(parsed);
    for (const cookie of answer.set) {
      if (isRemoval(cookie)) this.cookies.delete(cookie.name);
      else this.cookies.set(cookie.name, cookie.value);
    }
    answer.removed = answer.set.filter(isRemoval);
    return answer;
  }

  connect(more = {}) {
    return this.ask('POST', '/api/connect', { ...this.backend.kind.right, ...more });
  }

  validate(activity = false) {
    return this.ask('POST', '/api/validate-session', { activity });
  }

  reconnect() {
    return this.ask('POST', '/api/reconnect', {});
  }

  logout(everywhere = false) {
    return this.ask('POST', '/api/logout', { everywhere });
  }

  visit() {
    return this.ask('GET', this.backend.kind.protected);
  }
}
