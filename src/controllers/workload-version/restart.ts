import { reasons } from '../../api/reasons.ts';
import type { Action } from '../../domain/action.ts';
import type { Decision } from '../../domain/decision.ts';
import { applyStatus } from '../../domain/object-ref.ts';
import { failurePhase, workloadPhases } from '../../domain/phases.ts';
import { restartAskedBy } from '../../domain/restart.ts';
import { reopen, rolloutName } from '../../domain/retry.ts';
import { stampRestart } from '../../domain/runs.ts';
import { hasPassed } from '../../domain/state.ts';
import { done } from '../../kernel/outcome.ts';
import { versionRef } from './manifest.ts';
import type { WorkloadVersionSnapshot } from './observe.ts';

/**
 * Begins a failed version again for a newer version of its app: what failed gets a new attempt. One that never passed
 * its checks waits for the app's first; one that runs already does not, for its pods may have to be made again. Pure.
 */
export function restart(snapshot: WorkloadVersionSnapshot): Decision | undefined {
  const { version, appVersion, workload } = snapshot;
  const { status } = version;
  if (workload?.spec.version !== version.spec.version) return undefined;
  const by = restartAskedBy(status, appVersion);
  if (status === undefined || by === undefined) return undefined;
  const { status: reopened, again } = reopen(workloadPhases, failurePhase('Workload'), status, {
    definitions: undefined,
  });
  const hasBegun = hasPassed(status.preDeploymentStatus) && hasPassed(status.preDeploymentEvaluationStatus);
  const next = {
    ...status,
    ...reopened,
    ...stampRestart(status, reopened, snapshot.now),
    // It goes on in the trace of the app version for which it begins again.
    phaseTraceIDs: undefined,
    restartedBy: by,
    endTime: undefined,
    currentPhase: hasBegun ? status.currentPhase : undefined,
    deploymentStartTime: again.includes(rolloutName) ? undefined : status.deploymentStartTime,
  };
  return { actions: [applyStatus(versionRef(version), next), said(snapshot, by, again)], outcome: done };
}

function said({ version }: WorkloadVersionSnapshot, by: string, again: readonly string[]): Action {
  return {
    kind: 'emitEvent',
    regarding: versionRef(version),
    type: 'Normal',
    reason: reasons.retried,
    action: 'Restart',
    note: `runs again for KeptnAppVersion "${by}", which was made after this version had failed: ${again.join(', ')}`.slice(
      0,
      1000,
    ),
  };
}
