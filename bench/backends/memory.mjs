// What a session takes in memory, and how long a sweep holds others up: server/benches/memory_store, in this run.
import { cargo } from '../../tools/lib/toolchain.mjs';

/** What was wanted: bytes a session, and ms that anything waits while half of all sessions are swept. */
const wanted = { bytes: 300, pause: 10 };

/** The report of the bench, which is the last line it prints. */
export async function measureMemory(sessions) {
  const { stdout } = await cargo(
    ['bench', '-q', '-p', 'session-keepalive-server', '--bench', 'memory_store', '--', '--sessions', String(sessions)],
    { show: 'errors' },
  );
  return JSON.parse(stdout.trim().split('\n').at(-1));
}

/** What came of it, a line each. */
export function memoryRemarks({ sessions, bytes_per_session: bytes, check_ns: check, sweep }) {
  const longest = ({ load }) => Math.max(...Object.values(load).map(({ longest }) => longest)) / 1000;
  const pause = Math.max(longest(sweep.ending), longest(sweep.dropping));
  const turn = Math.max(sweep.ending.work.longest_turn_us, sweep.dropping.work.longest_turn_us) / 1000;
  const verdict = (reached) => (reached ? 'reached' : 'missed');
  return [
    `${sessions.toLocaleString('en')} sessions in memory: ${bytes.held.toFixed(0)} bytes each with what each allocation costs `
      + `(${bytes.resident.toFixed(0)} resident), wanted at most ${wanted.bytes}: ${verdict(Math.max(bytes.held, bytes.resident) <= wanted.bytes)}; a check ${(check.median / 1000).toFixed(1)} µs.`,
    `Swept by half beside checks, uses and sign-ins: none of these took longer than ${pause.toFixed(1)} ms (${longest(sweep.undisturbed).toFixed(1)} ms without a `
      + `sweep), and the sweep kept its thread for ${turn.toFixed(1)} ms at a time; wanted at most ${wanted.pause} ms: ${verdict(Math.max(pause, turn) <= wanted.pause)}.`,
  ];
}
