/**
 * The value below or at which the share `p` (0 to 1) of all samples lies: the nearest rank, so always one of the
 * samples. Undefined of none. Pure.
 */
export function percentile(samples: readonly number[], p: number): number | undefined {
  if (samples.length === 0) return undefined;
  const sorted = samples.toSorted((a, b) => a - b);
  const rank = Math.max(1, Math.ceil(Math.min(1, p) * sorted.length));
  return sorted[rank - 1];
}

/** What is told of many samples of one thing. */
export interface Spread {
  readonly samples: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** Sums up samples, to two digits after the point. Throws without any: nothing was measured. Pure. */
export function spread(samples: readonly number[]): Spread {
  const at = (p: number): number => {
    const value = percentile(samples, p);
    if (value === undefined) throw new Error('nothing was measured');
    return rounded(value);
  };
  return { samples: samples.length, p50: at(0.5), p99: at(0.99), max: at(1) };
}

/** Two digits after the point. Pure. */
export function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
