// `npm run cluster`: three instances of the server on one Redis, behind HAProxy with TLS, on this machine. Kill an instance,
// and nobody who is signed in notices; sign out, and it holds at each of them.
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { fileURLToPath } from 'node:url';
import { server } from '../../tools/build/server.mjs';
import { endOnSignals, start } from '../../tools/lib/children.mjs';
import { Failure, main } from '../../tools/lib/failure.mjs';
import { dist, inRoot } from '../../tools/lib/paths.mjs';
import { run } from '../../tools/lib/run.mjs';
import { Stages } from '../../tools/lib/stages.mjs';
import { answers, host } from '../../tools/start/port.mjs';
import { prepareWithServer } from '../../tools/start/prepare.mjs';
import { Supervisor } from '../../tools/start/supervisor.mjs';
import { ensureHaproxy } from '../../tools/test/haproxy.mjs';
import { ensureRedis } from '../../tools/test/redis.mjs';

const publicPort = 4443;
const redisPort = 4790;
const instances = [4781, 4782, 4783];
const site = `localhost:${publicPort}`;
const state = inRoot('.run', 'cluster');

const help = `npm run cluster: three instances on one Redis behind HAProxy, at https://${site}

An instance that is killed (kill -9 PID) is started again. All files are in .run/cluster/. Ctrl-C ends everything.`;

/** A file with a secret, made once. */
function secret(name, make) {
  const file = `${state}/${name}`;
  if (!existsSync(file)) writeFileSync(file, make(), { mode: 0o600 });
  return file;
}

/** A certificate for this machine alone; browsers ask once whether to trust it. */
async function certificate() {
  const file = `${state}/certificate.pem`;
  if (existsSync(file)) return;
  const { stdout } = await run('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes',
    '-days', '30', '-subj', '/CN=localhost', '-addext', `subjectAltName=DNS:localhost,IP:${host}`, '-keyout', '-'], { show: 'none' });
  writeFileSync(file, stdout, { mode: 0o600 });
}

/** Starts a program that is to run for as long as this one; resolves when it ends. */
function beside(program, args, { input, ...options }) {
  const child = start(program, args, { cwd: state, stdio: ['pipe', 'inherit', 'inherit'], ...options });
  child.stdin.end(input);
  return new Promise((_, reject) => {
    child.once('error', (error) => reject(new Failure(`cannot run ${program}: ${error.message}`, { cause: error })));
    child.once('exit', (code) => reject(new Failure(`${program} ended with exit code ${code}`)));
  });
}

function redis(program, password) {
  mkdirSync(`${state}/redis`, { recursive: true });
  // What was answered is on the disk, and nothing is dropped for want of memory.
  const settings = ['save ""', 'appendonly yes', 'appendfsync always', 'maxmemory-policy noeviction', 'loglevel warning'];
  const place = [`bind ${host}`, `port ${redisPort}`, 'dir redis', `requirepass ${password}`];
  return beside(program, ['-'], { input: [...place, ...settings, ''].join('\n') });
}

const isOpen = (port) => new Promise((resolve) => {
  const socket = connect(port, host, () => resolve(socket.destroy() && true));
  socket.once('error', () => resolve(false));
});

/** Resolves when somebody listens there. */
async function opened(port) {
  while (!(await isOpen(port))) await pause(10);
}

function instance(port, password, keys) {
  const files = `${state}/files`;
  mkdirSync(files, { recursive: true });
  return new Supervisor({
    program: server,
    args: [
      '--listen', `${host}:${port}`, '--public-origin', `https://${site}`, '--trust-proxy', host,
      '--ticket-keys', keys, // the same for all: each opens what another has sealed
      '--demo', '--files-root', files, '--site', inRoot('www'), '--site', `/dist=${dist}`,
    ],
    spawn: { cwd: state, env: { ...process.env, SESSION_KEEPALIVE_STORE: `redis://:${password}@${host}:${redisPort}` } },
    isUp: () => answers(port, '/healthz'),
    hopeless: async ({ code }, wasUp) => (code === 2 && !wasUp ? 'an instance refused its configuration (see above)' : null),
    say: (message) => console.log(`▸ ${port}: ${message}`),
    onUp: ({ pid }) => console.log(`▸ ${port}: up (process ${pid})`),
  });
}

main(async () => {
  const { values } = parseArgs({ options: { help: { type: 'boolean', short: 'h' } } });
  if (values.help) return console.log(help);
  const supervisors = [];
  endOnSignals({
    stopping: () => supervisors.forEach((supervisor) => supervisor.stop()),
    exitCode: (name) => (supervisors.length > 0 ? 0 : name === 'SIGINT' ? 130 : 143),
  });
  await prepareWithServer(new Stages(), { ports: [publicPort, redisPort, ...instances], fixed: true });
  const [redisProgram, haproxy] = [await ensureRedis(), await ensureHaproxy()];

  mkdirSync(state, { recursive: true, mode: 0o700 });
  await certificate();
  const password = readFileSync(secret('redis-password', () => randomBytes(24).toString('hex')), 'utf8');
  const keys = secret('ticket-keys', () => `${randomBytes(32).toString('base64')}\n`);
  const ends = [redis(redisProgram, password)];
  await Promise.race([opened(redisPort), ...ends]);
  supervisors.push(...instances.map((port) => instance(port, password, keys)));
  ends.push(...supervisors.map((supervisor) => supervisor.run()));
  const addresses = instances.map((port) => `${host}:${port}`);
  const [CLUSTER_ONE, CLUSTER_TWO, CLUSTER_THREE] = addresses;
  const bind = `${host}:${publicPort} ssl crt certificate.pem`;
  const env = { ...process.env, CLUSTER_BIND: bind, CLUSTER_HOST: site, CLUSTER_ONE, CLUSTER_TWO, CLUSTER_THREE };
  ends.push(beside(haproxy, ['-db', '-f', fileURLToPath(new URL('haproxy.cfg', import.meta.url))], { env }));
  console.log(`\nhttps://${site} is three instances at ${addresses.join(', ')}  (Ctrl-C ends them)`);
  await Promise.race(ends);
});
