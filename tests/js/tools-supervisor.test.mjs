import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { end, start } from '../../tools/lib/children.mjs';
import { answers, chosenPort, whyUnavailable } from '../../tools/start/port.mjs';
import { Supervisor, backoff } from '../../tools/start/supervisor.mjs';

const isAlive = (pid) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe('the supervisor', () => {
  let folder;
  let supervisor;
  beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'session-keepalive-supervisor-')); });
  afterEach(async () => {
    await supervisor.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Supervises a small Node program that counts its lives in a file; `ups` resolves, life by life, to what `onUp` was told. */
  function supervise(program, { hopeless = () => null, steadyAfter } = {}) {
    const lives = join(folder, 'lives');
    const up = join(folder, 'up');
    const said = [];
    const waiting = [];
    const told = [];
    supervisor = new Supervisor({
      program: process.execPath,
      steadyAfter,
      args: ['-e', `const { appendFileSync, readFileSync, writeFileSync } = require('node:fs');
        appendFileSync(${JSON.stringify(lives)}, '.');
        const life = readFileSync(${JSON.stringify(lives)}, 'utf8').length;
        const up = () => writeFileSync(${JSON.stringify(up)}, String(process.pid));
        ${program}`],
      isUp: async () => existsSync(up),
      hopeless: async (exit, wasUp) => {
        rmSync(up, { force: true }); // the next life has to come up by itself
        return hopeless(exit, wasUp);
      },
      say: (message) => said.push(message),
      onUp: (event) => (waiting.shift() ?? ((later) => told.push(later)))(event),
    });
    return {
      said,
      nextUp: () => new Promise((resolve) => (told.length > 0 ? resolve(told.shift()) : waiting.push(resolve))),
      running: supervisor.run(),
      lives: () => readFileSync(lives, 'utf8').length,
    };
  }

  const stays = 'up(); setInterval(() => {}, 1000);';

  it('starts a killed process again within a second', async () => {
    const { nextUp, running, said } = supervise(stays);
    const first = await nextUp();
    const killed = performance.now();
    process.kill(first.pid, 'SIGKILL');
    const second = await nextUp();
    assert.ok(performance.now() - killed < 1000, `${performance.now() - killed} ms`);
    assert.notEqual(second.pid, first.pid);
    assert.equal(second.restarts, 1);
    assert.deepEqual(said, ['the server was ended by SIGKILL: starting it again']);
    await supervisor.stop();
    await running;
    assert.equal(isAlive(second.pid), false);
  });

  it('waits longer each time while the process ends early, and not any more once it was steady', async () => {
    const { nextUp, said } = supervise(`if (life < 3) process.exit(7); ${stays}`, { steadyAfter: 0 });
    const { pid } = await nextUp();
    process.kill(pid, 'SIGKILL');
    await nextUp();
    assert.deepEqual(said, [
      'the server ended with exit code 7 before it was up: starting it again',
      'the server ended with exit code 7 before it was up: starting it again in 250 ms',
      'the server was ended by SIGKILL: starting it again',
    ]);
  });

  it('takes a process that dies as soon as it is up for a crash loop, too', async () => {
    const { nextUp, said } = supervise('up(); setTimeout(() => process.exit(7), 100);');
    for (let life = 0; life < 4; life++) await nextUp();
    assert.deepEqual(said.slice(0, 3), [
      'the server ended with exit code 7: starting it again',
      'the server ended with exit code 7: starting it again in 250 ms',
      'the server ended with exit code 7: starting it again in 500 ms',
    ]);
  });

  it('gives up with the reason when starting again cannot help', async () => {
    const { running, lives } = supervise('process.exit(2)', { hopeless: ({ code }) => (code === 2 ? 'bad configuration' : null) });
    await assert.rejects(running, { message: 'bad configuration', exitCode: 2 });
    assert.equal(lives(), 1);
  });

  it('fails when there is no such program', async () => {
    supervisor = new Supervisor({
      program: join(folder, 'missing'), args: [], isUp: async () => false, hopeless: async () => null, say() {}, onUp() {},
    });
    await assert.rejects(supervisor.run(), /cannot start .*missing/);
  });

  it('stops at once while it waits to start again', async () => {
    const { running, said } = supervise('process.exit(7)');
    while (said.length < 4) await new Promise(setImmediate); // then it waits a second
    const asked = performance.now();
    await supervisor.stop();
    await running;
    assert.ok(performance.now() - asked < 500);
  });
});

describe('ending a process', () => {
  /** A process that did `program`, and what that said by `say(text)`. */
  async function started(program) {
    const script = `let said = 'nothing'; const say = (text) => { said = text; };
      ${program}; setInterval(() => {}, 1000); console.log(said)`;
    const child = start(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [said] = await once(child.stdout, 'data');
    return { child, said: String(said).trim() };
  }

  it('asks first', async () => {
    const { child } = await started("process.on('SIGTERM', () => process.exit(3))");
    await end(child);
    assert.equal(child.exitCode, 3);
    await end(child); // ended already: nothing to do
  });

  it('kills one that does not listen', async () => {
    const { child } = await started("process.on('SIGTERM', () => {})");
    await end(child, 50);
    assert.equal(child.signalCode, 'SIGKILL');
  });

  it('ends what the process has started, too', async () => {
    const { child, said } = await started("say(require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']).pid)");
    const grandchild = Number(said);
    assert.ok(isAlive(grandchild));
    await end(child);
    while (isAlive(grandchild)) await new Promise(setImmediate);
  });
});

describe('backing off', () => {
  it('begins with the second early death, and doubles from a quarter of a second up to ten seconds', () => {
    assert.deepEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 50].map(backoff), [0, 0, 250, 500, 1000, 2000, 4000, 8000, 10_000, 10_000]);
  });
});

describe('the port', () => {
  it('is 4780 unless PORT says otherwise', () => {
    assert.deepEqual([undefined, '', '1', '65535'].map(chosenPort), [4780, 4780, 1, 65_535]);
  });

  for (const value of ['0', '65536', '80a', '-1', '1.5', ' 80', '0x50', '１']) {
    it(`is not '${value}'`, () => assert.throws(() => chosenPort(value), { message: new RegExp(`PORT is '${value}'`), exitCode: 2 }));
  }

  it('is said to be in use when somebody listens there', async () => {
    const server = createServer((request, response) => {
      response.statusCode = request.url === '/healthz' ? 200 : 503;
      response.end();
    });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address();
    assert.match(await whyUnavailable(port), new RegExp(`port ${port} is in use`));
    assert.match(await whyUnavailable(port), /or choose another .* PORT/);
    assert.match(await whyUnavailable(port, { fixed: true }), /: end what listens there$/);
    assert.equal(await answers(port, '/healthz'), true);
    assert.equal(await answers(port, '/other'), false);
    await new Promise((resolve) => server.close(resolve));
    assert.equal(await whyUnavailable(port), null);
    assert.equal(await answers(port, '/healthz'), false);
  });
});
