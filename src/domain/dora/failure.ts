import type { KeptnAppVersion } from '../../api/lifecycle/v1/keptn-app-version.ts';
import type { KeptnWorkloadVersion } from '../../api/lifecycle/v1/keptn-workload-version.ts';
import type { ItemStatus } from '../../api/lifecycle/v1/shared.ts';
import type { Member } from './members.ts';
import type { FailureStage, ReleaseRecord } from './record.ts';

type Status = KeptnAppVersion['status'] | KeptnWorkloadVersion['status'];

/** Where a release failed, whether that is its end or a retry mended it since. Pure. */
export function failureOf(
  { status, metadata }: KeptnAppVersion,
  members: readonly Member[],
  deployment: ReleaseRecord['deployment'],
): FailureStage {
  if (status?.status === 'Failed') return failedStage(status, members, deployment);
  if (status?.status !== 'Succeeded') return 'none';
  // What ran again for this release and not in it had failed in the one before.
  const own = members.filter(
    ({ version, isReached }) => isReached && version?.status?.restartedBy !== metadata.name,
  );
  return gravest([retriedStage(status), ...own.map(({ version }) => retriedStage(version?.status))]);
}

function failedStage(
  status: NonNullable<KeptnAppVersion['status']>,
  members: readonly Member[],
  deployment: ReleaseRecord['deployment'],
): FailureStage {
  const isEarly = failedBefore(status);
  if (isEarly) return deployment === 'done' ? 'deployment' : 'before';
  if (status.workloadOverallStatus !== 'Failed') return 'after';
  if (deployment !== 'done') return deployment === 'none' ? 'before' : 'unknown';
  const isLate = members.some(({ version, isReached }) => isReached && failedAfter(version?.status));
  return isLate ? 'after' : 'deployment';
}

function failedBefore(status: Status): boolean {
  return [status?.preDeploymentStatus, status?.preDeploymentEvaluationStatus].includes('Failed');
}

function failedAfter(status: Status): boolean {
  return [status?.postDeploymentStatus, status?.postDeploymentEvaluationStatus].includes('Failed');
}

/** What an attempt beyond the first says of a failure that is no more. */
function retriedStage(status: Status): FailureStage {
  const after = [status?.postDeploymentTaskStatus, status?.postDeploymentEvaluationTaskStatus];
  if (after.some(wasRetried)) return 'after';
  const before = [status?.preDeploymentTaskStatus, status?.preDeploymentEvaluationTaskStatus];
  return before.some(wasRetried) ? 'before' : 'none';
}

function wasRetried(items: readonly ItemStatus[] | undefined): boolean {
  return (items ?? []).some(({ attempt = 0 }) => attempt > 0);
}

function gravest(stages: readonly FailureStage[]): FailureStage {
  const order: readonly FailureStage[] = ['after', 'deployment', 'before'];
  return order.find((stage) => stages.includes(stage)) ?? 'none';
}
