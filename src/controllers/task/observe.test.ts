import { expect, test } from 'vitest';
import { plainReader } from '../../../test/builders/plain-reader.ts';
import { job, keptnTask, taskDefinition, taskPod } from '../../../test/builders/task-objects.ts';
import { observeTask, type TaskSnapshot, taskIndexes } from './observe.ts';

const settings = {
  systemNamespace: 'sluice-system',
  promotion: false,
  images: { deno: 'd', python: 'p' },
  discoveryQuietMs: 0,
};
const now = new Date('2026-01-01T00:00:00Z');
type Objects = Parameters<typeof plainReader>[0];

async function observe(cached: Objects, live: Objects = {}): Promise<TaskSnapshot | undefined> {
  const reader = plainReader(cached, taskIndexes, live);
  const found = await observeTask(settings)({ namespace: 'shop', name: 'pre-check' }, reader, now);
  if (!found.ok) throw new Error(found.error.message);
  return found.value;
}

const refersTo = (name: string, to: string, namespace = 'shop') =>
  taskDefinition({ metadata: { name, namespace }, spec: { deno: { functionRef: { name: to } } } });
const codeFrom = (name: string, configMap: string, namespace = 'shop') =>
  taskDefinition({ metadata: { name, namespace }, spec: { python: { configMapRef: { name: configMap } } } });
const configMap = (name: string, namespace: string, data: object) => ({
  metadata: { name, namespace },
  data,
});
const keptntasks = [keptnTask()];
const namesOf = (snapshot: TaskSnapshot | undefined) =>
  snapshot?.definitions.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);

test('a task that is gone or going is no business of ours', async () => {
  expect(await observe({})).toBeUndefined();
  const going = keptnTask({ metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } });
  expect(await observe({ keptntasks: [going] })).toBeUndefined();
});

test('definitions are followed as far as they go, each once, whichever step refers to them (Q-23)', async () => {
  const check = taskDefinition({
    spec: {
      steps: [
        { name: 'a', deno: { functionRef: { name: 'one' } } },
        { name: 'b', python: { functionRef: { name: 'two' } } },
        { name: 'c', deno: { functionRef: { name: 'gone' } } },
      ],
    },
  });
  const circle = [refersTo('one', 'two'), refersTo('two', 'one')];
  expect(namesOf(await observe({ keptntasks, keptntaskdefinitions: [check, ...circle] }))).toEqual([
    'shop/check',
    'shop/one',
    'shop/two',
  ]);
});

test("a definition of the task's namespace comes before one of Sluice's own", async () => {
  const own = 'sluice-system';
  const keptntaskdefinitions = [
    refersTo('check', 'parent', own),
    codeFrom('parent', 'theirs', own),
    codeFrom('parent', 'mine'),
  ];
  expect(namesOf(await observe({ keptntasks, keptntaskdefinitions }))).toEqual([
    'sluice-system/check',
    'shop/parent',
  ]);
});

test('code of a ConfigMap is read live, in the namespace of the definition that names it (Q-21)', async () => {
  const keptntaskdefinitions = [refersTo('check', 'parent'), codeFrom('parent', 'code', 'sluice-system')];
  const live = {
    configmaps: [
      configMap('code', 'shop', { code: 'wrong()' }),
      configMap('code', 'sluice-system', { code: 'shared()' }),
    ],
  };
  const found = await observe({ keptntasks, keptntaskdefinitions }, live);
  expect(found?.configMaps).toEqual([{ namespace: 'sluice-system', name: 'code', code: 'shared()' }]);
  const none = await observe({ keptntasks, keptntaskdefinitions });
  expect(none?.configMaps).toEqual([{ namespace: 'sluice-system', name: 'code', code: undefined }]);
});

test('nothing is read live for a task that runs or has ended', async () => {
  const live = { configmaps: [configMap('code', 'shop', { code: '1' })] };
  const keptntaskdefinitions = [codeFrom('check', 'code')];
  const runs = await observe({ keptntasks, keptntaskdefinitions, jobs: [job()] }, live);
  expect(runs?.configMaps).toEqual([]);
  const over = keptnTask({ status: { status: 'Succeeded', endTime: '2026-01-01T00:00:00Z', jobName: 'x' } });
  const ended = await observe({ keptntasks: [over], keptntaskdefinitions }, { ...live, jobs: [job()] });
  expect(ended).toMatchObject({ configMaps: [], job: undefined });
});

test('a Job that the cache has not got yet is read live once the task has recorded it', async () => {
  const begun = keptnTask({ status: { status: 'Progressing', jobName: 'pre-check' } });
  const live = { jobs: [job()] };
  expect((await observe({ keptntasks: [begun] }, live))?.job?.metadata.uid).toBe('job-1');
  expect((await observe({ keptntasks }, live))?.job).toBeUndefined();
});

test('the Job that Keptn made for a task is found by the name that it recorded', async () => {
  const begun = keptnTask({ status: { status: 'Progressing', jobName: 'pre-check-12345' } });
  const theirs = job({ metadata: { name: 'pre-check-12345' } });
  expect((await observe({ keptntasks: [begun], jobs: [theirs] }))?.job?.metadata.name).toBe(
    'pre-check-12345',
  );
});

test('the Job is the one on record, else one that Keptn made and did not come to record (Q-2)', async () => {
  const jobs = [job({ metadata: { name: 'pre-check-12345' } })];
  const found = async (status: object) =>
    (await observe({ keptntasks: [keptnTask({ status: { ...status } })], jobs }))?.job?.metadata.name;
  expect(await found({ jobName: 'pre-check-12345' })).toBe('pre-check-12345');
  expect(await found({})).toBe('pre-check-12345');
  expect(await found({ jobName: 'gone', endTime: '2026-01-01T00:00:00Z' })).toBeUndefined();
});

test('pods are those of its Job alone', async () => {
  const of = (name: string, label: string) => taskPod({}, { name, labels: { 'keptn.sh/task': label } });
  const found = await observe({ keptntasks, taskpods: [of('a', 'pre-check'), of('b', 'other')] });
  expect(found?.pods.map(({ metadata }) => metadata.name)).toEqual(['a']);
});

test('refusals are those of this very Job, the latest last', async () => {
  const event = (version: number, note: string, uid = 'job-1') => ({
    metadata: { name: `e${version}`, namespace: 'shop', resourceVersion: String(version) },
    regarding: { kind: 'Job', namespace: 'shop', name: 'pre-check', uid },
    note,
  });
  const jobevents = [event(10, 'later'), event(9, 'first'), event(11, 'of its predecessor', 'job-0')];
  expect((await observe({ keptntasks, jobs: [job()], jobevents }))?.refusals).toEqual(['first', 'later']);
});

test.each([
  ['restricted', true],
  ['baseline', false],
  [undefined, false],
])('a namespace that enforces %s is restricted: %s', async (level, restricted) => {
  const labels = level === undefined ? {} : { 'pod-security.kubernetes.io/enforce': level };
  const namespaces = [{ metadata: { name: 'shop', labels } }];
  expect((await observe({ keptntasks, namespaces }))?.restricted).toBe(restricted);
  // One that was made a moment ago is not in the cache yet.
  expect((await observe({ keptntasks }, { namespaces }))?.restricted).toBe(restricted);
});
