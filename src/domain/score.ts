import { compareQuantities, type Quantity } from './quantity.ts';

/** How one objective, or all of them together, came out; the best first. */
export type Verdict = 'pass' | 'warning' | 'fail';

/** What the score needs to know of an objective. */
export interface JudgedObjective {
  readonly verdict: Verdict;
  /** A whole number: all of it counts for a pass, half of it for a warning. */
  readonly weight: number;
  /** Whether its failure is the failure of all. */
  readonly key: boolean;
}

/** What the percentage is held against, both included. */
export interface Limits {
  readonly pass: Quantity;
  /** Absent: there is no warning. */
  readonly warning?: Quantity;
  /** The percentage where all weights add up to nothing. */
  readonly ofNothing: 0 | 100;
}

/** What several objectives come to. */
export interface Score {
  readonly verdict: Verdict;
  /** The nearest number to the percentage; the verdict is made of the exact one. */
  readonly percent: number;
  readonly total: number;
  readonly maximum: number;
  /** Whether a key objective failed. */
  readonly keyFailed: boolean;
}

/** What an objective adds to the total, in half points: those are whole. */
const halvesOf: Readonly<Record<Verdict, 0 | 1 | 2>> = { pass: 2, warning: 1, fail: 0 };

/**
 * Makes one verdict of many: the percentage of the highest score, held against limits without rounding. A key objective
 * that failed fails all. Analyses and SLO files share it. Pure, and exact for any weights of 32 bits.
 */
export function scoreObjectives(objectives: readonly JudgedObjective[], limits: Limits): Score {
  let halves = 0;
  let maximum = 0;
  for (const { verdict, weight } of objectives) {
    halves += weight * halvesOf[verdict];
    maximum += weight;
  }
  const keyFailed = objectives.some(({ key, verdict }) => key && verdict === 'fail');
  const share = maximum === 0 ? { part: limits.ofNothing, whole: 100 } : { part: halves, whole: 2 * maximum };
  const verdict = keyFailed ? 'fail' : verdictOf(share, limits);
  return { verdict, percent: (100 * share.part) / share.whole + 0, total: halves / 2, maximum, keyFailed };
}

interface Share {
  readonly part: number;
  readonly whole: number;
}

function verdictOf(share: Share, { pass, warning }: Limits): Verdict {
  if (reaches(share, pass)) return 'pass';
  return warning !== undefined && reaches(share, warning) ? 'warning' : 'fail';
}

/** Whether 100 * part / whole is at least the limit, told by multiplication alone. */
function reaches({ part, whole }: Share, limit: Quantity): boolean {
  const sign = whole < 0 ? -1n : 1n;
  const reached: Quantity = { mantissa: 100n * BigInt(part) * sign, exponent: 0, form: 'decimal' };
  const needed: Quantity = { ...limit, mantissa: limit.mantissa * BigInt(whole) * sign };
  return compareQuantities(reached, needed) >= 0;
}
