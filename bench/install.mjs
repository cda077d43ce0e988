// The packages to compare with: pinned in this folder's own lock file, installed into this folder alone.
import { fileURLToPath } from 'node:url';
import { ensurePackages } from '../tools/lib/npm.mjs';

export const folder = fileURLToPath(new URL('.', import.meta.url)).slice(0, -1);

/** Installs what package-lock.json of this folder says, unless it is there already. */
export const ensurePeers = () => ensurePackages(folder);
