// The packages to compare with: pinned in this folder's own lock file, installed into this folder alone.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Failure } from '../tools/lib/failure.mjs';
import { npm, quietly } from '../tools/lib/npm.mjs';
import { hashOf, whenChanged } from '../tools/lib/stamp.mjs';

export const folder = fileURLToPath(new URL('.', import.meta.url)).slice(0, -1);
const inFolder = (...parts) => join(folder, ...parts);

/** Installs what package-lock.json of this folder says, unless it is there already. */
export async function ensurePeers() {
  const key = hashOf(folder, [inFolder('package-lock.json')]);
  const installed = inFolder('node_modules', '.package-lock.json'); // npm's own record of what it installed
  await whenChanged({ base: folder, stampFile: inFolder('node_modules', '.session-keepalive'), key, outputs: [installed] }, async () => {
    try {
      await npm(['ci', ...quietly, '--loglevel=error'], { cwd: folder, show: 'none' });
    } catch (error) {
      throw new Failure(`the packages to compare with could not be installed from the npm registry into bench/node_modules: ${error.message}`, { cause: error });
    }
  });
}
