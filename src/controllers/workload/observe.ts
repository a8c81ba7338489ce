import type { KeptnApp } from '../../api/lifecycle/v1/keptn-app.ts';
import type { KeptnAppCreationRequest } from '../../api/lifecycle/v1/keptn-app-creation-request.ts';
import type { KeptnWorkload } from '../../api/lifecycle/v1/keptn-workload.ts';
import type { KeptnWorkloadVersion } from '../../api/lifecycle/v1/keptn-workload-version.ts';
import type { OwnerReference } from '../../api/meta.ts';
import { workloadVersionName } from '../../domain/names.ts';
import { chooseOwner, podOwnerKinds, replicaSetOwnerKinds } from '../../domain/pod-owner.ts';
import type { SluiceError } from '../../kernel/errors.ts';
import { ok, type Result } from '../../kernel/result.ts';
import type { ObjectKey, Reader } from '../../runtime/reader.ts';
import { type GatedPod, gatedPod } from '../gated-pods.ts';

/** A gated pod beside what is known of the object that made it. */
export interface PodOfWorkload extends GatedPod {
  /** The pod's own owner: a ReplicaSet, StatefulSet or DaemonSet. */
  readonly owner: OwnerReference | undefined;
  /** The Deployment above a ReplicaSet, else the owner itself; undefined when the ReplicaSet is unknown. */
  readonly root: OwnerReference | undefined;
  /** The Deployment's count of rollouts for a ReplicaSet, or 1 for a StatefulSet's pod of its newest revision. */
  readonly rank: number;
  /** When the owner was made, for ReplicaSets without a count. */
  readonly ownerCreatedAt: string;
}

/** All that the decision on a KeptnWorkload reads. */
export interface WorkloadSnapshot {
  readonly namespace: string;
  readonly name: string;
  readonly workload: KeptnWorkload | undefined;
  readonly version: KeptnWorkloadVersion | undefined;
  readonly pods: readonly PodOfWorkload[];
  /** The rollout that the KeptnWorkload follows now: its rank, and the uid of the Deployment that counts it. */
  readonly followed: { readonly root: string; readonly rank: number } | undefined;
  readonly app: KeptnApp | undefined;
  readonly request: KeptnAppCreationRequest | undefined;
  readonly now: Date;
}

/** Gathers a KeptnWorkload's snapshot: the object, the gated pods that say they belong to it, and its app. */
export async function observeWorkload(
  key: ObjectKey,
  reader: Reader,
  now: Date,
): Promise<Result<WorkloadSnapshot | undefined, SluiceError>> {
  const { namespace, name } = key;
  const workload = reader.get('keptnworkloads', namespace, name);
  const pods = reader
    .byIndex('pods', 'workload', `${namespace}/${name}`)
    .flatMap((pod) => gatedPod(pod) ?? [])
    .map((gated) => withOwner(gated, reader));
  if (workload === undefined && pods.length === 0) return ok(undefined);
  const appName = workload?.spec.app ?? pods[0]?.identity.app ?? '';
  const version =
    workload === undefined
      ? undefined
      : reader.get('keptnworkloadversions', namespace, workloadVersionName(name, workload.spec.version));
  return ok({
    namespace,
    name,
    workload,
    version,
    pods,
    followed: workload === undefined ? undefined : followedBy(workload, reader),
    app: reader.get('keptnapps', namespace, appName),
    request: reader.get('keptnappcreationrequests', namespace, appName),
    now,
  });
}

/** Known of ReplicaSets only: a StatefulSet or DaemonSet stays the owner while its revisions come and go. */
function followedBy({ metadata, spec }: KeptnWorkload, reader: Reader): WorkloadSnapshot['followed'] {
  const { kind, name, uid } = spec.resourceReference;
  if (kind !== 'ReplicaSet') return undefined;
  const set = { apiVersion: 'apps/v1', kind, name, uid };
  const { root, rank } = aboveReplicaSet(set, metadata.namespace ?? '', reader);
  return root === undefined ? undefined : { root: root.uid, rank };
}

const revisionAnnotation = 'deployment.kubernetes.io/revision';
const revisionLabel = 'controller-revision-hash';

function withOwner(gated: GatedPod, reader: Reader): PodOfWorkload {
  const { ownerReferences, namespace = '', labels } = gated.pod.metadata;
  const owner = chooseOwner(ownerReferences, podOwnerKinds);
  if (owner?.kind === 'ReplicaSet') return { ...gated, owner, ...aboveReplicaSet(owner, namespace, reader) };
  const newest =
    owner?.kind === 'StatefulSet'
      ? reader.get('statefulsets', namespace, owner.name)?.status.updateRevision
      : undefined;
  const rank = newest !== undefined && labels?.[revisionLabel] === newest ? 1 : 0;
  return { ...gated, owner, root: owner, rank, ownerCreatedAt: '' };
}

function aboveReplicaSet(
  owner: OwnerReference,
  namespace: string,
  reader: Reader,
): Pick<PodOfWorkload, 'root' | 'rank' | 'ownerCreatedAt'> {
  const set = reader.get('replicasets', namespace, owner.name);
  if (set === undefined) return { root: undefined, rank: 0, ownerCreatedAt: '' };
  const { ownerReferences, annotations, creationTimestamp } = set.metadata;
  return {
    root: chooseOwner(ownerReferences, replicaSetOwnerKinds) ?? owner,
    rank: Number(annotations?.[revisionAnnotation] ?? 0),
    ownerCreatedAt: creationTimestamp ?? '',
  };
}
