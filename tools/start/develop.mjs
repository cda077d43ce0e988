// An example with a framework: the package as npm would publish it, the framework's development server, and a backend to restart.
import { mkdirSync } from 'node:fs';
import { server } from '../build/server.mjs';
import { endOnSignals, start } from '../lib/children.mjs';
import { Failure } from '../lib/failure.mjs';
import { npm, npmCommand, quietly } from '../lib/npm.mjs';
import { inRoot, root } from '../lib/paths.mjs';
import { Stages } from '../lib/stages.mjs';
import { demoArguments } from './demo.mjs';
import { answers, host } from './port.mjs';
import { prepareWithServer } from './prepare.mjs';
import { Supervisor } from './supervisor.mjs';
import { pack } from '../test/pack.mjs';

/** Those of the examples' own settings. */
const pagePort = 5173;
const backendPort = 4780;

/** The example's own development server. Resolves never; rejects when it ends. */
function develop(folder) {
  const { program, args, shell } = npmCommand(['run', 'dev']);
  // It is not the terminal's foreground: reading from it would stop it.
  const child = start(program, args, { cwd: folder, shell, stdio: ['ignore', 'inherit', 'inherit'] });
  return new Promise((_, reject) => {
    child.once('error', (error) => reject(new Failure(`cannot run ${program}: ${error.message}`, { cause: error })));
    child.once('exit', (code) => reject(new Failure(`the development server ended with exit code ${code}`)));
  });
}

/**
 * Builds the package and the reference server, packs and installs the package in examples/`name`, starts the development server
 * there, and the backend, again whenever it ends. Until it is told to end.
 */
export async function developExample(name) {
  let supervisor;
  endOnSignals({ stopping: () => supervisor?.stop(), exitCode: (signal) => (supervisor ? 0 : signal === 'SIGINT' ? 130 : 143) });
  const folder = inRoot('examples', name);
  const state = inRoot('.run', 'examples');
  mkdirSync(state, { recursive: true });
  const stages = new Stages();
  await prepareWithServer(stages, { ports: [pagePort, backendPort], fixed: true });
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
  await Promise.race([supervisor.run(), develop(folder)]);
}
