import type { Pod } from '../../api/core/pod.ts';
import type { KeptnAppVersion } from '../../api/lifecycle/v1/keptn-app-version.ts';
import type { KeptnEvaluation } from '../../api/lifecycle/v1/keptn-evaluation.ts';
import type { KeptnTask } from '../../api/lifecycle/v1/keptn-task.ts';
import type { KeptnWorkloadVersion } from '../../api/lifecycle/v1/keptn-workload-version.ts';
import type { objectMetricNames } from '../../observability/object-metric-names.ts';
import type { SeriesTable } from '../../observability/series-table.ts';

/** All that is stored at one moment. */
export interface StoredObjects {
  readonly appVersions: readonly KeptnAppVersion[];
  readonly workloadVersions: readonly KeptnWorkloadVersion[];
  readonly tasks: readonly KeptnTask[];
  readonly evaluations: readonly KeptnEvaluation[];
  /** Pods without a node. */
  readonly pods: readonly Pod[];
}

/** Where series of objects are written. */
export type ObjectTable = SeriesTable<typeof objectMetricNames>;

/** Seconds between two stored times; undefined where one is missing or no time, 0 where a clock was set back. Pure. */
export function secondsBetween(start: string | undefined, end: string | undefined): number | undefined {
  const ms = Date.parse(end ?? '') - Date.parse(start ?? '');
  return Number.isNaN(ms) ? undefined : Math.max(0, ms / 1000);
}

/** How something that runs may end: a counter that is there at 0 before shows its increase when it ends. */
export const ends = ['Succeeded', 'Failed'] as const;
