import { type AnyController, controller, watch } from '../../runtime/controller.ts';
import { keysOf, ownerKeys } from '../checks.ts';
import { decideApp } from './decide.ts';
import { observeApp } from './observe.ts';

/** Makes a KeptnAppVersion for each generation of a KeptnApp. */
export function appController(): AnyController {
  return controller({
    name: 'app',
    workers: 4,
    watches: [
      watch('keptnapps', (app) => keysOf([app])),
      watch('keptnappversions', (version) => ownerKeys(version, 'KeptnApp')),
      // Read when a version is made; watched so that the cache holds it before.
      watch('keptnappcontexts', (context) => keysOf([context])),
    ],
    indexes: [],
    permissions: [
      { group: 'lifecycle.keptn.sh', resource: 'keptnapps/status', verbs: ['patch'] },
      { group: 'lifecycle.keptn.sh', resource: 'keptnapps/finalizers', verbs: ['update'] },
      { group: 'lifecycle.keptn.sh', resource: 'keptnappversions', verbs: ['get', 'create'] },
    ],
    observe: observeApp,
    decide: decideApp,
  });
}
