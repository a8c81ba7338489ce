import type { ItemStatus, State } from '../api/lifecycle/v1/shared.ts';
import type { PhaseStatus } from './phase-step.ts';
import type { Phase } from './phases.ts';
import type { Restart } from './runs.ts';
import { isCompleted } from './state.ts';

/** When a phase of a version ran, in milliseconds since 1970. */
export interface PhaseSpan {
  readonly phase: Phase;
  readonly state: State;
  readonly startMs: number;
  /** Undefined while it runs. */
  readonly endMs: number | undefined;
  /** False where the times of the phase are not on record, and those of its checks had to do. */
  readonly isRecorded: boolean;
  /** Its checks that had begun, each definition once, in the order of the record. */
  readonly items: readonly ItemStatus[];
}

/** The status of a version, when its rollout began where that is on record, and when it began again. */
export type SpannedStatus = PhaseStatus & {
  readonly deploymentStartTime?: string | undefined;
  readonly restarts?: readonly Restart[] | undefined;
};

/** The phases of a version that have begun, in the order given. Pure. */
export function phaseSpans(phases: readonly Phase[], status: SpannedStatus): PhaseSpan[] {
  const spans: PhaseSpan[] = [];
  for (const [i, phase] of phases.entries()) {
    const span = spanOf(phase, status, { earlier: spans, later: phases.slice(i + 1) });
    if (span !== undefined) spans.push(span);
  }
  return spans;
}

/** A time in milliseconds since 1970; undefined for none, and for one that nobody can read. Pure. */
export function msOf(time: string | undefined): number | undefined {
  const ms = Date.parse(time ?? '');
  return Number.isNaN(ms) ? undefined : ms;
}

/** A phase as it is recorded, and what comes before and after it. */
interface Recorded {
  readonly phase: Phase;
  readonly state: State;
  readonly items: readonly ItemStatus[];
  readonly earlier: readonly PhaseSpan[];
  readonly later: readonly Phase[];
}

function spanOf(
  phase: Phase,
  status: SpannedStatus,
  around: Pick<Recorded, 'earlier' | 'later'>,
): PhaseSpan | undefined {
  const state = status[phase.field] ?? 'Pending';
  const items = begunItems(phase, status);
  const found = { phase, state, items, ...around };
  const recorded = status.phaseTimes?.[phase.name];
  const recordedMs = msOf(recorded?.startTime);
  const startMs = recordedMs ?? derivedStart(found, status);
  if (startMs === undefined) return undefined;
  const endMs = isCompleted(state)
    ? (msOf(recorded?.endTime) ?? derivedEnd(found, status) ?? startMs)
    : undefined;
  return { phase, state, startMs, endMs, isRecorded: recordedMs !== undefined, items };
}

function begunItems(phase: Phase, status: SpannedStatus): readonly ItemStatus[] {
  const items = itemsOf(phase, status);
  const names = items.map(({ definitionName }) => definitionName);
  return items.filter(
    ({ startTime, status: state, definitionName }, i) =>
      (startTime !== undefined || (state ?? 'Pending') !== 'Pending') && names.indexOf(definitionName) === i,
  );
}

function itemsOf(phase: Phase, status: SpannedStatus): readonly ItemStatus[] {
  return phase.kind === 'deploy' ? [] : (status[phase.items] ?? []);
}

/** A phase that waits, be it once more after it was passed, has not begun. */
function derivedStart({ phase, state, items, earlier }: Recorded, status: SpannedStatus): number | undefined {
  if (state === 'Pending') return undefined;
  if (phase.kind !== 'deploy') return least(items.map(({ startTime }) => startTime));
  const start = msOf(status.deploymentStartTime);
  if (start !== undefined || state === 'Deprecated') return start;
  return earlier.at(-1)?.endMs ?? msOf(status.startTime);
}

function derivedEnd({ phase, state, items, later }: Recorded, status: SpannedStatus): number | undefined {
  if (state === 'Deprecated') return msOf(status.endTime);
  if (phase.kind !== 'deploy') return most(items.map(({ endTime }) => endTime));
  const next = later.flatMap((one) => itemsOf(one, status).map(({ startTime }) => startTime));
  return least(next) ?? msOf(status.endTime);
}

function least(times: readonly (string | undefined)[]): number | undefined {
  const known = times.flatMap((time) => msOf(time) ?? []);
  return known.length === 0 ? undefined : Math.min(...known);
}

function most(times: readonly (string | undefined)[]): number | undefined {
  const known = times.flatMap((time) => msOf(time) ?? []);
  return known.length === 0 ? undefined : Math.max(...known);
}
