import type { KubeObject, ObjectMeta } from '../api/meta.ts';
import type { Action, ObjectRef } from './action.ts';

/** The version in which our kinds are read and written. */
export const lifecycleVersion = 'lifecycle.keptn.sh/v1';

/** Names the incarnation of an object that was read. Pure. */
export function refTo(apiVersion: string, kind: string, { name, namespace, uid }: ObjectMeta): ObjectRef {
  return {
    apiVersion,
    kind,
    name,
    ...(namespace === undefined ? {} : { namespace }),
    ...(uid === undefined ? {} : { uid }),
  };
}

/** An object that says nothing but its name and these fields, to be applied. Pure. */
export function named({ apiVersion, kind, name, namespace }: ObjectRef, fields: object): KubeObject {
  const metadata = { name, ...(namespace === undefined ? {} : { namespace }) };
  return { apiVersion, kind, metadata, ...fields };
}

/** Applies a status. Pure. */
export function applyStatus(ref: ObjectRef, status: object): Action {
  return { kind: 'applyStatus', object: named(ref, { status }) };
}
