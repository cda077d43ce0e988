// The backend of the pictures: the real one, kept up as `npm start` does it, on a free port and with its files in a temporary folder.
import { removeFolder, temporaryFolder } from '../../tests/e2e/support/folder.mjs';
import { freePort } from '../../tests/e2e/support/ports.mjs';
import { dist, inRoot } from '../lib/paths.mjs';
import { demoArguments } from '../start/demo.mjs';
import { answers, host } from '../start/port.mjs';
import { Supervisor } from '../start/supervisor.mjs';

export class Backend {
  #program;
  #port;
  #folder;
  #supervisor;
  #running;

  /** @param {string} program of the server */
  static async create(program) {
    const backend = new Backend();
    backend.#program = program;
    backend.#port = await freePort();
    backend.#folder = temporaryFolder('screenshots');
    backend.origin = `http://${host}:${backend.#port}`;
    await backend.start();
    return backend;
  }

  /** Resolves when it is up. */
  async start() {
    await new Promise((resolve, reject) => {
      this.#supervisor = new Supervisor({
        program: this.#program,
        args: demoArguments({ port: this.#port, state: this.#folder, sites: [inRoot('www'), `/dist=${dist}`] }),
        spawn: { stdio: 'ignore' },
        isUp: () => answers(this.#port, '/healthz'),
        hopeless: async ({ code }) => (code === 2 ? 'the server refused its configuration' : null),
        say: () => {},
        onUp: resolve,
      });
      this.#running = this.#supervisor.run();
      this.#running.catch(reject);
    });
  }

  async stop() {
    await this.#supervisor.stop();
    await this.#running;
  }

  async remove() {
    await this.stop();
    removeFolder(this.#folder);
  }
}
