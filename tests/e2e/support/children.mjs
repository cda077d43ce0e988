// Processes the tests start. Whatever way the test process ends, none of them outlives it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';

const running = new Set();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

/**
 * Starts a process and collects what it prints into `output`.
 * @param {string} command @param {string[]} args @param {import('node:child_process').SpawnOptions} [options]
 */
export function start(command, args, options = {}) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
  const started = { child, output: '', exited: null };
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8');
    stream.on('data', (text) => { started.output += text; });
  }
  running.add(child);
  // A command that cannot be started is told by `exited`, where the caller waits anyway.
  child.once('error', (error) => { started.output += `${error}\n`; });
  started.exited = once(child, 'close').finally(() => running.delete(child)).catch(() => {});
  return started;
}

/** Ends a process of {@link start} and waits until it is gone. @param {NodeJS.Signals} signal */
export async function end(started, signal) {
  const { child } = started;
  if (child.exitCode === null && child.signalCode === null) child.kill(signal);
  await started.exited;
}
