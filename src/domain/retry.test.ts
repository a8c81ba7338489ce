import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyStatus } from '../../test/builders/arbitrary-status.ts';
import { advance } from './advance.ts';
import type { ObservedCheck, PhaseInput, PhaseStatus } from './phase-step.ts';
import { failurePhase, workloadPhases } from './phases.ts';
import { isAskedAgain, readRetry, rearmed, reopen } from './retry.ts';

const onFailure = failurePhase('Workload');
const now = new Date('2026-01-01T00:00:00Z');

test.each([
  ['check', ['check']],
  ['check, other ,', ['check', 'other']],
  ['check@2026-01-01', ['check']],
  ['all', undefined],
  ['true', undefined],
  ['all@7', undefined],
  ['@7', undefined],
  ['', undefined],
])('"%s" asks for %j', (value, definitions) => {
  expect(readRetry(value)).toEqual({ definitions });
});

test('a value is acted upon once; another value, or the same after it was taken away, asks anew', () => {
  expect(isAskedAgain(undefined, undefined)).toBe(false);
  expect(isAskedAgain('all', undefined)).toBe(true);
  expect(isAskedAgain('all', 'all')).toBe(false);
  expect(isAskedAgain('all@2', 'all')).toBe(true);
});

const failed: PhaseStatus = {
  preDeploymentStatus: 'Failed',
  preDeploymentTaskStatus: [
    { definitionName: 'a', name: 'pre-a', status: 'Failed' },
    { definitionName: 'b', name: 'pre-b', status: 'Failed', attempt: 2 },
    { definitionName: 'c', name: 'pre-c', status: 'Succeeded' },
  ],
  preDeploymentEvaluationStatus: 'Deprecated',
  deploymentStatus: 'Deprecated',
  status: 'Failed',
  currentPhase: 'WorkloadPreDeployTasks',
  startTime: '2026-01-01T00:00:00Z',
  endTime: '2026-01-01T00:01:00Z',
};

test('only what failed and was named runs again, in its next attempt; the version is open', () => {
  const { status, again } = reopen(workloadPhases, onFailure, failed, readRetry('b,c'));
  expect(again).toEqual(['b']);
  expect(status.preDeploymentTaskStatus).toEqual([
    { definitionName: 'a', name: 'pre-a', status: 'Failed' },
    { definitionName: 'b', status: 'Pending', attempt: 3 },
    { definitionName: 'c', name: 'pre-c', status: 'Succeeded' },
  ]);
  expect(status).toMatchObject({ status: 'Progressing', preDeploymentStatus: 'Pending' });
  expect(Object.keys(status)).not.toContain('endTime');
});

test('a request that names nothing that failed changes nothing', () => {
  expect(reopen(workloadPhases, onFailure, failed, readRetry('c,nobody'))).toEqual({
    status: failed,
    again: [],
  });
});

test('a rollout that failed is followed again', () => {
  const status: PhaseStatus = {
    preDeploymentStatus: 'Succeeded',
    deploymentStatus: 'Failed',
    status: 'Failed',
  };
  const { status: next, again } = reopen(workloadPhases, onFailure, status, readRetry('deployment'));
  expect(again).toEqual(['deployment']);
  expect(next).toMatchObject({ preDeploymentStatus: 'Succeeded', deploymentStatus: 'Pending' });
});

const asking = fc.constantFrom('all', 'a', 'a,b', 'deployment');

test('reopening takes failures back and touches no other state', () => {
  fc.assert(
    fc.property(anyStatus, asking, (status, asked) => {
      const { status: next } = reopen(workloadPhases, onFailure, status, readRetry(asked));
      for (const { field } of workloadPhases) {
        if (next[field] === status[field]) continue;
        expect([status[field], next[field]]).toEqual(['Failed', 'Pending']);
      }
    }),
    { numRuns: 2000 },
  );
});

test('reopening gives failed checks their next attempt and leaves every other entry alone', () => {
  fc.assert(
    fc.property(anyStatus, asking, (status, asked) => {
      const { status: next } = reopen(workloadPhases, onFailure, status, readRetry(asked));
      const entries = workloadPhases.flatMap((phase) =>
        phase.kind === 'deploy'
          ? []
          : (status[phase.items] ?? []).map((before, i) => ({ before, after: next[phase.items]?.[i] })),
      );
      for (const { before, after } of entries.filter((entry) => entry.before !== entry.after)) {
        expect(['Failed', 'Deprecated']).toContain(before.status);
        expect(after).toMatchObject({ status: 'Pending', attempt: (before.attempt ?? 0) + 1 });
      }
    }),
    { numRuns: 2000 },
  );
});

const check = (definition: string, child?: ObservedCheck['child'], attempt = 0): ObservedCheck => ({
  phase: 'WorkloadPreDeployTasks',
  definition,
  childName: `pre-${definition}-${attempt}`,
  defined: true,
  ...(child === undefined ? {} : { child }),
});
const input: PhaseInput = {
  phases: workloadPhases,
  onFailure,
  previous: {},
  checks: { preDeploymentTasks: ['a'], onFailureTasks: ['tell'] },
  observed: [check('a')],
  deployment: { state: 'Pending', message: '', on: [] },
  blocking: true,
  now,
};
const tell = (child?: ObservedCheck['child']): ObservedCheck => ({
  ...check('tell', child),
  phase: onFailure.name,
});

test('after a retry the check is made anew and, when it passes, the next phase begins', () => {
  const first = advance({ ...input, observed: [check('a', { state: 'Failed' }), tell()] });
  expect(first.status.status).toBe('Failed');
  const { status } = reopen(workloadPhases, onFailure, first.status, readRetry('a'));
  const second = advance({ ...input, previous: status, observed: [check('a', undefined, 1), tell()] });
  expect(second.create.map(({ check: { childName } }) => childName)).toEqual(['pre-a-1']);
  expect(second.status).toMatchObject({ status: 'Progressing', preDeploymentStatus: 'Pending' });
  const passed = advance({
    ...input,
    previous: second.status,
    observed: [check('a', { state: 'Succeeded' }, 1), tell()],
  });
  expect(passed.status).toMatchObject({
    preDeploymentStatus: 'Succeeded',
    currentPhase: 'WorkloadDeploy',
    preDeploymentTaskStatus: [{ definitionName: 'a', name: 'pre-a-1', attempt: 1, status: 'Succeeded' }],
  });
});

test('a failure starts the tasks that are meant for it once, and their end changes nothing', () => {
  const first = advance({ ...input, observed: [check('a', { state: 'Failed' }), tell()] });
  expect(first.create).toMatchObject([{ phase: onFailure, check: { definition: 'tell' } }]);
  const second = advance({
    ...input,
    previous: first.status,
    observed: [check('a', { state: 'Failed' }), tell({ state: 'Failed' })],
  });
  expect(second.create).toEqual([]);
  expect(second.status).toMatchObject({
    status: 'Failed',
    onFailureStatus: 'Failed',
    endTime: first.status.endTime,
  });
  const third = advance({ ...input, previous: second.status, observed: [check('a'), tell()] });
  expect(third).toMatchObject({ create: [] });
});

test('success starts none of them', () => {
  const deployment = { state: 'Succeeded', message: '', on: [] } as const;
  const done = advance({ ...input, deployment, observed: [check('a', { state: 'Succeeded' }), tell()] });
  expect(done.status).toMatchObject({ status: 'Succeeded' });
  expect(done.create).toEqual([]);
  expect(Object.keys(done.status)).not.toContain('onFailureStatus');
});

test('a failure from before there were such tasks starts none', () => {
  const step = advance({ ...input, previous: failed, observed: [tell()] });
  expect(step.create).toEqual([]);
});

test('after a second failure they run again, in their next attempt', () => {
  const ran: PhaseStatus = {
    ...failed,
    onFailureStatus: 'Succeeded',
    onFailureTaskStatus: [{ definitionName: 'tell', name: 'on-failure-tell', status: 'Succeeded' }],
  };
  const { status } = reopen(workloadPhases, onFailure, ran, readRetry('all'));
  expect(status).toMatchObject({
    onFailureStatus: 'Pending',
    onFailureTaskStatus: [{ definitionName: 'tell', status: 'Pending', attempt: 1 }],
  });
  expect(rearmed(onFailure, failed)).toEqual({});
});
