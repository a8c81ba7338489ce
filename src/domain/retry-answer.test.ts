import { expect, test } from 'vitest';
import { failurePhase, workloadPhases } from './phases.ts';
import { answerRetry, type RetriedVersion } from './retry-answer.ts';

const ref = { apiVersion: 'lifecycle.keptn.sh/v1', kind: 'KeptnWorkloadVersion', name: 'shop-cart-1' };
const failed = {
  preDeploymentStatus: 'Failed',
  preDeploymentTaskStatus: [{ definitionName: 'a', name: 'pre-a', status: 'Failed' }],
  status: 'Failed',
} as const;

function version(asked: string | undefined, given: Partial<RetriedVersion> = {}): RetriedVersion {
  return {
    ref,
    annotations: asked === undefined ? {} : { 'keptn.sh/retry': asked },
    status: failed,
    phases: workloadPhases,
    onFailure: failurePhase('Workload'),
    replacedBy: undefined,
    ...given,
  };
}

test('one request is one retry: the write that takes the failure back records it', () => {
  const answer = answerRetry(version('a'));
  expect(answer).toMatchObject({
    status: { status: 'Progressing', lastHandledRetry: 'a' },
    again: ['a'],
    actions: [{ kind: 'emitEvent', type: 'Normal', reason: 'Retried' }],
  });
  expect(answerRetry(version('a', { status: { ...failed, lastHandledRetry: 'a' } }))).toBeUndefined();
});

test('the same request may be made again once the annotation was taken away', () => {
  const answer = answerRetry(version(undefined, { status: { ...failed, lastHandledRetry: 'a' } }));
  expect(answer).toEqual({ status: failed, again: [], actions: [] });
});

test('without a request there is no answer', () => {
  expect(answerRetry(version(undefined))).toBeUndefined();
});

test('a request waits for the end of the version', () => {
  expect(answerRetry(version('all', { status: { ...failed, status: 'Progressing' } }))).toBeUndefined();
});

const refused: [string, Partial<RetriedVersion>, string][] = [
  ['of a version that was replaced', { replacedBy: '2' }, '"2" took the place'],
  ['of a version that succeeded', { status: { status: 'Succeeded' as const } }, 'nothing of it failed'],
  ['that names nothing that failed', { annotations: { 'keptn.sh/retry': 'b' } }, 'none of "b" failed'],
];

test.each(refused)('a request %s is refused with the reason', (_what, given, note) => {
  const answer = answerRetry(version('a', given));
  expect(answer?.again).toEqual([]);
  expect(answer?.actions).toMatchObject([
    { type: 'Warning', reason: 'RetryIgnored', note: expect.stringContaining(note) },
  ]);
  expect(answer?.status.status).toBe(given.status?.status ?? 'Failed');
});
