// The address that the demo is served on.
import { get } from 'node:http';
import { createServer } from 'node:net';
import { Failure } from '../lib/failure.mjs';

export const host = '127.0.0.1';
const fallback = 4780;

/** The port from the environment's PORT, or the usual one. */
export function chosenPort(value) {
  if (value === undefined || value === '') return fallback;
  const port = Number(value);
  if (!/^\d+$/.test(value) || port < 1 || port > 65_535) {
    throw new Failure(`PORT is '${value}': it must be a whole number from 1 to 65535`, { exitCode: 2 });
  }
  return port;
}

/** Null if the port can be listened on, else a message that says why not. `fixed`: nobody can choose another. */
export function whyUnavailable(port, { fixed = false } = {}) {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', ({ code }) => {
      const other = `choose another with the environment variable PORT (PORT=${port === 65_535 ? fallback : port + 1} npm start)`;
      const [another, orAnother] = fixed ? ['', ''] : [`: ${other}`, `, or ${other}`];
      if (code === 'EADDRINUSE') resolve(`port ${port} is in use on ${host}: end what listens there${orAnother}`);
      else if (code === 'EACCES') resolve(`port ${port} may not be listened on without more rights${another}`);
      else resolve(`port ${port} cannot be listened on (${code})${another}`);
    });
    probe.listen({ port, host, exclusive: true }, () => probe.close(() => resolve(null)));
  });
}

/** A port that nobody listens on. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen({ port: 0, host }, () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (probe.address());
      probe.close(() => resolve(port));
    });
  });
}

/** Does a server at this port answer 200 to GET `path`? */
export function answers(port, path) {
  return new Promise((resolve) => {
    const request = get({ host, port, path, agent: false, timeout: 1_000 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.once('timeout', () => request.destroy());
    request.once('error', () => resolve(false));
  });
}
