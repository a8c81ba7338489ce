import type { ObjectMeta } from '../api/meta.ts';
import type { ResourceMap, ResourceName } from '../api/resources.ts';
import type { SluiceError } from '../kernel/errors.ts';
import type { Result } from '../kernel/result.ts';

/** Namespace (empty for cluster-wide kinds) and name of one object. */
export interface ObjectKey {
  readonly namespace: string;
  readonly name: string;
}

/** A stored object that its schema cannot read: what is known of it, and why. */
export interface UnreadableObject {
  readonly metadata: ObjectMeta;
  readonly why: string;
}

/** All objects of a namespace, those that cannot be read aside. */
export interface ObjectList<T> {
  readonly objects: readonly T[];
  readonly unreadables: readonly UnreadableObject[];
}

/** Reads of the cache, and live reads for when the cache may be behind. */
export interface Reader {
  /** The cached object, or undefined when the cache has none of that name. */
  get<K extends ResourceName>(resource: K, namespace: string, name: string): ResourceMap[K] | undefined;
  /** All cached objects, of one namespace when it is given. */
  list<K extends ResourceName>(resource: K, namespace?: string): readonly ResourceMap[K][];
  /** Cached objects for which the index of that name yields `value`. Throws when no such index was declared: a bug. */
  byIndex<K extends ResourceName>(resource: K, index: string, value: string): readonly ResourceMap[K][];
  /** Why a stored object could not be read with its schema, or undefined when it could. */
  unreadable(resource: ResourceName, namespace: string, name: string): string | undefined;
  /** The stored objects of a namespace that could not be read. */
  unreadables(resource: ResourceName, namespace: string): readonly UnreadableObject[];
  /** One GET past the cache; undefined when the object does not exist. */
  fetch<K extends ResourceName>(
    resource: K,
    namespace: string,
    name: string,
  ): Promise<Result<ResourceMap[K] | undefined, SluiceError>>;
  /** One LIST of a namespace past the cache: for what must not be missed because its watch is behind. */
  fetchList<K extends ResourceName>(
    resource: K,
    namespace: string,
  ): Promise<Result<ObjectList<ResourceMap[K]>, SluiceError>>;
}
