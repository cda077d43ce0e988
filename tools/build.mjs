// `npm run build`: dist/, from Rust and JavaScript. Steps whose inputs are unchanged are skipped.
import { buildModule } from './build/index.mjs';
import { endOnSignals } from './lib/children.mjs';
import { main } from './lib/failure.mjs';
import { Stages } from './lib/stages.mjs';
import { checkNode, checkRust, ensureCrates, ensureNodePackages, ensureToolchain } from './lib/toolchain.mjs';

main(async () => {
  checkNode();
  checkRust();
  endOnSignals();
  const stages = new Stages();
  await stages.run('Rust toolchain', ensureToolchain);
  await stages.run('crates', ensureCrates);
  await stages.run('npm packages', ensureNodePackages);
  await buildModule(stages);
  console.log(`\n${stages.table()}`);
});
