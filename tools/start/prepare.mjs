// From a fresh checkout to what a demo or an example runs on.
import { existsSync } from 'node:fs';
import { buildModule } from '../build/index.mjs';
import { buildServer, server } from '../build/server.mjs';
import { Failure } from '../lib/failure.mjs';
import { checkNode, checkRust, ensureCrates, ensureNodePackages, ensureToolchain } from '../lib/toolchain.mjs';
import { whyUnavailable } from './port.mjs';

/**
 * Builds the module, or what `build` builds in its place.
 * @param {import('../lib/stages.mjs').Stages} stages
 * @param {{ ports?: number[], fixed?: boolean, build?: (stages: Stages) => Promise<void> }} [options] `ports`: those that will be needed,
 *   looked at before anything is built; `fixed`: nobody can choose others
 */
export async function prepare(stages, { ports = [], fixed = false, build = buildModule } = {}) {
  await stages.run('look around', async () => {
    checkNode();
    checkRust();
    for (const port of ports) {
      const taken = await whyUnavailable(port, { fixed });
      if (taken) throw new Failure(taken);
    }
    await ensureToolchain();
  });
  await stages.run('crates', ensureCrates);
  await stages.run('npm packages', ensureNodePackages);
  await build(stages);
}

/** The same, and the reference server. Whoever is here for the first time is told what they wait for. */
export async function prepareWithServer(stages, options) {
  if (!existsSync(server)) {
    console.log('The first time, crates and packages are downloaded and everything is compiled, which takes a few minutes.\n'
      + 'Cargo tells how far it is; the server, with most of the crates, comes last. From then on a start takes seconds.');
  }
  await prepare(stages, options);
  await stages.run('compile the server', buildServer);
}
