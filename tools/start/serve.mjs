// A site in front of the reference server, from a fresh checkout: builds what it needs, and starts the server again when it is
// killed.
import { buildModule } from '../build/index.mjs';
import { server } from '../build/server.mjs';
import { endOnSignals, start } from '../lib/children.mjs';
import { dist, inRoot, root } from '../lib/paths.mjs';
import { Stages } from '../lib/stages.mjs';
import { demoArguments } from './demo.mjs';
import { answers, chosenPort, freePort, host, whyUnavailable } from './port.mjs';
import { prepareWithServer } from './prepare.mjs';
import { Supervisor } from './supervisor.mjs';

function supervise({ port, sites, publicOrigin }, onUp) {
  return new Supervisor({
    program: server,
    args: demoArguments({ port, state: inRoot('.run'), sites, publicOrigin }),
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
 * @param {{site?: string, what: string, mounts?: string[], build?: (stages: Stages) => Promise<void>,
 *   front?: (addresses: { listen: string, backend: string }) => { program: string, args: string[] }}} options `site`: the folder of
 *   pages; `what`: what stands there, for the message; `mounts`: what they load besides, as `/path=folder`, and `build`: what makes
 *   that; without them it is the module. `front`: in their place a server that has the pages and passes on what is the reference server's
 */
export async function serve({ site, what, mounts = [`/dist=${dist}`], build = buildModule, front }) {
  const port = chosenPort(process.env.PORT);
  const address = `http://${host}:${port}`;
  const own = front ? await freePort() : port;
  let supervisor;
  // Ctrl-C is how the demo is meant to end, so then it has succeeded.
  endOnSignals({ stopping: () => supervisor?.stop(), exitCode: (name) => (supervisor ? 0 : name === 'SIGINT' ? 130 : 143) });
  const stages = new Stages();
  await prepareWithServer(stages, { ports: [port], build });

  let firstUp;
  const up = new Promise((resolve) => { firstUp = resolve; });
  const place = front ? { port: own, sites: [], publicOrigin: address } : { port, sites: [site, ...mounts] };
  supervisor = supervise(place, ({ pid, ms, restarts }) => {
    if (restarts > 0) console.log(`▸ the server is up again after ${Math.round(ms)} ms (process ${pid})`);
    else firstUp(pid);
  });
  const running = supervisor.run();
  await stages.run('start the server', () => Promise.race([up, running]));
  if (front) {
    const { program, args } = front({ listen: `${host}:${port}`, backend: `${host}:${own}` });
    start(program, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  }
  console.log(`\n${stages.table()}\n\n${what} is at ${address}  (Ctrl-C ends it)`);
  await running;
}
