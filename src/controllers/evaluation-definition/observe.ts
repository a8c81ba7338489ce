import { metricNamespaces } from '../../domain/metric-reading.ts';
import type { SluiceError } from '../../kernel/errors.ts';
import { ok, type Result } from '../../kernel/result.ts';
import type { ObjectKey, Reader } from '../../runtime/reader.ts';
import { readMetric } from '../read-metric.ts';
import type { ControllerSettings } from '../settings.ts';
import type { EvaluationDefinitionSnapshot } from './decide.ts';

/** Gathers a KeptnEvaluationDefinition's snapshot from the cache. */
export function observeEvaluationDefinition({ systemNamespace }: ControllerSettings) {
  return async (
    { namespace, name }: ObjectKey,
    reader: Reader,
    now: Date,
  ): Promise<Result<EvaluationDefinitionSnapshot | undefined, SluiceError>> => {
    const definition = reader.get('keptnevaluationdefinitions', namespace, name);
    if (definition === undefined || definition.metadata.deletionTimestamp !== undefined) return ok(undefined);
    const readings = definition.spec.objectives.map((objective) =>
      readMetric(reader, objective, metricNamespaces(objective, namespace, systemNamespace)),
    );
    return ok({ definition, readings, isShared: namespace === systemNamespace, now });
  };
}
