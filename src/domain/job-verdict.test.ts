import { expect, test } from 'vitest';
import { job, taskPod } from '../../test/builders/task-objects.ts';
import { taskPodSchema } from '../api/core/task-pod.ts';
import { recordAnnotation } from './job-record.ts';
import { type ObservedJob, progressOf, verdictOf, waitOf } from './job-verdict.ts';

const failed = {
  conditions: [{ type: 'Failed', status: 'True', reason: 'DeadlineExceeded', message: 'too late' }],
};
const threeSteps = recordAnnotation({ definitions: [], steps: ['fetch', 'judge', 'tell'] });
const ended = (name: string, exitCode: number, message = '', reason = 'Error') => ({
  name,
  state: { terminated: { exitCode, message, reason } },
});
const running = (name: string) => ({ name, state: { running: {} } });

function observed(
  given: Partial<ObservedJob> & { readonly steps?: boolean; readonly over?: boolean },
): ObservedJob {
  const annotations = given.steps === true ? threeSteps : {};
  const status = given.over === true ? { status: failed } : {};
  return { job: job({ metadata: { annotations }, ...status }), pods: [], refusals: [], ...given };
}
const podOf = (
  init: readonly object[],
  main: readonly object[],
  createdAt = '2026-01-01T00:00:00Z',
  spec = {},
) =>
  taskPodSchema.parse({
    metadata: { name: 'p', namespace: 'shop', creationTimestamp: createdAt },
    spec,
    status: { initContainerStatuses: init, containerStatuses: main },
  });

test('of several steps the first that failed is named with its exit code and last words', () => {
  const pods = [podOf([ended('fetch', 0), ended('judge', 3, 'too slow')], [{ name: 'tell', state: {} }])];
  expect(verdictOf(observed({ steps: true, over: true, pods }))?.message).toBe(
    'too late: step "judge" failed with exit code 3: too slow',
  );
});

test('an exit without a word says its code, and why the container was killed', () => {
  const pods = [taskPod({ terminated: { exitCode: 137, reason: 'OOMKilled' } })];
  expect(verdictOf(observed({ over: true, pods }))?.message).toBe('too late: exit code 137 (OOMKilled)');
});

test('a container that somebody added to the pod is not called a step', () => {
  const pods = [podOf([ended('istio-init', 1)], [{ name: 'check', state: {} }])];
  expect(verdictOf(observed({ over: true, pods }))?.message).toContain('container "istio-init" failed');
});

test('the newest pod that failed speaks, and a success before it is silent', () => {
  const pods = [
    podOf([], [ended('check', 1, 'old')], '2026-01-01T00:00:00Z'),
    podOf([], [ended('check', 2, 'new')], '2026-01-01T00:00:01Z'),
    podOf([], [ended('check', 0, 'fine')], '2026-01-01T00:00:02Z'),
  ];
  expect(verdictOf(observed({ over: true, pods }))?.message).toBe('too late: exit code 2: new');
});

test('a deadline names the step that still ran', () => {
  const pods = [podOf([ended('fetch', 0), running('judge')], [])];
  expect(verdictOf(observed({ steps: true, over: true, pods }))?.message).toBe(
    'too late: step "judge" (2 of 3) runs still',
  );
});

test('a pod that was evicted, one that never started and one that was never made are said', () => {
  const evicted = { ...taskPod({}), status: { phase: 'Failed', message: 'The node was low on memory' } };
  expect(verdictOf(observed({ over: true, pods: [evicted] }))?.message).toContain('low on memory');
  const pulls = taskPod({ waiting: { reason: 'ImagePullBackOff', message: 'no such image' } });
  expect(verdictOf(observed({ over: true, pods: [pulls] }))?.message).toContain('no such image');
  expect(verdictOf(observed({ over: true, refusals: ['exceeded quota'] }))?.message).toContain(
    'exceeded quota',
  );
  expect(verdictOf(observed({ over: true }))?.message).toBe('too late');
});

test('what a Job with several steps is at is said, of any other nothing', () => {
  const pods = [podOf([ended('fetch', 0), running('judge')], [{ name: 'tell', state: {} }])];
  expect(progressOf(observed({ steps: true, pods }))).toBe('step "judge" (2 of 3) runs');
  expect(progressOf(observed({ pods }))).toBeUndefined();
  expect(progressOf(observed({ steps: true }))).toBeUndefined();
});

test('a container that lacks a Secret names each key that it needs, and none that is optional', () => {
  const secretKeyRef = (name: string, key: string, optional?: boolean) => ({
    name: 'X',
    valueFrom: { secretKeyRef: { name, key, ...(optional === undefined ? {} : { optional }) } },
  });
  const env = [
    secretKeyRef('token', 'SECURE_DATA'),
    secretKeyRef('maybe', 'k', true),
    { name: 'Y', valueFrom: { configMapKeyRef: { name: 'settings', key: 'mode' } } },
    { name: 'Z', value: 'secret value' },
  ];
  const waiting = { reason: 'CreateContainerConfigError', message: 'secret "token" not found' };
  const pod = podOf([{ name: 'fetch', state: { waiting } }], [], undefined, {
    initContainers: [{ name: 'fetch', env }],
    containers: [{ name: 'tell', env: [secretKeyRef('other', 'k')] }],
  });
  expect(waitOf(observed({ pods: [pod] }))).toEqual({
    kind: 'pod-waits',
    message:
      'pod "p" waits: CreateContainerConfigError: secret "token" not found; namespace "shop" must have Secret "token" with key "SECURE_DATA", ConfigMap "settings" with key "mode"',
  });
});

test('a Job that cannot make its pod says the latest reason, until there is a pod', () => {
  const refusals = ['first', 'serviceaccount "robot" not found'];
  expect(waitOf(observed({ refusals }))).toMatchObject({
    kind: 'pod-refused',
    message: expect.stringContaining('"robot" not found'),
  });
  expect(waitOf(observed({ refusals, pods: [taskPod({})] }))).toBeUndefined();
});
