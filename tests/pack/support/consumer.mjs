// A project of somebody who uses the package: a fixture, copied into a temporary folder, with the tarball installed.
import assert from 'node:assert/strict';
import { cpSync, readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { npmCommand, quietly } from '../../../tools/lib/npm.mjs';
import { end, start } from '../../e2e/support/children.mjs';
import { removeFolder, temporaryFolder } from '../../e2e/support/folder.mjs';
import { tarball } from './tarball.mjs';

const fixtures = fileURLToPath(new URL('../fixtures/', import.meta.url));
const environment = { ...process.env, NEXT_TELEMETRY_DISABLED: '1', NO_COLOR: '1', NODE_ENV: undefined };
delete environment.FORCE_COLOR;
// Set by `node --test`: a Node below it would speak the test runner's language.
delete environment.NODE_TEST_CONTEXT;
/** What is in a project that somebody has tried out. */
const made = ['node_modules', 'dist', '.next'];

export class Consumer {
  /**
   * Installs what a project's lock file says, and the package.
   * @param {import('node:test').TestContext} t @param {string} name of the project @param {string} [projects] the folder it is in
   */
  static async create(t, name, projects = fixtures) {
    const consumer = new Consumer();
    consumer.projects = projects;
    consumer.env = environment;
    consumer.folder = temporaryFolder(`pack-${name}`);
    t.after(() => removeFolder(consumer.folder));
    consumer.lay(name);
    const { program, args, shell } = npmCommand(['install', '--no-save', ...quietly, await tarball()]);
    await consumer.#finish(program, args, { shell });
    return consumer;
  }

  path(...parts) {
    return join(this.folder, ...parts);
  }

  /** Copies projects into this one, the later over the earlier. @param {...string} names */
  lay(...names) {
    const isSource = (path) => !made.includes(basename(path));
    for (const name of names) cpSync(join(this.projects, name), this.folder, { recursive: true, filter: isSource });
  }

  /** Removes what a build has left. @param {...string} names */
  clear(...names) {
    for (const name of names) rmSync(this.path(name), { recursive: true, force: true });
  }

  /** The same project, for commands that see other variables as well. @param {Record<string, string>} env */
  with(env) {
    return Object.assign(new Consumer(), this, { env: { ...this.env, ...env } });
  }

  /** Runs a command of an installed package to its end. @param {string} name @param {string[]} args @returns {Promise<string>} what it printed */
  run(name, ...args) {
    return this.#finish(process.execPath, [this.#bin(name), ...args]);
  }

  /** Runs Node itself in the project. @param {...string} args */
  node(...args) {
    return this.#finish(process.execPath, args);
  }

  /**
   * Runs a program of an installed package to its end: a binary, not a script for Node.
   * @param {string} path in node_modules
   * @param {...string} args
   */
  execute(path, ...args) {
    return this.#finish(this.path('node_modules', path), args);
  }

  /** Starts a command that goes on until the test is over. @param {import('node:test').TestContext} t */
  serve(t, name, ...args) {
    const server = start(process.execPath, [this.#bin(name), ...args], { cwd: this.folder, env: this.env });
    t.after(() => end(server, 'SIGTERM'));
    return server;
  }

  /** The script behind a command; not the link in .bin, which is another thing on every system. */
  #bin(name) {
    const folder = this.path('node_modules', name);
    const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    return join(folder, typeof bin === 'string' ? bin : bin[name] ?? Object.values(bin)[0]);
  }

  async #finish(program, args, options = {}) {
    const process = start(program, args, { cwd: this.folder, env: this.env, ...options });
    await process.exited;
    assert.equal(process.child.exitCode, 0, `${args.join(' ')} failed:\n${process.output}`);
    return process.output;
  }
}
