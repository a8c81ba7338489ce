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
      fetch: (resource, _namespace, name) => {
        live.push(resource);
        const stored = resource === 'replicasets' ? replicaSet : current;
        return Promise.resolve(ok(stored.name === name ? { metadata: stored } : undefined));
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
  { name: 'what is not cached is read', cached: {}, live: ['deployments', 'replicasets'], from: 'live' },
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
    live: ['deployments', 'replicasets'],
    from: 'live',
  },
])('$name', async ({ cached, live, from }) => {
  const world = ports(cached);
  const owner = await readPodOwner(world, 'shop', reference);
  expect(owner).toMatchObject({ ok: true, value: { kind: 'Deployment', annotations: { from } } });
  expect(world.live).toEqual(live);
});

test('a ReplicaSet that is not named like its Deployment is followed by what it says', async () => {
  const live: string[] = [];
  const fetch: OwnerPorts['owners']['fetch'] = (resource, _namespace, name) => {
    live.push(`${resource} ${name}`);
    const stored = resource === 'replicasets' ? { ...replicaSet, name: 'odd' } : current;
    return Promise.resolve(ok(stored.name === name ? { metadata: stored } : undefined));
  };
  const world = { ...ports({}), owners: { get: () => undefined, fetch } };
  const owner = await readPodOwner(world, 'shop', { ...reference, name: 'odd' });
  expect(owner).toMatchObject({ ok: true, value: { kind: 'Deployment', name: 'carts' } });
  expect(live).toEqual(['deployments odd', 'replicasets odd', 'deployments carts']);
});

test('an exception of the read ahead harms nobody when the ReplicaSet is gone', async () => {
  const fetch: OwnerPorts['owners']['fetch'] = (resource) =>
    resource === 'deployments' ? Promise.reject(new Error('broken')) : Promise.resolve(ok(undefined));
  const world = { ...ports({}), owners: { get: () => undefined, fetch } };
  expect(await readPodOwner(world, 'shop', reference)).toMatchObject({
    ok: true,
    value: { name: 'carts-1' },
  });
});
