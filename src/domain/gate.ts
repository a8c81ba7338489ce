import type { ItemStatus, State } from '../api/lifecycle/v1/shared.ts';
import type { PhaseStatus } from './phase-step.ts';
import { hasPassed } from './state.ts';

/** The part of a KeptnWorkloadVersion that the judgement reads. */
export interface JudgedVersion {
  readonly metadata: { readonly deletionTimestamp?: string | undefined };
  readonly status?: ReleasedStatus | undefined;
}

/** A status that also says when the deployment phase was entered, until the version begins anew. */
type ReleasedStatus = PhaseStatus & { readonly deploymentStartTime?: string | undefined };

/** The checks that must have passed before a pod may be scheduled. */
export interface PreChecks {
  readonly preTasks: readonly string[];
  readonly preEvaluations: readonly string[];
}

/**
 * True when pods of this version that ask for these checks may be scheduled: both pre-deployment phases have
 * passed, the deployment phase was entered, and every check that the pod itself asks for is among those that passed.
 * What a pod claims about itself never counts. This is the only judgement of its kind: admission asks it for new
 * pods and the controller for waiting ones. Pure.
 */
export function isReleased(version: JudgedVersion | undefined, needs: PreChecks): boolean {
  const status = version?.status;
  if (status === undefined || version?.metadata.deletionTimestamp !== undefined) return false;
  return (
    wasDeployed(status) &&
    hasPassed(status.preDeploymentStatus) &&
    hasPassed(status.preDeploymentEvaluationStatus) &&
    covers(needs.preTasks, status.preDeploymentTaskStatus, status.preDeploymentStatus) &&
    covers(
      needs.preEvaluations,
      status.preDeploymentEvaluationTaskStatus,
      status.preDeploymentEvaluationStatus,
    )
  );
}

/**
 * The deployment phase was entered. A failed rollout was released before it failed. One that was replaced may never
 * have been; if it was, its pods may be made again while the next version rolls out: evicted, or of a drained node.
 */
function wasDeployed({ deploymentStatus: state, deploymentStartTime }: ReleasedStatus): boolean {
  if (state === 'Deprecated') return deploymentStartTime !== undefined;
  return state === 'Progressing' || state === 'Succeeded' || state === 'Failed' || state === 'Warning';
}

/** Every needed check is recorded as passed; under a Warning, where blocking is off, as finished. */
function covers(
  needed: readonly string[],
  items: readonly ItemStatus[] | undefined,
  phase: State | undefined,
): boolean {
  return needed.every((name) => {
    const item = items?.find(({ definitionName }) => definitionName === name);
    return item?.status === 'Succeeded' || (phase === 'Warning' && item?.status === 'Failed');
  });
}
