// A backend that comes up again by itself.
import { Supervisor } from '../../../tools/start/supervisor.mjs';
import { until } from './until.mjs';

/**
 * From here on the backend is kept up as `npm start` does it, in processes of its own. To be called before anybody signs in.
 * @param {import('node:test').TestContext} t
 * @param {import('./backend.mjs').Backend} backend
 * @returns {Promise<number[]>} the processes so far, the latest last
 */
export async function supervise(t, backend) {
  await backend.kill();
  const pids = [];
  const supervisor = new Supervisor({
    ...backend.command,
    spawn: { ...backend.command.spawn, stdio: 'ignore' },
    isUp: () => backend.answers(),
    hopeless: async () => null,
    say: (message) => t.diagnostic(message),
    onUp: ({ pid }) => pids.push(pid),
  });
  const running = supervisor.run();
  t.after(async () => {
    await supervisor.stop();
    await running;
  });
  await until('the backend is up', () => pids.length === 1);
  return pids;
}
