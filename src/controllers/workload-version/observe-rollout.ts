import type { ReleasePod } from '../../api/core/release-pod.ts';
import type { KeptnWorkloadVersion } from '../../api/lifecycle/v1/keptn-workload-version.ts';
import type { OwnerReference } from '../../api/meta.ts';
import type { ObjectRef } from '../../domain/action.ts';
import { refTo } from '../../domain/object-ref.ts';
import {
  argoReport,
  daemonSetReport,
  deploymentReport,
  podReport,
  type Report,
  replicaSetReport,
  statefulSetReport,
} from '../../domain/observed-rollout.ts';
import type { TroubledPod } from '../../domain/pod-trouble.ts';
import type { ObservedRollout } from '../../domain/rollout.ts';
import { index } from '../../runtime/controller.ts';
import type { ObjectKey, Reader } from '../../runtime/reader.ts';
import { identityOf, lineageOf, newestRevision, ownerOf } from '../revisions.ts';

/** Finds pods that admission knows by `<namespace>/<KeptnWorkloadVersion name>`. */
export const knownPodsByVersion = index('releasepods', 'workload-version', (pod) =>
  versionsOfPod(pod).map(({ namespace, name }) => `${namespace}/${name}`),
);

/** The version that a pod that admission knows belongs to; none when it says of none. Pure. */
export function versionsOfPod(pod: ReleasePod): ObjectKey[] {
  const identity = identityOf(pod);
  if (identity === undefined) return [];
  return [{ namespace: pod.metadata.namespace ?? '', name: identity.workloadVersionName }];
}

/** What the owner of a version's pods, or what is above it, reports, and which of its pods don't start. Reads only. */
export function observeRollout(reader: Reader, version: KeptnWorkloadVersion): ObservedRollout {
  const namespace = version.metadata.namespace ?? '';
  const owner = ownerOf(version.spec);
  const { root = owner } = lineageOf(reader, namespace, owner, undefined);
  const newest = newestRevision(reader, namespace, root, version.metadata.name);
  const isOurs = newest?.identity?.workloadVersionName === version.metadata.name;
  return {
    subject: { kind: root.kind, name: root.name },
    counts: undefined,
    ...reportOf(reader, namespace, root),
    movedOnTo: isOurs ? undefined : newest?.identity?.version,
    troubled: troubledPods(reader, version, owner, newest?.rank),
  };
}

/** The object above a version's pods that its user knows; undefined for a pod of nobody. Reads only. */
export function observeOwner(
  reader: Reader,
  { metadata, spec }: KeptnWorkloadVersion,
): ObjectRef | undefined {
  const { namespace = '' } = metadata;
  const { root } = lineageOf(reader, namespace, ownerOf(spec), undefined);
  return root === undefined || root.kind === 'Pod'
    ? undefined
    : refTo(root.apiVersion, root.kind, { ...root, namespace });
}

function reportOf(
  reader: Reader,
  namespace: string,
  { kind, name, uid }: OwnerReference,
): Report | undefined {
  switch (kind) {
    case 'Deployment':
      return reportFrom(reader.get('deployments', namespace, name), deploymentReport);
    case 'Rollout':
      return reportFrom(reader.get('rollouts', namespace, name), argoReport);
    case 'StatefulSet':
      return reportFrom(reader.get('statefulsets', namespace, name), statefulSetReport);
    case 'DaemonSet':
      return reportFrom(reader.get('daemonsets', namespace, name), daemonSetReport);
    case 'Pod': {
      const pod = reader.get('releasepods', namespace, name);
      return reportFrom(pod?.metadata.uid === uid ? pod : undefined, podReport);
    }
    default:
      return reportFrom(reader.get('replicasets', namespace, name), replicaSetReport);
  }
}

function reportFrom<T>(object: T | undefined, report: (object: T) => Report): Report | undefined {
  return object === undefined ? undefined : report(object);
}

/** Pods of the version and of its newest revision alone: one that is being replaced may fail as it likes. */
function troubledPods(
  reader: Reader,
  { metadata }: KeptnWorkloadVersion,
  owner: OwnerReference,
  newestRank: number | undefined,
): TroubledPod[] {
  const namespace = metadata.namespace ?? '';
  return reader
    .byIndex('releasepods', 'workload-version', `${namespace}/${metadata.name}`)
    .filter((pod) => pod.troubles.length > 0 && pod.metadata.deletionTimestamp === undefined)
    .filter((pod) => isOf(pod, owner))
    .filter(({ metadata: { labels } }) => {
      return newestRank === undefined || lineageOf(reader, namespace, owner, labels).rank === newestRank;
    })
    .map(({ metadata: { name }, troubles }) => ({ namespace, name, troubles }));
}

function isOf({ metadata }: ReleasePod, { uid }: OwnerReference): boolean {
  return metadata.uid === uid || (metadata.ownerReferences ?? []).some((reference) => reference.uid === uid);
}
