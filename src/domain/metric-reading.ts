import type { RecordedObjective } from '../api/lifecycle/v1/keptn-evaluation.ts';
import type { KeptnMetric } from '../api/metrics/v1/keptn-metric.ts';

/** What was found of the metric that an objective names. */
export interface MetricReading {
  readonly objective: RecordedObjective;
  /** The namespaces that were looked in, in this order. */
  readonly lookedIn: readonly string[];
  readonly metric: KeptnMetric | undefined;
  /** Why a metric that does exist cannot be read. */
  readonly unreadable: string | undefined;
}

/**
 * Where the metric of an objective may be: in the namespace that the objective names and nowhere else; without one in
 * that of the evaluation, then in Sluice's own. Pure.
 */
export function metricNamespaces(
  { keptnMetricRef }: Pick<RecordedObjective, 'keptnMetricRef'>,
  ownNamespace: string,
  systemNamespace: string,
): readonly string[] {
  if (keptnMetricRef.namespace) return [keptnMetricRef.namespace];
  return ownNamespace === systemNamespace ? [ownNamespace] : [ownNamespace, systemNamespace];
}
