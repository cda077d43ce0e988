// npm, as a program of its own, and what it installs into folders with a lock file of their own.
import { join } from 'node:path';
import { Failure } from './failure.mjs';
import { findProgram } from './find.mjs';
import { run } from './run.mjs';
import { hashOf, whenChanged } from './stamp.mjs';

/** For an install: no install scripts, because no package needs its own (esbuild finds its binary without), and nothing asked or told beyond the packages. */
export const quietly = ['--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund'];

/** How to start npm. @param {string[]} args @returns {{ program: string, args: string[], shell: boolean }} */
export function npmCommand(args) {
  // Inside `npm start` npm says where it is itself, so that the same npm is used, on every system.
  const itself = process.env.npm_execpath;
  if (itself?.endsWith('.js')) return { program: process.execPath, args: [itself, ...args], shell: false };
  const program = findProgram(['npm']);
  if (!program) throw new Failure('npm was not found: it comes with Node, install it from https://nodejs.org');
  return { program, args, shell: program.endsWith('.cmd') };
}

/** Runs npm to its end. @param {string[]} args @param {object} options as of `run` */
export function npm(args, options) {
  const command = npmCommand(args);
  return run(command.program, command.args, { ...options, shell: command.shell });
}

/** Installs what the package-lock.json of this folder says, unless it is there already. */
export async function ensurePackages(folder, { facts = [], show = 'none' } = {}) {
  const key = hashOf(folder, [join(folder, 'package-lock.json')], facts);
  const installed = join(folder, 'node_modules', '.package-lock.json'); // npm's own record of what it installed
  await whenChanged({ base: folder, stampFile: join(folder, 'node_modules', '.session-keepalive'), key, outputs: [installed] }, async () => {
    try {
      await npm(['ci', ...quietly, '--loglevel=error'], { cwd: folder, show });
    } catch (error) {
      throw new Failure(`the packages of ${join(folder, 'package-lock.json')} could not be installed from the npm registry: ${error.message}`, { cause: error });
    }
  });
}
