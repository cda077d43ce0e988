// An example with a development server of its own, with the package as npm would publish it and a backend to restart.
import { mkdirSync } from 'node:fs';
import { buildModule } from '../tools/build/index.mjs';
import { buildServer, server } from '../tools/build/server.mjs';
import { endOnSignals, start } from '../tools/lib/children.mjs';
import { Failure } from '../tools/lib/failure.mjs';
import { npm, npmCommand, quietly } from '../tools/lib/npm.mjs';
import { inRoot, root } from '../tools/lib/paths.mjs';
import { Stages } from '../tools/lib/stages.mjs';
import { checkNode, checkRust, ensureCrates, ensureNodePackages, ensureToolchain } from '../tools/lib/toolchain.mjs';
import { demoArguments } from '../tools/start/demo.mjs';
import { answers, host, whyUnavailable } from '../tools/start/port.mjs';
import { Supervisor } from '../tools/start/supervisor.mjs';
import { pack } from '../tools/test/pack.mjs';

/** Those of the examples' own settings. */
const pagePort = 5173;
const backendPort = 4780;

/** The example's own development server. Resolves never; rejects when it ends. */
function pages(folder) {
  const { program, args, shell } = npmCommand(['run', 'dev']);
  // It is not the terminal's foreground: reading from it would stop it.
  const child = start(program, args, { cwd: folder, shell, stdio: ['ignore', 'inherit', 'inherit'] });
  return new Promise((_, reject) => {
    child.once('error', (error) => reject(new Failure(`cannot run ${program}: ${error.message}`, { cause: error })));
    child.once('exit', (code) => reject(new Failure(`the development server ended with exit code ${code}`)));
  });
}

/**
 * Builds the package and the reference server, packs and installs the package in the example's folder, and runs both servers until
 * they are told to end; the backend is started again whenever it ends.
 * @param {string} name of the folder
 */
export async function develop(name) {
  let supervisor;
  endOnSignals({ stopping: () => supervisor?.stop(), exitCode: (signal) => (supervisor ? 0 : signal === 'SIGINT' ? 130 : 143) });
  checkNode();
  checkRust();
  for (const port of [pagePort, backendPort]) {
    const taken = await whyUnavailable(port);
    if (taken) throw new Failure(taken);
  }
  const folder = inRoot('examples', name);
  const state = inRoot('.run', 'examples');
  mkdirSync(state, { recursive: true });
  const stages = new Stages();
  await ensureToolchain();
  await ensureCrates();
  await ensureNodePackages();
  await buildModule(stages);
  await stages.run('compile the server', buildServer);
  await stages.run(`install examples/${name}`, async () =>
    npm(['install', '--no-save', ...quietly, await pack(state)], { cwd: folder }));

  supervisor = new Supervisor({
    program: server,
    args: demoArguments({ port: backendPort, state, publicOrigin: `http://${host}:${pagePort}` }),
    spawn: { cwd: root },
    isUp: () => answers(backendPort, '/healthz'),
    hopeless: async ({ code }, wasUp) => (code === 2 && !wasUp ? 'the server refused its configuration (see above)' : null),
    say: (message) => console.log(`▸ ${message}`),
    onUp: ({ pid }) => console.log(`▸ the backend is up (process ${pid})`),
  });
  console.log(`\nThe example is at http://${host}:${pagePort}  (Ctrl-C ends it)`);
  await Promise.race([supervisor.run(), pages(folder)]);
}
