import { expect, test } from 'vitest';
import { rolloutSchema } from '../api/core/argo-rollout.ts';
import { releasePodSchema } from '../api/core/release-pod.ts';
import {
  daemonSetSchema,
  deploymentSchema,
  replicaSetSchema,
  statefulSetSchema,
} from '../api/core/workload.ts';
import {
  argoReport,
  daemonSetReport,
  deploymentReport,
  podReport,
  type Report,
  replicaSetReport,
  statefulSetReport,
} from './observed-rollout.ts';
import { judgeRollout } from './rollout.ts';

const metadata = { name: 'cart', generation: 2 };
const judge = (report: Report, elapsedMs = 0) =>
  judgeRollout({ subject: { kind: 'It', name: 'cart' }, ...report }, elapsedMs);

const replicas = { observedGeneration: 2, replicas: 3, updatedReplicas: 3, availableReplicas: 3 };
const deployment = (status: object, spec: object = {}) =>
  judge(
    deploymentReport(deploymentSchema.parse({ metadata, spec: { replicas: 3, ...spec }, status })),
    60_000,
  );
const statefulSet = (status: object, updateStrategy: object = { type: 'RollingUpdate' }) =>
  judge(
    statefulSetReport(statefulSetSchema.parse({ metadata, spec: { replicas: 3, updateStrategy }, status })),
  );
const daemonSet = (status: object, type = 'RollingUpdate') =>
  judge(daemonSetReport(daemonSetSchema.parse({ metadata, spec: { updateStrategy: { type } }, status })));
const rollout = (status: object, spec: object = {}) =>
  judge(argoReport(rolloutSchema.parse({ metadata, spec: { replicas: 3, ...spec }, status })), 60_000);

test('a Deployment, StatefulSet, DaemonSet and Rollout whose pods are all new and available are rolled out', () => {
  const nodes = { desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberAvailable: 3 };
  expect(deployment(replicas).state).toBe('Succeeded');
  expect(statefulSet({ ...replicas, currentRevision: 'b', updateRevision: 'b' }).state).toBe('Succeeded');
  expect(daemonSet({ observedGeneration: 2, ...nodes }).state).toBe('Succeeded');
  expect(rollout({ ...replicas, observedGeneration: '2', phase: 'Healthy' }).state).toBe('Succeeded');
});

test('a StatefulSet and a DaemonSet before their first pod is replaced are not rolled out (Q-27)', () => {
  const old = { ...replicas, updatedReplicas: 0, currentRevision: 'a', updateRevision: 'b' };
  expect(statefulSet(old)).toMatchObject({ state: 'Progressing', message: 'It "cart": 0 of 3 pods are new' });
  const nodes = { desiredNumberScheduled: 3, updatedNumberScheduled: 0, numberAvailable: 3 };
  expect(daemonSet({ observedGeneration: 2, ...nodes }).state).toBe('Progressing');
});

test('pods below the partition of a StatefulSet stay old, those from it on may not', () => {
  const strategy = { type: 'RollingUpdate', rollingUpdate: { partition: 2 } };
  const status = { ...replicas, currentRevision: 'a', updateRevision: 'b' };
  expect(statefulSet({ ...status, updatedReplicas: 0 }, strategy).state).toBe('Progressing');
  expect(statefulSet({ ...status, updatedReplicas: 1 }, strategy).state).toBe('Succeeded');
  const beyond = { type: 'RollingUpdate', rollingUpdate: { partition: 9 } };
  expect(statefulSet({ ...status, updatedReplicas: 0 }, beyond).state).toBe('Succeeded');
});

test('a StatefulSet and a DaemonSet that are updated by hand say so, and are through when nothing old is left', () => {
  const strategy = { type: 'OnDelete' };
  const status = { ...replicas, currentRevision: 'a', updateRevision: 'b' };
  const byHand = 'its update strategy is OnDelete: delete its old pods by hand';
  expect(statefulSet({ ...status, updatedReplicas: 1 }, strategy).message).toContain(byHand);
  expect(statefulSet(status, strategy).state).toBe('Succeeded');
  const nodes = { observedGeneration: 2, desiredNumberScheduled: 3, numberAvailable: 3 };
  expect(daemonSet({ ...nodes, updatedNumberScheduled: 2 }, 'OnDelete').message).toContain(byHand);
  expect(daemonSet({ ...nodes, updatedNumberScheduled: 3 }, 'OnDelete').state).toBe('Succeeded');
});

test.each([
  ['a deadline of its own that is over', { progressDeadlineSeconds: 60 }, 'Failed'],
  ['a deadline that may still be met', { progressDeadlineSeconds: 61 }, 'Progressing'],
  ['the usual deadline', {}, 'Progressing'],
])('a Deployment and a Rollout that made no progress, with %s: %s', (_what, spec, state) => {
  const conditions = [
    { type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded', message: 'timed out' },
  ];
  const status = { ...replicas, availableReplicas: 0, conditions };
  expect(deployment(status, spec).state).toBe(state);
  expect(rollout({ ...status, observedGeneration: '2', phase: 'Degraded' }, spec).state).toBe(state);
});

test('pods that are refused, and a pause, are said and are no failure', () => {
  const conditions = [{ type: 'ReplicaFailure', status: 'True', message: 'exceeded quota: pods=3' }];
  const waiting = { ...replicas, replicas: 0, updatedReplicas: 0, availableReplicas: 0, conditions };
  const { state, message } = deployment(waiting, { paused: true });
  expect(state).toBe('Progressing');
  expect(message).toContain('kubectl rollout resume deployment/cart');
  expect(message).toContain('its pods cannot be created: exceeded quota: pods=3');
});

test('a bare ReplicaSet replaces no pods: it waits for those whose labels are old, and says what to do', () => {
  const of = (fullyLabeledReplicas: number) =>
    judge(
      replicaSetReport(
        replicaSetSchema.parse({
          metadata,
          spec: { replicas: 3 },
          status: { ...replicas, fullyLabeledReplicas },
        }),
      ),
    );
  expect(of(1)).toMatchObject({
    state: 'Progressing',
    message: expect.stringContaining('delete its old pods by hand'),
  });
  expect(of(3).state).toBe('Succeeded');
});

test.each([
  ['Pending', false, 'Progressing'],
  ['Running', false, 'Progressing'],
  ['Running', true, 'Succeeded'],
  ['Succeeded', false, 'Succeeded'],
  ['Failed', false, 'Failed'],
])('a bare pod that is %s and ready: %s is %s', (phase, ready, state) => {
  const conditions = [{ type: 'Ready', status: ready ? 'True' : 'False' }];
  const pod = releasePodSchema.parse({ metadata, status: { phase, conditions } });
  expect(judge(podReport(pod)).state).toBe(state);
});

test.each([
  [
    { phase: 'Progressing', message: 'more replicas need to be updated' },
    'Progressing',
    'more replicas need',
  ],
  [{ phase: 'Paused', message: 'BlueGreenPause' }, 'Progressing', 'kubectl argo rollouts promote cart'],
  [{ phase: 'Degraded', message: 'RolloutAborted' }, 'Failed', 'Degraded: RolloutAborted'],
  [{ phase: 'Healthy', observedGeneration: '1' }, 'Progressing', 'not yet looked at'],
  [{ phase: 'Healthy', observedGeneration: '6f7d8c' }, 'Succeeded', '3 of 3'],
  [{ phase: undefined }, 'Progressing', 'its phase is unknown'],
])('a Rollout that reports %j is %s', (status, state, words) => {
  const judged = rollout({ ...replicas, observedGeneration: '2', ...status });
  expect(judged.state).toBe(state);
  expect(judged.message).toContain(words);
});
