// `npm run screenshots`: the pictures of the demo in docs/images, from a session with the real server in a real browser.
import { mkdirSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { server } from './build/server.mjs';
import { endOnSignals } from './lib/children.mjs';
import { Failure, main } from './lib/failure.mjs';
import { inRoot } from './lib/paths.mjs';
import { Stages } from './lib/stages.mjs';
import { checkNode, ensureNodePackages } from './lib/toolchain.mjs';
import { prepareWithServer } from './start/prepare.mjs';

/** Heavier than this, and reading the documents would take a while. */
const heaviest = 250_000;

const help = `npm run screenshots: takes the pictures of the demo in docs/images anew.

Builds the module and the server, starts the server as \`npm start\` does, on a free port and with its files in a temporary
folder, and goes through a session in Chromium, taking a picture of each thing that is worth one. A minute once all is built.

  npm run screenshots -- --help                          this text
  SESSION_KEEPALIVE_SERVER=… npm run screenshots         with this server, and dist/ as it is: nothing is built`;

async function prepare(stages) {
  const given = process.env.SESSION_KEEPALIVE_SERVER;
  if (!given) {
    await prepareWithServer(stages);
    return server;
  }
  checkNode();
  await stages.run('npm packages', ensureNodePackages);
  return given;
}

main(async () => {
  const { values } = parseArgs({ options: { help: { type: 'boolean', short: 'h' } } });
  if (values.help) return console.log(help);
  endOnSignals();
  const stages = new Stages();
  const program = await prepare(stages);
  // Not before their packages are there.
  const { launch, Person } = await import('../tests/e2e/support/browser.mjs');
  const { Backend } = await import('./screenshots/backend.mjs');
  const { pictures } = await import('./screenshots/pictures.mjs');

  const backend = await Backend.create(program);
  const browser = await launch();
  try {
    const newPerson = () => Person.create(browser, backend.origin);
    const person = await newPerson();
    const folder = inRoot('docs', 'images');
    mkdirSync(folder, { recursive: true });
    for (const { name, take } of pictures) {
      await stages.run(name, async () => {
        const picture = await take({ person, page: person.page, newPerson, backend, browser });
        if (picture.length > heaviest) throw new Failure(`${name} weighs ${Math.round(picture.length / 1000)} kB, more than ${heaviest / 1000}`);
        writeFileSync(`${folder}/${name}.png`, picture);
        console.log(`docs/images/${name}.png, ${Math.round(picture.length / 1000)} kB`);
      });
    }
  } finally {
    await browser.close();
    await backend.remove();
  }
});
