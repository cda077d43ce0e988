// cargo-mutants, in the release that the results were made with.
import { ensureCrateProgram } from '../lib/cargo-install.mjs';

export const version = '27.1.0';

/** The path of the program, compiled if need be. */
export const ensureCargoMutants = () => ensureCrateProgram('cargo-mutants', version);
