// Chrome or Chromium, and the driver that the Wasm tests steer it with.
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Failure } from '../lib/failure.mjs';
import { findProgram, firstProgram } from '../lib/find.mjs';
import { inRoot } from '../lib/paths.mjs';
import { run } from '../lib/run.mjs';
import { installPackages } from './packages.mjs';

const applications = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  ...['PROGRAMFILES', 'PROGRAMFILES(X86)', 'LOCALAPPDATA']
    .map((name) => process.env[name])
    .filter(Boolean)
    .map((folder) => join(folder, 'Google', 'Chrome', 'Application', 'chrome.exe')),
];
const driverFolders = ['/usr/lib/chromium', '/usr/lib/chromium-browser', '/opt/homebrew/bin', '/usr/local/bin'];

function named(variable) {
  const path = process.env[variable];
  if (!path) return null;
  const program = firstProgram([path]) ?? findProgram([path]);
  if (!program) throw new Failure(`${variable} is '${path}', which is not a program`);
  return program;
}

function find() {
  const chrome = named('CHROME')
    ?? findProgram(['google-chrome', 'google-chrome-stable', 'chromium', 'chromium-browser', 'chrome'])
    ?? firstProgram(applications);
  const driver = named('CHROMEDRIVER') ?? findProgram(['chromedriver'], [...(chrome ? [dirname(chrome)] : []), ...driverFolders]);
  return { chrome, driver };
}

const major = async (program) => /(\d+)\.\d+\.\d+/.exec((await run(program, ['--version'], { show: 'none', mayFail: true })).stdout)?.[1];

/** Resolves to `{ chrome, driver }`, installed if need be. */
export async function ensureBrowser() {
  let found = find();
  if ((!found.chrome || !found.driver) && (await installPackages(['chromium', 'chromium-driver']))) found = find();
  const { chrome, driver } = found;
  if (!chrome) {
    throw new Failure('no Chrome or Chromium was found: install one (Debian: apt-get install chromium chromium-driver), or name it in CHROME');
  }
  if (!driver) {
    throw new Failure(`no chromedriver was found for ${chrome}: install the one of the same version (Debian: apt-get install chromium-driver, `
      + 'elsewhere: https://googlechromelabs.github.io/chrome-for-testing/), or name it in CHROMEDRIVER');
  }
  const [browserVersion, driverVersion] = await Promise.all([major(chrome), major(driver)]);
  // Chrome on Windows does not tell its version; then the driver itself has to complain.
  if (browserVersion && driverVersion && browserVersion !== driverVersion) {
    throw new Failure(`${driver} is for version ${driverVersion}, but ${chrome} is ${browserVersion}: install the driver of the same version, or name it in CHROMEDRIVER`);
  }
  return found;
}

/** Writes webdriver.json's settings, which browser to use, and through which proxy (`host:port`), to a file in `folder`; returns its path. */
export function webdriverSettings(folder, { chrome, proxy }) {
  const settings = JSON.parse(readFileSync(inRoot('webdriver.json'), 'utf8'));
  const options = settings['goog:chromeOptions'];
  options.binary = chrome;
  // Loopback addresses too.
  options.args.push(`--proxy-server=http://${proxy}`, '--proxy-bypass-list=<-loopback>');
  // Chrome's sandbox refuses to work for root, as in most containers.
  if (process.getuid?.() === 0) options.args.push('--no-sandbox');
  const path = join(folder, 'webdriver.json');
  writeFileSync(path, JSON.stringify(settings, null, 2));
  return path;
}
