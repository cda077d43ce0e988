// Asking as fast as a server answers.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Failure } from '../../tools/lib/failure.mjs';
import { run } from '../../tools/lib/run.mjs';
import { ensureProgram } from '../../tools/test/program.mjs';
import { forTheRest } from './processors.mjs';

export const connections = 32;
const script = fileURLToPath(new URL('load.lua', import.meta.url));

/** The path of wrk, installed if need be. */
export const ensureWrk = () => ensureProgram({ what: 'wrk', names: ['wrk'], debian: 'wrk', macOS: 'wrk' });

/** Signs in so many times; the cookies, one sign-in a line, are in a file in `folder`, whose path is the result. */
export async function signIn({ name, address, count, folder }) {
  const lines = [];
  for (let i = 0; i < count; i += 1) {
    const response = await fetch(`${address}/api/connect`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-session-keepalive': '1' },
      body: JSON.stringify({ connectionString: 'sqlite:sample.db', remember: false }),
    });
    if (!response.ok) throw new Failure(`${name} answered ${response.status} to a sign-in: ${await response.text()}`);
    const cookies = response.headers.getSetCookie().map((cookie) => cookie.split(';', 1)[0]);
    lines.push(cookies.filter((cookie) => !cookie.endsWith('=')).join('; '));
  }
  const file = join(folder, 'cookies');
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}

/** Checks per second, and the latency in ms, over so many seconds. Anything but success fails. */
export async function measure({ wrk, name, address, cookies, seconds }) {
  const args = ['-t1', `-c${connections}`, `-d${seconds}s`, '-s', script, address];
  const { stdout } = await run(...forTheRest(wrk, args), { show: 'none', env: { COOKIES: cookies } });
  const { requests, us, failed, p50, p99 } = JSON.parse(stdout.trim().split('\n').at(-1));
  if (failed > 0 || requests === 0) throw new Failure(`${name}: ${failed} of ${requests} checks failed`);
  return { rate: requests / (us / 1e6), p50: p50 / 1000, p99: p99 / 1000 };
}
