// `npm run test:pack`: the package, packed and installed as people do, in projects of every kind.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildModule } from './build/index.mjs';
import { buildServer } from './build/server.mjs';
import { endOnSignals, isStopping } from './lib/children.mjs';
import { Failure, main, report } from './lib/failure.mjs';
import { root } from './lib/paths.mjs';
import { run } from './lib/run.mjs';
import { Stages } from './lib/stages.mjs';
import { checkNode, checkRust, ensureCrates, ensureNodePackages, ensureToolchain } from './lib/toolchain.mjs';
import { ensureBrowser } from './test/browser.mjs';
import { chooseProjects, packEnvironment, projects } from './test/pack.mjs';

const help = `npm run test:pack [-- OPTIONS]
  --only NAMES   these projects, separated by commas
  --list         their names
  --help         this

Builds the package and packs it; then for each project: copies it from tests/pack/fixtures into a temporary folder, installs
what its lock file says and the package, builds it with its bundler's own defaults and opens it in Chromium. Packages come
from npm's cache, and what is not there from its registry. Five minutes, or ten the first time. One that fails
does not keep the others from running; the names of those that failed come last.`;

main(async () => {
  const { values } = parseArgs({ options: { only: { type: 'string' }, list: { type: 'boolean' }, help: { type: 'boolean' } } });
  if (values.help) return console.log(help);
  if (values.list) return console.log([...projects().keys()].join('\n'));
  const names = chooseProjects({ only: values.only, all: true });
  checkNode();
  checkRust();
  const folder = mkdtempSync(join(tmpdir(), 'session-keepalive-'));
  const cleanUp = () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  endOnSignals({ cleanUp });

  const stages = new Stages();
  try {
    const given = await stages.run('package', () => prepare(folder));
    for (const name of names) await test(stages, name, given).catch((error) => isStopping() || report(error));
    if (isStopping()) return 1;
  } finally {
    cleanUp();
  }
  console.log(`\n${stages.table()}`);
  const failed = stages.done.filter(({ ok }) => !ok).map(({ name }) => name);
  if (failed.length > 0) throw new Failure(`failed: ${failed.join(', ')}`);
  console.log(`\n${names.length} passed, 0 failed`);
});

/** Everything up to the tarball; resolves to the tests' environment. */
async function prepare(folder) {
  await ensureToolchain();
  await ensureCrates();
  await ensureNodePackages();
  await buildModule(new Stages());
  await buildServer();
  const { chrome } = await ensureBrowser();
  return packEnvironment({ chrome, folder });
}

const test = (stages, name, env) => stages.run(name, () =>
  run(process.execPath, ['--test', '--test-reporter=spec', projects().get(name)], { cwd: root, env }));
