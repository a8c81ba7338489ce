import type { State } from '../api/lifecycle/v1/shared.ts';
import type { PhaseStatus, PhaseTime, PhaseTimes } from './phase-step.ts';
import { completedPhase, type Phase } from './phases.ts';
import { isCompleted } from './state.ts';

/**
 * The times of phases after a step from one status to the next, as the field of that status. A time once recorded
 * stays, so that repeated steps change nothing; a phase that is asked for again keeps its start and loses its end. A
 * phase without checks has no times, nor has one that began before times were recorded. Pure.
 */
export function stampPhases(
  phases: readonly Phase[],
  previous: PhaseStatus,
  next: PhaseStatus,
  now: Date,
): { readonly phaseTimes?: PhaseTimes } {
  const stamped = phases.flatMap((phase) => {
    const time = timeOf(phase, previous, next, now);
    return time === undefined ? [] : [[phase.name, time] as const];
  });
  if (stamped.length === 0) return {};
  return { phaseTimes: { ...previous.phaseTimes, ...Object.fromEntries(stamped) } };
}

function timeOf(phase: Phase, previous: PhaseStatus, next: PhaseStatus, now: Date): PhaseTime | undefined {
  const state = next[phase.field];
  const before = previous.phaseTimes?.[phase.name];
  const isNew = !hasBegun(phase, previous[phase.field], previous) && hasBegun(phase, state, next);
  if (before === undefined && !isNew) return undefined;
  const startTime = before?.startTime ?? now.toISOString();
  if (!isCompleted(state)) return { startTime };
  // One that failed and has passed since, in one step, ended anew.
  const ended = state === previous[phase.field] ? before?.endTime : undefined;
  return { startTime, endTime: ended ?? now.toISOString() };
}

/** A version that was called off, or passed over a phase without checks, never began it. */
function hasBegun(phase: Phase, state: State | undefined, next: PhaseStatus): boolean {
  if (state === undefined || state === 'Deprecated') return false;
  if (phase.kind !== 'deploy' && next[phase.items] === undefined) return false;
  // What runs after a failure is never the current phase.
  if (isCompleted(state) || state === 'Progressing') return true;
  return next.currentPhase === phase.name || next.currentPhase === completedPhase;
}
