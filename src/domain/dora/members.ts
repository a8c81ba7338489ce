import type { KeptnAppVersion } from '../../api/lifecycle/v1/keptn-app-version.ts';
import type { KeptnWorkloadVersion } from '../../api/lifecycle/v1/keptn-workload-version.ts';
import { memberName } from '../app-match.ts';
import { hasPassed, isCompleted } from '../state.ts';
import type { ReleaseRecord } from './record.ts';

/** A workload of a release, and what the release did to it. */
export interface Member {
  /** Name of its KeptnWorkloadVersion. */
  readonly name: string;
  /** Undefined: deleted, or never made. */
  readonly version: KeptnWorkloadVersion | undefined;
  /** True when the release that was deployed before did not have this version of it. */
  readonly isNew: boolean;
  /** True when the release rolled it out, to its end or not. */
  readonly isReached: boolean;
}

/** The names of the KeptnWorkloadVersions that an app version lists. Pure. */
export function memberNames({ spec }: KeptnAppVersion): ReadonlySet<string> {
  return new Set((spec.workloads ?? []).map((ref) => memberName(spec.appName, ref)));
}

/** The workloads of a release; `before` are those of the release that was deployed before it. Pure. */
export function membersOf(
  version: KeptnAppVersion,
  workloads: ReadonlyMap<string, KeptnWorkloadVersion>,
  before: ReadonlySet<string>,
): Member[] {
  return [...memberNames(version)].map((name) => {
    const member = workloads.get(name);
    const isNew = !before.has(name);
    return { name, version: member, isNew, isReached: isReached(version, member, isNew) };
  });
}

/**
 * A rollout that began while the release was under way is its own. One that began before is, when the release changed
 * the version: a rollback to a version whose checks had passed, and a pod that was let go before its app was known.
 */
function isReached(
  { status }: KeptnAppVersion,
  member: KeptnWorkloadVersion | undefined,
  isNew: boolean,
): boolean {
  const { deploymentStatus, deploymentStartTime, phaseTimes } = member?.status ?? {};
  // A rollout that is asked for again keeps the start of its phase and gets a time of its own.
  const times = [phaseTimes?.['WorkloadDeploy']?.startTime, deploymentStartTime].filter(isSaid);
  const hasBegun = times.length > 0 || (isCompleted(deploymentStatus) && deploymentStatus !== 'Deprecated');
  const since = Date.parse(status?.startTime ?? '');
  return hasBegun && (isNew || times.some((time) => Date.parse(time) >= since));
}

function isSaid(time: string | undefined): time is string {
  return time !== undefined;
}

/** Whether a release rolled anything out. One that was replaced did when its rollout was through by then. Pure. */
export function deploymentOf(
  { status }: KeptnAppVersion,
  members: readonly Member[],
): ReleaseRecord['deployment'] {
  const isThrough = hasPassed(status?.workloadOverallStatus);
  if (members.some((member) => member.isReached))
    return status?.status === 'Deprecated' && !isThrough ? 'none' : 'done';
  const isBlind = members.some(({ version, isNew }) => version === undefined && isNew);
  if (!isBlind) return 'none';
  if (isThrough) return 'done';
  return status?.workloadOverallStatus === 'Failed' ? 'unknown' : 'none';
}
