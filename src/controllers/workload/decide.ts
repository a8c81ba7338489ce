import { annotations } from '../../api/constants.ts';
import type { KeptnWorkload } from '../../api/lifecycle/v1/keptn-workload.ts';
import type { KubeObject } from '../../api/meta.ts';
import { reasons } from '../../api/reasons.ts';
import type { Action } from '../../domain/action.ts';
import { containsWorkload } from '../../domain/app-match.ts';
import type { Decision } from '../../domain/decision.ts';
import { deepEqual } from '../../domain/deep-equal.ts';
import { appCreationRequestManifest, isDiscovered, writeDiscoveredApp } from '../../domain/discovery.ts';
import { isOfFormer } from '../../domain/incarnation.ts';
import { applyStatus, lifecycleVersion, refTo } from '../../domain/object-ref.ts';
import { done, type Outcome } from '../../kernel/outcome.ts';
import { returnedManifest, workloadManifest, workloadVersionManifest } from './manifest.ts';
import type { PodOfWorkload, WorkloadSnapshot } from './observe.ts';

/**
 * Decides what a KeptnWorkload says and which version object it needs. It follows the newest rollout and not the last
 * pod seen, so that an old ReplicaSet's pod that is made again brings no old version back. Pure.
 */
export function decideWorkload(snapshot: WorkloadSnapshot): Decision {
  const { namespace, name, workload } = snapshot;
  const newest = newestPod(snapshot);
  const unowned = newest && waitForOwner(newest, workload);
  if (unowned !== undefined) return { actions: [], outcome: unowned };
  const wanted =
    newest === undefined ? returning(snapshot) : workloadManifest(namespace, name, newest, workload);
  if (wanted !== undefined && !says(workload, wanted)) {
    return { actions: [{ kind: 'apply', object: wanted }], outcome: done };
  }
  if (workload === undefined) return { actions: [], outcome: done };
  const appWants = [...appActions(snapshot, workload, newest), ...leftBehind(snapshot, workload)];
  if (isOfFormer(workload, snapshot.version)) return waitForCollection(snapshot, appWants);
  // The app first: what follows from it takes longer than the version does.
  return { actions: [...appWants, ...versionActions(snapshot, workload)], outcome: done };
}

/**
 * What a pod waits for whose owner is not there. Garbage collection may take the record of a Deployment that was deleted
 * before it takes the pods: written again, it would begin the checks once more, for nobody.
 */
function waitForOwner(
  { root, owner, pod, isLeaving }: PodOfWorkload,
  workload: KeptnWorkload | undefined,
): Outcome | undefined {
  if (root === undefined) {
    // The ReplicaSet is not in the cache yet; its arrival wakes us.
    const on = [{ kind: owner?.kind ?? 'Pod', name: owner?.name ?? pod.metadata.name }];
    return { kind: 'stalled', by: 'child', on, reason: 'the owner of the pod is not known yet' };
  }
  if (workload !== undefined || !isLeaving) return undefined;
  const { kind, name } = root;
  const reason = `${kind} "${name}", which made the pod, is being deleted or is not known yet`;
  return { kind: 'stalled', by: 'child', on: [{ kind, name }], reason };
}

/** A workload that was deleted and made again needs names that its former versions still hold. */
function waitForCollection({ version }: WorkloadSnapshot, actions: readonly Action[]): Decision {
  const name = version?.metadata.name ?? '';
  const reason = `KeptnWorkloadVersion "${name}" of an earlier workload of that name is still being removed`;
  const on = [{ kind: 'KeptnWorkloadVersion', name }];
  return { actions, outcome: { kind: 'stalled', by: 'child', on, reason } };
}

/** What the KeptnWorkload should say where a rollback, or another rollout of a version that was released, needs no gate. */
function returning({ workload, released }: WorkloadSnapshot): KubeObject | undefined {
  return workload && released && returnedManifest(workload, released);
}

/**
 * The pod of the newest rollout, unless a newer one is followed already; among equals the one made last. Pods that go
 * with a Deployment that was deleted count where there are no others.
 */
function newestPod({ pods, followed }: WorkloadSnapshot): PodOfWorkload | undefined {
  const order = (pod: PodOfWorkload): [number, string, string] => [
    pod.rank,
    pod.ownerCreatedAt,
    pod.pod.metadata.creationTimestamp ?? '',
  ];
  const current = pods.filter((pod) => !isOld(pod, followed));
  const staying = current.filter(({ isLeaving }) => !isLeaving);
  return (staying.length > 0 ? staying : current).toSorted((a, b) => {
    const [left, right] = [order(a), order(b)];
    const at = left.findIndex((value, i) => value !== right[i]);
    if (at < 0) return a.pod.metadata.name < b.pod.metadata.name ? -1 : 1;
    return (left[at] ?? '') > (right[at] ?? '') ? -1 : 1;
  })[0];
}

/** True for a pod of an older revision than the newest that is known. */
function isOld({ root, rank }: PodOfWorkload, followed: WorkloadSnapshot['followed']): boolean {
  return root?.uid === followed?.root && rank < (followed?.rank ?? 0);
}

/** Says why a pod waits that is of an old revision whose version was never checked: nobody else knows of it. */
function leftBehind({ pods, followed }: WorkloadSnapshot, workload: KeptnWorkload): Action[] {
  const unknown = pods.filter((pod) => !pod.hasVersion && isOld(pod, followed));
  return unknown.map(({ pod, identity, root }) => ({
    kind: 'emitEvent',
    regarding: refTo('v1', 'Pod', pod.metadata),
    type: 'Warning',
    reason: reasons.superseded,
    action: 'HoldGate',
    note:
      `this pod is of an old revision of ${root?.kind ?? ''} "${root?.name ?? ''}" and its version ` +
      `"${identity.version}" was never checked: it waits until version "${workload.spec.version}" has taken its ` +
      'place, or is rolled back',
  }));
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
  if (version === undefined) {
    const marks = { [annotations.madeAt]: now.toISOString() };
    const metadata = { ...manifest.metadata, annotations: marks };
    return [{ kind: 'createIfAbsent', object: { ...manifest, metadata } }];
  }
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
    actions.push(applyStatus(ref, { currentVersion: workload.spec.version }));
  }
  return actions;
}

/**
 * Writes the KeptnApp of a workload that is one itself, and asks for any other when it doesn't list this version yet; one that a user wrote is left alone. Without a gated
 * pod only an app that is there is brought up to date.
 */
function appActions(
  snapshot: WorkloadSnapshot,
  workload: KeptnWorkload,
  newest: PodOfWorkload | undefined,
): Action[] {
  const { namespace, app } = snapshot;
  if (isSettled(snapshot, workload) || !mayAskForApp(snapshot, newest)) return [];
  // Nobody else can be part of it: what would be asked for is known.
  if (newest?.identity.appIsImplied === true && isAlone(snapshot)) {
    return [writeDiscoveredApp({ namespace, name: workload.spec.app }, app, [workload])];
  }
  const isSingle = newest === undefined ? app?.spec.workloads?.length === 1 : newest.identity.appIsImplied;
  const object = appCreationRequestManifest(namespace, workload.spec.app, isSingle);
  return [{ kind: 'createIfAbsent', object }];
}

/** True when the app was asked for already, is a user's, or lists this version. */
function isSettled({ app, request }: WorkloadSnapshot, workload: KeptnWorkload): boolean {
  if (request !== undefined) return true;
  if (app === undefined) return false;
  const listed = { appName: app.metadata.name, workloads: app.spec.workloads ?? [] };
  const member = { workloadName: workload.metadata.name, version: workload.spec.version };
  return !isDiscovered(app) || containsWorkload(listed, member);
}

function isAlone({ app, otherMembers }: WorkloadSnapshot): boolean {
  return otherMembers === 0 && app?.metadata.deletionTimestamp === undefined;
}

function mayAskForApp({ app, released }: WorkloadSnapshot, newest: PodOfWorkload | undefined): boolean {
  return newest !== undefined || (app !== undefined && released !== undefined);
}
