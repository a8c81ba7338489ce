import type { KeptnWorkload } from '../../api/lifecycle/v1/keptn-workload.ts';
import type { ResourceReference } from '../../api/lifecycle/v1/shared.ts';
import type { KubeObject, OwnerReference } from '../../api/meta.ts';
import { workloadVersionName } from '../../domain/names.ts';
import type { PodOfWorkload } from './observe.ts';

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
