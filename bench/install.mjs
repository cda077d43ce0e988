// The packages to compare with: pinned in this folder's own lock file, installed into this folder alone.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Failure } from '../tools/lib/failure.mjs';
import { findProgram } from '../tools/lib/find.mjs';
import { run } from '../tools/lib/run.mjs';
import { hashOf, whenChanged } from '../tools/lib/stamp.mjs';

export const folder = fileURLToPath(new URL('.', import.meta.url)).slice(0, -1);
const inFolder = (...parts) => join(folder, ...parts);

/** Installs what package-lock.json of this folder says, unless it is there already. */
export async function ensurePeers() {
  const key = hashOf(folder, [inFolder('package-lock.json')]);
  const installed = inFolder('node_modules', '.package-lock.json'); // npm's own record of what it installed
  await whenChanged({ base: folder, stampFile: inFolder('node_modules', '.session-keepalive'), key, outputs: [installed] }, async () => {
    try {
      await npm(['ci', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error']);
    } catch (error) {
      throw new Failure(`the packages to compare with could not be installed from the npm registry into bench/node_modules: ${error.message}`, { cause: error });
    }
  });
}

function npm(args) {
  const options = { cwd: folder, show: 'none' };
  const itself = process.env.npm_execpath;
  if (itself?.endsWith('.js')) return run(process.execPath, [itself, ...args], options);
  const program = findProgram(['npm']);
  if (!program) throw new Failure('npm was not found: it comes with Node, install it from https://nodejs.org');
  return run(program, args, { ...options, shell: program.endsWith('.cmd') });
}
