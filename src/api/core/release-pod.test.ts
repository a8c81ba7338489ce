import { expect, test } from 'vitest';
import { releasePodSchema } from './release-pod.ts';

const metadata = {
  name: 'cart-1-a',
  namespace: 'shop',
  uid: 'pod-1',
  resourceVersion: '7',
  labels: { 'pod-template-hash': 'x', 'app.kubernetes.io/name': 'cart', 'controller-revision-hash': 'r' },
  annotations: { 'keptn.sh/workload': 'cart', 'keptn.sh/pre-deployment-tasks': 'lint', other: 'x' },
  ownerReferences: [
    { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'cart-1', uid: 'rs-1', controller: true },
  ],
};
const running = { name: 'main', restartCount: 0, state: { running: {} } };
const pod = (status: object, given: object = {}) =>
  releasePodSchema.parse({ metadata: { ...metadata, ...given }, status });
const waiting = (reason: string, message = '', restartCount = 0) => ({
  ...running,
  restartCount,
  state: { waiting: { reason, message } },
});

test('of a pod as little is kept as tells whose it is', () => {
  const kept = pod({
    phase: 'Running',
    conditions: [{ type: 'Ready', status: 'True' }],
    containerStatuses: [running],
  });
  expect(kept.metadata).toEqual({
    name: 'cart-1-a',
    namespace: 'shop',
    uid: 'pod-1',
    annotations: { 'keptn.sh/workload': 'cart' },
    labels: { 'app.kubernetes.io/name': 'cart', 'controller-revision-hash': 'r' },
    ownerReferences: metadata.ownerReferences,
  });
});

test('a pod that starts, becomes ready or is restarted once looks the same all the while', () => {
  const steps = [
    { phase: 'Pending' },
    { phase: 'Pending', containerStatuses: [waiting('ContainerCreating')] },
    { phase: 'Running', containerStatuses: [running] },
    { phase: 'Running', containerStatuses: [{ ...running, restartCount: 1 }] },
    { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }], containerStatuses: [running] },
  ];
  expect(new Set(steps.map((status) => JSON.stringify(pod(status)))).size).toBe(1);
});

test('of a pod without an owner phase and readiness are kept', () => {
  const conditions = [{ type: 'Ready', status: 'True' }];
  expect(pod({ phase: 'Running', conditions }, { ownerReferences: undefined })).toMatchObject({
    phase: 'Running',
    ready: true,
  });
});

test('a failed pull of an image is one trouble, whichever of its two words is told and with whatever digest', () => {
  const told = ['ErrImagePull', 'ImagePullBackOff'].map((reason) =>
    JSON.stringify(pod({ containerStatuses: [waiting(reason, `${reason} of sha256:1`)] }).troubles),
  );
  expect(told[0]).toContain('ImagePullBackOff');
  expect(told[1]).toBe(told[0]);
});

test('containers that crash, init containers too, are kept with their restarts and last end', () => {
  const lastState = { terminated: { exitCode: 137, reason: 'OOMKilled' } };
  const crashed = { ...waiting('CrashLoopBackOff', 'back-off 40s', 3), lastState };
  expect(pod({ initContainerStatuses: [crashed] }).troubles).toEqual([
    {
      container: 'main',
      reason: 'CrashLoopBackOff',
      message: '',
      restarts: 3,
      exitCode: 137,
      exitReason: 'OOMKilled',
    },
  ]);
});

test('what the scheduler says of a pod that fits nowhere is kept, cut short', () => {
  const conditions = [
    {
      type: 'PodScheduled',
      status: 'False',
      reason: 'Unschedulable',
      message: `0/1 nodes: ${'x'.repeat(500)}`,
    },
  ];
  const [trouble] = pod({ conditions }).troubles;
  expect(trouble).toMatchObject({ container: '', reason: 'Unschedulable' });
  expect(trouble?.message).toHaveLength(256);
  const gated = [{ type: 'PodScheduled', status: 'False', reason: 'SchedulingGated' }];
  expect(pod({ conditions: gated }).troubles).toEqual([]);
});
