// How many tests ran, read from the closing lines of the runners.

/** `test result: ok. 12 passed; 0 failed; 1 ignored; …`: cargo's harness and wasm-bindgen's, one line per binary. */
export function countCargo(output) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const [, passed, failed, ignored] of output.matchAll(/^test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored;/gm)) {
    counts.passed += Number(passed);
    counts.failed += Number(failed);
    counts.skipped += Number(ignored);
  }
  return counts;
}

/** `ℹ pass 12` or `# pass 12`, …: the summary of `node --test`, in either of its reports. */
export function countNode(output) {
  const told = (name) => {
    const last = [...output.matchAll(new RegExp(`^(?:ℹ|#) ${name} (\\d+)$`, 'gm'))].at(-1);
    return Number(last?.[1] ?? 0);
  };
  return { passed: told('pass'), failed: told('fail') + told('cancelled'), skipped: told('skipped') + told('todo') };
}
