// The real server binary on a port that stays the same over its restarts, with its files in a temporary folder.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isProgram } from '../../../tools/lib/find.mjs';
import { dist, inRoot, nativeBinary } from '../../../tools/lib/paths.mjs';
import { end, start } from './children.mjs';
import { removeFolder, temporaryFolder } from './folder.mjs';
import { freePort } from './ports.mjs';
import { until } from './until.mjs';

const BINARY = process.env.SESSION_KEEPALIVE_SERVER ?? nativeBinary('session-keepalive-server');

/** The headers every state-changing request must carry. */
export const HEADERS = { 'x-session-keepalive': '1', 'content-type': 'application/json' };

export class Backend {
  /**
   * @param {{publicPort?: number, publicOrigin?: string, allowTargets?: string[], policy?: string[], pages?: boolean,
   *   site?: string, extra?: string[]}} [options] `publicPort`, or as a whole `publicOrigin`: where browsers find it, if not here;
   *   `policy`: knobs, as in `idle=10s`; `pages`: false for the API alone, which needs no `dist/`; `site`: the folder of
   *   pages, if not the demo's; `extra`: flags
   */
  static async create({ publicPort, publicOrigin, allowTargets = [], policy = [], pages = true, site = inRoot('www'), extra = [] } = {}) {
    const backend = new Backend();
    backend.port = await freePort();
    backend.own = `http://127.0.0.1:${backend.port}`;
    backend.origin = publicOrigin ?? `http://127.0.0.1:${publicPort ?? backend.port}`;
    backend.folder = temporaryFolder('backend');
    backend.targets = allowTargets;
    backend.policy = policy;
    backend.pages = pages;
    backend.site = site;
    backend.extra = extra;
    backend.logs = [];
    mkdirSync(join(backend.folder, 'files'));
    // Over https the server makes no key itself.
    if (backend.origin.startsWith('https:')) writeFileSync(join(backend.folder, 'ticket-keys'), randomBytes(32).toString('base64'));
    assert.ok(isProgram(BINARY), `no server at ${BINARY}: run \`cargo build\`, or name it in SESSION_KEEPALIVE_SERVER`);
    await backend.start();
    return backend;
  }

  /** What to run: the same at every start. */
  get command() {
    const args = [
      '--listen', `127.0.0.1:${this.port}`,
      '--public-origin', this.origin,
      '--store', 'memory:',
      '--files-root', join(this.folder, 'files'),
      '--ticket-keys', join(this.folder, 'ticket-keys'),
      '--revocations', `sqlite:${join(this.folder, 'revocations.db')}`,
      ...(this.pages ? [this.site, `/dist=${dist}`, `/e2e=${inRoot('tests', 'e2e', 'pages')}`] : [])
        .flatMap((folder) => ['--site', folder]),
      '--log', 'json',
      '--demo',
      ...['sqlite:', ...this.targets].flatMap((target) => ['--allow-target', target]),
      ...this.policy.flatMap((knob) => ['--set', knob]),
      ...this.extra,
    ];
    return { program: BINARY, args, spawn: { cwd: this.folder } };
  }

  /** Starts the process and waits until it answers. */
  async start() {
    const { program, args, spawn } = this.command;
    this.process = start(program, args, spawn);
    this.logs.push(this.process);
    await until('the server answers /healthz', async () => {
      const { exitCode, signalCode } = this.process.child;
      assert.ok(exitCode === null && signalCode === null, `the server ended at its start:\n${this.process.output}`);
      return this.answers();
    });
  }

  async answers() {
    return (await fetch(`${this.own}/healthz`).catch(() => null))?.ok === true;
  }

  /** Ends the process as a crash would: nothing is said, nothing is saved. */
  kill() {
    return end(this.process, 'SIGKILL');
  }

  async restart() {
    await this.kill();
    await this.start();
  }

  /** All that every process of this backend has printed. */
  get log() {
    return this.logs.map((process) => process.output).join('');
  }

  /** @returns {Promise<string>} the Prometheus text */
  async metrics() {
    return (await fetch(`${this.own}/metrics`)).text();
  }

  /** Makes every API call answer with a fault, or with `null` as it should. @param {object | null} fault */
  async fault(fault) {
    const init = fault ? { method: 'POST', body: JSON.stringify(fault) } : { method: 'DELETE' };
    const response = await fetch(`${this.own}/demo/fault`, { ...init, headers: HEADERS });
    assert.ok(response.ok, `the fault was refused: ${response.status} ${await response.text()}`);
  }

  async remove() {
    await this.kill();
    removeFolder(this.folder);
  }
}

/**
 * The sum of a metric over the series whose labels contain `labels`.
 * @param {string} text Prometheus text @param {string} name @param {Record<string, string>} [labels]
 */
export function metric(text, name, labels = {}) {
  const series = text.split('\n').filter((line) => new RegExp(`^${name}(\\{|\\s)`).test(line));
  assert.ok(series.length > 0, `no metric ${name} in:\n${text}`);
  return series
    .filter((line) => Object.entries(labels).every(([key, value]) => line.includes(`${key}="${value}"`)))
    .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}
