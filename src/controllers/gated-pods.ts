import { prechecksGate } from '../api/constants.ts';
import type { Pod } from '../api/core/pod.ts';
import { resolveIdentity, type WorkloadIdentity } from '../domain/workload-identity.ts';
import { index } from '../runtime/controller.ts';

/** A pod that our gate holds, and what it is a pod of. */
export interface GatedPod {
  readonly pod: Pod;
  readonly identity: WorkloadIdentity;
}

/** The pod with its identity when our gate holds it and it says what it belongs to. Pure. */
export function gatedPod(pod: Pod): GatedPod | undefined {
  if (pod.metadata.deletionTimestamp !== undefined) return undefined;
  if (!pod.spec.schedulingGates?.some(({ name }) => name === prechecksGate)) return undefined;
  const found = resolveIdentity({ pod });
  return found.kind === 'identified' ? { pod, identity: found.identity } : undefined;
}

/** Finds gated pods by `<namespace>/<KeptnWorkload name>`. */
export const podsByWorkload = index('pods', 'workload', (pod) => {
  const gated = gatedPod(pod);
  return gated ? [`${pod.metadata.namespace ?? ''}/${gated.identity.workloadName}`] : [];
});

/** Finds gated pods by `<namespace>/<KeptnWorkloadVersion name>`. */
export const podsByWorkloadVersion = index('pods', 'workload-version', (pod) => {
  const gated = gatedPod(pod);
  return gated ? [`${pod.metadata.namespace ?? ''}/${gated.identity.workloadVersionName}`] : [];
});
