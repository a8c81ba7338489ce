import type { Sample } from '../../observability/exposition.ts';

/** Why a series is not there: two would have been one, or its name cannot be registered. */
export type Reason = 'collision' | 'name';

/** How many series were left out, by the family that they would be in and why. */
export interface LeftOut {
  readonly series: string;
  readonly reason: Reason;
  readonly count: number;
}

/** Series of which no two have the same labels: of those that do none is kept, since either would be wrong. Pure. */
export function withoutTwins(
  series: string,
  samples: readonly Sample[],
): { readonly kept: readonly Sample[]; readonly leftOut: LeftOut } {
  const byLabels = Map.groupBy(samples, ({ labels }) => JSON.stringify(Object.values(labels)));
  const kept = [...byLabels.values()].flatMap((same) => (same.length === 1 ? same : []));
  return { kept, leftOut: { series, reason: 'collision', count: samples.length - kept.length } };
}
