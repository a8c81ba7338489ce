import type { ReleasePod } from '../../api/core/release-pod.ts';
import type { ObjectMeta } from '../../api/meta.ts';
import { type AnyController, controller, index, watch, watchExistence } from '../../runtime/controller.ts';
import type { ObjectKey, Reader } from '../../runtime/reader.ts';
import { keysOf, ownerKeys } from '../checks.ts';
import { gatedPod, podsByWorkload } from '../gated-pods.ts';
import { identityOf, knownPodsByOwner, knownPodsByTemplate, replicaSetsByOwner } from '../revisions.ts';
import { watchVersions } from '../version-watch.ts';
import { decideWorkload } from './decide.ts';
import { observeWorkload } from './observe.ts';

/** Derives KeptnWorkloads and their newest version from gated pods, and writes or asks for the KeptnApp. */
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
      watchVersions('keptnworkloadversions', (version) => ownerKeys(version, 'KeptnWorkload')),
      watch('keptnapps', ({ metadata }, reader) =>
        keysOf(reader.byIndex('keptnworkloads', 'app', `${metadata.namespace ?? ''}/${metadata.name}`)),
      ),
      watch('keptnappcreationrequests', ({ metadata, spec }, reader) =>
        keysOf(reader.byIndex('keptnworkloads', 'app', `${metadata.namespace ?? ''}/${spec.appName}`)),
      ),
      // What counts as the newest revision may change after its pods were made, and be told later than they are.
      watch('replicasets', ({ metadata }, reader) => workloadsBelow(reader, metadata)),
      watchExistence('deployments', ({ metadata: { uid = '' } }, reader) =>
        reader
          .byIndex('replicasets', 'owner', uid)
          .flatMap(({ metadata }) => workloadsBelow(reader, metadata)),
      ),
      watch('statefulsets', ({ metadata }, reader) => workloadsBelow(reader, metadata)),
      watch('daemonsets', ({ metadata }, reader) => workloadsBelow(reader, metadata)),
      watchExistence('releasepods', workloadsOfPod),
    ],
    indexes: [
      podsByWorkload,
      replicaSetsByOwner,
      knownPodsByOwner,
      knownPodsByTemplate,
      index('pods', 'owner', ({ metadata }) => (metadata.ownerReferences ?? []).map(({ uid }) => uid)),
      index('keptnworkloads', 'app', ({ metadata, spec }) => [`${metadata.namespace ?? ''}/${spec.app}`]),
    ],
    permissions: [
      { group: 'lifecycle.keptn.sh', resource: 'keptnworkloads', verbs: ['create', 'patch'] },
      { group: 'lifecycle.keptn.sh', resource: 'keptnworkloads/status', verbs: ['patch'] },
      { group: 'lifecycle.keptn.sh', resource: 'keptnworkloadversions', verbs: ['get', 'create', 'patch'] },
      { group: 'lifecycle.keptn.sh', resource: 'keptnappcreationrequests', verbs: ['get', 'create'] },
      { group: 'lifecycle.keptn.sh', resource: 'keptnapps', verbs: ['get', 'create', 'patch'] },
      { group: 'events.k8s.io', resource: 'events', verbs: ['create'] },
      // blockOwnerDeletion asks for the right to set finalizers on the owner where that admission plugin is on.
      { group: 'lifecycle.keptn.sh', resource: 'keptnworkloads/finalizers', verbs: ['update'] },
    ],
    observe: observeWorkload,
    decide: decideWorkload,
  });
}

/** The workloads that pods made by that object belong to: its gated ones, and one of those that run. */
function workloadsBelow(reader: Reader, { uid = '', namespace = '' }: ObjectMeta): ObjectKey[] {
  const gated = reader.byIndex('pods', 'owner', uid).flatMap((pod) => gatedPod(pod) ?? []);
  const known = reader.byIndex('releasepods', 'owner', uid).slice(0, 1);
  return [
    ...gated.map(({ identity }) => ({ namespace, name: identity.workloadName })),
    ...known.flatMap(workloadsOfPod),
  ];
}

function workloadsOfPod(pod: ReleasePod): ObjectKey[] {
  const identity = identityOf(pod);
  return identity === undefined
    ? []
    : [{ namespace: pod.metadata.namespace ?? '', name: identity.workloadName }];
}
