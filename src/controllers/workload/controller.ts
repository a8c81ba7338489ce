import { type AnyController, controller, index, watch } from '../../runtime/controller.ts';
import { keysOf, ownerKeys } from '../checks.ts';
import { gatedPod, podsByWorkload } from '../gated-pods.ts';
import { decideWorkload } from './decide.ts';
import { observeWorkload } from './observe.ts';

/** Derives KeptnWorkloads and their newest version from gated pods, and asks for the KeptnApp. */
export function workloadController(): AnyController {
  return controller({
    name: 'workload',
    workers: 8,
    watches: [
      watch('pods', (pod) => {
        const gated = gatedPod(pod);
        return gated ? [{ namespace: pod.metadata.namespace ?? '', name: gated.identity.workloadName }] : [];
      }),
      watch('keptnworkloads', (workload) => keysOf([workload])),
      watch('keptnworkloadversions', (version) => ownerKeys(version, 'KeptnWorkload')),
      watch('keptnapps', ({ metadata }, reader) =>
        keysOf(reader.byIndex('keptnworkloads', 'app', `${metadata.namespace ?? ''}/${metadata.name}`)),
      ),
      watch('keptnappcreationrequests', ({ metadata, spec }, reader) =>
        keysOf(reader.byIndex('keptnworkloads', 'app', `${metadata.namespace ?? ''}/${spec.appName}`)),
      ),
      watch('replicasets', ({ metadata }, reader) =>
        reader.byIndex('pods', 'owner', metadata.uid ?? '').flatMap((pod) => {
          const gated = gatedPod(pod);
          return gated ? [{ namespace: metadata.namespace ?? '', name: gated.identity.workloadName }] : [];
        }),
      ),
    ],
    indexes: [
      podsByWorkload,
      index('pods', 'owner', ({ metadata }) => (metadata.ownerReferences ?? []).map(({ uid }) => uid)),
      index('keptnworkloads', 'app', ({ metadata, spec }) => [`${metadata.namespace ?? ''}/${spec.app}`]),
    ],
    permissions: [
      { group: 'lifecycle.keptn.sh', resource: 'keptnworkloads', verbs: ['create', 'patch'] },
      { group: 'lifecycle.keptn.sh', resource: 'keptnworkloads/status', verbs: ['patch'] },
      { group: 'lifecycle.keptn.sh', resource: 'keptnworkloadversions', verbs: ['get', 'create', 'patch'] },
      { group: 'lifecycle.keptn.sh', resource: 'keptnappcreationrequests', verbs: ['get', 'create'] },
      // blockOwnerDeletion asks for the right to set finalizers on the owner where that admission plugin is on.
      { group: 'lifecycle.keptn.sh', resource: 'keptnworkloads/finalizers', verbs: ['update'] },
    ],
    observe: observeWorkload,
    decide: decideWorkload,
  });
}
