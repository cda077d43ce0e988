// What has to be said beside the numbers.
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { inRoot } from '../tools/lib/paths.mjs';
import { candidates, slim } from './candidates.mjs';
import { folder } from './install.mjs';
import { latencyMs } from './server.mjs';
import { quantile } from './statistics.mjs';

const wantedMs = 1;
const version = (path) => JSON.parse(readFileSync(path, 'utf8')).version;
const median = (samples, valueOf) => quantile(samples.map(valueOf).filter((value) => value !== undefined), 0.5);
const ms = (value) => `${value.toFixed(2)} ms`;

/** Sentences, each to stand in a line of its own. */
export function notes({ results: { checks, loads }, rounds, load, browserVersion }) {
  const [own] = candidates;
  const check = median(checks[own.key], (sample) => sample.check);
  const bare = median(checks[own.key], (sample) => sample.check - sample.own);
  const versions = candidates.map((candidate) =>
    `${candidate.package ?? candidate.name} ${version(candidate.package ? join(folder, 'node_modules', candidate.package, 'package.json') : inRoot('package.json'))}`);
  const loaded = (key, name) => ms(median(loads[key], (sample) => sample[name]));
  return [
    `${versions.join(', ')}; Chromium ${browserVersion}, ${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown processor'}; ${rounds} rounds, load average ${load.toFixed(1)} before.`,
    `Wanted for a check: under ${ms(wantedMs)}. It takes ${ms(check)}, of which the browser needs ${ms(bare)} for the request alone: `
      + `${check < wantedMs ? 'reached' : 'missed'}.`,
    `${slim.name}: ${loaded(slim.key, 'cold')} to the verdict with an empty cache, ${loaded(slim.key, 'warm')} with a filled one.`,
    `auth-js believes the stored session before it has asked: ${loaded('auth-js', 'coldLocal')} with an empty cache, ${loaded('auth-js', 'warmLocal')} with a filled one.`,
    `Every backend answers after ${latencyMs} ms; these are in the times to the verdict.`,
  ];
}
