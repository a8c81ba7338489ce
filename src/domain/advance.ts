import type { State } from '../api/lifecycle/v1/shared.ts';
import { checkPhase } from './check-phase.ts';
import { formatTime } from './condition.ts';
import type {
  ObservedCheck,
  OpenPhase,
  PhaseInput,
  PhaseResult,
  PhaseStatus,
  PhaseStep,
} from './phase-step.ts';
import { stampPhases } from './phase-times.ts';
import { type CheckPhase, completedPhase, type DeployPhase, type Phase } from './phases.ts';
import { rearmed } from './retry.ts';
import { hasPassed } from './state.ts';

/**
 * Moves a version as far as what is observed allows. Finished checks and a finished deployment are read from the
 * previous status and never looked at again; everything else is derived anew each time, so that repeated, lost
 * and reordered observations end in the same place. Pure and total. Source: Keptn's phase handling, bettered where
 * docs/compatibility says so.
 */
export function advance(input: PhaseInput): PhaseStep {
  const { phases, onFailure, previous, now } = input;
  const step = walk(input);
  const failure = afterFailure(input, step.status);
  const status = { ...step.status, ...failure.status };
  const stamped = onFailure === undefined ? phases : [...phases, onFailure];
  return {
    ...step,
    status: { ...status, ...stampPhases(stamped, previous, status, now) },
    create: [...step.create, ...failure.create],
  };
}

function walk(input: PhaseInput): PhaseStep {
  const { phases, previous, now } = input;
  const create: { phase: CheckPhase; check: ObservedCheck }[] = [];
  let status: PhaseStatus = { ...previous, startTime: previous.startTime ?? formatTime(now) };
  for (const [i, phase] of phases.entries()) {
    const result = phase.kind === 'deploy' ? deploy(phase, input) : checkPhase(phase, input);
    const state = softened(result.state, previous[phase.field], input.blocking, phase);
    create.push(...result.create);
    status = { ...status, [phase.field]: state };
    if (phase.kind !== 'deploy' && result.items !== undefined)
      status = { ...status, [phase.items]: result.items };
    if (hasPassed(state)) continue;
    const later = phases.slice(i + 1);
    return {
      status: { ...status, ...stopped(phase, state, later, input) },
      create,
      open: result.open,
    };
  }
  // The end of a failure that was mended is not the end of the version.
  const endTime = (previous.status === 'Failed' ? undefined : previous.endTime) ?? formatTime(now);
  return {
    status: { ...status, status: 'Succeeded', currentPhase: completedPhase, endTime },
    create,
  };
}

/**
 * What runs after a failure. A version that had failed before it could ask for anything is left as it was: its failure
 * is history.
 */
function afterFailure(input: PhaseInput, { status }: PhaseStatus): Omit<PhaseStep, 'open'> {
  const { onFailure, previous } = input;
  const nothing = { status: {}, create: [] };
  const ran = onFailure === undefined ? undefined : previous[onFailure.items];
  if (onFailure === undefined || status === 'Succeeded') return nothing;
  if (status !== 'Failed') {
    return previous.status === 'Failed' ? { ...nothing, status: rearmed(onFailure, previous) } : nothing;
  }
  if (previous.status === 'Failed' && ran === undefined) return nothing;
  const { state, items, create, empty } = checkPhase(onFailure, input);
  if (empty) return nothing;
  return { status: { [onFailure.field]: state, [onFailure.items]: items }, create };
}

/** The end of a step at an open phase: still going, or failed with everything after it called off. */
function stopped(phase: Phase, state: State, later: readonly Phase[], input: PhaseInput): PhaseStatus {
  const failed = state === 'Failed';
  const rest = Object.fromEntries(
    later.map(({ field }) => [field, failed ? 'Deprecated' : 'Pending'] as const),
  );
  const endTime = failed ? (input.previous.endTime ?? formatTime(input.now)) : undefined;
  return { ...rest, status: failed ? 'Failed' : 'Progressing', currentPhase: phase.name, endTime };
}

/** A failure of checks is a Warning where blocking is off. One on record stays what it was when that is switched later. */
function softened(state: State, before: State | undefined, blocking: boolean, phase: Phase): State {
  if (state !== 'Failed' || phase.kind === 'deploy') return state;
  if (before === 'Failed' || before === 'Warning') return before;
  return blocking ? 'Failed' : 'Warning';
}

function deploy(phase: DeployPhase, { previous, deployment }: PhaseInput): PhaseResult {
  const before = previous[phase.field];
  const latched = hasPassed(before) || (before === 'Failed' && !phase.reopens);
  const state = latched && before !== undefined ? before : deployment.state;
  const why = state === 'Failed' ? 'failed' : 'deploying';
  const open: OpenPhase = { phase, why, message: deployment.message, on: deployment.on };
  return { state, create: [], open, empty: false };
}
