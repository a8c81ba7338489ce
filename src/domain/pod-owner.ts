import type { OwnerReference } from '../api/meta.ts';

/** Kinds whose pods are gated. */
export const podOwnerKinds: readonly string[] = ['ReplicaSet', 'StatefulSet', 'DaemonSet'];

/** Kinds that make ReplicaSets. */
export const replicaSetOwnerKinds: readonly string[] = ['Deployment', 'Rollout'];

/**
 * The one owner that counts: the controller; of several without a controller among them, the last whose kind is
 * supported, as in Keptn. Undefined when the controller is of another kind. Admission and controllers ask this same
 * question, so that a pod is looked for where it was recorded. Pure.
 */
export function chooseOwner(
  references: readonly OwnerReference[] | undefined,
  kinds: readonly string[],
): OwnerReference | undefined {
  const isSupported = ({ kind }: OwnerReference): boolean => kinds.includes(kind);
  const controller = references?.find((reference) => reference.controller === true);
  if (controller !== undefined) return isSupported(controller) ? controller : undefined;
  return references?.findLast(isSupported);
}
