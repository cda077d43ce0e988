// Firefox, and the driver that the tests steer it with.
import { join } from 'node:path';
import { ensureCrateProgram } from '../lib/cargo-install.mjs';
import { Failure } from '../lib/failure.mjs';
import { findProgram, isProgram } from '../lib/find.mjs';
import { ensureProgram } from './program.mjs';

/** No package of Debian has the driver: where none is found it is compiled, once, in two minutes. */
const driverVersion = '0.37.1';

const places = [
  '/Applications/Firefox.app/Contents/MacOS/firefox',
  ...['PROGRAMFILES', 'PROGRAMFILES(X86)']
    .map((name) => process.env[name])
    .filter(Boolean)
    .map((folder) => join(folder, 'Mozilla Firefox', 'firefox.exe')),
];

const wanted = { what: 'Firefox', names: ['firefox', 'firefox-esr'], places, debian: 'firefox-esr', macOS: '--cask firefox', variable: 'FIREFOX' };

async function ensureDriver() {
  const named = process.env.GECKODRIVER;
  if (named && !isProgram(named)) throw new Failure(`GECKODRIVER is '${named}', which is no program`);
  return named || (findProgram(['geckodriver']) ?? ensureCrateProgram('geckodriver', driverVersion));
}

/** Resolves to the paths `{ firefox, geckodriver }`, installed if need be. */
export const ensureFirefox = async () => ({ firefox: await ensureProgram(wanted), geckodriver: await ensureDriver() });
