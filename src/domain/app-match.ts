import type { WorkloadRef } from '../api/lifecycle/v1/shared.ts';
import { sanitize, workloadName, workloadPrefix, workloadVersionName } from './names.ts';

/** The part of a KeptnApp or KeptnAppVersion that names workloads. */
interface AppOfWorkloads {
  readonly appName: string;
  readonly workloads?: readonly WorkloadRef[] | undefined;
}

/** The KeptnWorkloadVersion that an app means by one of its entries. Pure. */
export function memberName(appName: string, member: WorkloadRef): string {
  return workloadVersionName(workloadName(appName, member.name), member.version);
}

/**
 * True when the app's list contains this version of this workload. Names and versions are compared in the form in
 * which objects carry them, so that a list written by hand in other letters matches. Pure.
 */
export function containsWorkload(
  app: AppOfWorkloads,
  version: { readonly workloadName: string; readonly version: string },
): boolean {
  return (app.workloads ?? []).some(
    (member) =>
      workloadName(app.appName, member.name) === version.workloadName &&
      sanitize(member.version) === sanitize(version.version),
  );
}

/** True when the app's list contains this workload in whatever version. Pure. */
export function containsMember(app: AppOfWorkloads, workload: string): boolean {
  return (app.workloads ?? []).some((member) => workloadName(app.appName, member.name) === workload);
}

/** The workloads that an app lists in more than one version, of which no two can be deployed at once. Pure. */
export function contradictoryMembers({ appName, workloads = [] }: AppOfWorkloads): string[] {
  const versions = new Map<string, Set<string>>();
  for (const { name, version } of workloads) {
    const key = workloadName(appName, name);
    versions.set(key, (versions.get(key) ?? new Set()).add(sanitize(version)));
  }
  return [...versions].filter(([, all]) => all.size > 1).map(([key]) => memberOf(appName, key));
}

/** The name of a workload as an app lists it: without the app's name in front. Pure. */
export function memberOf(app: string, workload: string): string {
  const prefix = workloadPrefix(app);
  return workload.startsWith(prefix) ? workload.slice(prefix.length) : workload;
}
