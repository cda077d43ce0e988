// `npm run search`: every sequence of inputs to the engine, over small settings, until no new state is found
// or to the depth that it prints. Tens of minutes.
import { Failure, main } from './lib/failure.mjs';
import { run } from './lib/run.mjs';
import { root } from './lib/paths.mjs';
import { cargoEnvironment, checkRust, ensureCrates } from './lib/toolchain.mjs';

main(async () => {
  checkRust();
  await ensureCrates();
  // The engine with all optimisations is compiled for this alone; the search is a tenth faster then.
  const optimised = ['--config', 'profile.dev.package.session-keepalive.opt-level=3'];
  const args = [...optimised, 'test', '--locked', '--offline', '-p', 'session-keepalive', '--lib', 'search::'];
  const env = { ...cargoEnvironment(), SESSION_KEEPALIVE_SEARCH: 'deep' };
  const { stderr } = await run('cargo', args, { cwd: root, show: 'keep', env });
  const searches = stderr.split('\n').filter((line) => line.startsWith('search '));
  if (searches.length === 0) throw new Failure('no search ran');
});
