// npm, and what it installs into folders with a lock file of their own.
import { join } from 'node:path';
import { Failure } from './failure.mjs';
import { findProgram } from './find.mjs';
import { run } from './run.mjs';
import { hashOf, whenChanged } from './stamp.mjs';

/** Runs npm; options as of `run`. */
export function npm(args, options) {
  // Inside `npm start` npm says where it is itself, so that the same npm is used, on every system.
  const itself = process.env.npm_execpath;
  if (itself?.endsWith('.js')) return run(process.execPath, [itself, ...args], options);
  const program = findProgram(['npm']);
  if (!program) throw new Failure('npm was not found: it comes with Node, install it from https://nodejs.org');
  return run(program, args, { ...options, shell: program.endsWith('.cmd') });
}

/**
 * Installs what the package-lock.json of this folder says, unless it is there already. No package of ours needs its install
 * script: esbuild finds its binary without one.
 */
export async function ensurePackages(folder, { facts = [], show = 'none' } = {}) {
  const key = hashOf(folder, [join(folder, 'package-lock.json')], facts);
  const installed = join(folder, 'node_modules', '.package-lock.json'); // npm's own record of what it installed
  await whenChanged({ base: folder, stampFile: join(folder, 'node_modules', '.session-keepalive'), key, outputs: [installed] }, async () => {
    try {
      await npm(['ci', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: folder, show });
    } catch (error) {
      throw new Failure(`the packages of ${join(folder, 'package-lock.json')} could not be installed from the npm registry: ${error.message}`, { cause: error });
    }
  });
}
