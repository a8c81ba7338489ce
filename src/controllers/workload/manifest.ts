import { annotations, singleService } from '../../api/constants.ts';
import type { KeptnWorkload } from '../../api/lifecycle/v1/keptn-workload.ts';
import type { KubeObject } from '../../api/meta.ts';
import { workloadVersionName } from '../../domain/names.ts';
import type { PodOfWorkload } from './observe.ts';

const apiVersion = 'lifecycle.keptn.sh/v1';

/**
 * The KeptnWorkload that a gated pod describes. It is owned by the Deployment rather than by one of its ReplicaSets,
 * so that the record outlives the ReplicaSet that a low revisionHistoryLimit removes. Pure.
 */
export function workloadManifest(namespace: string, name: string, from: PodOfWorkload): KubeObject {
  const { identity, owner, root } = from;
  const { preTasks, postTasks, preEvaluations, postEvaluations, metadata } = identity;
  return {
    apiVersion,
    kind: 'KeptnWorkload',
    metadata: {
      name,
      namespace,
      ownerReferences:
        root === undefined
          ? []
          : [{ apiVersion: root.apiVersion, kind: root.kind, name: root.name, uid: root.uid }],
    },
    spec: {
      app: identity.app,
      version: identity.version,
      ...(preTasks.length === 0 ? {} : { preDeploymentTasks: preTasks }),
      ...(postTasks.length === 0 ? {} : { postDeploymentTasks: postTasks }),
      ...(preEvaluations.length === 0 ? {} : { preDeploymentEvaluations: preEvaluations }),
      ...(postEvaluations.length === 0 ? {} : { postDeploymentEvaluations: postEvaluations }),
      resourceReference: { uid: owner?.uid ?? '', kind: owner?.kind ?? '', name: owner?.name ?? '' },
      ...(Object.keys(metadata).length === 0 ? {} : { metadata }),
    },
  };
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

/** The request to write the KeptnApp of an app that nobody wrote. Pure. */
export function appCreationRequestManifest(namespace: string, app: string, single: boolean): KubeObject {
  return {
    apiVersion,
    kind: 'KeptnAppCreationRequest',
    metadata: {
      name: app,
      namespace,
      ...(single ? { annotations: { [annotations.appType]: singleService } } : {}),
    },
    spec: { appName: app },
  };
}
