import type { State } from '../api/lifecycle/v1/shared.ts';

/** What happens to a version that had succeeded, was replaced and is wanted again; KeptnConfig spec.rollbacks. */
export const rollbackPolicies = ['Trust', 'Recheck'] as const;
export type RollbackPolicy = (typeof rollbackPolicies)[number];

/** All that the judgement on beginning again reads. */
export interface RestartQuestion {
  /** The KeptnWorkloadVersion's status. */
  readonly version:
    | {
        readonly status?: State | undefined;
        readonly endTime?: string | undefined;
        /** The KeptnAppVersion for which it began again last. */
        readonly restartedBy?: string | undefined;
      }
    | undefined;
  /** The newest KeptnAppVersion that contains the version, not superseded. */
  readonly appVersion:
    | {
        readonly metadata: { readonly name: string; readonly creationTimestamp?: string | undefined };
      }
    | undefined;
  /** Since when the KeptnWorkload wants this version; absent when it is not known or wants another. */
  readonly wantedSince: string | undefined;
  readonly rollbacks: RollbackPolicy;
}

/**
 * The KeptnAppVersion for which a version that has ended must be checked once more, or undefined when it need not: a
 * failed one for every KeptnAppVersion made after its end, which is what a raised revision or another release of the app
 * makes; one that succeeded only after a rollback to it, where rollbacks are checked. Record the name in
 * status.restartedBy when it begins again, so that each asks once. Of two times in one second, which is as exactly as
 * Kubernetes tells them, nobody knows the order: then nothing runs unasked. Pure.
 */
export function restartAskedBy(question: RestartQuestion): string | undefined {
  const { version, appVersion } = question;
  const end = version?.endTime;
  if (end === undefined || appVersion === undefined) return undefined;
  const { name, creationTimestamp } = appVersion.metadata;
  if (name === version?.restartedBy || !isAfter(creationTimestamp, end)) return undefined;
  return version?.status === 'Failed' || isToBeRechecked(question, end) ? name : undefined;
}

/** It was wanted again after it had ended: a release of another workload of the app is no rollback. */
function isToBeRechecked({ version, wantedSince, rollbacks }: RestartQuestion, end: string): boolean {
  return rollbacks === 'Recheck' && version?.status === 'Succeeded' && isAfter(wantedSince, end);
}

/** Times that cannot be read come after nothing. */
function isAfter(time: string | undefined, than: string): boolean {
  return time !== undefined && Math.floor(Date.parse(time) / 1000) > Math.floor(Date.parse(than) / 1000);
}
