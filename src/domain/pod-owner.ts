import type { OwnerReference } from '../api/meta.ts';

const supportedKinds: readonly string[] = ['ReplicaSet', 'Deployment', 'StatefulSet', 'DaemonSet', 'Rollout'];

/**
 * The owner that a pod, or a ReplicaSet, belongs to: the controlling one of a supported kind, else the last of a
 * supported kind. Admission and controllers use the same rule. Pure.
 */
export function ownerOf(references: readonly OwnerReference[] | undefined): OwnerReference | undefined {
  const supported = (references ?? []).filter(({ kind }) => supportedKinds.includes(kind));
  return supported.find(({ controller }) => controller === true) ?? supported.at(-1);
}
