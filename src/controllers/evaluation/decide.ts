import type { KeptnEvaluation } from '../../api/lifecycle/v1/keptn-evaluation.ts';
import { reasons } from '../../api/reasons.ts';
import type { ObjectRef } from '../../domain/action.ts';
import { type Attempts, countAttempts, untilNextMs } from '../../domain/attempts.ts';
import { type ConditionClaim, formatTime } from '../../domain/condition.ts';
import type { Decision } from '../../domain/decision.ts';
import { fetchedAtMs, freshnessWish, isUnfetchable } from '../../domain/fresh-values.ts';
import type { MetricReading } from '../../domain/metric-reading.ts';
import { lifecycleVersion, refTo } from '../../domain/object-ref.ts';
import { isCompleted } from '../../domain/state.ts';
import { done, type WaitsOn } from '../../kernel/outcome.ts';
import { type EvaluationEnd, endEvents, waitEvent } from './events.ts';
import { type Measurement, measureAll, metricName } from './measure.ts';
import type { EvaluationSnapshot } from './observe.ts';
import { recordStatus } from './status.ts';

type CountedStatus = Pick<
  NonNullable<KeptnEvaluation['status']>,
  'retryCount' | 'lastAttemptTime' | 'evaluationStatus'
>;

/** One look at all objectives. */
interface Look {
  readonly attempts: Attempts;
  readonly measured: readonly Measurement[];
}

/**
 * Decides what a KeptnEvaluation does next. Every look measures all objectives afresh and passes only when all hold in
 * it. An end is final: nothing is measured afterwards. Pure.
 */
export function decideEvaluation(snapshot: EvaluationSnapshot): Decision {
  const { evaluation, readings, now } = snapshot;
  if (isCompleted(evaluation.status?.overallStatus)) return { actions: [], outcome: done };
  const { evaluationDefinition } = evaluation.spec;
  const attempts = countAttempts(evaluation, now);
  if (!attempts.ok) {
    const on = { kind: 'KeptnEvaluation', name: evaluation.metadata.name, field: 'spec.retryInterval' };
    return stall(snapshot, on, reasons.invalidDefinition, `spec.retryInterval: ${attempts.error.message}`);
  }
  if (readings === undefined) {
    const on = { kind: 'KeptnEvaluationDefinition', name: evaluationDefinition };
    return stall(snapshot, on, reasons.missingDefinition, absentDefinition(snapshot));
  }
  const sinceMs = valuesSinceMs(snapshot);
  const awaited = attempts.value.isDue ? awaitedMetrics(readings, sinceMs) : [];
  const deadlineMs = sinceMs + snapshot.longestFetchMs;
  if (awaited.length > 0 && now.getTime() < deadlineMs) return awaitValues(snapshot, awaited, deadlineMs);
  const measured = measureAll(readings, evaluationDefinition, { now, sinceMs });
  const look: Look = { attempts: attempts.value, measured };
  if (measured.every(({ met }) => met)) return end(snapshot, look, 'Succeeded');
  return look.attempts.made >= look.attempts.allowed ? end(snapshot, look, 'Failed') : goOn(snapshot, look);
}

/** Values that were fetched before count for nothing: they say nothing about what is to be released. */
function valuesSinceMs({ evaluation, now }: EvaluationSnapshot): number {
  return freshnessWish(evaluation, now)?.sinceMs ?? now.getTime();
}

/** The metrics that are being fetched for this attempt. */
function awaitedMetrics(readings: readonly MetricReading[], sinceMs: number): string[] {
  return readings.flatMap(({ metric }) => {
    if (metric === undefined || isUnfetchable(metric)) return [];
    const isFresh = (fetchedAtMs(metric) ?? Number.NEGATIVE_INFINITY) >= sinceMs;
    return isFresh ? [] : [metricName(metric)];
  });
}

/** An attempt is due, and its values are being fetched: it is made when they are there, or when that takes too long. */
function awaitValues(snapshot: EvaluationSnapshot, awaited: readonly string[], deadlineMs: number): Decision {
  const { status } = snapshot.evaluation;
  const isFirst = status?.lastAttemptTime === undefined;
  const message = `waits for ${[...new Set(awaited)].join(', ')} to be fetched`;
  const reason = reasons.waitingForMetric;
  const claims: ConditionClaim[] = [
    { type: 'Ready', status: 'Unknown', reason, message },
    { type: 'Stalled', status: 'False', reason, message },
  ];
  return {
    // Later on, what the last attempt found says more than this.
    actions: isFirst ? [recordStatus(snapshot, { overallStatus: 'Progressing' }, claims)] : [],
    outcome: { kind: 'again', afterMs: deadlineMs - snapshot.now.getTime(), why: message },
  };
}

function absentDefinition({ evaluation, unreadableDefinition }: EvaluationSnapshot): string {
  const name = `KeptnEvaluationDefinition "${evaluation.spec.evaluationDefinition}"`;
  return unreadableDefinition === undefined
    ? `${name} does not exist in this namespace nor in Sluice's own; create it or correct spec.evaluationDefinition`
    : `${name} cannot be read: ${unreadableDefinition}; correct it`;
}

/** Waits for a user to change that object; no attempt is used. */
function stall(snapshot: EvaluationSnapshot, on: WaitsOn, reason: string, message: string): Decision {
  const claims: ConditionClaim[] = [
    { type: 'Ready', status: 'False', reason, message },
    { type: 'Stalled', status: 'True', reason, message },
  ];
  const overallStatus = snapshot.evaluation.status?.overallStatus ?? 'Pending';
  return {
    actions: [
      recordStatus(snapshot, { overallStatus }, claims),
      waitEvent(evaluationRef(snapshot), reason, message),
    ],
    outcome: { kind: 'stalled', by: 'user', on: [on], reason: message },
  };
}

/** Not all objectives hold, and attempts are left: the interval brings the next one, a changed metric another look. */
function goOn(snapshot: EvaluationSnapshot, look: Look): Decision {
  const { attempts, measured } = look;
  const failed = measured.filter(({ met }) => !met);
  const nextAt = formatTime(new Date(attempts.lastAtMs + attempts.intervalMs));
  // What waits for this evaluation repeats the first line to its pods: it stays the same from attempt to attempt.
  const message = `${failed.map(({ gist }) => gist).join('; ')}\nattempt ${attempts.made} of ${attempts.allowed}: ${details(failed)}; the next attempt is at ${nextAt}, and a metric that changes is looked at right then`;
  const reason = reasons.objectivesNotMet;
  return {
    actions: [
      recordStatus(snapshot, { overallStatus: 'Progressing', ...counted(look) }, [
        { type: 'Ready', status: 'Unknown', reason, message },
        { type: 'Stalled', status: 'False', reason, message },
      ]),
    ],
    outcome: {
      kind: 'again',
      afterMs: untilNextMs(attempts, snapshot.now),
      why: `attempt ${attempts.made + 1} of ${attempts.allowed} is due then`,
    },
  };
}

function end(
  snapshot: EvaluationSnapshot,
  look: Look,
  overallStatus: EvaluationEnd['overallStatus'],
): Decision {
  const { attempts, measured } = look;
  const failed = measured.filter(({ met }) => !met);
  const made = overallStatus === 'Succeeded' ? passedAt(attempts) : attempts.made;
  const which = `attempt ${made} of ${Math.max(made, attempts.allowed)}`;
  const message =
    overallStatus === 'Succeeded'
      ? `${which} passed: ${details(measured) || 'the definition has no objectives'}`
      : `${which} failed: ${details(failed)}`;
  const hasPassed = overallStatus === 'Succeeded';
  const reason = hasPassed ? reasons.completed : reasons.checkFailed;
  const status = {
    overallStatus,
    ...counted({ measured, attempts: { ...attempts, made, lastAtMs: snapshot.now.getTime() } }),
    endTime: formatTime(snapshot.now),
  };
  return {
    actions: [
      recordStatus(snapshot, status, [
        { type: 'Ready', status: hasPassed ? 'True' : 'False', reason, message },
        { type: 'Stalled', status: hasPassed ? 'False' : 'True', reason, message },
      ]),
      ...endEvents(evaluationRef(snapshot), { overallStatus, failed }),
    ],
    outcome: done,
  };
}

/** A look between two attempts that passes is an attempt, too. */
function passedAt({ made, isDue }: Attempts): number {
  return isDue ? made : made + 1;
}

function counted({ attempts, measured }: Look): CountedStatus {
  return {
    retryCount: attempts.made,
    lastAttemptTime: new Date(attempts.lastAtMs).toISOString(),
    evaluationStatus: Object.fromEntries(
      measured.map(({ key, value, met, message }) => [
        key,
        { value, status: met ? 'Succeeded' : 'Failed', message },
      ]),
    ),
  };
}

function details(measured: readonly Measurement[]): string {
  return measured.map(({ key, message }) => `${key}: ${message}`).join('; ');
}

function evaluationRef({ evaluation }: EvaluationSnapshot): ObjectRef {
  return refTo(lifecycleVersion, 'KeptnEvaluation', evaluation.metadata);
}
