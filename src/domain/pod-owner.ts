import { annotations } from '../api/constants.ts';
import type { ObjectMeta, OwnerReference } from '../api/meta.ts';
import { type Keyed, lookup } from './annotations.ts';

/** Kinds whose pods are gated, beside pods that stand alone. */
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

/**
 * True for a pod that nothing owns and that names its workload by Keptn's own key: it is gated and is its own
 * rollout. The recommended labels of Kubernetes, which are everywhere, don't make a bare pod a workload. Pure.
 */
export function standsAlone(
  metadata: Keyed & { readonly ownerReferences?: readonly OwnerReference[] | undefined },
): boolean {
  const isOwned = (metadata.ownerReferences ?? []).length > 0;
  return !isOwned && lookup(metadata, { primary: annotations.workload }) !== undefined;
}

/** What a pod belongs to: the owner that counts, or itself when it stands alone. Pure. */
export function ownerOrSelf(metadata: ObjectMeta): OwnerReference | undefined {
  const { ownerReferences, name, uid = '' } = metadata;
  if (standsAlone(metadata)) return { apiVersion: 'v1', kind: 'Pod', name, uid };
  return chooseOwner(ownerReferences, podOwnerKinds);
}
