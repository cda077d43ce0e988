// A program that tests or measurements need, and that the project does not hold itself.
import { Failure } from '../lib/failure.mjs';
import { findProgram, isProgram } from '../lib/find.mjs';
import { installPackages } from './packages.mjs';

/**
 * Resolves to the path of the program, installed if need be.
 * @param {{ what: string, names: string[], places?: string[], debian: string, macOS: string, variable?: string }} wanted `what`: for
 *   messages; `names`: any of them will do; `places`: paths where it may be besides; `variable`: of the environment, names another one
 */
export async function ensureProgram({ what, names, places = [], debian, macOS, variable }) {
  const named = variable && process.env[variable];
  if (named && !isProgram(named)) throw new Failure(`${variable} is '${named}', which is no program`);
  const find = () => findProgram(names) ?? places.find(isProgram) ?? null;
  const program = named || find() || ((await installPackages([debian])) ? find() : null);
  if (!program) {
    const install = `no ${what} was found: install it (Debian: apt-get install ${debian}, macOS: brew install ${macOS})`;
    throw new Failure(variable ? `${install}, or name ${names.join(' or ')} in ${variable}` : install);
  }
  return program;
}
