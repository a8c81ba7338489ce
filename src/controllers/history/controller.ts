import type { Archive } from '../../domain/dora/archive.ts';
import { type AnyController, controller, index, watch } from '../../runtime/controller.ts';
import type { ObjectKey } from '../../runtime/reader.ts';
import { versionsByApp } from '../app-objects.ts';
import { podsByWorkloadVersion } from '../gated-pods.ts';
import type { ControllerSettings } from '../settings.ts';
import { watchVersions } from '../version-watch.ts';
import { decideHistory } from './decide.ts';
import { observeHistory } from './observe.ts';

/** Removes finished versions beyond those that KeptnConfig says to keep, once the archive has their record. One worker: a storm takes its time. */
export function historyController(settings: ControllerSettings, archive: Archive): AnyController {
  return controller({
    name: 'history',
    workers: 1,
    watches: [
      watchVersions('keptnappversions', ({ metadata, spec, status }) =>
        status?.endTime === undefined ? [] : [keyOf(metadata.namespace, spec.appName)],
      ),
      watchVersions('keptnworkloadversions', ({ metadata, spec, status }) =>
        status?.endTime === undefined ? [] : [keyOf(metadata.namespace, spec.app)],
      ),
      watch('keptnconfigs', (_config, reader) => [
        ...reader
          .list('keptnappversions')
          .map(({ metadata, spec }) => keyOf(metadata.namespace, spec.appName)),
        ...reader
          .list('keptnworkloadversions')
          .map(({ metadata, spec }) => keyOf(metadata.namespace, spec.app)),
      ]),
    ],
    indexes: [
      podsByWorkloadVersion,
      index('keptnworkloads', 'app', ({ metadata, spec }) => [`${metadata.namespace ?? ''}/${spec.app}`]),
      ...versionsByApp,
    ],
    permissions: [
      { group: 'lifecycle.keptn.sh', resource: 'keptnappversions', verbs: ['get', 'delete'] },
      { group: 'lifecycle.keptn.sh', resource: 'keptnworkloadversions', verbs: ['get', 'delete'] },
    ],
    observe: observeHistory(settings, archive),
    decide: decideHistory,
  });
}

function keyOf(namespace: string | undefined, name: string): ObjectKey {
  return { namespace: namespace ?? '', name };
}
