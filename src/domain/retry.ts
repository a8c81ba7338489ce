import type { ItemStatus } from '../api/lifecycle/v1/shared.ts';
import type { PhaseStatus } from './phase-step.ts';
import type { CheckPhase, Phase } from './phases.ts';
import { hasFailed, isCompleted } from './state.ts';

/** What a user asks to run again: these definitions, or whatever failed. */
export interface RetryRequest {
  /** Undefined: everything that failed. */
  readonly definitions: readonly string[] | undefined;
}

/** The name that stands for the rollout itself in a request. */
export const rolloutName = 'deployment';

/**
 * Reads the value of the annotation `keptn.sh/retry`: names of definitions, or `deployment` for the rollout, separated
 * by commas; `all`, `true` or nothing for everything that failed. What follows an `@` only makes one request differ
 * from the one before. Pure.
 */
export function readRetry(value: string): RetryRequest {
  const [text = ''] = value.split('@', 1);
  const names = text.split(',').flatMap((name) => name.trim() || []);
  const everything = names.length === 0 || names.includes('all') || names.includes('true');
  return { definitions: everything ? undefined : names };
}

/** True when the annotation asks for something that was not acted upon yet. Pure. */
export function isAskedAgain(annotation: string | undefined, lastHandled: string | undefined): boolean {
  return annotation !== undefined && annotation !== lastHandled;
}

/** A status whose failure is taken back, and what runs again. */
export interface Reopened {
  readonly status: PhaseStatus;
  /** Definitions, and `deployment` for the rollout; empty when nothing that failed matches. */
  readonly again: readonly string[];
}

/**
 * Takes the failure of a version back: each failed check that the request names gets a new attempt, everything that
 * passed stays passed, and the phases go on from there. Pure.
 */
export function reopen(
  phases: readonly Phase[],
  onFailure: CheckPhase,
  previous: PhaseStatus,
  request: RetryRequest,
): Reopened {
  const again: string[] = [];
  let status: PhaseStatus = previous;
  for (const phase of phases) {
    if (previous[phase.field] !== 'Failed') continue;
    const named = failedIn(phase, previous).filter((name) => request.definitions?.includes(name) ?? true);
    if (named.length === 0) continue;
    again.push(...named);
    status = {
      ...status,
      [phase.field]: 'Pending',
      ...(phase.kind === 'deploy'
        ? {}
        : renewed(
            phase,
            previous,
            (item) => hasFailed(item.status) && named.includes(item.definitionName ?? ''),
          )),
    };
  }
  if (again.length === 0) return { status: previous, again };
  const { endTime: _end, ...open } = status;
  return { status: { ...open, ...rearmed(onFailure, previous), status: 'Progressing' }, again };
}

/** The tasks that ran after a failure, ready to run after the next one. Pure. */
export function rearmed(onFailure: CheckPhase, previous: PhaseStatus): PhaseStatus {
  if (previous[onFailure.items] === undefined) return {};
  const items = renewed(onFailure, previous, ({ status }) => isCompleted(status));
  return { ...items, [onFailure.field]: 'Pending' };
}

function failedIn(phase: Phase, status: PhaseStatus): string[] {
  if (phase.kind === 'deploy') return [rolloutName];
  const items = status[phase.items] ?? [];
  return items.flatMap((item) => (hasFailed(item.status) ? [item.definitionName ?? ''] : []));
}

/** The items of a phase, those that match at the start of their next attempt. */
function renewed(
  phase: CheckPhase,
  status: PhaseStatus,
  matches: (item: ItemStatus) => boolean,
): PhaseStatus {
  const items = (status[phase.items] ?? []).map((item): ItemStatus => {
    if (!matches(item)) return item;
    const { definitionName = '', attempt = 0 } = item;
    return { definitionName, status: 'Pending', attempt: attempt + 1 };
  });
  return { [phase.items]: items };
}
