import type { KeptnApp } from '../../api/lifecycle/v1/keptn-app.ts';
import type { KeptnAppCreationRequest } from '../../api/lifecycle/v1/keptn-app-creation-request.ts';
import type { KeptnWorkload } from '../../api/lifecycle/v1/keptn-workload.ts';
import type { KeptnWorkloadVersion } from '../../api/lifecycle/v1/keptn-workload-version.ts';
import type { OwnerReference } from '../../api/meta.ts';
import { workloadVersionName } from '../../domain/names.ts';
import { ownerOrSelf } from '../../domain/pod-owner.ts';
import type { SluiceError } from '../../kernel/errors.ts';
import { ok, type Result } from '../../kernel/result.ts';
import type { ObjectKey, Reader } from '../../runtime/reader.ts';
import { type GatedPod, gatedPod } from '../gated-pods.ts';
import { type Lineage, lineageOf, type NewestRevision, newestRevision, ownerOf } from '../revisions.ts';

/** A gated pod beside what is known of the object that made it. */
export interface PodOfWorkload extends GatedPod, Lineage {
  /** The pod's own owner, a ReplicaSet, StatefulSet or DaemonSet, or the pod itself when it stands alone. */
  readonly owner: OwnerReference | undefined;
  /** True when its version has a KeptnWorkloadVersion, which says why it waits. */
  readonly hasVersion: boolean;
  /** True when what is above it is not there, or is being deleted: the pod goes with it. */
  readonly isLeaving: boolean;
}

/** The newest revision of a workload, whose pods need no gate because its version is known and was released. */
export interface ReleasedRevision {
  /** The Deployment, Rollout, StatefulSet or DaemonSet. */
  readonly root: OwnerReference;
  readonly owner: OwnerReference;
  readonly version: KeptnWorkloadVersion;
}

/** All that the decision on a KeptnWorkload reads. */
export interface WorkloadSnapshot {
  readonly namespace: string;
  readonly name: string;
  readonly workload: KeptnWorkload | undefined;
  readonly version: KeptnWorkloadVersion | undefined;
  readonly pods: readonly PodOfWorkload[];
  /** The newest rollout that is known: its rank, and the uid of the workload that counts it. */
  readonly followed: { readonly root: string; readonly rank: number } | undefined;
  /** Where the rollout is heading when that brings an earlier version back, whose pods are not gated again. */
  readonly released: ReleasedRevision | undefined;
  readonly app: KeptnApp | undefined;
  /** How many other KeptnWorkloads say that they are part of that app. */
  readonly otherMembers: number;
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
    ...(workload === undefined ? { followed: undefined, released: undefined } : following(workload, reader)),
    app: reader.get('keptnapps', namespace, appName),
    otherMembers: membersOf(reader, namespace, appName).filter(({ metadata }) => metadata.name !== name)
      .length,
    request: reader.get('keptnappcreationrequests', namespace, appName),
    now,
  });
}

function membersOf(reader: Reader, namespace: string, app: string): readonly KeptnWorkload[] {
  return reader
    .byIndex('keptnworkloads', 'app', `${namespace}/${app}`)
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined);
}

function following(
  { metadata, spec }: KeptnWorkload,
  reader: Reader,
): Pick<WorkloadSnapshot, 'followed' | 'released'> {
  const namespace = metadata.namespace ?? '';
  const { root, rank } = lineageOf(reader, namespace, ownerOf(spec), undefined);
  if (root === undefined) return { followed: undefined, released: undefined };
  const current = workloadVersionName(metadata.name, spec.version);
  const newest = newestRevision(reader, namespace, root, current);
  return {
    followed: { root: root.uid, rank: newest?.rank ?? rank },
    released: newest && releasedRevision(root, newest, reader, namespace),
  };
}

function releasedRevision(
  root: OwnerReference,
  { owner, identity }: NewestRevision,
  reader: Reader,
  namespace: string,
): ReleasedRevision | undefined {
  if (identity === undefined) return undefined;
  const version = reader.get('keptnworkloadversions', namespace, identity.workloadVersionName);
  return version && { root, owner, version };
}

function withOwner(gated: GatedPod, reader: Reader): PodOfWorkload {
  const { metadata } = gated.pod;
  const namespace = metadata.namespace ?? '';
  const owner = ownerOrSelf(metadata);
  const version = reader.get('keptnworkloadversions', namespace, gated.identity.workloadVersionName);
  const lineage = lineageOf(reader, namespace, owner, metadata.labels);
  return {
    ...gated,
    owner,
    hasVersion: version !== undefined,
    isLeaving: lineage.root !== undefined && isLeaving(reader, namespace, lineage.root),
    ...lineage,
  };
}

const cachedRoots: ReadonlyMap<string, 'deployments' | 'replicasets' | 'statefulsets' | 'daemonsets'> =
  new Map([
    ['Deployment', 'deployments'],
    ['ReplicaSet', 'replicasets'],
    ['StatefulSet', 'statefulsets'],
    ['DaemonSet', 'daemonsets'],
  ]);

/** Of a Rollout, which no cluster needs to have, and of a bare pod nothing is asked. */
function isLeaving(reader: Reader, namespace: string, { kind, name, uid }: OwnerReference): boolean {
  const resource = cachedRoots.get(kind);
  if (resource === undefined) return false;
  const metadata = reader.get(resource, namespace, name)?.metadata;
  return metadata?.uid !== uid || metadata.deletionTimestamp !== undefined;
}
