import type { Step } from './story.ts';

const seconds = (ms: number) => (ms / 1_000).toFixed(1);

/** One progress line: seconds since the start, then what happened. Pure. */
export function progressLine(atMs: number, text: string): string {
  return `${seconds(atMs).padStart(7)} s  ${text}`;
}

/** The table at the end: each step, when it was seen, how long after the one before, and the time its object records. Pure. */
export function timelineTable(steps: readonly Step[]): string[] {
  const rows = steps.map((step, i) => [
    step.name,
    `${seconds(step.atMs)} s`,
    `${seconds(step.atMs - (steps[i - 1]?.atMs ?? step.atMs))} s`,
    step.recordedAt === undefined ? '' : step.recordedAt.slice(11, 19),
  ]);
  const table = [['step', 'at', 'took', 'recorded'], ...rows];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  return table.map((row) =>
    row
      .map((cell, i) => (i === 0 || i === 3 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}

/** The version after the highest of `seen` that starts with `major.0.`; `major.0.0` when there is none. Pure. */
export function nextVersion(major: number, seen: readonly string[]): string {
  const patches = seen.flatMap((version) => {
    const patch = new RegExp(`^${major}\\.0\\.(\\d+)$`).exec(version)?.[1];
    return patch === undefined ? [] : [Number(patch)];
  });
  return `${major}.0.${patches.length === 0 ? 0 : Math.max(...patches) + 1}`;
}
