import type { KeptnWorkload } from '../../api/lifecycle/v1/keptn-workload.ts';
import type { ResourceReference } from '../../api/lifecycle/v1/shared.ts';
import type { KubeObject, OwnerReference } from '../../api/meta.ts';
import { workloadVersionName } from '../../domain/names.ts';
import type { PodOfWorkload, ReleasedRevision } from './observe.ts';

const apiVersion = 'lifecycle.keptn.sh/v1';

/**
 * The KeptnWorkload that a gated pod describes. It is owned by the Deployment rather than by one of its ReplicaSets,
 * so that the record outlives the ReplicaSet that a low revisionHistoryLimit removes. What `present` says and the pod does
 * not is said to be empty: a field that Keptn wrote is Keptn's still, and leaving it out would not remove it. Pure.
 */
export function workloadManifest(
  namespace: string,
  name: string,
  from: PodOfWorkload,
  present?: KeptnWorkload,
): KubeObject {
  const { identity, owner, root } = from;
  const { metadata, wave } = identity;
  return {
    apiVersion,
    kind: 'KeptnWorkload',
    metadata: { name, namespace, ownerReferences: ownersOf(root) },
    spec: {
      app: identity.app,
      version: identity.version,
      ...checkLists(from, present),
      resourceReference: referenceTo(owner),
      ...(wave === 0 ? {} : { wave }),
      ...(Object.keys(metadata).length === 0 && present?.spec.metadata === undefined ? {} : { metadata }),
    },
  };
}

/**
 * The KeptnWorkload where its newest revision needs no gate: what the version of that says, unless it is the present
 * one already, and who makes its pods now. Pure.
 */
export function returnedManifest(
  workload: KeptnWorkload,
  { root, owner, version }: ReleasedRevision,
): KubeObject {
  const { name, namespace = '' } = workload.metadata;
  const { workloadName: _name, previousVersion: _previous, traceId: _trace, ...copied } = version.spec;
  const spec = copied.version === workload.spec.version ? workload.spec : copied;
  return {
    apiVersion,
    kind: 'KeptnWorkload',
    metadata: { name, namespace, ownerReferences: ownersOf(root) },
    spec: { ...emptied(workload.spec), ...spec, resourceReference: referenceTo(owner) },
  };
}

const listNames = [
  'preDeploymentTasks',
  'postDeploymentTasks',
  'preDeploymentEvaluations',
  'postDeploymentEvaluations',
  'onFailureTasks',
] as const;

/** What is there is said to be empty where nobody says it any more: see `workloadManifest`. */
function emptied(present: KeptnWorkload['spec']): Partial<KeptnWorkload['spec']> {
  const lists = listNames.filter((list) => present[list] !== undefined);
  return {
    ...Object.fromEntries(lists.map((list) => [list, []])),
    ...(present.metadata === undefined ? {} : { metadata: {} }),
  };
}

/** Owned, but not controlled: another controller's place is left free. */
function ownersOf(root: OwnerReference | undefined): OwnerReference[] {
  if (root === undefined) return [];
  const { apiVersion: version, kind, name, uid } = root;
  return [{ apiVersion: version, kind, name, uid }];
}

function referenceTo(owner: OwnerReference | undefined): ResourceReference {
  const { uid = '', kind = '', name = '' } = owner ?? {};
  return { uid, kind, name };
}

/** The lists that are not empty, and those that were there before. */
function checkLists(
  { identity }: PodOfWorkload,
  present: KeptnWorkload | undefined,
): Record<string, readonly string[]> {
  const lists = [
    ['preDeploymentTasks', identity.preTasks],
    ['postDeploymentTasks', identity.postTasks],
    ['preDeploymentEvaluations', identity.preEvaluations],
    ['postDeploymentEvaluations', identity.postEvaluations],
    ['onFailureTasks', identity.onFailureTasks],
  ] as const;
  const said = lists.filter(([list, names]) => names.length > 0 || present?.spec[list] !== undefined);
  return Object.fromEntries(said);
}

/** The KeptnWorkloadVersion of a KeptnWorkload as it stands. Pure. */
export function workloadVersionManifest(workload: KeptnWorkload): KubeObject {
  const { name, namespace, uid } = workload.metadata;
  const previous = workload.status?.currentVersion;
  return {
    apiVersion,
    kind: 'KeptnWorkloadVersion',
    metadata: {
      name: workloadVersionName(name, workload.spec.version),
      namespace: namespace ?? '',
      ownerReferences: [
        {
          apiVersion,
          kind: 'KeptnWorkload',
          name,
          uid: uid ?? '',
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
    },
    spec: {
      ...workload.spec,
      workloadName: name,
      previousVersion: previous === undefined || previous === workload.spec.version ? '' : previous,
    },
  };
}
