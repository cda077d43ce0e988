// Every process that a script starts is started here, so that ending the script ends them all.
//
// On Unix each child leads a process group of its own: a stopped `cargo` would otherwise leave its compilers running, and a
// Ctrl-C in the terminal would reach the server before the supervisor knows that it is meant to stop.
import { spawn, spawnSync } from 'node:child_process';

const groups = process.platform !== 'win32';
const running = new Set();
let stopping = false;

/** Has the person asked for the end? What fails from then on fails because of that. */
export const isStopping = () => stopping;

/** Starts a program in its own group. Refuses once the script is stopping. */
export function start(program, args, options = {}) {
  if (stopping) throw new Error('stopping: nothing new is started');
  const child = spawn(program, args, { detached: groups, windowsHide: true, ...options });
  if (child.pid !== undefined) {
    running.add(child);
    child.once('exit', () => running.delete(child));
  }
  return child;
}

/** Signals a child and everything it started. */
export function signal(child, name) {
  if (child.pid === undefined) return;
  if (!groups) {
    spawnSync('taskkill', ['/pid', String(child.pid), '/t', '/f'], { stdio: 'ignore' });
    return;
  }
  try {
    process.kill(-child.pid, name);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error; // ESRCH: it has ended by itself
  }
}

/** SIGTERM, and after `patience` ms SIGKILL. Resolves when the child has exited. */
export function end(child, patience = 10_000) {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(() => signal(child, 'SIGKILL'), patience);
    child.once('exit', () => {
      clearTimeout(timer);
      resolve();
    });
    signal(child, 'SIGTERM');
  });
}

/** Ends every child that still runs. */
export async function endAll() {
  stopping = true;
  await Promise.all([...running].map((child) => end(child)));
}

/**
 * On Ctrl-C, SIGTERM or a closed terminal: end every child, exit. A second signal kills at once.
 * `stopping` is called first; `cleanUp` when all children are gone. `exitCode` is what the script ends with: by default
 * that of a program that was cut short.
 */
export function endOnSignals({
  stopping: beforeEnding = () => {},
  cleanUp = () => {},
  exitCode = (name) => (name === 'SIGINT' ? 130 : 143),
} = {}) {
  const stop = async (name) => {
    if (stopping) {
      for (const child of running) signal(child, 'SIGKILL');
      process.exit(1);
    }
    stopping = true;
    console.error(`\n${name}: stopping`);
    await beforeEnding();
    await endAll();
    await cleanUp();
    process.exit(exitCode(name));
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, stop);
  if (process.env.npm_lifecycle_event && groups) whenParentEnds(() => stop('SIGTERM'));
}

/** npm hands a SIGTERM to the shell between it and us, and that shell dies without handing it on. */
function whenParentEnds(then) {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    then();
  }, 250);
  timer.unref();
}
