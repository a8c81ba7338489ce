import { type AnyController, controller, index, watch } from '../../runtime/controller.ts';
import { keysOf, ownerKeys } from '../checks.ts';
import { decideApp } from './decide.ts';
import { observeApp } from './observe.ts';

/** Makes a KeptnAppVersion for each generation of a KeptnApp, and has one that was found follow workloads that go. */
export function appController(): AnyController {
  return controller({
    name: 'app',
    workers: 4,
    watches: [
      watch('keptnapps', (app) => keysOf([app])),
      watch('keptnappversions', (version) => ownerKeys(version, 'KeptnApp')),
      // Read when a version is made; watched so that the cache holds it before.
      watch('keptnappcontexts', (context) => keysOf([context])),
      watch('keptnworkloads', ({ metadata, spec }) => [
        { namespace: metadata.namespace ?? '', name: spec.app },
      ]),
      watch('keptnappcreationrequests', ({ metadata, spec }) => [
        { namespace: metadata.namespace ?? '', name: spec.appName },
      ]),
    ],
    indexes: [
      index('keptnworkloads', 'app', ({ metadata, spec }) => [`${metadata.namespace ?? ''}/${spec.app}`]),
    ],
    permissions: [
      { group: 'lifecycle.keptn.sh', resource: 'keptnapps/status', verbs: ['patch'] },
      { group: 'lifecycle.keptn.sh', resource: 'keptnapps/finalizers', verbs: ['update'] },
      { group: 'lifecycle.keptn.sh', resource: 'keptnappversions', verbs: ['get', 'create'] },
      { group: 'lifecycle.keptn.sh', resource: 'keptnappcreationrequests', verbs: ['get', 'create'] },
    ],
    observe: observeApp,
    decide: decideApp,
  });
}
