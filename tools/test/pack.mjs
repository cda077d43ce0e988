// The package as npm would publish it, and the projects that use it in tests/pack.
import { basename, join } from 'node:path';
import { server } from '../build/server.mjs';
import { Failure } from '../lib/failure.mjs';
import { npm } from '../lib/npm.mjs';
import { root } from '../lib/paths.mjs';
import { testFiles } from './files.mjs';

const ending = '.test.mjs';

/** Those of `npm test`. The others take minutes, and are for `npm run test:pack` and `npm run test:all`. */
const quick = ['tarball', 'vite', 'esbuild', 'node'];

/** Puts the tarball of dist/ as it is into a folder; resolves to its path. */
export async function pack(folder) {
  const { stdout } = await npm(['pack', '--json', '--ignore-scripts', '--pack-destination', folder], { cwd: root, show: 'none' });
  return join(folder, JSON.parse(stdout)[0].filename);
}

/** The test files, by name. */
export const projects = () => new Map(testFiles('tests/pack', ending).map((file) => [basename(file, ending), file]));

/** The names of the projects: `only` (comma-separated), or all; without `all` those of `npm test`. */
export function chooseProjects({ only, all }) {
  const known = projects();
  const names = only === undefined ? (all ? [...known.keys()] : quick) : only.split(',').map((name) => name.trim()).filter(Boolean);
  if (names.length === 0) throw new Failure('--only names no project', { exitCode: 2 });
  const unknown = names.filter((name) => !known.has(name));
  if (unknown.length > 0) throw new Failure(`there is no project '${unknown.join("', '")}': ${[...known.keys()].join(', ')}`, { exitCode: 2 });
  return names;
}

/** Makes the tarball in `folder`; resolves to the environment of the tests, which keep to that folder too. */
export const packEnvironment = async ({ chrome, folder }) => ({
  // What is left of a project when its test is cut short goes with the folder.
  TMPDIR: folder,
  SESSION_KEEPALIVE_TARBALL: await pack(folder),
  SESSION_KEEPALIVE_SERVER: server,
  CHROME_PATH: chrome,
});
