import type { KeptnEvaluation } from '../../api/lifecycle/v1/keptn-evaluation.ts';
import type { KeptnEvaluationDefinition } from '../../api/lifecycle/v1/keptn-evaluation-definition.ts';
import { type MetricReading, metricNamespaces } from '../../domain/metric-reading.ts';
import type { SluiceError } from '../../kernel/errors.ts';
import { ok, type Result } from '../../kernel/result.ts';
import type { ObjectKey, Reader } from '../../runtime/reader.ts';
import { findDefinition } from '../checks.ts';
import { readMetric } from '../read-metric.ts';
import type { ControllerSettings } from '../settings.ts';

/** All that the decision on a KeptnEvaluation reads. */
export interface EvaluationSnapshot {
  readonly evaluation: KeptnEvaluation;
  readonly definition: KeptnEvaluationDefinition | undefined;
  /** Why the definition cannot be read although it exists. */
  readonly unreadableDefinition: string | undefined;
  /** The metric of each objective: of those that were recorded, else of the definition's; undefined while it has neither. */
  readonly readings: readonly MetricReading[] | undefined;
  /** How long the fetch of a metric may take, its recording included, in milliseconds. */
  readonly longestFetchMs: number;
  readonly now: Date;
}

/** Where the provider is not known, and for the time in a queue and for the recording. */
const usualFetchMs = 20_000;
const fetchMarginMs = 5_000;

/** Gathers a KeptnEvaluation's snapshot from the cache. */
export function observeEvaluation({ systemNamespace }: ControllerSettings) {
  return async (
    { namespace, name }: ObjectKey,
    reader: Reader,
    now: Date,
  ): Promise<Result<EvaluationSnapshot | undefined, SluiceError>> => {
    const evaluation = reader.get('keptnevaluations', namespace, name);
    if (evaluation === undefined || evaluation.metadata.deletionTimestamp !== undefined) return ok(undefined);
    const wanted = evaluation.spec.evaluationDefinition;
    const namespaces = { namespace, systemNamespace };
    const definition = findDefinition(reader, 'keptnevaluationdefinitions', namespaces, wanted);
    const objectives = evaluation.status?.objectives ?? definition?.spec.objectives;
    const readings = objectives?.map((objective) =>
      readMetric(reader, objective, metricNamespaces(objective, namespace, systemNamespace)),
    );
    return ok({
      evaluation,
      definition,
      unreadableDefinition:
        definition === undefined
          ? (reader.unreadable('keptnevaluationdefinitions', namespace, wanted) ??
            reader.unreadable('keptnevaluationdefinitions', systemNamespace, wanted))
          : undefined,
      readings,
      longestFetchMs: longestFetch(reader, readings ?? []),
      now,
    });
  };
}

function longestFetch(reader: Reader, readings: readonly MetricReading[]): number {
  const limits = readings.flatMap(({ metric }) => {
    const { namespace = '' } = metric?.metadata ?? {};
    const provider = metric && reader.get('keptnmetricsproviders', namespace, metric.spec.provider.name);
    return provider === undefined ? [] : [provider.spec.timeoutSeconds * 1000];
  });
  return Math.max(usualFetchMs, ...limits) + fetchMarginMs;
}
