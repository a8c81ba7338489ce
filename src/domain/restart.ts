import type { State } from '../api/lifecycle/v1/shared.ts';

/** What a KeptnWorkloadVersion's status says that matters to beginning again. */
export interface EndedVersion {
  readonly status?: State | undefined;
  readonly endTime?: string | undefined;
  /** The KeptnAppVersion for which it began again last, or under which Sluice met it first. */
  readonly restartedBy?: string | undefined;
  /** Absent where Keptn left the version and Sluice has not met it: its end stands. */
  readonly conditions?: readonly unknown[] | undefined;
}

/** A KeptnAppVersion that contains the version. */
export interface RestartingApp {
  readonly metadata: { readonly name: string; readonly creationTimestamp?: string | undefined };
}

/**
 * The KeptnAppVersion for which a version that failed is checked once more, or undefined when it is not: one that was made
 * after its end, which is what a raised revision or another release of the app makes. Record the name in
 * status.restartedBy when it begins again, so that each asks once. Of two times in one second, which is as exactly as
 * Kubernetes tells them, nobody knows the order: then nothing runs unasked. Pure.
 */
export function restartAskedBy(
  version: EndedVersion | undefined,
  appVersion: RestartingApp | undefined,
): string | undefined {
  const end = version?.endTime;
  if (version?.status !== 'Failed' || end === undefined || appVersion === undefined) return undefined;
  if (version.conditions === undefined) return undefined;
  const { name, creationTimestamp } = appVersion.metadata;
  return name !== version.restartedBy && isAfter(creationTimestamp, end) ? name : undefined;
}

/** Times that cannot be read come after nothing. */
function isAfter(time: string | undefined, than: string): boolean {
  return time !== undefined && Math.floor(Date.parse(time) / 1000) > Math.floor(Date.parse(than) / 1000);
}
