import { expect, test } from 'vitest';
import { plainReader } from '../../test/builders/plain-reader.ts';
import {
  knownPodsByOwner,
  knownPodsByTemplate,
  lineageOf,
  newestRevision,
  replicaSetsByOwner,
} from './revisions.ts';

const owner = (kind: string, uid: string) => ({
  apiVersion: 'apps/v1',
  kind,
  name: 'cart',
  uid,
  controller: true,
});
const knownPod = (version: string, by: object, labels = {}) => ({
  metadata: {
    name: `pod-${version}`,
    labels,
    annotations: { 'keptn.sh/workload': 'cart', 'keptn.sh/app': 'shop', 'keptn.sh/version': version },
    ownerReferences: [by],
  },
});
const replicaSet = (uid: string, annotations: Record<string, string>, kind = 'Deployment') => ({
  metadata: { name: uid, uid, annotations, ownerReferences: [owner(kind, 'root-1')] },
});
const count = 'deployment.kubernetes.io/revision';
const reader = (objects: Parameters<typeof plainReader>[0]) =>
  plainReader(objects, [knownPodsByOwner, knownPodsByTemplate, replicaSetsByOwner]);
const ofReplicaSet = (uid: string) => ({ ...owner('ReplicaSet', uid), name: uid });

test.each([
  ['Deployment', count],
  ['Rollout', 'rollout.argoproj.io/revision'],
])('the newest ReplicaSet of a %s is the one that it counts highest', (kind, key) => {
  const sets = [replicaSet('rs-1', { [key]: '10' }, kind), replicaSet('rs-2', { [key]: '9' }, kind)];
  const pods = [knownPod('1', ofReplicaSet('rs-1')), knownPod('2', ofReplicaSet('rs-2'))];
  const found = newestRevision(
    reader({ replicasets: sets, releasepods: pods }),
    'shop',
    owner(kind, 'root-1'),
    'shop-cart-2',
  );
  expect(found).toMatchObject({ rank: 10, owner: { name: 'rs-1' }, identity: { version: '1' } });
});

test('where pods of one ReplicaSet disagree, those of the version that is asked about count', () => {
  const pods = [knownPod('1', ofReplicaSet('rs-1')), knownPod('2', ofReplicaSet('rs-1'))];
  const all = reader({ replicasets: [replicaSet('rs-1', { [count]: '1' })], releasepods: pods });
  const versionFor = (asked: string) =>
    newestRevision(all, 'shop', owner('Deployment', 'root-1'), asked)?.identity?.version;
  expect(['shop-cart-1', 'shop-cart-2', 'shop-cart-3'].map(versionFor)).toEqual(['1', '2', '1']);
});

test("a StatefulSet's pod is of the newest revision or of none that counts (Q-35)", () => {
  const statefulsets = [{ metadata: { name: 'cart', uid: 'root-1' }, status: { updateRevision: 'cart-b' } }];
  const root = owner('StatefulSet', 'root-1');
  const pods = [
    knownPod('1', root, { 'controller-revision-hash': 'cart-a' }),
    knownPod('2', root, { 'controller-revision-hash': 'cart-b' }),
  ];
  const all = reader({ statefulsets, releasepods: pods });
  const rank = (hash: string) => lineageOf(all, 'shop', root, { 'controller-revision-hash': hash }).rank;
  expect([rank('cart-a'), rank('cart-b')]).toEqual([0, 1]);
  expect(newestRevision(all, 'shop', root, '')).toMatchObject({ rank: 1, identity: { version: '2' } });
});

test("a DaemonSet's pods are ranked by how often its template was changed (Q-35)", () => {
  const annotations = { 'deprecated.daemonset.template.generation': '12' };
  const daemonsets = [{ metadata: { name: 'cart', uid: 'root-1', annotations } }];
  const root = owner('DaemonSet', 'root-1');
  const pods = [
    knownPod('1', root, { 'pod-template-generation': '9' }),
    knownPod('2', root, { 'pod-template-generation': '12' }),
  ];
  const all = reader({ daemonsets, releasepods: pods });
  expect(lineageOf(all, 'shop', root, { 'pod-template-generation': '9' }).rank).toBe(9);
  expect(newestRevision(all, 'shop', root, '')).toMatchObject({ rank: 12, identity: { version: '2' } });
});

test.each([
  { why: 'pods of its own share their hash', hashes: ['cart-a'], rank: 12, newest: '1' },
  { why: 'pods of its own have another hash', hashes: ['cart-b'], rank: 9, newest: '3' },
  { why: 'it has none, and all pods are up to date', rank: 12, newest: '1' },
  { why: 'it has none, and a pod is not up to date', status: { updatedNumberScheduled: 1 }, rank: 9 },
  { why: 'it has none, and was not looked at yet', status: { observedGeneration: 3 }, rank: 9 },
  {
    why: 'it has none, and none is counted',
    status: { currentNumberScheduled: 0, updatedNumberScheduled: 0 },
    rank: 9,
  },
])('a template that was changed twice keeps its first pods or not: $why', (row) => {
  const { hashes = [], status, rank, newest } = row;
  const annotations = { 'deprecated.daemonset.template.generation': '12' };
  const metadata = { name: 'cart', uid: 'root-1', generation: 4, annotations };
  const counts = { observedGeneration: 4, currentNumberScheduled: 2, updatedNumberScheduled: 2, ...status };
  const root = owner('DaemonSet', 'root-1');
  const labelsOf = (times: string, hash: string) => ({
    'pod-template-generation': times,
    'controller-revision-hash': hash,
  });
  const pods = [
    knownPod('1', root, labelsOf('9', 'cart-a')),
    ...hashes.map((hash) => knownPod('3', root, labelsOf('12', hash))),
  ];
  const all = reader({ daemonsets: [{ metadata, status: counts }], releasepods: pods });
  expect(lineageOf(all, 'shop', root, labelsOf('9', 'cart-a')).rank).toBe(rank);
  expect(newestRevision(all, 'shop', root, 'shop-cart-1')?.identity?.version).toBe(newest);
});

test.each(['StatefulSet', 'DaemonSet'])('a namesake of a %s has revisions of its own', (kind) => {
  const metadata = {
    name: 'cart',
    uid: 'other',
    annotations: { 'deprecated.daemonset.template.generation': '1' },
  };
  const all = reader({
    statefulsets: [{ metadata, status: { updateRevision: 'b' } }],
    daemonsets: [{ metadata }],
  });
  expect(newestRevision(all, 'shop', owner(kind, 'root-1'), '')).toBeUndefined();
});

test.each(['ReplicaSet', 'Pod'])('nothing counts the revisions of a bare %s', (kind) => {
  expect(newestRevision(reader({}), 'shop', owner(kind, 'root-1'), '')).toBeUndefined();
});
