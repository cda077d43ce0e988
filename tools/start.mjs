// `npm start`: from a fresh checkout to the demo in a browser tab, with one command.
import { parseArgs } from 'node:util';
import { buildModule } from './build/index.mjs';
import { buildServer, server } from './build/server.mjs';
import { endOnSignals } from './lib/children.mjs';
import { Failure, main } from './lib/failure.mjs';
import { dist, inRoot, root } from './lib/paths.mjs';
import { Stages } from './lib/stages.mjs';
import { checkNode, checkRust, ensureCrates, ensureNodePackages, ensureToolchain } from './lib/toolchain.mjs';
import { demoArguments } from './start/demo.mjs';
import { answers, chosenPort, host, whyUnavailable } from './start/port.mjs';
import { Supervisor } from './start/supervisor.mjs';

const help = `npm start: builds session-keepalive and serves its demo.

Installs what is missing (the Wasm target, crates, npm packages), builds the browser module and the server, and keeps the
server running on http://127.0.0.1:4780: when it is killed, it is started again. Ctrl-C ends everything.

  PORT=8080 npm start     another port
  npm start -- --help     this text

The server's keys and its log of ended sessions are kept in .run/; delete the folder to begin anew.`;

async function prepare(stages, port) {
  await stages.run('look around', async () => {
    checkNode();
    checkRust();
    const taken = await whyUnavailable(port);
    if (taken) throw new Failure(taken);
    await ensureToolchain();
  });
  await stages.run('crates', ensureCrates);
  await stages.run('npm packages', ensureNodePackages);
  await buildModule(stages);
  await stages.run('compile the server', buildServer);
}

function supervise(port, onUp) {
  return new Supervisor({
    program: server,
    args: demoArguments({ port, state: inRoot('.run'), sites: [inRoot('www'), `/dist=${dist}`] }),
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

main(async () => {
  const { values } = parseArgs({ options: { help: { type: 'boolean', short: 'h' } } });
  if (values.help) return console.log(help);
  const port = chosenPort(process.env.PORT);
  let supervisor;
  // Ctrl-C is how the demo is meant to end, so then it has succeeded.
  endOnSignals({ stopping: () => supervisor?.stop(), exitCode: (name) => (supervisor ? 0 : name === 'SIGINT' ? 130 : 143) });
  const stages = new Stages();
  await prepare(stages, port);

  const address = `http://${host}:${port}`;
  let firstUp;
  const up = new Promise((resolve) => { firstUp = resolve; });
  supervisor = supervise(port, ({ pid, ms, restarts }) => {
    if (restarts > 0) console.log(`▸ the server is up again after ${Math.round(ms)} ms (process ${pid})`);
    else firstUp(pid);
  });
  const running = supervisor.run();
  await stages.run('start the server', () => Promise.race([up, running]));
  console.log(`\n${stages.table()}\n\nThe demo is at ${address}  (Ctrl-C ends it)`);
  await running;
});
