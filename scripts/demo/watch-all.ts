import { apiPath, type ResourceMap, resources } from '../../src/api/resources.ts';
import type { Kubectl, WatchEvent } from '../install/kubectl.ts';
import type { Sighting } from './story.ts';

type Read = (event: WatchEvent) => Sighting | undefined;

function watching<K extends keyof ResourceMap>(
  name: K,
  sighting: (object: ResourceMap[K], event: WatchEvent) => Sighting,
): { readonly path: (namespace: string) => string; readonly read: Read } {
  return {
    path: (namespace) => apiPath(resources[name], namespace),
    read: (event) => {
      const object = resources[name].parse(event.object);
      return object.ok ? sighting(object.value, event) : undefined;
    },
  };
}

const watches = [
  watching('pods', (object, { type }) => ({ kind: 'pod', object, isGone: type === 'DELETED' })),
  watching('keptntasks', (object) => ({ kind: 'task', object })),
  watching('keptnevaluations', (object) => ({ kind: 'evaluation', object })),
  watching('keptnworkloadversions', (object) => ({ kind: 'workload version', object })),
  watching('keptnappversions', (object) => ({ kind: 'app version', object })),
  watching('events', (object) => ({ kind: 'event', object })),
];

/** Watches all that a story is told from; gives the functions that end it. */
export function watchAll(
  kubectl: Kubectl,
  namespace: string,
  see: (sighting: Sighting) => void,
): (() => void)[] {
  return watches.map(({ path, read }) =>
    kubectl.watch(path(namespace), (event) => {
      const sighting = read(event);
      if (sighting !== undefined) see(sighting);
    }),
  );
}
