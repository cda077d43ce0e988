// A proxy between the browser and the server of the Wasm tests.
//
// That server (tiny_http 0.12) hands every connection to a thread that keeps it until it is closed. It counts a thread as idle
// until that thread has woken up, so of a burst of connections some can be left with none, for as long as the others stay open: a
// browser opens up to six and keeps them, and a script of the page never arrives. Behind this proxy each request has a connection
// of its own, which ends with its answer, so every thread comes free again.
import { createServer, request } from 'node:http';

/** Resolves to `{ address, close }`: `host:port` for `--proxy-server`, and the end of it. */
export async function startRelay() {
  const server = createServer((incoming, outgoing) => {
    const { method, url, headers } = incoming;
    // As a network error, which is what it is.
    const give = () => outgoing.destroy();
    if (!URL.canParse(url)) return give();
    const onward = request(url, { method, headers: { ...headers, connection: 'close' }, agent: false }, (answer) => {
      outgoing.writeHead(answer.statusCode, answer.headers);
      answer.on('error', give).pipe(outgoing);
    });
    onward.on('error', give);
    outgoing.on('close', () => onward.destroy());
    incoming.pipe(onward);
  });
  await new Promise((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${server.address().port}`,
    close: () => new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    }),
  };
}
