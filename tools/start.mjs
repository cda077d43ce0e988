// `npm start`: from a fresh checkout to the demo in a browser tab, with one command.
import { parseArgs } from 'node:util';
import { main } from './lib/failure.mjs';
import { inRoot } from './lib/paths.mjs';
import { serve } from './start/serve.mjs';

const help = `npm start: builds session-keepalive and serves its demo.

Installs what is missing (the Wasm target, crates, npm packages), builds the browser module and the server, and keeps the
server running on http://127.0.0.1:4780: when it is killed, it is started again. Ctrl-C ends everything.

  PORT=8080 npm start     another port
  npm start -- --help     this text

The server's keys and its log of ended sessions are kept in .run/; delete the folder to begin anew.`;

main(async () => {
  const { values } = parseArgs({ options: { help: { type: 'boolean', short: 'h' } } });
  if (values.help) return console.log(help);
  await serve({ site: inRoot('www'), what: 'The demo' });
});
