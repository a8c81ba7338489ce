import type { State } from '../../api/lifecycle/v1/shared.ts';
import { type PhaseSpan, phaseSpans, type SpannedStatus } from '../phase-spans.ts';
import type { Phase } from '../phases.ts';
import { type Run, type RunStatus, runsOf } from '../runs.ts';

/** One run of a version, from its true beginning to its true end. */
export interface RunSpan extends Run {
  readonly state: State;
  readonly phases: readonly PhaseInRun[];
}

/** A phase as far as it ran within one run of its version. */
export interface PhaseInRun {
  readonly phase: Phase;
  readonly state: State;
  readonly startMs: number;
  readonly endMs: number | undefined;
}

/**
 * The runs of a version and the phases of each. A phase that failed and was asked for again has a part in each run, the
 * former ones of which ended in failure with their run. Undefined for a version that has not begun. Pure.
 */
export function runSpans(
  phases: readonly Phase[],
  status: (SpannedStatus & RunStatus) | undefined,
): readonly RunSpan[] {
  const spans = phaseSpans(phases, status ?? {});
  const runs = runsOf(status ?? {}).filter(({ startMs }) => !Number.isNaN(startMs));
  return runs.map((run, i) => {
    const isLast = i === runs.length - 1;
    const inRun = spans.flatMap((span) => within(span, run, runs[i + 1]));
    const state = isLast ? (status?.status ?? 'Pending') : 'Failed';
    return { ...run, ...bounds(run, inRun), state, phases: inRun };
  });
}

/** Versions have times of whole seconds, phases of milliseconds: both were recorded in one write. */
function bounds(run: Run, phases: readonly PhaseInRun[]): Pick<Run, 'startMs' | 'endMs'> {
  const first = Math.min(...phases.map(({ startMs }) => startMs));
  const isFiner = Math.floor(first / 1000) === Math.floor(run.startMs / 1000);
  const startMs = isFiner || first < run.startMs ? first : run.startMs;
  if (run.endMs === undefined) return { startMs, endMs: undefined };
  return { startMs, endMs: Math.max(startMs, run.endMs, ...phases.map(({ endMs = 0 }) => endMs)) };
}

function within(span: PhaseSpan, run: Run, next: Run | undefined): PhaseInRun[] {
  const { phase, state, endMs } = span;
  const isFirst = run.number === 0;
  if (next !== undefined && span.startMs >= next.startMs) return [];
  if (!isFirst && endMs !== undefined && endMs < run.startMs) return [];
  const startMs = isFirst ? span.startMs : Math.max(span.startMs, run.startMs);
  const endedBefore = next === undefined || (endMs !== undefined && endMs < next.startMs);
  if (endedBefore) return [{ phase, state, startMs, endMs: atLeast(startMs, endMs) }];
  return [{ phase, state: 'Failed', startMs, endMs: atLeast(startMs, run.endMs) }];
}

function atLeast(startMs: number, endMs: number | undefined): number | undefined {
  return endMs === undefined ? undefined : Math.max(startMs, endMs);
}
