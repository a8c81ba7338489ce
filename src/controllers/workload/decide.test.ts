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
  return {
    ...gated,
    owner,
    root,
    hasVersion: true,
    isLeaving: false,
    rank,
    ownerCreatedAt: `2026-01-0${rank}T00:00:00Z`,
    ...given,
  };
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
    released: undefined,
    app: keptnApp(),
    otherMembers: 0,
    request: undefined,
    now: new Date('2026-01-01T00:00:00.123Z'),
    ...given,
  };
}
const unseen = { workload: undefined, version: undefined, followed: undefined };
const kinds = (given: Partial<WorkloadSnapshot>) =>
  decideWorkload(snapshot(given)).actions.map((action) =>
    'object' in action ? `${action.kind} ${action.object.kind}` : action.kind,
  );

test('a first pod makes the KeptnWorkload, owned by the Deployment and pointing at its ReplicaSet', () => {
  const { actions } = decideWorkload(snapshot({ ...unseen, pods: [podOf('1', 1)] }));
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

test('a pod whose Deployment is gone makes no record again, and waits for what it was to be known', () => {
  const decision = decideWorkload(snapshot({ ...unseen, pods: [podOf('1', 1, { isLeaving: true })] }));
  expect(decision).toMatchObject({
    actions: [],
    outcome: { kind: 'stalled', by: 'child', on: [{ kind: 'Deployment', name: 'cart' }] },
  });
});

test('a Deployment that was made anew is followed, though the one that was deleted had come further', () => {
  const old = podOf('5', 5, { isLeaving: true, root: { ...root, uid: 'deployment-0' } });
  const { actions } = decideWorkload(snapshot({ ...unseen, pods: [old, podOf('1', 1)] }));
  expect(actions).toMatchObject([{ object: { kind: 'KeptnWorkload', spec: { version: '1' } } }]);
});

test('a record that is there goes on while its Deployment is being deleted', () => {
  expect(kinds({ pods: [podOf('1', 1, { isLeaving: true })] })).toEqual(kinds({ pods: [podOf('1', 1)] }));
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
          annotations: { 'keptn.sh/made-at': '2026-01-01T00:00:00.123Z' },
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

test("an old ReplicaSet's pod that is made again brings the old version back neither beside new pods nor alone (Q-35)", () => {
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

test('L1: a held pod of an old revision whose version was never checked is told why and until when', () => {
  const workload = keptnWorkload({
    metadata: { ownerReferences: [root] },
    spec: { version: '2' },
    status: { currentVersion: '2' },
  });
  const version = keptnWorkloadVersion({ spec: workload.spec });
  const old = podOf('1', 1, { hasVersion: false });
  const { actions } = decideWorkload(
    snapshot({ workload, version, followed: { root: root.uid, rank: 2 }, pods: [old] }),
  );
  expect(actions).toMatchObject([
    {
      kind: 'emitEvent',
      regarding: { kind: 'Pod', name: 'cart-1-1' },
      note: expect.stringContaining(
        'old revision of Deployment "cart" and its version "1" was never checked',
      ),
    },
  ]);
});

test('a rollout that heads for a released version brings its KeptnWorkload back, with the checks it had', () => {
  const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'cart-1', uid: 'rs-1' };
  const version = keptnWorkloadVersion({ spec: { postDeploymentTasks: ['smoke'], previousVersion: '0' } });
  const workload = keptnWorkload({ metadata: { ownerReferences: [root] }, spec: { version: '2' } });
  const { actions } = decideWorkload(snapshot({ workload, released: { root, owner, version } }));
  expect(actions).toEqual([
    {
      kind: 'apply',
      object: {
        apiVersion: 'lifecycle.keptn.sh/v1',
        kind: 'KeptnWorkload',
        metadata: { name: 'shop-cart', namespace: 'shop', ownerReferences: [root] },
        spec: {
          app: 'shop',
          version: '1',
          postDeploymentTasks: ['smoke'],
          resourceReference: { kind: 'ReplicaSet', name: 'cart-1', uid: 'rs-1' },
        },
      },
    },
  ]);
});

test('another rollout of the present version moves the reference alone', () => {
  const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'cart-2', uid: 'rs-2' };
  const edited = keptnWorkload({
    metadata: { ownerReferences: [root] },
    spec: { postDeploymentTasks: ['by-hand'] },
  });
  const { actions } = decideWorkload(
    snapshot({ workload: edited, released: { root, owner, version: keptnWorkloadVersion() } }),
  );
  expect(actions).toMatchObject([
    {
      kind: 'apply',
      object: { spec: { postDeploymentTasks: ['by-hand'], resourceReference: { uid: 'rs-2' } } },
    },
  ]);
});

test('an app that a released version returns to is asked for, one that somebody deleted is not', () => {
  const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'cart-1', uid: 'rs-1' };
  const settled = { ...owned, status: { currentVersion: '1' } };
  const released = { root, owner, version: keptnWorkloadVersion() };
  const app = keptnApp({ spec: { workloads: [{ name: 'cart', version: '2' }] } });
  const { actions } = decideWorkload(snapshot({ workload: settled, released, app }));
  expect(actions).toMatchObject([
    {
      kind: 'createIfAbsent',
      object: {
        kind: 'KeptnAppCreationRequest',
        metadata: { annotations: { 'keptn.sh/app-type': 'single-service' } },
      },
    },
  ]);
  expect(kinds({ workload: settled, released, app: undefined })).toEqual([]);
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

const implied = (): PodOfWorkload => {
  const annotations = { 'keptn.sh/workload': 'cart', 'keptn.sh/version': '2' };
  const gated = gatedPod(pod({ metadata: { annotations } }));
  if (gated === undefined) throw new Error('the pod is gated');
  return { ...podOf('2', 2), ...gated };
};

test.each([
  ['that does not exist is made', undefined, 'createIfAbsent KeptnApp'],
  ['that was found before is brought up to date', keptnApp(), 'apply KeptnApp'],
  ['that a user wrote is left alone', keptnApp({ metadata: { labels: {} } }), undefined],
  [
    'that is being deleted is asked for',
    keptnApp({ metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } }),
    'createIfAbsent KeptnAppCreationRequest',
  ],
])('the app of a workload that is one itself, and %s', (_what, app, expected) => {
  const workload = keptnWorkload({
    metadata: { name: 'cart-cart', ownerReferences: [root] },
    spec: {
      app: 'cart',
      version: '2',
      resourceReference: { kind: 'ReplicaSet', name: 'cart-2', uid: 'rs-2' },
    },
  });
  const given = {
    name: 'cart-cart',
    workload,
    version: undefined,
    followed: undefined,
    app,
    pods: [implied()],
  };
  const done = kinds(given);
  expect(done.filter((one) => one.includes('KeptnApp'))).toEqual(expected === undefined ? [] : [expected]);
  // Beside another workload it is no app of its own: what belongs to it is looked for first.
  if (app === undefined)
    expect(kinds({ ...given, otherMembers: 1 })).toContain('createIfAbsent KeptnAppCreationRequest');
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
