// The stages of `npm test`: what each needs before it, what it runs, and how its tests are counted.
//
// `run(found)` gets what the setup stage found: `{ chrome, driver, postgres, redis, haproxy, folder, all }`, `folder` being
// temporary and `all` whether it is `npm run test:all`. A stage with `count` must have run at least one test, and may have
// skipped none. One that is `long` runs with `all`, or when it is named.
import { delimiter, dirname } from 'node:path';
import { buildLeptos } from '../../examples/leptos/build.mjs';
import { buildYew } from '../../examples/yew/build.mjs';
import { buildModule } from '../build/index.mjs';
import { buildServer, server } from '../build/server.mjs';
import { inRoot, nativeBinary, root } from '../lib/paths.mjs';
import { run } from '../lib/run.mjs';
import { Stages } from '../lib/stages.mjs';
import { cargo, cargoEnvironment, wasmEnvironment, wasmTarget } from '../lib/toolchain.mjs';
import { webdriverSettings } from './browser.mjs';
import { countCargo, countNode } from './counts.mjs';
import { testFiles } from './files.mjs';
import { ensureFirefox } from './firefox.mjs';
import { chooseProjects, packEnvironment, projects } from './pack.mjs';
import { startRelay } from './relay.mjs';
import { checkTypes } from './types.mjs';

const denyWarnings = ['--', '-D', 'warnings'];
const node = (...args) => run(process.execPath, args, { cwd: root });
const nodeTestFiles = (files, env) =>
  run(process.execPath, ['--test', '--test-reporter=spec', ...files], { cwd: root, show: 'keep', env });
const nodeTests = (folder, env) => nodeTestFiles(testFiles(folder, '.test.mjs'), env);

export const stages = [
  {
    name: 'format',
    run: async () => {
      await run('cargo', ['fmt', '--all', '--check'], { cwd: root });
      for (const name of ['leptos', 'yew']) await run('cargo', ['fmt', '--check'], { cwd: inRoot('examples', name) });
    },
  },
  {
    name: 'clippy',
    run: async () => {
      await cargo(['clippy', '--workspace', '--all-targets', ...denyWarnings]);
      const module = ['clippy', '-p', 'session-keepalive', '--target', wasmTarget, '--all-targets'];
      await cargo([...module, ...denyWarnings]);
      await cargo([...module, '--features', 'frontend', ...denyWarnings]);
      // What a server that renders pages compiles.
      await cargo(['clippy', '-p', 'session-keepalive', '--lib', '--tests', '--features', 'frontend', ...denyWarnings]);
    },
  },
  {
    name: 'rustdoc',
    run: async () => {
      const env = { RUSTDOCFLAGS: '-D warnings' };
      await cargo(['doc', '--no-deps', '--workspace'], { env });
      await cargo(['doc', '--no-deps', '-p', 'session-keepalive', '--features', 'frontend', '--target', wasmTarget], { env });
    },
  },
  {
    name: 'native',
    count: countCargo,
    run: async ({ postgres, redis, haproxy }) => {
      const all = await cargo(['test'], { show: 'keep', env: { POSTGRES_BIN: postgres, REDIS_SERVER: redis, HAPROXY: haproxy } });
      // With the feature the server would be compiled once more, so this is the feature's own part: unit tests and examples.
      const frontend = ['test', '-p', 'session-keepalive', '--features', 'frontend'];
      const own = [await cargo([...frontend, '--lib', 'frontend::'], { show: 'keep' }), await cargo([...frontend, '--doc', 'frontend::'], { show: 'keep' })];
      return { ...all, stdout: [all, ...own].map(({ stdout }) => stdout).join('\n') };
    },
  },
  {
    name: 'build',
    run: async () => {
      await buildModule(new Stages());
      await buildServer();
    },
  },
  {
    name: 'js',
    needs: ['build'],
    count: countNode,
    run: () => nodeTests('tests/js'),
  },
  {
    name: 'types',
    needs: ['build'],
    run: checkTypes,
  },
  {
    name: 'size',
    needs: ['build'],
    run: () => node(inRoot('tools', 'size.mjs'), '--markdown'),
  },
  {
    name: 'wasm',
    count: countCargo,
    run: wasmTests,
  },
  {
    name: 'api',
    needs: ['build'],
    count: countNode,
    run: () => nodeTests('tests/api', { SESSION_KEEPALIVE_SERVER: server }),
  },
  {
    name: 'backends',
    needs: ['build'],
    count: countNode,
    run: ({ chrome }) => nodeTests('tests/backends', { CHROME_PATH: chrome, SESSION_KEEPALIVE_SERVER: server }),
  },
  {
    name: 'examples',
    needs: ['build'],
    count: countNode,
    run: ({ chrome }) => nodeTests('tests/examples', { CHROME_PATH: chrome, SESSION_KEEPALIVE_SERVER: server }),
  },
  {
    name: 'e2e',
    needs: ['build'],
    count: countNode,
    run: ({ chrome, postgres }) =>
      nodeTests('tests/e2e', {
        CHROME_PATH: chrome,
        POSTGRES_BIN: postgres,
        SESSION_KEEPALIVE_SERVER: server,
      }),
  },
  {
    name: 'firefox',
    needs: ['build'],
    count: countNode,
    run: async ({ folder }) => {
      // Not in the setup: whoever runs other stages need not wait for its driver, which may have to be compiled.
      const { firefox, geckodriver } = await ensureFirefox();
      console.log(`firefox: ${firefox}\ngeckodriver: ${geckodriver}`);
      // What is left of a profile when a test is cut short goes with the folder.
      return nodeTests('tests/firefox', { TMPDIR: folder, FIREFOX: firefox, GECKODRIVER: geckodriver, SESSION_KEEPALIVE_SERVER: server });
    },
  },
  {
    name: 'pack',
    needs: ['build'],
    count: countNode,
    run: async ({ chrome, folder, all }) => {
      const files = chooseProjects({ all }).map((name) => projects().get(name));
      return nodeTestFiles(files, await packEnvironment({ chrome, folder }));
    },
  },
  {
    name: 'frameworks',
    long: true,
    needs: ['build'],
    count: countNode,
    run: async ({ chrome, folder }) => nodeTests('tests/frameworks', await packEnvironment({ chrome, folder })),
  },
  {
    name: 'rust-frontend',
    long: true,
    count: countNode,
    run: async ({ chrome }) => {
      await buildServer();
      await buildYew();
      await buildLeptos();
      return nodeTests('tests/rust-frontend', { CHROME_PATH: chrome, SESSION_KEEPALIVE_SERVER: server });
    },
  },
];

/** `wasm-pack test`, with the pinned tools on PATH, where wasm-pack looks first. */
async function wasmTests({ chrome, driver, folder }) {
  await cargo(['build', '-p', 'wasm-bindgen-runner', '--bins']);
  await cargo(['build', '-p', 'wasm-pack-runner']);
  const wasmPack = nativeBinary('wasm-pack');
  const relay = await startRelay();
  const env = {
    ...cargoEnvironment(),
    ...wasmEnvironment(),
    CARGO_NET_OFFLINE: 'true',
    PATH: `${dirname(wasmPack)}${delimiter}${process.env.PATH}`,
    TMPDIR: folder, // the driver gives the browser an empty profile of its own, here
    WASM_BINDGEN_TEST_WEBDRIVER_JSON: webdriverSettings(folder, { chrome, proxy: relay.address }),
    WASM_BINDGEN_TEST_TIMEOUT: '120', // seconds for all tests of a binary
    WASM_BINDGEN_TEST_DRIVER_TIMEOUT: '30',
  };
  try {
    return await run(
      wasmPack,
      // Optimised: pages with whole scenarios in them would take a while otherwise.
      ['test', '--headless', '--chrome', '--chromedriver', driver, '--mode', 'no-install', '--release', root, '-p', 'session-keepalive', '--features', 'frontend', '--locked'],
      { cwd: root, show: 'keep', env },
    );
  } finally {
    await relay.close();
  }
}
