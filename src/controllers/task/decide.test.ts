import fc from 'fast-check';
import { expect, test } from 'vitest';
import { job, keptnTask, taskDefinition, taskPod } from '../../../test/builders/task-objects.ts';
import { taskSnapshot } from '../../../test/builders/task-snapshot.ts';
import type { Action } from '../../domain/action.ts';
import { type ErrorTag, errorMeanings, failure } from '../../kernel/errors.ts';
import { decideTask } from './decide.ts';
import type { TaskSnapshot } from './observe.ts';

const runs = { numRuns: 1000 };
const statusOf = (actions: readonly Action[]): unknown =>
  actions.flatMap((action) => (action.kind === 'applyStatus' ? [action.object['status']] : [])).at(-1);
const created = (actions: readonly Action[]): string[] =>
  actions.flatMap((action) => (action.kind === 'createIfAbsent' ? [action.object.kind] : []));
const condition = (type: string, status: string, message = '') => ({
  status: { conditions: [{ type, status, reason: `${type}Reason`, message }] },
});
const tags = Object.keys(errorMeanings).filter((tag): tag is ErrorTag => tag in errorMeanings);

const anyJob = fc.option(
  fc
    .record({
      type: fc.constantFrom('Complete', 'Failed', 'FailureTarget', 'SuccessCriteriaMet', 'Suspended'),
      status: fc.constantFrom('True', 'False', 'Unknown'),
      deleting: fc.boolean(),
      own: fc.boolean(),
      ttl: fc.boolean(),
    })
    .map(({ type, status, deleting, own, ttl }) =>
      job({
        ...condition(type, status),
        metadata: {
          ...(deleting ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {}),
          ...(own ? {} : { ownerReferences: [] }),
        },
        ...(ttl ? { spec: { ttlSecondsAfterFinished: 1 } } : {}),
      }),
    ),
  { nil: undefined },
);
const anySnapshot = (status: fc.Arbitrary<string>): fc.Arbitrary<TaskSnapshot> =>
  fc
    .record({
      status,
      jobName: fc.constantFrom('', 'pre-check', 'other'),
      job: anyJob,
      definitions: fc.constantFrom([], [taskDefinition()]),
      tag: fc.option(fc.constantFrom(...tags), { nil: undefined }),
    })
    .map(({ status: state, jobName, tag, ...rest }) =>
      taskSnapshot({
        ...rest,
        task: keptnTask({ status: { status: state, jobName } }),
        lastFailure: tag === undefined ? undefined : { action: 'create', error: failure(tag, 'refused') },
      }),
    );

test('S2: a finished task never makes a Job, whatever became of its Job or its definition (Q-2)', () => {
  fc.assert(
    fc.property(anySnapshot(fc.constantFrom('Succeeded', 'Failed', 'Warning', 'Deprecated')), (snapshot) => {
      const { actions, outcome } = decideTask(snapshot);
      expect(created(actions)).toEqual([]);
      expect(statusOf(actions)).toBeUndefined();
      expect(outcome).toEqual({ kind: 'done' });
    }),
    runs,
  );
});

test('a task whose Job was made once makes no second one', () => {
  fc.assert(
    fc.property(anySnapshot(fc.constantFrom('', 'Pending', 'Progressing', 'Unknown')), (snapshot) => {
      const { actions } = decideTask(snapshot);
      if (snapshot.task.status?.jobName) expect(created(actions)).toEqual([]);
    }),
    runs,
  );
});

test('is total, and its own status fed back changes nothing while the Job is the same', () => {
  fc.assert(
    fc.property(anySnapshot(fc.constantFrom('', 'Progressing')), (snapshot) => {
      const first = statusOf(decideTask({ ...snapshot, lastFailure: undefined }).actions);
      if (first === undefined) return;
      const task = {
        ...snapshot.task,
        status: keptnTask({ status: JSON.parse(JSON.stringify(first)) }).status,
      };
      const second = decideTask({ ...snapshot, task, lastFailure: undefined });
      if (second.outcome.kind === 'done') expect(created(second.actions)).toEqual([]);
      if (snapshot.job !== undefined && snapshot.job.metadata.ownerReferences?.length === 1) {
        expect(statusOf(second.actions) ?? first).toEqual(first);
      }
    }),
    runs,
  );
});

test('begins with the code, then the Job, then the status that names it', () => {
  const { actions, outcome } = decideTask(taskSnapshot());
  expect(actions.map(({ kind }) => kind)).toEqual(['createIfAbsent', 'createIfAbsent', 'applyStatus']);
  expect(created(actions)).toEqual(['ConfigMap', 'Job']);
  expect(statusOf(actions)).toMatchObject({
    status: 'Progressing',
    jobName: 'pre-check',
    startTime: '2026-01-01T00:10:00Z',
  });
  expect(outcome).toMatchObject({ kind: 'stalled', by: 'child', on: [{ kind: 'Job', name: 'pre-check' }] });
});

test.each([
  ['Complete', 'True', 'Succeeded'],
  ['SuccessCriteriaMet', 'True', 'Succeeded'],
  ['Failed', 'True', 'Failed'],
  ['FailureTarget', 'True', 'Failed'],
  ['Complete', 'False', 'Progressing'],
  ['SuccessCriteriaMet', 'False', 'Progressing'],
  ['Failed', 'False', 'Progressing'],
  ['FailureTarget', 'Unknown', 'Progressing'],
  ['Suspended', 'True', 'Progressing'],
])('a Job whose condition %s is %s makes the task %s', (type, state, status) => {
  const { actions } = decideTask(taskSnapshot({ job: job(condition(type, state)) }));
  expect(statusOf(actions)).toMatchObject({ status, jobName: 'pre-check' });
  expect(created(actions)).toEqual([]);
});

test('the result is written before the Job may expire, and the Job expires as its definition says (Q-26)', () => {
  const definitions = [
    taskDefinition({ spec: { deno: { inline: { code: '1' } }, ttlSecondsAfterFinished: 7 } }),
  ];
  const { actions } = decideTask(taskSnapshot({ definitions, job: job(condition('Complete', 'True')) }));
  expect(actions.map(({ kind }) => kind)).toEqual(['applyStatus', 'apply']);
  expect(actions[1]).toMatchObject({ object: { kind: 'Job', spec: { ttlSecondsAfterFinished: 7 } } });
});

test("a failure carries the Job's reason and the last words of the pod that failed last (Q-45)", () => {
  const pods = [
    taskPod(
      { terminated: { exitCode: 1, message: 'first words' } },
      { creationTimestamp: '2026-01-01T00:00:01Z' },
    ),
    taskPod(
      { terminated: { exitCode: 1, message: ' last words\n' } },
      { creationTimestamp: '2026-01-01T00:00:02Z' },
    ),
  ];
  const failed = job(condition('Failed', 'True', 'backoff limit'));
  const { actions } = decideTask(taskSnapshot({ job: failed, pods }));
  expect(statusOf(actions)).toMatchObject({
    status: 'Failed',
    reason: 'FailedReason',
    message: 'backoff limit: exit code 1: last words',
    endTime: '2026-01-01T00:10:00Z',
  });
  expect(actions.at(-1)).toMatchObject({
    kind: 'emitEvent',
    type: 'Warning',
    note: expect.stringContaining('last words'),
  });
});

test('a Job that is being deleted has failed, and so has one that is gone', () => {
  const deleting = job({ metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } });
  expect(statusOf(decideTask(taskSnapshot({ job: deleting })).actions)).toMatchObject({
    status: 'Failed',
    reason: 'JobDeleted',
  });
  const task = keptnTask({ status: { status: 'Progressing', jobName: 'pre-check' } });
  expect(statusOf(decideTask(taskSnapshot({ task })).actions)).toMatchObject({
    status: 'Failed',
    reason: 'JobDeleted',
    message: expect.stringContaining('deploy a new version'),
  });
});

test("somebody else's Job of the same name proves nothing and is left alone", () => {
  const foreign = job({ ...condition('Complete', 'True'), metadata: { ownerReferences: [] } });
  const { actions } = decideTask(taskSnapshot({ job: foreign }));
  expect(statusOf(actions)).not.toMatchObject({ status: 'Succeeded' });
  const over = keptnTask({ status: { status: 'Failed', jobName: 'pre-check' } });
  expect(decideTask(taskSnapshot({ task: over, job: foreign })).actions).toEqual([]);
});

test('a pod that cannot start is said while the Job runs', () => {
  const pods = [taskPod({ waiting: { reason: 'ImagePullBackOff', message: 'no such image' } })];
  const { actions } = decideTask(taskSnapshot({ job: job(), pods }));
  expect(statusOf(actions)).toMatchObject({
    status: 'Progressing',
    message: 'pod "pre-check-x" waits: ImagePullBackOff: no such image',
  });
});

test('while it tries again a task says how its last attempt failed', () => {
  const pods = [
    taskPod({ terminated: { exitCode: 4, message: 'not yet' } }),
    taskPod({ running: {} }, { creationTimestamp: '2026-01-01T00:00:01Z' }),
  ];
  expect(statusOf(decideTask(taskSnapshot({ job: job(), pods })).actions)).toMatchObject({
    status: 'Progressing',
    message: 'Job "pre-check" runs, its last attempt failed: exit code 4: not yet',
  });
});

test('a Job that cannot make its pod is said while it runs, with its reason', () => {
  const refusals = ['serviceaccount "robot" not found'];
  expect(statusOf(decideTask(taskSnapshot({ job: job(), refusals })).actions)).toMatchObject({
    status: 'Progressing',
    reason: 'PodRefused',
    message: expect.stringContaining('"robot" not found'),
  });
});

test('the definitions and the time to live are those that the Job was made from (Q-58)', () => {
  const definitions = [{ namespace: 'shop', name: 'check', generation: 3 }];
  const began = decideTask(taskSnapshot({ definitions: [taskDefinition({ metadata: { generation: 3 } })] }));
  expect(statusOf(began.actions)).toMatchObject({ definitions });
  const made = began.actions.find(
    (action) => action.kind === 'createIfAbsent' && action.object.kind === 'Job',
  );
  const annotations = made?.kind === 'createIfAbsent' ? made.object.metadata.annotations : {};
  const edited = taskDefinition({
    metadata: { generation: 4 },
    spec: { deno: { inline: { code: '2' } }, ttlSecondsAfterFinished: 1 },
  });
  // The controller was killed between the Job and the status: the Job remembers.
  const over = job({ ...condition('Complete', 'True'), metadata: { annotations } });
  const { actions } = decideTask(taskSnapshot({ definitions: [edited], job: over }));
  expect(statusOf(actions)).toMatchObject({ status: 'Succeeded', definitions });
  expect(actions[1]).toMatchObject({ object: { kind: 'Job', spec: { ttlSecondsAfterFinished: 300 } } });
});

test.each(tags)(
  'a Job that is refused as %s is tried again or has failed, as the table of errors says',
  (tag) => {
    const lastFailure = { action: 'create', error: failure(tag, 'quota exceeded') };
    const { actions } = decideTask(taskSnapshot({ lastFailure }));
    if (errorMeanings[tag].retryable) {
      expect(actions[0]).toMatchObject({
        kind: 'applyStatus',
        object: { status: { status: 'Pending', reason: 'JobRefused' } },
      });
      expect(created(actions)).toContain('Job');
    } else {
      expect(created(actions)).toEqual([]);
      expect(statusOf(actions)).toMatchObject({ status: 'Failed', reason: 'JobRefused' });
    }
    expect(JSON.stringify(actions)).toContain('quota exceeded');
  },
);
