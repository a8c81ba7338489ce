import type { Sample } from '../../observability/exposition.ts';

/** Why a series is not there: two would have been one, or its name cannot be registered. */
type Reason = 'collision' | 'name';

/** How many series were left out, by the family that they would be in and why. */
export interface LeftOut {
  readonly series: string;
  readonly reason: Reason;
  readonly count: number;
}

/** Series of which no two have the same labels, and how many had. */
export interface Twinless {
  readonly kept: readonly Sample[];
  readonly twins: number;
}

/** Leaves out every series whose labels another one has too, since either would be wrong. Pure. */
export function withoutTwins(samples: readonly Sample[]): Twinless {
  const byLabels = Map.groupBy(samples, ({ labels }) => JSON.stringify(Object.values(labels)));
  const kept = [...byLabels.values()].flatMap((same) => (same.length === 1 ? same : []));
  return { kept, twins: samples.length - kept.length };
}
