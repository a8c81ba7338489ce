import { type AnyController, controller, index, watch } from '../../runtime/controller.ts';
import { keysOf, ownerKeys } from '../checks.ts';
import { appsUnder } from '../default-context.ts';
import { watchVersions } from '../version-watch.ts';
import { decideApp } from './decide.ts';
import { observeApp } from './observe.ts';

/** Makes a KeptnAppVersion for each generation of a KeptnApp, and has one that was found follow workloads that go. */
export function appController(): AnyController {
  return controller({
    name: 'app',
    workers: 4,
    watches: [
      watch('keptnapps', (app) => keysOf([app])),
      watchVersions('keptnappversions', (version) => ownerKeys(version, 'KeptnApp')),
      // Read when a version is made; watched so that the cache holds it before.
      watch('keptnworkloads', ({ metadata, spec }) => [
        { namespace: metadata.namespace ?? '', name: spec.app },
      ]),
      watch('keptnappcreationrequests', ({ metadata, spec }) => [
        { namespace: metadata.namespace ?? '', name: spec.appName },
      ]),
      watch(
        'keptnappcontexts',
        (context, reader) => [...keysOf([context]), ...appsUnder(context, reader)],
        // Whether it is a default is not known before it can be read.
        ({ namespace }, reader) => keysOf(reader.list('keptnapps', namespace)),
      ),
    ],
    indexes: [
      index('keptnappversions', 'app', ({ metadata, spec }) => [
        `${metadata.namespace ?? ''}/${spec.appName}`,
      ]),
      index('keptnworkloads', 'app', ({ metadata, spec }) => [`${metadata.namespace ?? ''}/${spec.app}`]),
    ],
    permissions: [
      { group: 'lifecycle.keptn.sh', resource: 'keptnapps/status', verbs: ['patch'] },
      { group: 'lifecycle.keptn.sh', resource: 'keptnapps/finalizers', verbs: ['update'] },
      { group: 'lifecycle.keptn.sh', resource: 'keptnappversions', verbs: ['get', 'create'] },
      { group: 'lifecycle.keptn.sh', resource: 'keptnappcreationrequests', verbs: ['get', 'create'] },
      { group: 'events.k8s.io', resource: 'events', verbs: ['create'] },
    ],
    observe: observeApp,
    decide: decideApp,
  });
}
