/** Writes one progress line to standard error; standard output is kept for what a shell evaluates. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Seconds since `startedAt` (milliseconds of the monotonic clock), with one decimal. */
export function secondsSince(startedAt: number): string {
  return `${((performance.now() - startedAt) / 1000).toFixed(1)} s`;
}

/** Says what begins, runs it, says how long it took; every 15 s in between it says that it is still going on. */
export async function timed<T>(title: string, work: () => Promise<T>, detail?: () => string): Promise<T> {
  const startedAt = performance.now();
  say(`${title}…`);
  const beat = setInterval(() => {
    const extra = detail?.() ?? '';
    say(`  … ${secondsSince(startedAt)}${extra === '' ? '' : `, ${extra}`}`);
  }, 15_000);
  try {
    const result = await work();
    say(`  done in ${secondsSince(startedAt)}`);
    return result;
  } finally {
    clearInterval(beat);
  }
}

/** Asks `holds` every 100 ms until it says yes; false when `timeoutMs` passed first. */
export async function until(holds: () => Promise<boolean> | boolean, timeoutMs: number): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  while (performance.now() < deadline) {
    if (await holds()) return true;
    await new Promise((wake) => setTimeout(wake, 100));
  }
  return false;
}
