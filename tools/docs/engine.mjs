// docs/states.txt, from the search of the engine's states. That takes a minute: it is left out while the engine is the same.
import { join } from 'node:path';
import { inRoot, root, target } from '../lib/paths.mjs';
import { hashOf, whenChanged } from '../lib/stamp.mjs';
import { cargo, checkRust, ensureCrates } from '../lib/toolchain.mjs';

/** `check`: the file stays as it is, and what is out of date in it is a failure that names it. */
export async function writeStates({ check }) {
  const key = hashOf(root, [inRoot('src', 'engine'), inRoot('src', 'numbers'), inRoot('Cargo.lock')]);
  const stampFile = join(target, 'docs', 'states');
  await whenChanged({ base: root, stampFile, key, outputs: [inRoot('docs', 'states.txt')] }, async () => {
    checkRust();
    await ensureCrates();
    console.log('searching the states of the engine: a minute');
    await cargo(['test', '-p', 'session-keepalive', '--lib', 'search::'], { env: check ? {} : { SESSION_KEEPALIVE_STATES: 'write' } });
  });
}
