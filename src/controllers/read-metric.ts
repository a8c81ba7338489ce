import type { RecordedObjective } from '../api/lifecycle/v1/keptn-evaluation.ts';
import type { MetricReading } from '../domain/metric-reading.ts';
import type { Reader } from '../runtime/reader.ts';

/** Finds the metric of an objective. One that exists and cannot be read ends the search: no other one is meant. Reads only. */
export function readMetric(
  reader: Reader,
  objective: RecordedObjective,
  lookedIn: readonly string[],
): MetricReading {
  const { name } = objective.keptnMetricRef;
  for (const namespace of lookedIn) {
    const metric = reader.get('keptnmetrics', namespace, name);
    const unreadable = metric === undefined ? reader.unreadable('keptnmetrics', namespace, name) : undefined;
    if (metric !== undefined || unreadable !== undefined) return { objective, lookedIn, metric, unreadable };
  }
  return { objective, lookedIn, metric: undefined, unreadable: undefined };
}
