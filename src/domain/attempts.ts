import type { KeptnEvaluation } from '../api/lifecycle/v1/keptn-evaluation.ts';
import { parseDurationMs } from '../kernel/duration.ts';
import type { SluiceError } from '../kernel/errors.ts';
import { ok, type Result } from '../kernel/result.ts';

/** How often an evaluation is attempted, and where it stands. */
export interface Attempts {
  readonly allowed: number;
  readonly intervalMs: number;
  /** Made, that of this look included when it is one. */
  readonly made: number;
  /** True when this look is an attempt: the first, or the last one is an interval ago. */
  readonly isDue: boolean;
  /** When the last one was made, in milliseconds since 1970. */
  readonly lastAtMs: number;
}

/** An interval of nothing must not keep a processor busy. */
const shortestIntervalMs = 1000;

/**
 * Counts attempts from what is recorded and the time alone, so that neither a restart nor a repeated, lost or late
 * observation adds one or takes one away. Error: malformed (the interval). Pure.
 */
export function countAttempts(
  { spec, status }: Pick<KeptnEvaluation, 'spec' | 'status'>,
  now: Date,
): Result<Attempts, SluiceError> {
  const interval = parseDurationMs(spec.retryInterval);
  if (!interval.ok) return interval;
  const intervalMs = Math.max(interval.value, shortestIntervalMs);
  const before = status?.retryCount ?? 0;
  const nowMs = now.getTime();
  const elapsedMs = nowMs - Date.parse(status?.lastAttemptTime ?? '');
  // A clock that was set back by more than an interval must not make the evaluation wait for the old time to come again.
  const isDue = !(Math.abs(elapsedMs) < intervalMs);
  const lastAtMs = isDue ? nowMs : nowMs - elapsedMs;
  return ok({
    allowed: Math.max(1, spec.retries),
    intervalMs,
    made: before + Number(isDue),
    isDue,
    lastAtMs,
  });
}

/** Milliseconds until the next attempt. Pure. */
export function untilNextMs({ lastAtMs, intervalMs }: Attempts, now: Date): number {
  return lastAtMs + intervalMs - now.getTime();
}
