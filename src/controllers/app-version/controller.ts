import type { ObjectMeta } from '../../api/meta.ts';
import { type AnyController, controller, index, watch } from '../../runtime/controller.ts';
import type { ObjectKey, Reader } from '../../runtime/reader.ts';
import { childrenByOwner } from '../check-child.ts';
import { definitionsAwaited, keysOf, ownerKeys } from '../checks.ts';
import { allDependentsOf, dependentIndexes, dependentsOf } from '../dependents.ts';
import type { ControllerSettings } from '../settings.ts';
import { settingsWatches } from '../settings-watches.ts';
import { watchVersions } from '../version-watch.ts';
import { decideAppVersion } from './decide.ts';
import { observeAppVersion } from './observe.ts';

/** Moves each KeptnAppVersion through its phases. */
export function appVersionController(settings: ControllerSettings): AnyController {
  return controller({
    name: 'app-version',
    workers: 4,
    watches: [
      watchVersions('keptnappversions', (version, reader) => [
        ...keysOf([version]),
        ...dependentsOf(reader, version.metadata.namespace ?? '', version.spec.appName),
      ]),
      watch('keptnapps', ({ metadata }, reader) => versionsTouched(reader, metadata)),
      watch('keptnappcontexts', ({ metadata }, reader) => versionsTouched(reader, metadata)),
      watch('keptntasks', (task) => ownerKeys(task, 'KeptnAppVersion')),
      watch('keptnevaluations', (evaluation) => ownerKeys(evaluation, 'KeptnAppVersion')),
      watchVersions('keptnworkloadversions', ({ metadata, spec }, reader) =>
        keysOf(
          reader
            .byIndex('keptnappversions', 'app', `${metadata.namespace ?? ''}/${spec.app}`)
            // One that failed goes on when the workload that failed it is mended.
            .filter(({ status }) => status?.endTime === undefined || status.status === 'Failed'),
        ),
      ),
      watch('keptntaskdefinitions', ({ metadata }, reader) =>
        keysOf(reader.byIndex('keptnappversions', 'definition', metadata.name)),
      ),
      watch('keptnevaluationdefinitions', ({ metadata }, reader) =>
        keysOf(reader.byIndex('keptnappversions', 'definition', metadata.name)),
      ),
      ...settingsWatches(settings.systemNamespace, (reader, namespace, app) => {
        const versions =
          app === undefined
            ? reader.list('keptnappversions', namespace)
            : reader.byIndex('keptnappversions', 'app', `${namespace ?? ''}/${app}`);
        return keysOf(versions.filter(({ status }) => status?.endTime === undefined));
      }),
    ],
    indexes: [
      ...dependentIndexes,
      ...childrenByOwner,
      index('keptnappversions', 'app', ({ metadata, spec }) => [
        `${metadata.namespace ?? ''}/${spec.appName}`,
      ]),
      index('keptnappversions', 'definition', definitionsAwaited),
    ],
    permissions: [
      { group: 'lifecycle.keptn.sh', resource: 'keptnappversions/status', verbs: ['patch'] },
      { group: 'lifecycle.keptn.sh', resource: 'keptnappversions/finalizers', verbs: ['update'] },
      { group: 'lifecycle.keptn.sh', resource: 'keptntasks', verbs: ['get', 'create'] },
      { group: 'lifecycle.keptn.sh', resource: 'keptnevaluations', verbs: ['get', 'create'] },
      { group: 'events.k8s.io', resource: 'events', verbs: ['create'] },
    ],
    observe: observeAppVersion(settings),
    decide: decideAppVersion,
  });
}

/** The versions of an app, and those of all apps that depend on it. */
function versionsTouched(reader: Reader, { namespace = '', name }: ObjectMeta): ObjectKey[] {
  const own = keysOf(reader.byIndex('keptnappversions', 'app', `${namespace}/${name}`));
  return [...own, ...allDependentsOf(reader, namespace, name)];
}
