import { expect, test } from 'vitest';
import type { ObjectMeta } from '../api/meta.ts';
import { ok } from '../kernel/result.ts';
import { type OwnerPorts, readPodOwner } from './owner.ts';

const reference = {
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  name: 'carts-1',
  uid: 'rs-1',
  controller: true,
};
const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'carts', uid: 'd-1', controller: true };
const revisionKey = 'deployment.kubernetes.io/revision';
const replicaSet: ObjectMeta = {
  name: 'carts-1',
  uid: 'rs-1',
  annotations: { [revisionKey]: '2' },
  ownerReferences: [deployment],
};
const current: ObjectMeta = { name: 'carts', uid: 'd-1', annotations: { [revisionKey]: '2', from: 'live' } };

/** Ports that count live reads; what is not cached is what the server has. */
function ports(cached: Record<string, ObjectMeta>): OwnerPorts & { readonly live: string[] } {
  const live: string[] = [];
  return {
    live,
    owners: {
      get: (resource) => cached[resource] && { metadata: cached[resource] },
      fetch: (resource) => {
        live.push(resource);
        return Promise.resolve(ok({ metadata: resource === 'replicasets' ? replicaSet : current }));
      },
    },
    fetchRollout: () => Promise.resolve(ok(undefined)),
  };
}

const cachedWith = (annotations: Record<string, string>): ObjectMeta => ({
  name: 'carts',
  uid: 'd-1',
  annotations: { ...annotations, from: 'cache' },
});

test.each<{ name: string; cached: Record<string, ObjectMeta>; live: string[]; from: string }>([
  {
    name: 'what is cached and current is not read again',
    cached: { replicasets: replicaSet, deployments: cachedWith({ [revisionKey]: '2' }) },
    live: [],
    from: 'cache',
  },
  { name: 'what is not cached is read', cached: {}, live: ['replicasets', 'deployments'], from: 'live' },
  {
    name: 'a Deployment that is a revision behind its ReplicaSet is read again',
    cached: { replicasets: replicaSet, deployments: cachedWith({ [revisionKey]: '1' }) },
    live: ['deployments'],
    from: 'live',
  },
  {
    name: 'a Deployment without a revision yet is read again',
    cached: { replicasets: replicaSet, deployments: cachedWith({}) },
    live: ['deployments'],
    from: 'live',
  },
  {
    name: 'a cached namesake of an earlier life is read again',
    cached: {
      replicasets: { ...replicaSet, uid: 'rs-0', ownerReferences: [] },
      deployments: { ...cachedWith({ [revisionKey]: '2' }), uid: 'd-0' },
    },
    live: ['replicasets', 'deployments'],
    from: 'live',
  },
])('$name', async ({ cached, live, from }) => {
  const world = ports(cached);
  const owner = await readPodOwner(world, 'shop', reference);
  expect(owner).toMatchObject({ ok: true, value: { kind: 'Deployment', annotations: { from } } });
  expect(world.live).toEqual(live);
});
