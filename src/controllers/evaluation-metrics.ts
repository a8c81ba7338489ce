import type { KeptnEvaluation } from '../api/lifecycle/v1/keptn-evaluation.ts';
import { metricNamespaces } from '../domain/metric-reading.ts';
import { isCompleted } from '../domain/state.ts';
import { type Index, index } from '../runtime/controller.ts';
import type { ObjectKey, Reader } from '../runtime/reader.ts';

/** Finds the evaluations that have begun and not ended by the metrics that they look at. */
export function metricOfEvaluation(systemNamespace: string): Index {
  return index('keptnevaluations', 'metric', (evaluation) =>
    metricsOf(evaluation, systemNamespace).map(({ namespace, name }) => `${namespace}/${name}`),
  );
}

/** The evaluations that a metric could decide. Reads only. */
export function evaluationsOf({ namespace, name }: ObjectKey, reader: Reader): readonly KeptnEvaluation[] {
  return reader.byIndex('keptnevaluations', 'metric', `${namespace}/${name}`);
}

/** Where the metrics of an evaluation that has begun and not ended are, or would be. Pure. */
export function metricsOf({ metadata, status }: KeptnEvaluation, systemNamespace: string): ObjectKey[] {
  if (isCompleted(status?.overallStatus)) return [];
  return (status?.objectives ?? []).flatMap((objective) =>
    metricNamespaces(objective, metadata.namespace ?? '', systemNamespace).map((namespace) => ({
      namespace,
      name: objective.keptnMetricRef.name,
    })),
  );
}
