import { type AnyController, controller, index, watch, watchDifferences } from '../../runtime/controller.ts';
import type { ObjectKey, Reader } from '../../runtime/reader.ts';
import { childrenByOwner } from '../check-child.ts';
import { definitionsAwaited, keysOf, ownerKeys } from '../checks.ts';
import { gatedPod, podsByWorkloadVersion } from '../gated-pods.ts';
import { knownPodsByOwner, knownPodsByTemplate, replicaSetsByOwner } from '../revisions.ts';
import type { ControllerSettings } from '../settings.ts';
import { settingsWatches } from '../settings-watches.ts';
import { watchVersions } from '../version-watch.ts';
import { decideWorkloadVersion } from './decide.ts';
import { observeWorkloadVersion } from './observe.ts';
import { knownPodsByVersion, versionsOfPod } from './observe-rollout.ts';
import { heldBehind, notBegunByApp } from './observe-siblings.ts';

const indexes = [
  notBegunByApp,
  ...childrenByOwner,
  podsByWorkloadVersion,
  index('keptnworkloadversions', 'app', ({ metadata, spec }) => [`${metadata.namespace ?? ''}/${spec.app}`]),
  index('keptnworkloadversions', 'workload', ({ metadata, spec }) => [
    `${metadata.namespace ?? ''}/${spec.workloadName}`,
  ]),
  index('keptnworkloadversions', 'resource', ({ spec }) => [spec.resourceReference.uid]),
  index('keptnworkloadversions', 'definition', definitionsAwaited),
  index('keptnappversions', 'app', ({ metadata, spec }) => [`${metadata.namespace ?? ''}/${spec.appName}`]),
  replicaSetsByOwner,
  knownPodsByOwner,
  knownPodsByTemplate,
  knownPodsByVersion,
];

/** Moves each KeptnWorkloadVersion through its phases and lifts the gates of its pods. */
export function workloadVersionController(settings: ControllerSettings): AnyController {
  return controller({
    name: 'workload-version',
    workers: 8,
    watches: [
      watchVersions('keptnworkloadversions', (version, reader) => [
        ...keysOf([version]),
        ...heldBehind(reader, version),
      ]),
      watch('keptntasks', (task) => ownerKeys(task, 'KeptnWorkloadVersion')),
      watch('keptnevaluations', (evaluation) => ownerKeys(evaluation, 'KeptnWorkloadVersion')),
      watch('pods', (pod) => {
        const gated = gatedPod(pod);
        if (gated === undefined) return [];
        return [{ namespace: pod.metadata.namespace ?? '', name: gated.identity.workloadVersionName }];
      }),
      watchVersions('keptnappversions', ({ metadata, spec }, reader) =>
        keysOf(reader.byIndex('keptnworkloadversions', 'app', `${metadata.namespace ?? ''}/${spec.appName}`)),
      ),
      watch('keptnworkloads', (workload, reader) => [
        ...keysOf(
          reader.byIndex(
            'keptnworkloadversions',
            'workload',
            `${workload.metadata.namespace ?? ''}/${workload.metadata.name}`,
          ),
        ),
        ...heldBehind(reader, workload),
      ]),
      watch('replicasets', ({ metadata }, reader) => versionsOf(reader, metadata.uid)),
      watch('statefulsets', ({ metadata }, reader) => versionsOf(reader, metadata.uid)),
      watch('daemonsets', ({ metadata }, reader) => versionsOf(reader, metadata.uid)),
      watch('deployments', ({ metadata }, reader) => versionsBelow(reader, metadata.uid)),
      watch('rollouts', ({ metadata }, reader) => versionsBelow(reader, metadata.uid)),
      // Only what is kept of a pod: containers that fail, and how a bare pod fares.
      watchDifferences('releasepods', versionsOfPod),
      watch('keptntaskdefinitions', ({ metadata }, reader) =>
        keysOf(reader.byIndex('keptnworkloadversions', 'definition', metadata.name)),
      ),
      watch('keptnevaluationdefinitions', ({ metadata }, reader) =>
        keysOf(reader.byIndex('keptnworkloadversions', 'definition', metadata.name)),
      ),
      ...settingsWatches(settings.systemNamespace, versionsThatWait),
    ],
    indexes,
    permissions: [
      { group: 'lifecycle.keptn.sh', resource: 'keptnworkloadversions/status', verbs: ['patch'] },
      { group: 'lifecycle.keptn.sh', resource: 'keptnworkloadversions/finalizers', verbs: ['update'] },
      { group: 'lifecycle.keptn.sh', resource: 'keptntasks', verbs: ['get', 'create'] },
      { group: 'lifecycle.keptn.sh', resource: 'keptnevaluations', verbs: ['get', 'create'] },
      { group: '', resource: 'pods', verbs: ['patch'] },
      { group: 'events.k8s.io', resource: 'events', verbs: ['get', 'create', 'patch'] },
    ],
    observe: observeWorkloadVersion(settings),
    decide: decideWorkloadVersion,
  });
}

/** Versions that are not through, and those that are while pods of theirs are held: audit lets these go as well. */
function versionsThatWait(reader: Reader, namespace?: string, app?: string): ObjectKey[] {
  const versions =
    app === undefined
      ? reader.list('keptnworkloadversions', namespace)
      : reader.byIndex('keptnworkloadversions', 'app', `${namespace ?? ''}/${app}`);
  const hasHeldPods = (key: string): boolean => reader.byIndex('pods', 'workload-version', key).length > 0;
  return keysOf(
    versions.filter(
      ({ metadata, status }) =>
        status?.endTime === undefined || hasHeldPods(`${metadata.namespace ?? ''}/${metadata.name}`),
    ),
  );
}

function versionsOf(reader: Reader, uid: string | undefined): ObjectKey[] {
  return keysOf(reader.byIndex('keptnworkloadversions', 'resource', uid ?? ''));
}

/** Versions whose pods' ReplicaSets belong to that Deployment or Argo Rollout. */
function versionsBelow(reader: Reader, uid: string | undefined): ObjectKey[] {
  const sets = reader.byIndex('replicasets', 'owner', uid ?? '');
  return sets.flatMap(({ metadata }) => versionsOf(reader, metadata.uid));
}
