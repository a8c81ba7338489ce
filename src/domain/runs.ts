import type { State } from '../api/lifecycle/v1/shared.ts';
import { isCompleted } from './state.ts';

/** One entry of status.restarts. */
export interface Restart {
  /** Counts from 1. */
  readonly run: number;
  /** When the run before it ended. */
  readonly formerEndTime: string;
  /** When it began, RFC 3339 with milliseconds. */
  readonly startTime: string;
}

/** The fields of a version's status that say how often it ran. */
export interface RunStatus {
  readonly status?: State | undefined;
  readonly startTime?: string | undefined;
  readonly endTime?: string | undefined;
  readonly restarts?: readonly Restart[] | undefined;
}

/** Older ones are dropped; their numbers are not given again. */
const mostKept = 20;

/**
 * Records that a version which had ended began again, as the field of its status; nothing where it did not. A failure
 * that was mended in one step ended anew as well. Pure.
 */
export function stampRestart(
  previous: RunStatus,
  next: RunStatus,
  now: Date,
): { readonly restarts?: Restart[] } {
  const { endTime: formerEndTime, restarts = [] } = previous;
  if (formerEndTime === undefined || next.endTime === formerEndTime) return {};
  const restart = { run: runOf(previous) + 1, formerEndTime, startTime: now.toISOString() };
  return { restarts: [...restarts, restart].slice(-mostKept) };
}

/** The number of the present run: 0 for a version that was never begun again. Pure. */
export function runOf({ restarts }: RunStatus): number {
  return restarts?.at(-1)?.run ?? 0;
}

/** From the moment that a version began until it ended, once or again. In milliseconds since 1970. */
export interface Run {
  readonly number: number;
  readonly startMs: number;
  /** Undefined while it has not ended. */
  readonly endMs: number | undefined;
}

/** The runs of a version that are on record, the earliest first; the last is the present one. Pure. */
export function runsOf(status: RunStatus): Run[] {
  const { restarts = [], startTime = '', endTime } = status;
  const hasEnded = endTime !== undefined && isCompleted(status.status);
  const starts = [Date.parse(startTime), ...restarts.map((restart) => Date.parse(restart.startTime))];
  const ends = [...restarts.map(({ formerEndTime }) => Date.parse(formerEndTime))];
  const runs = starts.map((startMs, i) => ({
    number: i === 0 ? (restarts[0]?.run ?? 1) - 1 : (restarts[i - 1]?.run ?? i),
    startMs,
    endMs: ends[i] ?? (hasEnded ? Date.parse(endTime) : undefined),
  }));
  // When the run before the oldest entry began is not known once entries were dropped.
  return (runs[0]?.number ?? 0) > 0 ? runs.slice(1) : runs;
}
