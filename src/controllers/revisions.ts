import {
  replicaSetRevisions,
  revisionHashLabel,
  templateGenerationAnnotation,
  templateGenerationLabel,
} from '../api/constants.ts';
import type { ReleasePod } from '../api/core/release-pod.ts';
import type { DaemonSet } from '../api/core/workload.ts';
import type { ResourceReference } from '../api/lifecycle/v1/shared.ts';
import type { ObjectMeta, OwnerReference } from '../api/meta.ts';
import { chooseOwner, replicaSetOwnerKinds } from '../domain/pod-owner.ts';
import { resolveIdentity, type WorkloadIdentity } from '../domain/workload-identity.ts';
import { index } from '../runtime/controller.ts';
import type { Reader } from '../runtime/reader.ts';

/** Finds pods that admission knows by the uid of what made them. */
export const knownPodsByOwner = index('releasepods', 'owner', ({ metadata }) =>
  (metadata.ownerReferences ?? []).map(({ uid }) => uid),
);

/** Finds a DaemonSet's pods of one template by `<uid>/<how often it had been changed>`. */
export const knownPodsByTemplate = index('releasepods', 'template', ({ metadata }) => {
  const count = metadata.labels?.[templateGenerationLabel];
  return count === undefined ? [] : (metadata.ownerReferences ?? []).map(({ uid }) => `${uid}/${count}`);
});

/** Finds ReplicaSets by the uid of what made them. */
export const replicaSetsByOwner = index('replicasets', 'owner', ({ metadata }) =>
  (metadata.ownerReferences ?? []).map(({ uid }) => uid),
);

/** Which workload and version a pod that admission knows belongs to. Pure. */
export function identityOf({ metadata }: ReleasePod): WorkloadIdentity | undefined {
  const found = resolveIdentity({ pod: { metadata, spec: {} } });
  return found.kind === 'identified' ? found.identity : undefined;
}

/** The object that makes the pods of a workload or version, as its resourceReference names it. Pure. */
export function ownerOf({
  resourceReference: { kind, name, uid },
}: {
  readonly resourceReference: ResourceReference;
}): OwnerReference {
  return { apiVersion: kind === 'Pod' ? 'v1' : 'apps/v1', kind, name, uid };
}

/** What made a pod: its place among the revisions of the workload above, which `root` is. */
export interface Lineage {
  /** The Deployment or Argo Rollout above a ReplicaSet, else the owner itself; undefined when it is unknown. */
  readonly root: OwnerReference | undefined;
  /** Counts the revisions: the higher the newer; 0 when nothing counts them. */
  readonly rank: number;
  /** When the owner was made, for ReplicaSets without a count. */
  readonly ownerCreatedAt: string;
}

/** The lineage of a pod with these labels and this owner. Reads only. */
export function lineageOf(
  reader: Reader,
  namespace: string,
  owner: OwnerReference | undefined,
  labels: ObjectMeta['labels'],
): Lineage {
  if (owner?.kind === 'ReplicaSet') return aboveReplicaSet(reader, namespace, owner);
  const rank = owner === undefined ? 0 : rankOf(reader, namespace, owner, labels);
  return { root: owner, rank, ownerCreatedAt: '' };
}

function rankOf(
  reader: Reader,
  namespace: string,
  owner: OwnerReference,
  labels: ObjectMeta['labels'] = {},
): number {
  const { kind, name } = owner;
  if (kind === 'DaemonSet') return rankByTemplate(reader, namespace, owner, labels);
  if (kind !== 'StatefulSet') return 0;
  const newest = reader.get('statefulsets', namespace, name)?.status.updateRevision;
  return newest !== undefined && labels[revisionHashLabel] === newest ? 1 : 0;
}

/**
 * How often the template had been changed when a pod was made. A template that was changed and changed back is counted
 * twice, and its pods stay: they are of the newest revision when they share its hash, or, while it has no pods of its
 * own, when their DaemonSet says that all are up to date. Source: DaemonSet controller, "IsPodUpdated".
 */
function rankByTemplate(
  reader: Reader,
  namespace: string,
  root: OwnerReference,
  labels: NonNullable<ObjectMeta['labels']>,
): number {
  const own = Number(labels[templateGenerationLabel] ?? 0);
  const newest = newestRank(reader, namespace, root);
  if (newest === undefined || own === 0 || own >= newest) return own;
  const hash = labels[revisionHashLabel];
  const [sibling] = reader.byIndex('releasepods', 'template', `${root.uid}/${newest}`);
  const isNewest =
    sibling === undefined
      ? isUpToDate(reader.get('daemonsets', namespace, root.name))
      : hash !== undefined && sibling.metadata.labels?.[revisionHashLabel] === hash;
  return isNewest ? newest : own;
}

function isUpToDate(set: DaemonSet | undefined): boolean {
  const { observedGeneration = 0, currentNumberScheduled = 0, updatedNumberScheduled } = set?.status ?? {};
  const hasSeen = observedGeneration >= (set?.metadata.generation ?? 0);
  return hasSeen && currentNumberScheduled > 0 && updatedNumberScheduled === currentNumberScheduled;
}

function aboveReplicaSet(reader: Reader, namespace: string, owner: OwnerReference): Lineage {
  const set = reader.get('replicasets', namespace, owner.name);
  if (set === undefined) return { root: undefined, rank: 0, ownerCreatedAt: '' };
  const { ownerReferences, creationTimestamp } = set.metadata;
  return {
    root: chooseOwner(ownerReferences, replicaSetOwnerKinds) ?? owner,
    rank: revisionOf(set.metadata),
    ownerCreatedAt: creationTimestamp ?? '',
  };
}

/** The place of a ReplicaSet in the rollouts of what is above it. Pure. */
function revisionOf({ annotations = {} }: ObjectMeta): number {
  const [revision = 0] = replicaSetRevisions.flatMap((key) => annotations[key] ?? []);
  return Number(revision);
}

/** The newest revision of a workload. */
export interface NewestRevision {
  readonly rank: number;
  /** What makes its pods: the newest ReplicaSet, or the StatefulSet or DaemonSet. */
  readonly owner: OwnerReference;
  /** What its pods say they belong to; undefined while admission knows of none. */
  readonly identity: WorkloadIdentity | undefined;
}

/** Name of a KeptnWorkloadVersion: where pods of one revision disagree, since annotations of an owner may change under them, its pods count. */
type Preferred = string;

/**
 * The newest revision of what is above a workload's pods: what a rollout, a rollback too, is heading for. Undefined
 * where nothing counts revisions, as for a bare ReplicaSet or a bare pod. Reads only.
 */
export function newestRevision(
  reader: Reader,
  namespace: string,
  root: OwnerReference,
  preferred: Preferred,
): NewestRevision | undefined {
  if (replicaSetOwnerKinds.includes(root.kind)) return newestReplicaSet(reader, root, preferred);
  const rank = newestRank(reader, namespace, root);
  if (rank === undefined) return undefined;
  const isNewest = ({ metadata }: ReleasePod): boolean =>
    rankOf(reader, namespace, root, metadata.labels) === rank;
  return { rank, owner: root, identity: identityAmong(reader, root.uid, preferred, isNewest) };
}

function newestReplicaSet(
  reader: Reader,
  root: OwnerReference,
  preferred: Preferred,
): NewestRevision | undefined {
  const sets = reader.byIndex('replicasets', 'owner', root.uid);
  const [newest] = sets.toSorted((a, b) => revisionOf(b.metadata) - revisionOf(a.metadata));
  if (newest === undefined || revisionOf(newest.metadata) === 0) return undefined;
  const { name, uid = '' } = newest.metadata;
  return {
    rank: revisionOf(newest.metadata),
    owner: { apiVersion: 'apps/v1', kind: 'ReplicaSet', name, uid },
    identity: identityAmong(reader, uid, preferred, () => true),
  };
}

/** The rank of a StatefulSet's or DaemonSet's newest revision, once it is known. */
function newestRank(
  reader: Reader,
  namespace: string,
  { kind, name, uid }: OwnerReference,
): number | undefined {
  if (kind === 'StatefulSet') {
    const set = reader.get('statefulsets', namespace, name);
    return set?.metadata.uid === uid && set.status.updateRevision !== undefined ? 1 : undefined;
  }
  const set = kind === 'DaemonSet' ? reader.get('daemonsets', namespace, name) : undefined;
  const counted =
    set?.metadata.uid === uid ? set.metadata.annotations?.[templateGenerationAnnotation] : undefined;
  return counted === undefined ? undefined : Number(counted);
}

function identityAmong(
  reader: Reader,
  ownerUid: string,
  preferred: Preferred,
  passes: (pod: ReleasePod) => boolean,
): WorkloadIdentity | undefined {
  let found: WorkloadIdentity | undefined;
  for (const pod of reader.byIndex('releasepods', 'owner', ownerUid)) {
    if (pod.metadata.deletionTimestamp !== undefined || !passes(pod)) continue;
    const identity = identityOf(pod);
    if (identity?.workloadVersionName === preferred) return identity;
    found ??= identity;
  }
  return found;
}
