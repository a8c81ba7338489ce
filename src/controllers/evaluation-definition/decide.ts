import type { KeptnEvaluationDefinition } from '../../api/lifecycle/v1/keptn-evaluation-definition.ts';
import { reasons } from '../../api/reasons.ts';
import { type ConditionClaim, setConditions } from '../../domain/condition.ts';
import type { Decision } from '../../domain/decision.ts';
import type { MetricReading } from '../../domain/metric-reading.ts';
import { applyStatus, lifecycleVersion, refTo } from '../../domain/object-ref.ts';
import { done } from '../../kernel/outcome.ts';

/** All that the decision on a KeptnEvaluationDefinition reads. */
export interface EvaluationDefinitionSnapshot {
  readonly definition: KeptnEvaluationDefinition;
  readonly readings: readonly MetricReading[];
  /** True in Sluice's own namespace, whose definitions serve every other one. */
  readonly isShared: boolean;
  readonly now: Date;
}

/** Decides what a definition's status says: whether the metrics of its objectives exist. Pure. */
export function decideEvaluationDefinition(snapshot: EvaluationDefinitionSnapshot): Decision {
  const { metadata, status } = snapshot.definition;
  const stamp = { now: snapshot.now, generation: metadata.generation };
  const conditions = setConditions(status?.conditions, [judge(snapshot)], stamp);
  const ref = refTo(lifecycleVersion, 'KeptnEvaluationDefinition', metadata);
  return { actions: [applyStatus(ref, { conditions })], outcome: done };
}

function judge({ readings, isShared }: EvaluationDefinitionSnapshot): ConditionClaim {
  const absent = readings.filter(
    ({ metric, unreadable }) => metric === undefined && unreadable === undefined,
  );
  // A shared one without a namespace means a metric beside each evaluation, which may well exist.
  const missing = absent.filter(({ objective }) => !isShared || objective.keptnMetricRef.namespace);
  const broken = readings.filter(({ unreadable }) => unreadable !== undefined);
  if (missing.length + broken.length === 0) {
    const message = `an evaluation measures ${readings.length} ${readings.length === 1 ? 'objective' : 'objectives'}`;
    return { type: 'Ready', status: 'True', reason: reasons.valid, message };
  }
  const problems = [
    ...missing.map(
      ({ objective, lookedIn }) =>
        `KeptnMetric "${objective.keptnMetricRef.name}" does not exist in namespace ${lookedIn.map((one) => `"${one}"`).join(' or ')}`,
    ),
    ...broken.map(
      ({ objective, unreadable }) =>
        `KeptnMetric "${objective.keptnMetricRef.name}" cannot be read: ${unreadable ?? ''}`,
    ),
  ];
  const message = `${problems.join('; ')}; create or correct it, or correct spec.objectives`;
  return { type: 'Ready', status: 'False', reason: reasons.missingMetric, message };
}
