import type { Analysis } from '../../api/metrics/v1/analysis.ts';
import { metricsVersion } from '../../api/metrics/v1/group.ts';
import type { Action, ObjectRef } from '../../domain/action.ts';
import { type ConditionClaim, formatTime, setConditions } from '../../domain/condition.ts';
import { refTo } from '../../domain/object-ref.ts';

type Status = NonNullable<Analysis['status']>;

/** Names the Analysis. Pure. */
export function analysisRef({ metadata }: Pick<Analysis, 'metadata'>): ObjectRef {
  return refTo(metricsVersion, 'Analysis', metadata);
}

/**
 * Applies the next status over what is recorded. Refused when the Analysis has changed since it was read, so that a leader
 * whose cache is behind undoes nothing. Pure.
 */
export function recordStatus(
  analysis: Analysis,
  now: Date,
  next: Partial<Status>,
  claims: readonly ConditionClaim[],
): Action {
  const { name, namespace, generation, resourceVersion } = analysis.metadata;
  const { storedValues: _rewritten, ...before } = analysis.status ?? { timeframe: {}, state: '' };
  const status: Status = {
    ...before,
    startTime: analysis.status?.startTime ?? formatTime(now),
    ...next,
    conditions: setConditions(analysis.status?.conditions, claims, { now, generation }),
  };
  const metadata = {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  };
  return { kind: 'applyStatus', object: { apiVersion: metricsVersion, kind: 'Analysis', metadata, status } };
}
