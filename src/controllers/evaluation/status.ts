import type { KeptnEvaluation } from '../../api/lifecycle/v1/keptn-evaluation.ts';
import type { Action } from '../../domain/action.ts';
import { type ConditionClaim, formatTime, setConditions } from '../../domain/condition.ts';
import { lifecycleVersion } from '../../domain/object-ref.ts';
import type { EvaluationSnapshot } from './observe.ts';

type Status = NonNullable<KeptnEvaluation['status']>;

/**
 * Applies the next status over what is recorded already. The write is refused when the evaluation has changed since it
 * was read: a leader whose cache is behind must not count an attempt twice or undo an end. Pure.
 */
export function recordStatus(
  snapshot: EvaluationSnapshot,
  next: Partial<Status>,
  claims: readonly ConditionClaim[],
): Action {
  const { evaluation, now } = snapshot;
  const { name, namespace, generation, resourceVersion } = evaluation.metadata;
  const status = {
    ...evaluation.status,
    startTime: evaluation.status?.startTime ?? formatTime(now),
    ...recordedObjectives(snapshot),
    ...next,
    conditions: setConditions(evaluation.status?.conditions, claims, { now, generation }),
  };
  const metadata = {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  };
  const object = { apiVersion: lifecycleVersion, kind: 'KeptnEvaluation', metadata, status };
  return { kind: 'applyStatus', object };
}

/** The objectives are taken from the definition once; values count from then on. */
function recordedObjectives({ evaluation, definition, readings, now }: EvaluationSnapshot): Partial<Status> {
  if (evaluation.status?.objectives !== undefined || readings === undefined) return {};
  const generation = definition?.metadata.generation;
  return {
    objectives: readings.map(({ objective }) => objective),
    valuesSince: now.toISOString(),
    ...(generation === undefined ? {} : { definitionGeneration: generation }),
  };
}
