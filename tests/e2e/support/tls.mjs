// TLS in front of the backend, as an operator's proxy has it: a certificate made for the test, which the browser is told
// to trust for this one key.
import { createHash, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:https';
import { join } from 'node:path';
import { Failure } from '../../../tools/lib/failure.mjs';
import { findProgram } from '../../../tools/lib/find.mjs';
import { run } from '../../../tools/lib/run.mjs';
import { installPackages } from '../../../tools/test/packages.mjs';
import { removeFolder, temporaryFolder } from './folder.mjs';

async function ensureOpenssl() {
  const find = () => findProgram(['openssl']);
  const program = find() ?? ((await installPackages(['openssl'])) ? find() : null);
  if (!program) throw new Failure('no openssl was found, which makes the certificate: install it (Debian: apt-get install openssl)');
  return program;
}

/** A certificate for these hosts, valid for a day: `{ key, cert, browserArgs }`. @param {string[]} hosts */
export async function certificate(hosts) {
  const folder = temporaryFolder('certificate');
  try {
    const [key, cert] = ['key.pem', 'cert.pem'].map((name) => join(folder, name));
    await run(await ensureOpenssl(), [
      'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1',
      '-subj', `/CN=${hosts[0]}`, '-addext', `subjectAltName=${hosts.map((host) => `DNS:${host}`).join(',')}`,
      '-keyout', key, '-out', cert,
    ], { show: 'none' });
    const pem = readFileSync(cert, 'utf8');
    const publicKey = new X509Certificate(pem).publicKey.export({ type: 'spki', format: 'der' });
    const browserArgs = [
      `--ignore-certificate-errors-spki-list=${createHash('sha256').update(publicKey).digest('base64')}`,
      `--host-resolver-rules=${hosts.map((host) => `MAP ${host} 127.0.0.1`).join(', ')}`,
    ];
    return { key: readFileSync(key, 'utf8'), cert: pem, browserArgs };
  } finally {
    removeFolder(folder);
  }
}

/** Listens on a port of its own for https; what it is asked goes to `answer`, or to the backend's port. */
export class TlsProxy {
  /** @param {{key: string, cert: string}} identity @param {(url: URL, response: object) => boolean} [answer] */
  static async create(identity, answer = () => false) {
    const proxy = new TlsProxy();
    proxy.server = createServer(identity, (incoming, outgoing) => {
      if (answer(new URL(incoming.url, 'https://proxy'), outgoing)) return;
      proxy.#forward(incoming, outgoing);
    });
    await new Promise((resolve, reject) => {
      proxy.server.once('error', reject);
      proxy.server.listen(0, '127.0.0.1', resolve);
    });
    proxy.port = proxy.server.address().port;
    return proxy;
  }

  /** @param {number} port of the backend */
  to(port) {
    this.backendPort = port;
  }

  close() {
    return new Promise((resolve) => {
      this.server.close(resolve);
      this.server.closeAllConnections();
    });
  }

  #forward(incoming, outgoing) {
    const { method, url, headers, socket } = incoming;
    const forwarded = { ...headers, 'x-forwarded-for': socket.remoteAddress };
    const options = { host: '127.0.0.1', port: this.backendPort, method, path: url, headers: forwarded, agent: false };
    const onward = request(options, (answer) => {
      outgoing.writeHead(answer.statusCode, answer.headers);
      answer.pipe(outgoing);
    });
    onward.on('error', () => outgoing.destroy());
    incoming.pipe(onward);
  }
}
