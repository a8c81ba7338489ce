import { expect, test } from 'vitest';
import type { OwnerReference } from '../api/meta.ts';
import { chooseOwner, podOwnerKinds, replicaSetOwnerKinds } from './pod-owner.ts';

const owner = (kind: string, controller?: boolean): OwnerReference => ({
  apiVersion: 'v1',
  kind,
  name: `${kind}-${String(controller)}`,
  uid: kind,
  ...(controller === undefined ? {} : { controller }),
});

test.each<[OwnerReference[] | undefined, string | undefined]>([
  [undefined, undefined],
  [[], undefined],
  [[owner('ReplicaSet', true)], 'ReplicaSet'],
  [[owner('ReplicaSet', true), owner('DaemonSet')], 'ReplicaSet'],
  [[owner('ReplicaSet'), owner('DaemonSet')], 'DaemonSet'],
  [[owner('Job', true), owner('ReplicaSet')], undefined],
  [[owner('Node')], undefined],
])('of %j the owner is %s', (references, kind) => {
  expect(chooseOwner(references, podOwnerKinds)?.kind).toBe(kind);
});

test('a ReplicaSet belongs to a Deployment or a Rollout', () => {
  expect(chooseOwner([owner('Rollout', true)], replicaSetOwnerKinds)?.kind).toBe('Rollout');
  expect(chooseOwner([owner('StatefulSet', true)], replicaSetOwnerKinds)).toBeUndefined();
});
