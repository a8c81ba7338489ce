import type { ObjectMeta } from '../api/meta.ts';

/**
 * True when the object is controlled by an earlier object of its owner's name: garbage collection will remove it, and
 * until then it holds the name that the owner of today needs. One without a controller was left behind on purpose and
 * counts as the owner's. Pure.
 */
export function isOfFormer(
  owner: { readonly metadata: ObjectMeta },
  object: { readonly metadata: ObjectMeta } | undefined,
): boolean {
  const controller = object?.metadata.ownerReferences?.find((reference) => reference.controller === true);
  return controller !== undefined && controller.uid !== owner.metadata.uid;
}
