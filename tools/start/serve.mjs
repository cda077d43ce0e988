// A site in front of the reference server, from a fresh checkout: builds what it needs, and starts the server again when it is
// killed.
import { buildModule } from '../build/index.mjs';
import { server } from '../build/server.mjs';
import { endOnSignals } from '../lib/children.mjs';
import { dist, inRoot, root } from '../lib/paths.mjs';
import { Stages } from '../lib/stages.mjs';
import { demoArguments } from './demo.mjs';
import { answers, chosenPort, host, whyUnavailable } from './port.mjs';
import { prepareWithServer } from './prepare.mjs';
import { Supervisor } from './supervisor.mjs';

function supervise(port, sites, onUp) {
  return new Supervisor({
    program: server,
    args: demoArguments({ port, state: inRoot('.run'), sites }),
    spawn: { cwd: root },
    isUp: () => answers(port, '/healthz'),
    // 2 is how the server says that it was told something impossible; its own message stands above.
    hopeless: async ({ code }, wasUp) => {
      if (code === 2) return 'the server refused its configuration (exit code 2, see above)';
      return wasUp ? null : whyUnavailable(port);
    },
    say: (message) => console.log(`▸ ${message}`),
    onUp,
  });
}

/**
 * Serves until it is told to end.
 * @param {{site: string, what: string, mounts?: string[], build?: (stages: Stages) => Promise<void>}} options `site`: the folder of
 *   pages; `what`: what stands there, for the message; `mounts`: what they load besides, as `/path=folder`, and `build`: what makes
 *   that; without them it is the module
 */
export async function serve({ site, what, mounts = [`/dist=${dist}`], build = buildModule }) {
  const port = chosenPort(process.env.PORT);
  let supervisor;
  // Ctrl-C is how the demo is meant to end, so then it has succeeded.
  endOnSignals({ stopping: () => supervisor?.stop(), exitCode: (name) => (supervisor ? 0 : name === 'SIGINT' ? 130 : 143) });
  const stages = new Stages();
  await prepareWithServer(stages, { ports: [port], build });

  const address = `http://${host}:${port}`;
  let firstUp;
  const up = new Promise((resolve) => { firstUp = resolve; });
  supervisor = supervise(port, [site, ...mounts], ({ pid, ms, restarts }) => {
    if (restarts > 0) console.log(`▸ the server is up again after ${Math.round(ms)} ms (process ${pid})`);
    else firstUp(pid);
  });
  const running = supervisor.run();
  await stages.run('start the server', () => Promise.race([up, running]));
  console.log(`\n${stages.table()}\n\n${what} is at ${address}  (Ctrl-C ends it)`);
  await running;
}
