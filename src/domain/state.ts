import type { State } from '../api/lifecycle/v1/shared.ts';

/** True when a state will not change any more. Pure. */
export function isCompleted(state: State | undefined): boolean {
  return state === 'Succeeded' || state === 'Failed' || state === 'Deprecated' || state === 'Warning';
}

/** True when a check or a workload ended without success; a superseded one never had any. Pure. */
export function hasFailed(state: State | undefined): boolean {
  return state === 'Failed' || state === 'Deprecated';
}

/** True when a phase lets the next one begin: it succeeded, or failed where blocking is off. Pure. */
export function hasPassed(state: State | undefined): boolean {
  return state === 'Succeeded' || state === 'Warning';
}

/**
 * The state of a list of checks or workloads of which `total` are expected. A failure counts once nothing is
 * running any more, so that what is recorded of the others is final too. Pure.
 */
export function summarize(states: readonly State[], total: number): State {
  if (states.includes('Progressing')) return 'Progressing';
  if (states.some(hasFailed)) return 'Failed';
  if (states.includes('Pending')) return 'Pending';
  if (states.includes('Unknown')) return 'Unknown';
  if (states.length < total) return 'Pending';
  return 'Succeeded';
}
