import { expect, test } from 'vitest';
import { filledCache } from '../../../test/builders/filled-cache.ts';
import { keptnWorkload } from '../../../test/builders/version-objects.ts';
import { index } from '../../runtime/controller.ts';
import { podsByWorkload } from '../gated-pods.ts';
import { knownPodsByOwner, knownPodsByTemplate, replicaSetsByOwner } from '../revisions.ts';
import { observeWorkload } from './observe.ts';

const names = [
  'pods',
  'replicasets',
  'deployments',
  'statefulsets',
  'daemonsets',
  'releasepods',
  'keptnworkloads',
  'keptnworkloadversions',
  'keptnapps',
  'keptnappcreationrequests',
] as const;
const owner = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  name: 'cart',
  uid: 'deployment-1',
  controller: true,
};
const replicaSet = (rank: number) => ({
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  metadata: {
    name: `cart-${rank}`,
    uid: `rs-${rank}`,
    annotations: { 'deployment.kubernetes.io/revision': String(rank) },
    ownerReferences: [owner],
  },
});

/** The rollout that a workload which points at ReplicaSet 2 follows. */
async function followedWith(sets: readonly object[]) {
  const { controller: _controller, ...root } = owner;
  const workload = keptnWorkload({
    metadata: { ownerReferences: [root] },
    spec: { version: '2', resourceReference: { kind: 'ReplicaSet', name: 'cart-2', uid: 'rs-2' } },
  });
  const cache = filledCache({ replicasets: sets, keptnworkloads: [workload] }, names, [
    podsByWorkload,
    replicaSetsByOwner,
    knownPodsByOwner,
    knownPodsByTemplate,
    index('keptnworkloads', 'app', ({ metadata, spec }) => [`${metadata.namespace ?? ''}/${spec.app}`]),
  ]);
  const observed = await observeWorkload({ namespace: 'shop', name: 'shop-cart' }, cache, new Date(0));
  if (!observed.ok || observed.value === undefined) throw new Error('the workload is there');
  return observed.value.followed;
}

test('the rollout that is followed is read from its ReplicaSet', async () => {
  expect(await followedWith([replicaSet(1), replicaSet(2)])).toEqual({ root: 'deployment-1', rank: 2 });
});

test('once that ReplicaSet is gone none is followed', async () => {
  expect(await followedWith([replicaSet(1)])).toBeUndefined();
});
