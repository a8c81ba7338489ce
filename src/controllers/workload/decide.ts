import type { KeptnWorkload } from '../../api/lifecycle/v1/keptn-workload.ts';
import type { KubeObject } from '../../api/meta.ts';
import type { Action } from '../../domain/action.ts';
import { containsWorkload } from '../../domain/app-match.ts';
import { formatTime } from '../../domain/condition.ts';
import type { Decision } from '../../domain/decision.ts';
import { deepEqual } from '../../domain/deep-equal.ts';
import { appCreationRequestManifest, isDiscovered } from '../../domain/discovery.ts';
import { isOfFormer } from '../../domain/incarnation.ts';
import { applyStatus, lifecycleVersion, refTo } from '../../domain/object-ref.ts';
import { done } from '../../kernel/outcome.ts';
import { workloadManifest, workloadVersionManifest } from './manifest.ts';
import type { PodOfWorkload, WorkloadSnapshot } from './observe.ts';

/**
 * Decides what a KeptnWorkload says and which version object it needs. It follows the newest rollout and not the last
 * pod seen, so that an old ReplicaSet's pod that is made again brings no old version back. Pure.
 */
export function decideWorkload(snapshot: WorkloadSnapshot): Decision {
  const { namespace, name, workload } = snapshot;
  const newest = newestPod(snapshot);
  if (newest !== undefined && newest.root === undefined) {
    // The ReplicaSet is not in the cache yet; its arrival wakes us.
    const on = [{ kind: newest.owner?.kind ?? 'Pod', name: newest.owner?.name ?? newest.pod.metadata.name }];
    return {
      actions: [],
      outcome: { kind: 'stalled', by: 'child', on, reason: 'the owner of the pod is not known yet' },
    };
  }
  const wanted = newest === undefined ? undefined : workloadManifest(namespace, name, newest, workload);
  if (wanted !== undefined && !says(workload, wanted)) {
    return { actions: [{ kind: 'apply', object: wanted }], outcome: done };
  }
  if (workload === undefined) return { actions: [], outcome: done };
  const appWants = appActions(snapshot, workload, newest);
  if (isOfFormer(workload, snapshot.version)) return waitForCollection(snapshot, appWants);
  return { actions: [...versionActions(snapshot, workload), ...appWants], outcome: done };
}

/** A workload that was deleted and made again needs names that its former versions still hold. */
function waitForCollection({ version }: WorkloadSnapshot, actions: readonly Action[]): Decision {
  const name = version?.metadata.name ?? '';
  const reason = `KeptnWorkloadVersion "${name}" of an earlier workload of that name is still being removed`;
  const on = [{ kind: 'KeptnWorkloadVersion', name }];
  return { actions, outcome: { kind: 'stalled', by: 'child', on, reason } };
}

/** The pod of the newest rollout, unless a newer one is followed already; among equals the one made last. */
function newestPod({ pods, followed }: WorkloadSnapshot): PodOfWorkload | undefined {
  const isOld = ({ root, rank }: PodOfWorkload) =>
    root?.uid === followed?.root && rank < (followed?.rank ?? 0);
  const order = (pod: PodOfWorkload): [number, string, string] => [
    pod.rank,
    pod.ownerCreatedAt,
    pod.pod.metadata.creationTimestamp ?? '',
  ];
  const candidates = pods.filter((pod) => !isOld(pod));
  return candidates.toSorted((a, b) => {
    const [left, right] = [order(a), order(b)];
    const at = left.findIndex((value, i) => value !== right[i]);
    if (at < 0) return a.pod.metadata.name < b.pod.metadata.name ? -1 : 1;
    return (left[at] ?? '') > (right[at] ?? '') ? -1 : 1;
  })[0];
}

function says(workload: KeptnWorkload | undefined, wanted: KubeObject): boolean {
  if (workload === undefined) return false;
  // Keptn's owner, a ReplicaSet, stays beside ours: it is its field, and the object goes when both are gone.
  const owners = workload.metadata.ownerReferences?.map(({ uid }) => uid) ?? [];
  const wantedOwners = wanted.metadata.ownerReferences?.map(({ uid }) => uid) ?? [];
  return deepEqual(workload.spec, wanted['spec']) && wantedOwners.every((uid) => owners.includes(uid));
}

/** Makes the version object, keeps its copy of the spec, and records it as the current one. */
function versionActions({ version, now }: WorkloadSnapshot, workload: KeptnWorkload): Action[] {
  if (workload.metadata.deletionTimestamp !== undefined) return [];
  const manifest = workloadVersionManifest(workload);
  if (version === undefined) return [{ kind: 'createIfAbsent', object: manifest }];
  const { workloadName: _name, previousVersion, traceId: _trace, ...copied } = version.spec;
  const actions: Action[] = [];
  if (!deepEqual(copied, workload.spec)) {
    const spec = {
      ...workload.spec,
      workloadName: workload.metadata.name,
      previousVersion: previousVersion ?? '',
    };
    actions.push({ kind: 'apply', object: { ...manifest, spec } });
  }
  if (workload.status?.currentVersion !== workload.spec.version) {
    const ref = refTo(lifecycleVersion, 'KeptnWorkload', workload.metadata);
    const status = { currentVersion: workload.spec.version, currentVersionSince: formatTime(now) };
    actions.push(applyStatus(ref, status));
  }
  return actions;
}

/** Asks for the KeptnApp when it doesn't list this version yet; one that a user wrote is left alone. */
function appActions(
  snapshot: WorkloadSnapshot,
  workload: KeptnWorkload,
  newest: PodOfWorkload | undefined,
): Action[] {
  const { namespace, app, request } = snapshot;
  if (request !== undefined || newest === undefined) return [];
  if (app !== undefined && !isDiscovered(app)) return [];
  const member = { workloadName: workload.metadata.name, version: workload.spec.version };
  if (
    app !== undefined &&
    containsWorkload({ appName: app.metadata.name, workloads: app.spec.workloads }, member)
  )
    return [];
  return [
    {
      kind: 'createIfAbsent',
      object: appCreationRequestManifest(namespace, workload.spec.app, newest.identity.appIsImplied),
    },
  ];
}
