import { annotations } from '../api/constants.ts';
import type { State } from '../api/lifecycle/v1/shared.ts';
import { reasons } from '../api/reasons.ts';
import type { Action, ObjectRef } from './action.ts';
import type { PhaseStatus } from './phase-step.ts';
import type { CheckPhase, Phase } from './phases.ts';
import { isAskedAgain, type Reopened, readRetry, reopen } from './retry.ts';
import { isCompleted } from './state.ts';

/** A version that may carry the annotation `keptn.sh/retry`. */
export interface RetriedVersion {
  readonly ref: ObjectRef;
  readonly annotations: Readonly<Record<string, string>> | undefined;
  readonly status: (PhaseStatus & { readonly lastHandledRetry?: string | undefined }) | undefined;
  readonly phases: readonly Phase[];
  readonly onFailure: CheckPhase;
  /** Name of the version that took this one's place, when one did. */
  readonly replacedBy: string | undefined;
}

/** The status to write for a request, what runs again, and the Event that answers it. */
export interface RetryAnswer {
  readonly status: PhaseStatus & { readonly lastHandledRetry?: string | undefined };
  readonly again: readonly string[];
  readonly actions: readonly Action[];
}

/**
 * Answers a request to run failed checks again; undefined when there is none, or while the version is not through: the
 * request then waits for its end. The value that was answered is recorded in the same write, so that one request is
 * one retry. Pure.
 */
export function answerRetry(version: RetriedVersion): RetryAnswer | undefined {
  const asked = version.annotations?.[annotations.retry];
  const { lastHandledRetry, ...status } = version.status ?? {};
  if (asked === undefined)
    return lastHandledRetry === undefined ? undefined : { status, again: [], actions: [] };
  if (!isAskedAgain(asked, lastHandledRetry) || !isCompleted(status.status)) return undefined;
  const { again, status: reopened } = reopenedBy(version, asked, status);
  const note =
    again.length > 0 ? `runs again as asked: ${again.join(', ')}` : ignored(version, asked, status.status);
  const event: Action = {
    kind: 'emitEvent',
    regarding: version.ref,
    type: again.length > 0 ? 'Normal' : 'Warning',
    reason: again.length > 0 ? reasons.retried : reasons.retryIgnored,
    action: 'Retry',
    note: `${note} (${annotations.retry}: ${asked})`.slice(0, 1000),
  };
  return { status: { ...reopened, lastHandledRetry: asked }, again, actions: [event] };
}

function reopenedBy(version: RetriedVersion, asked: string, status: PhaseStatus): Reopened {
  if (status.status !== 'Failed' || version.replacedBy !== undefined) return { status, again: [] };
  return reopen(version.phases, version.onFailure, status, readRetry(asked));
}

function ignored({ replacedBy }: RetriedVersion, asked: string, state: State | undefined): string {
  if (replacedBy !== undefined) return `nothing runs again: "${replacedBy}" took the place of this version`;
  if (state !== 'Failed')
    return `nothing runs again: this version is ${state ?? 'Pending'} and nothing of it failed`;
  return `nothing runs again: none of "${asked}" failed; use the name of a failed definition, or "all"`;
}
