import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pod } from '../../../test/builders/gated-pod.ts';
import {
  appCreationRequest,
  keptnApp,
  keptnWorkload,
  keptnWorkloadVersion,
} from '../../../test/builders/version-objects.ts';
import { gatedPod } from '../gated-pods.ts';
import { decideWorkload } from './decide.ts';
import type { PodOfWorkload, WorkloadSnapshot } from './observe.ts';

const root = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'cart', uid: 'deployment-1' };

/** A pod of this version, of the ReplicaSet that came at that place in the Deployment's rollouts. */
function podOf(version: string, rank: number, given: Partial<PodOfWorkload> = {}): PodOfWorkload {
  const annotations = { 'keptn.sh/workload': 'cart', 'keptn.sh/app': 'shop', 'keptn.sh/version': version };
  const owner = {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    name: `cart-${rank}`,
    uid: `rs-${rank}`,
    controller: true,
  };
  const gated = gatedPod(
    pod({ metadata: { name: `cart-${version}-${rank}`, annotations, ownerReferences: [owner] } }),
  );
  if (gated === undefined) throw new Error('the pod is gated');
  return { ...gated, owner, root, rank, ownerCreatedAt: `2026-01-0${rank}T00:00:00Z`, ...given };
}

const owned = keptnWorkload({ metadata: { ownerReferences: [root] } });
function snapshot(given: Partial<WorkloadSnapshot> = {}): WorkloadSnapshot {
  return {
    namespace: 'shop',
    name: 'shop-cart',
    workload: owned,
    version: keptnWorkloadVersion(),
    pods: [],
    followed: { root: root.uid, rank: 1 },
    app: keptnApp(),
    request: undefined,
    now: new Date('2026-01-01T00:10:00Z'),
    ...given,
  };
}
const kinds = (given: Partial<WorkloadSnapshot>) =>
  decideWorkload(snapshot(given)).actions.map((action) =>
    'object' in action ? `${action.kind} ${action.object.kind}` : action.kind,
  );

test('a first pod makes the KeptnWorkload, owned by the Deployment and pointing at its ReplicaSet', () => {
  const { actions } = decideWorkload(
    snapshot({ workload: undefined, version: undefined, followed: undefined, pods: [podOf('1', 1)] }),
  );
  expect(actions).toMatchObject([
    {
      kind: 'apply',
      object: {
        kind: 'KeptnWorkload',
        metadata: { name: 'shop-cart', ownerReferences: [{ kind: 'Deployment', uid: 'deployment-1' }] },
        spec: {
          app: 'shop',
          version: '1',
          resourceReference: { kind: 'ReplicaSet', name: 'cart-1', uid: 'rs-1' },
        },
      },
    },
  ]);
});

test.each([
  ['2', 2],
  ['0', undefined],
])('a pod of wave %s makes a KeptnWorkload of wave %s', (written, wave) => {
  const annotations = {
    'keptn.sh/workload': 'cart',
    'keptn.sh/app': 'shop',
    'keptn.sh/version': '1',
    'keptn.sh/wave': written,
  };
  const gated = gatedPod(pod({ metadata: { annotations } }));
  if (gated === undefined) throw new Error('the pod is gated');
  const pods = [{ ...podOf('1', 1), ...gated }];
  const { actions } = decideWorkload(
    snapshot({ workload: undefined, version: undefined, followed: undefined, pods }),
  );
  const [made] = actions.flatMap((action) => (action.kind === 'apply' ? [action.object['spec']] : []));
  expect(made).toHaveProperty('version', '1');
  expect(Object(made)).toEqual(
    wave === undefined
      ? expect.not.objectContaining({ wave: expect.anything() })
      : expect.objectContaining({ wave }),
  );
});

test('a workload makes its version, named after both, and then says which it is', () => {
  const { actions } = decideWorkload(snapshot({ version: undefined }));
  expect(actions).toMatchObject([
    {
      kind: 'createIfAbsent',
      object: {
        kind: 'KeptnWorkloadVersion',
        metadata: {
          name: 'shop-cart-1',
          ownerReferences: [{ kind: 'KeptnWorkload', uid: 'workload-1', controller: true }],
        },
        spec: { version: '1', workloadName: 'shop-cart', previousVersion: '' },
      },
    },
  ]);
  expect(kinds({})).toEqual(['applyStatus KeptnWorkload']);
  const settled = { ...owned, status: { currentVersion: '1' } };
  expect(kinds({ workload: settled })).toEqual([]);
});

test('the version before is remembered, unless it is the same', () => {
  const before = (currentVersion: string) =>
    decideWorkload(snapshot({ version: undefined, workload: { ...owned, status: { currentVersion } } }))
      .actions[0];
  expect(before('0')).toMatchObject({ object: { spec: { previousVersion: '0' } } });
  expect(before('1')).toMatchObject({ object: { spec: { previousVersion: '' } } });
});

test('a change of the workload reaches the copy in its version', () => {
  const version = keptnWorkloadVersion({ spec: { preDeploymentTasks: ['old'], previousVersion: '0' } });
  const { actions } = decideWorkload(snapshot({ version }));
  expect(actions[0]).toMatchObject({
    kind: 'apply',
    object: { kind: 'KeptnWorkloadVersion', spec: { previousVersion: '0', workloadName: 'shop-cart' } },
  });
  expect(JSON.stringify(actions[0])).not.toContain('"old"');
});

test('of pods of two rollouts the newer one counts, in whatever order they come', () => {
  const ranks = fc.uniqueArray(fc.integer({ min: 1, max: 9 }), { minLength: 1 });
  fc.assert(
    fc.property(ranks, fc.integer({ min: 0, max: 9 }), (list, followed) => {
      const pods = list.map((rank) => podOf(`v${rank}`, rank));
      const { actions } = decideWorkload(snapshot({ pods, followed: { root: root.uid, rank: followed } }));
      const newest = Math.max(...list);
      const applied = actions.filter(({ kind }) => kind === 'apply');
      if (newest < followed) expect(applied).toEqual([]);
      else expect(applied).toMatchObject([{ object: { spec: { version: `v${newest}` } } }]);
    }),
    { numRuns: 1000 },
  );
});

test("Q-35: an old ReplicaSet's pod that is made again brings the old version back neither beside new pods nor alone", () => {
  const workload = keptnWorkload({
    metadata: { ownerReferences: [root] },
    spec: { version: '2', resourceReference: { kind: 'ReplicaSet', name: 'cart-2', uid: 'rs-2' } },
    status: { currentVersion: '2' },
  });
  const version = keptnWorkloadVersion({ spec: workload.spec });
  const settled = { workload, version, followed: { root: root.uid, rank: 2 } };
  const app = keptnApp({ spec: { workloads: [{ name: 'cart', version: '2' }] } });
  expect(kinds({ ...settled, app, pods: [podOf('2', 2), podOf('1', 1)] })).toEqual([]);
  expect(kinds({ ...settled, app, pods: [podOf('1', 1)] })).toEqual([]);
});

test('a rollback, which the Deployment counts as a rollout, brings the old version back', () => {
  expect(kinds({ followed: { root: root.uid, rank: 2 }, pods: [podOf('0', 3)] })).toEqual([
    'apply KeptnWorkload',
  ]);
});

test('a Deployment that was made anew counts from the start', () => {
  const fresh = { ...root, uid: 'deployment-2' };
  expect(kinds({ followed: { root: root.uid, rank: 7 }, pods: [podOf('2', 1, { root: fresh })] })).toEqual([
    'apply KeptnWorkload',
  ]);
});

test('a pod whose ReplicaSet is not known yet is waited for', () => {
  const { actions, outcome } = decideWorkload(snapshot({ pods: [podOf('2', 0, { root: undefined })] }));
  expect(actions).toEqual([]);
  expect(outcome).toMatchObject({ kind: 'stalled', by: 'child', on: [{ kind: 'ReplicaSet' }] });
});

test.each([
  ['that does not exist', undefined, undefined, true],
  [
    'that lists another version',
    keptnApp({ spec: { workloads: [{ name: 'cart', version: '0' }] } }),
    undefined,
    true,
  ],
  ['that lists this version', keptnApp(), undefined, false],
  ['that a user wrote', keptnApp({ metadata: { labels: {} }, spec: { workloads: [] } }), undefined, false],
  ['that was asked for', undefined, appCreationRequest(), false],
])('an app %s is asked for: %s', (_what, app, request, expected) => {
  const version = keptnWorkloadVersion();
  const asked = kinds({ app, request, version, pods: [podOf('1', 1)] });
  expect(asked.includes('createIfAbsent KeptnAppCreationRequest')).toBe(expected);
});

test('acting and deciding again gives nothing', () => {
  const version = keptnWorkloadVersion();
  const settled = { ...owned, status: { currentVersion: '1' } };
  expect(kinds({ workload: settled, version, pods: [podOf('1', 1)] })).toEqual([]);
});

test('what Keptn wrote and nobody wants any more is emptied, and its ReplicaSet stays an owner beside ours', () => {
  const keptns = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'cart-1', uid: 'rs-1' };
  const workload = keptnWorkload({
    metadata: { ownerReferences: [keptns] },
    spec: { postDeploymentTasks: ['tell'], metadata: { stage: 'dev' } },
  });
  const { actions } = decideWorkload(snapshot({ workload, pods: [podOf('2', 2)] }));
  expect(actions).toMatchObject([
    {
      kind: 'apply',
      object: {
        metadata: { ownerReferences: [{ uid: 'deployment-1' }] },
        spec: { version: '2', postDeploymentTasks: [], metadata: {} },
      },
    },
  ]);
  const after = keptnWorkload({
    metadata: { ownerReferences: [keptns, root] },
    spec: {
      version: '2',
      postDeploymentTasks: [],
      metadata: {},
      resourceReference: { kind: 'ReplicaSet', name: 'cart-2', uid: 'rs-2' },
    },
  });
  expect(kinds({ workload: after, version: undefined, pods: [podOf('2', 2)] })).toContain(
    'createIfAbsent KeptnWorkloadVersion',
  );
});

test('a workload that was deleted and made again waits until the versions of the former one are gone', () => {
  const reference = { apiVersion: 'x', kind: 'KeptnWorkload', name: 'shop-cart', controller: true };
  const of = (uid: string) =>
    keptnWorkloadVersion({ metadata: { ownerReferences: [{ ...reference, uid }] } });
  const { actions, outcome } = decideWorkload(snapshot({ version: of('workload-0') }));
  expect(actions).toEqual([]);
  expect(outcome).toMatchObject({
    kind: 'stalled',
    by: 'child',
    on: [{ kind: 'KeptnWorkloadVersion', name: 'shop-cart-1' }],
  });
  expect(decideWorkload(snapshot({ version: of('workload-1') })).outcome).toEqual({ kind: 'done' });
});

test('when a version came to be wanted is recorded once, and again when the workload goes back to it', () => {
  const recorded = (status: Record<string, unknown>, version = '1') => {
    const workload = keptnWorkload({ metadata: { ownerReferences: [root] }, spec: { version }, status });
    return decideWorkload(snapshot({ workload, version: keptnWorkloadVersion({ spec: { version } }) }))
      .actions;
  };
  const applied = [
    {
      kind: 'applyStatus',
      object: { status: { currentVersion: '1', currentVersionSince: '2026-01-01T00:10:00Z' } },
    },
  ];
  expect(recorded({})).toMatchObject(applied);
  const currentVersionSince = '2025-12-31T00:00:00Z';
  expect(recorded({ currentVersion: '1', currentVersionSince })).toEqual([]);
  expect(recorded({ currentVersion: '2', currentVersionSince })).toMatchObject(applied);
});
