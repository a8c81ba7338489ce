import type { Analysis } from '../../api/metrics/v1/analysis.ts';
import { formatTime } from '../../domain/condition.ts';
import { parseDurationMs } from '../../kernel/duration.ts';
import { failure, type SluiceError } from '../../kernel/errors.ts';
import { err, ok, type Result } from '../../kernel/result.ts';

type StatusTimeframe = NonNullable<Analysis['status']>['timeframe'];

/** The time that is looked at, in milliseconds since 1970. */
export interface Window {
  readonly fromMs: number;
  readonly toMs: number;
}

const defaultTimeoutMs = 300_000;

/** The window of an Analysis that has begun; undefined until it is recorded. Pure. */
export function recordedWindow(status: Analysis['status']): Window | undefined {
  const fromMs = Date.parse(status?.timeframe.from ?? '');
  const toMs = Date.parse(status?.timeframe.to ?? '');
  return Number.isNaN(fromMs) || Number.isNaN(toMs) ? undefined : { fromMs, toMs };
}

/**
 * The window as it is recorded when an Analysis begins, which is what Keptn writes: whole seconds, and no `recent`.
 * Error: malformed, naming the field. Pure.
 */
export function freezeTimeframe(
  { timeframe }: Pick<Analysis['spec'], 'timeframe'>,
  now: Date,
): Result<Required<StatusTimeframe>, SluiceError> {
  const recent = parseDurationMs(timeframe.recent ?? '0');
  if (!recent.ok) return err(failure('malformed', `spec.timeframe.recent: ${recent.error.message}`));
  const { from, to } = timeframe;
  if (recent.value > 0) {
    const start = new Date(now.getTime() - recent.value);
    return ok({ from: formatTime(start), to: formatTime(now), recent: '0s' });
  }
  if (from === undefined || to === undefined) return unusable("set either 'recent', or both 'from' and 'to'");
  const [fromMs, toMs] = [Date.parse(from), Date.parse(to)];
  if (!(toMs > fromMs)) return unusable("'to' must be a time later than 'from'");
  return ok({ from: formatTime(new Date(fromMs)), to: formatTime(new Date(toMs)), recent: '0s' });
}

function unusable(why: string): Result<never, SluiceError> {
  return err(failure('malformed', `spec.timeframe: ${why}`));
}

/**
 * When an Analysis is over, measured or not, in milliseconds since 1970: its timeout after it began, or after its window
 * has ended where that is later. Pure.
 */
export function deadlineMs({ spec, status }: Pick<Analysis, 'spec' | 'status'>, now: Date): number {
  const timeout = parseDurationMs(spec.timeout);
  const beganMs = Date.parse(status?.startTime ?? '');
  const from = Math.max(Number.isNaN(beganMs) ? now.getTime() : beganMs, recordedWindow(status)?.toMs ?? 0);
  return from + (timeout.ok ? timeout.value : defaultTimeoutMs);
}
