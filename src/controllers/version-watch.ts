import type { ResourceMap } from '../api/resources.ts';
import { differsInMarkOnly } from '../domain/announced.ts';
import { type Watch, watchChanges } from '../runtime/controller.ts';
import type { ObjectKey, Reader } from '../runtime/reader.ts';

/** As `watch` of versions, and wakes nobody when no more than who was told of a version was noted on it. Pure. */
export function watchVersions<K extends 'keptnappversions' | 'keptnworkloadversions'>(
  resource: K,
  keys: (version: ResourceMap[K], reader: Reader) => readonly ObjectKey[],
): Watch {
  return watchChanges(resource, differsInMarkOnly, keys);
}
