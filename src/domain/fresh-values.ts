import type { KeptnEvaluation } from '../api/lifecycle/v1/keptn-evaluation.ts';
import type { KeptnMetric } from '../api/metrics/v1/keptn-metric.ts';
import { reasons } from '../api/reasons.ts';
import { countAttempts, untilNextMs } from './attempts.ts';
import { isCompleted } from './state.ts';

/** What an evaluation that goes on asks of the values of its metrics; milliseconds since 1970. */
export interface FreshnessWish {
  /** Values that were fetched before count for nothing now. */
  readonly sinceMs: number;
  /** When the next attempt will ask for newer ones. */
  readonly nextMs: number;
}

/**
 * What an evaluation asks of its metrics: values fetched after it began, and after each attempt became due. Undefined when
 * it has ended, has no objectives yet or cannot go on. Pure.
 */
export function freshnessWish(
  evaluation: Pick<KeptnEvaluation, 'spec' | 'status'>,
  now: Date,
): FreshnessWish | undefined {
  const { status } = evaluation;
  if (status?.objectives === undefined || isCompleted(status.overallStatus)) return undefined;
  const attempts = countAttempts(evaluation, now);
  if (!attempts.ok) return undefined;
  const { isDue, intervalMs } = attempts.value;
  const begunMs = timeOf(status.valuesSince ?? status.startTime) ?? now.getTime();
  const lastMs = timeOf(status.lastAttemptTime);
  if (!isDue) return { sinceMs: begunMs, nextMs: now.getTime() + untilNextMs(attempts.value, now) };
  // After a clock was set back the last attempt lies ahead: then no time of its own is asked for.
  const dueMs = lastMs === undefined ? begunMs : lastMs + intervalMs;
  const sinceMs = dueMs > now.getTime() ? begunMs : Math.max(begunMs, dueMs);
  return { sinceMs, nextMs: Number.POSITIVE_INFINITY };
}

/** When the value of a metric was asked for, milliseconds since 1970; undefined when that is not known. Pure. */
export function fetchedAtMs({ status }: Pick<KeptnMetric, 'status'>): number | undefined {
  return timeOf(status?.lastUpdated);
}

const hopeless: ReadonlySet<string> = new Set([
  reasons.missingProvider,
  reasons.invalidProvider,
  reasons.invalidDefinition,
]);

/** True when a user must change something before the metric is fetched at all, so that no value can be waited for. Pure. */
export function isUnfetchable({ metadata, status }: Pick<KeptnMetric, 'metadata' | 'status'>): boolean {
  return (
    status?.observedGeneration === metadata.generation &&
    (status?.conditions ?? []).some(
      ({ type, status: is, reason }) => type === 'Stalled' && is === 'True' && hopeless.has(reason),
    )
  );
}

function timeOf(text: string | undefined): number | undefined {
  const ms = Date.parse(text ?? '');
  return Number.isNaN(ms) ? undefined : ms;
}
