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
    const since = timeOf(version.status?.startTime) ?? Number.NaN;
    return { name, version: member, isNew, isReached: isReached(member, isNew, since, workloads) };
  });
}

/**
 * A rollout that began while the release was under way is its own. One that began before is, when its workload had another
 * version in the release before and this one was let go before its app was known, or the release went back to it.
 */
function isReached(
  member: KeptnWorkloadVersion | undefined,
  isNew: boolean,
  since: number,
  workloads: ReadonlyMap<string, KeptnWorkloadVersion>,
): boolean {
  const { deploymentStatus, endTime } = member?.status ?? {};
  const began = beganAt(member);
  const hasBegun =
    began !== undefined || (isCompleted(deploymentStatus) && deploymentStatus !== 'Deprecated');
  if (member === undefined || !hasBegun) return false;
  if (began !== undefined && began >= since) return true;
  const ended = timeOf(endTime);
  return isNew && (ended === undefined || ended >= since || isReturn(member, workloads));
}

/** Whether another version of the workload was rolled out after this one: what runs anyway is returned to by nobody. */
function isReturn(
  { metadata, spec }: KeptnWorkloadVersion,
  workloads: ReadonlyMap<string, KeptnWorkloadVersion>,
): boolean {
  const own = beganAt(workloads.get(metadata.name)) ?? Number.NEGATIVE_INFINITY;
  return [...workloads.values()].some(
    (other) => other.spec.workloadName === spec.workloadName && (beganAt(other) ?? own) > own,
  );
}

/** A rollout that is asked for again keeps the start of its phase and gets a time of its own. */
function beganAt(member: KeptnWorkloadVersion | undefined): number | undefined {
  const { deploymentStartTime, phaseTimes } = member?.status ?? {};
  const times = [phaseTimes?.['WorkloadDeploy']?.startTime, deploymentStartTime].flatMap(
    (time) => timeOf(time) ?? [],
  );
  return times.length === 0 ? undefined : Math.max(...times);
}

function timeOf(text: string | undefined): number | undefined {
  const ms = Date.parse(text ?? '');
  return Number.isNaN(ms) ? undefined : ms;
}

/**
 * When the last rollout of a release was through; undefined when one never was. Of a return to what had been rolled out
 * before, when the deployment phase of the app was. Pure.
 */
export function rolledOutAt({ status }: KeptnAppVersion, members: readonly Member[]): number | undefined {
  const since = timeOf(status?.startTime) ?? Number.NaN;
  if (!isRolledOut(status, members)) return undefined;
  const ends = members.flatMap(({ version, isReached: reached }) => {
    const end = timeOf(version?.status?.phaseTimes?.['WorkloadDeploy']?.endTime);
    return reached && end !== undefined && end >= since ? [end] : [];
  });
  if (ends.length > 0) return Math.max(...ends);
  return timeOf(status?.phaseTimes?.['AppDeploy']?.endTime) ?? timeOf(status?.endTime);
}

/** The deployment phase of an app lasts until its workloads are checked: their rollouts are through before. */
function isRolledOut(status: KeptnAppVersion['status'], members: readonly Member[]): boolean {
  if (hasPassed(status?.workloadOverallStatus)) return true;
  const changed = members.filter((member) => member.isNew || member.isReached);
  return changed.every(({ version }) => version?.status?.deploymentStatus === 'Succeeded');
}

/** Whether a release rolled anything out. One that was replaced did when its rollout was through by then. Pure. */
export function deploymentOf(
  { status }: KeptnAppVersion,
  members: readonly Member[],
): ReleaseRecord['deployment'] {
  if (members.some((member) => member.isReached))
    return status?.status === 'Deprecated' && !isRolledOut(status, members) ? 'none' : 'done';
  const isThrough = hasPassed(status?.workloadOverallStatus);
  const isBlind = members.some(({ version, isNew }) => version === undefined && isNew);
  if (!isBlind) return 'none';
  if (isThrough) return 'done';
  return status?.workloadOverallStatus === 'Failed' ? 'unknown' : 'none';
}
