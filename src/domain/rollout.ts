import type { State } from '../api/lifecycle/v1/shared.ts';

/** Counts of a workload controller's status, zero where it reported none. */
export interface RolloutCounts {
  readonly generation?: number | undefined;
  readonly observedGeneration?: number | undefined;
  readonly wanted: number;
  readonly total: number;
  readonly updated: number;
  readonly available: number;
}

/** What is known of the workload that a version is rolled out by. */
export interface ObservedRollout {
  /** Kind and name, for messages. */
  readonly subject: { readonly kind: string; readonly name: string };
  /** Undefined when the object is gone. */
  readonly counts: RolloutCounts | undefined;
  /** Set when the workload's own controller gave up (Deployment: ProgressDeadlineExceeded). */
  readonly failure?: string | undefined;
}

/** Where a rollout stands. */
export interface RolloutState {
  readonly state: State;
  readonly message: string;
}

/**
 * Judges a rollout by the newest generation only: every wanted pod is of the new template, available, and no older
 * one is left. Pure. Source: `kubectl rollout status`.
 */
export function judgeRollout({ subject, counts, failure }: ObservedRollout): RolloutState {
  const name = `${subject.kind} "${subject.name}"`;
  if (counts === undefined) return { state: 'Progressing', message: `${name} does not exist any more` };
  if (failure !== undefined) return { state: 'Progressing', message: `${name}: ${failure}` };
  const { generation, observedGeneration, wanted, total, updated, available } = counts;
  if (generation !== undefined && (observedGeneration ?? 0) < generation) {
    return { state: 'Progressing', message: `${name} was not yet looked at by its controller` };
  }
  if (updated < wanted)
    return { state: 'Progressing', message: `${name}: ${updated} of ${wanted} pods are new` };
  if (total > updated) {
    return { state: 'Progressing', message: `${name}: ${total - updated} old pods are still there` };
  }
  if (available < wanted) {
    return { state: 'Progressing', message: `${name}: ${available} of ${wanted} pods are available` };
  }
  return { state: 'Succeeded', message: `${name}: ${available} of ${wanted} pods are available` };
}
