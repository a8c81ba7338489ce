import { carriesSettings } from '../domain/enforcement.ts';
import { type Watch, watch } from '../runtime/controller.ts';
import type { ObjectKey, Reader } from '../runtime/reader.ts';

/** Whom a change of settings concerns: the versions of the cluster, of a namespace, or of an app in it. */
export type Concerned = (reader: Reader, namespace?: string, app?: string) => readonly ObjectKey[];

/**
 * Watches on all that `readConfig` reads. Only objects that carry settings, or did before the change, wake anyone: a
 * KeptnApp changes with each release.
 */
export function settingsWatches(systemNamespace: string, concerned: Concerned): Watch[] {
  return [
    watch(
      'keptnconfigs',
      ({ metadata }, reader) => (metadata.namespace === systemNamespace ? concerned(reader) : []),
      ({ namespace }, reader) => (namespace === systemNamespace ? concerned(reader) : []),
    ),
    watch('namespaces', ({ metadata }, reader) =>
      carriesSettings({ metadata }) ? concerned(reader, metadata.name) : [],
    ),
    ...(['keptnapps', 'keptnappcontexts'] as const).map((resource) =>
      watch(resource, ({ metadata }, reader) =>
        carriesSettings({ metadata }) ? concerned(reader, metadata.namespace, metadata.name) : [],
      ),
    ),
  ];
}
