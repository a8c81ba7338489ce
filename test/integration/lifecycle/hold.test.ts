import { afterAll, afterEach, beforeAll, expect, inject, test } from 'vitest';
import { prechecksGate } from '../../../src/api/constants.ts';
import { z } from '../../../src/api/schema.ts';
import { type Api, connectApi } from './api.ts';
import { ownedPod, taskDefinition, workload } from './manifests.ts';
import { Scene, stored } from './scene.ts';
import { type Sluice, startSluice } from './sluice.ts';

/** How long a pod is watched staying held; set SLUICE_HOLD_SECONDS=300 for the long run. */
const holdMs = 1000 * Number(process.env['SLUICE_HOLD_SECONDS'] ?? 15);

let api: Api;
let webhook: Sluice;
let controller: Sluice;
let scene: Scene;

beforeAll(async () => {
  api = connectApi(inject('kubeconfig'));
  webhook = await startSluice(api, { roles: ['webhook'] });
  controller = await startSluice(api, { roles: ['controller'] });
});
afterEach(() => scene.close());
afterAll(async () => {
  await controller.stop();
  await webhook.stop();
  api.client.close();
});

test('S3: gates of others stay before and after ours, through admission and release', async () => {
  scene = await Scene.open('s3');
  await scene.make(taskDefinition('lint'));
  const gates = ['queue.example/before', prechecksGate, 'quota.example/after'];
  await scene.make(workload('Deployment', { name: 'between', app: 'mall', preTasks: 'lint', gates }));
  await scene.make(
    workload('Deployment', { name: 'first', app: 'mall', preTasks: 'lint', gates: gates.slice(0, 1) }),
  );
  await scene.until('both pods are there', () => scene.pods().length === 2);
  expect(gatesOf('between')).toEqual(gates);
  expect(gatesOf('first')).toEqual(['queue.example/before', prechecksGate]);
  await scene.endTask('lint');
  await scene.endTask('lint');
  await scene.until('our gates are lifted', () => !scene.gates().flat().includes(prechecksGate));
  expect(gatesOf('between')).toEqual(['queue.example/before', 'quota.example/after']);
  expect(gatesOf('first')).toEqual(['queue.example/before']);
  for (const { metadata } of scene.pods()) {
    expect(await fieldsOfOurs('pods', metadata.name)).toEqual([
      'f:metadata f:annotations f:keptn.sh/scheduling-gate-removed',
    ]);
  }
});

test('S3: on a Job that it made, the field manager that expires it owns nothing else', async () => {
  scene = await Scene.open('s3');
  await scene.make(taskDefinition('lint'));
  await scene.make(workload('Deployment', { preTasks: 'lint' }));
  const job = await scene.endTask('lint');
  const applied = await scene.until('the Job may expire', () =>
    scene.all('jobs').find(({ spec }) => spec.ttlSecondsAfterFinished !== undefined),
  );
  expect(applied.metadata.name).toBe(job);
  expect(await fieldsOfOurs('jobs', job, 'Apply')).toEqual(['f:spec f:ttlSecondsAfterFinished']);
});

test('S4, L1: a failed check of a workload releases nothing and says what failed and how', {
  timeout: holdMs + 60_000,
}, async () => {
  scene = await Scene.open('s4');
  await scene.make(taskDefinition('lint'));
  await scene.make(taskDefinition('smoke'));
  await scene.make(workload('Deployment', { preTasks: 'lint', postTasks: 'smoke', replicas: 2 }));
  const task = await scene.endTask('lint', { exitCode: 1, message: 'database db-1 is unreachable' });
  const pod = scene.pods()[0]?.metadata.name ?? '';
  await scene.until('an Event on the pod says so', () =>
    scene.notes('Pod', pod).find((note) => note.startsWith('CheckFailed') && note.includes(task)),
  );
  expect(scene.notes('Pod', pod).find((note) => note.startsWith('CheckFailed'))).toContain(
    'database db-1 is unreachable',
  );
  const version = await scene.until('the version says so', () =>
    scene.all('keptnworkloadversions').find(({ status }) => status?.status === 'Failed'),
  );
  expect(version.status).toMatchObject({
    status: 'Failed',
    preDeploymentStatus: 'Failed',
    deploymentStatus: 'Deprecated',
  });
  const ready = version.status?.conditions?.find(({ type }) => type === 'Ready');
  expect(ready).toMatchObject({ status: 'False', reason: 'CheckFailed' });
  for (const word of [task, '"lint"', 'database db-1 is unreachable']) expect(ready?.message).toContain(word);
  expect(scene.one('keptntasks', task)?.status?.message).toContain('database db-1 is unreachable');

  const isShut = () => scene.isHeld(2) && scene.jobsEver().length === 1;
  await scene.holds('the pods are held', isShut, holdMs / 3);
  await controller.stop();
  controller = await startSluice(api, { roles: ['controller'] });
  await scene.holds('they are held after a restart of the controller', isShut, holdMs / 3);
  await scene.remove('pods', pod);
  await scene.until(
    'another pod took its place',
    () => scene.pods().length === 2 && scene.one('pods', pod) === undefined,
  );
  await scene.holds('so is the one that took its place', isShut, holdMs / 3);
});

test('S4: a failed check of the app releases none of its workloads', async () => {
  scene = await Scene.open('s4');
  await scene.make(taskDefinition('announce'));
  await scene.make({
    apiVersion: 'lifecycle.keptn.sh/v1',
    kind: 'KeptnAppContext',
    metadata: { name: 'mall' },
    spec: { preDeploymentTasks: ['announce'] },
  });
  await scene.make(workload('Deployment', { name: 'a', app: 'mall' }));
  await scene.make(workload('StatefulSet', { name: 'b', app: 'mall' }));
  const task = await scene.endTask('announce', { exitCode: 3, message: 'nobody may deploy on a Friday' });
  await scene.until('an Event on each pod says so', () =>
    scene
      .pods()
      .every(({ metadata }) =>
        scene
          .notes('Pod', metadata.name)
          .some((note) => note.startsWith('AppFailed') && note.includes('nobody may deploy on a Friday')),
      ),
  );
  await scene.holds('no pod is released', () => scene.isHeld(2) && scene.jobsEver().length === 1, 2000);
  for (const { status } of scene.all('keptnworkloadversions')) {
    const said = status?.conditions?.find(({ type }) => type === 'Ready')?.message;
    for (const word of [task, 'nobody may deploy on a Friday']) expect(said).toContain(word);
  }
});

test('S4, L1: an evaluation without a definition is never passed over: the pod waits and says for what (Q-20)', async () => {
  scene = await Scene.open('s4');
  await scene.make(workload('Deployment', { preEvaluations: 'error-rate' }));
  await scene.until('an Event on the pod says so', () =>
    scene
      .pods()
      .some(({ metadata }) =>
        scene
          .notes('Pod', metadata.name)
          .some((note) => note.startsWith('MissingDefinition') && note.includes('"error-rate"')),
      ),
  );
  await scene.holds('the pod is held', () => scene.isHeld(), 2000);
  const conditions = scene.all('keptnworkloadversions')[0]?.status?.conditions;
  expect(conditions?.find(({ type }) => type === 'Stalled')).toMatchObject({
    status: 'True',
    reason: 'MissingDefinition',
  });
});

test('S5: dry runs and real admissions leave no trace of the webhook', async () => {
  scene = await Scene.open('s5');
  await scene.make({ ...workload('ReplicaSet', { name: 'set', preTasks: 'lint', replicas: 0 }) });
  const set = await scene.until('the ReplicaSet is there', () => scene.one('replicasets', 'set'));
  const before = await listing();
  const writesBefore = await writesOf(webhook);
  const deployment = await scene.tryMake(workload('Deployment', { preTasks: 'lint' }), '?dryRun=All');
  expect(deployment.status).toBe(201);
  const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'set', uid: set.metadata.uid ?? '' };
  const pod = await scene.tryMake(ownedPod({ name: 'set', preTasks: 'lint' }, 'dry', owner), '?dryRun=All');
  expect(pod.status).toBe(201);
  expect(pod.text).toContain(prechecksGate);
  await scene.holds(
    'no pod, Job or object of ours appears',
    () => scene.pods().length + scene.jobsEver().length === 0,
    1500,
  );
  expect(await listing()).toEqual(before);
  await scene.make(workload('Deployment', { name: 'real' }));
  await scene.until('a pod was admitted for real', () => scene.pods().length === 1);
  expect(await writesOf(webhook)).toBe(writesBefore);
});

test('S6: a template that claims that its gate was removed is held like any other', async () => {
  scene = await Scene.open('s6');
  await scene.make(taskDefinition('lint'));
  const claim = { 'keptn.sh/scheduling-gate-removed': 'true' };
  await scene.make(workload('Deployment', { preTasks: 'lint', annotations: claim, labels: claim }));
  await scene.until('its task runs', () => scene.jobsEver().length === 1);
  await scene.holds('the pod is held', () => scene.isHeld(), 1500);
  await scene.endTask('lint');
  await scene.until('the gate is lifted', () => scene.gates()[0]?.length === 0);
});

test('L2: the gate lifts on the event that the Job is complete', async () => {
  scene = await Scene.open('l2');
  await scene.make(taskDefinition('lint'));
  await scene.make(workload('Deployment', { preTasks: 'lint', replicas: 3 }));
  await scene.until('three pods are there', () => scene.pods().length === 3);
  await scene.endTask('lint');
  await scene.until(
    'all gates are lifted',
    () => scene.gates().length === 3 && scene.gates().flat().length === 0,
  );
  const complete = scene.sightings.find(
    ({ resource, object }) =>
      resource === 'jobs' && /"type":"Complete","status":"True"/.test(JSON.stringify(object)),
  );
  const lifted = scene.sightings.findLast(
    ({ resource, object }) =>
      resource === 'pods' && JSON.stringify(object).includes('"keptn.sh/scheduling-gate-removed":"true"'),
  );
  const ms = (lifted?.atMs ?? Number.NaN) - (complete?.atMs ?? Number.NaN);
  expect(ms).toBeLessThan(2000);
});

function gatesOf(name: string): string[] {
  const pod = scene.pods().find(({ metadata }) => metadata.labels?.['run'] === name);
  return (pod?.spec.schedulingGates ?? []).map((gate) => gate.name);
}

const managed = z.object({
  metadata: z.object({
    managedFields: z.array(z.object({ manager: z.string(), operation: z.string(), fieldsV1: z.unknown() })),
  }),
});

/** Paths of the fields that field managers of ours own on an object. */
async function fieldsOfOurs(resource: 'pods' | 'jobs', name: string, operation?: string): Promise<string[]> {
  const { managedFields } = managed.parse(await stored(scene, resource, name)).metadata;
  return managedFields
    .filter(
      (entry) => entry.manager.startsWith('sluice') && (operation ?? entry.operation) === entry.operation,
    )
    .flatMap(({ fieldsV1 }) => leaves(fieldsV1, []));
}

function leaves(fields: unknown, path: readonly string[]): string[] {
  const entries = Object.entries(z.record(z.string(), z.unknown()).parse(fields)).filter(
    ([key]) => key !== '.',
  );
  return entries.length === 0
    ? [path.join(' ')]
    : entries.flatMap(([key, value]) => leaves(value, [...path, key]));
}

const ours = [
  'keptnapps',
  'keptnappcontexts',
  'keptnappcreationrequests',
  'keptnappversions',
  'keptnevaluations',
  'keptntasks',
  'keptnworkloads',
  'keptnworkloadversions',
  'jobs',
  'configmaps',
  'pods',
  'events',
] as const;
const listed = z.object({
  items: z.array(z.object({ metadata: z.object({ name: z.string(), resourceVersion: z.string() }) })),
});

/** Every object of ours in the namespace with its version. */
async function listing(): Promise<string[]> {
  const lists = await Promise.all(
    ours.map(async (resource) => {
      const { items } = listed.parse((await api.request('GET', scene.collection(resource))).body);
      return items.map(({ metadata }) => `${resource}/${metadata.name} ${metadata.resourceVersion}`);
    }),
  );
  return lists.flat();
}

function writesOf(process: Sluice): Promise<number> {
  return process.total(
    'sluice_api_requests_total',
    ({ verb = '' }) => !['get', 'list', 'watch'].includes(verb),
  );
}
