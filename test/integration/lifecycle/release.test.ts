import { afterAll, afterEach, beforeAll, expect, inject, test } from 'vitest';
import { type Api, connectApi } from './api.ts';
import { taskDefinition, workload } from './manifests.ts';
import { Scene } from './scene.ts';
import { type Sluice, startSluice } from './sluice.ts';

let api: Api;
let sluice: Sluice;
let scene: Scene;

beforeAll(async () => {
  api = connectApi(inject('kubeconfig'));
  sluice = await startSluice(api, { roles: ['webhook', 'controller'] });
});
afterEach(() => scene.close());
afterAll(async () => {
  await sluice.stop();
  api.client.close();
});

test('S1: a Deployment is held until its check has passed, rolled out, checked again and recorded', async () => {
  scene = await Scene.open('s1');
  await scene.make(taskDefinition('lint'));
  await scene.make(taskDefinition('smoke'));
  await scene.make(workload('Deployment', { preTasks: 'lint', postTasks: 'smoke', version: '1.2.3' }));
  const job = await scene.until('the pre task runs', () => scene.all('jobs')[0]);
  expect(scene.isHeld()).toBe(true);
  expect(scene.pods()[0]?.metadata.annotations).toMatchObject({
    'keptn.sh/workload': 'shop',
    'keptn.sh/version': '1.2.3',
    'keptn.sh/app': 'shop',
    'keptn.sh/app-type': 'single-service',
  });
  expect(job.metadata.name).toMatch(/^pre-lint-[0-9a-f]{10}$/);
  expect(scene.all('keptnworkloads').map(({ metadata }) => metadata.name)).toEqual(['shop-shop']);
  expect(scene.all('keptnworkloadversions').map(({ metadata }) => metadata.name)).toEqual([
    'shop-shop-1.2.3',
  ]);
  expect(scene.all('keptnapps').map(({ metadata }) => metadata.name)).toEqual(['shop']);
  expect(scene.all('keptnappversions').map(({ metadata }) => metadata.name)).toEqual(['shop-1.2.3-6b86b273']);
  expect(scene.all('keptntasks').map(({ metadata }) => metadata.name)).toEqual([job.metadata.name]);
  await scene.holds('the pod waits while the Job runs', () => scene.isHeld(), 1000);

  await scene.endTask('lint');
  await scene.until('the gate is lifted', () => scene.gates()[0]?.length === 0);
  const post = await scene.endTask('smoke', { exitCode: 0 }, 'post');
  const version = await scene.until('the version is through', () =>
    scene.all('keptnworkloadversions').find(({ status }) => status?.currentPhase === 'Completed'),
  );
  expect(version.status).toMatchObject({
    status: 'Succeeded',
    preDeploymentStatus: 'Succeeded',
    deploymentStatus: 'Succeeded',
    postDeploymentStatus: 'Succeeded',
  });
  await scene.until('the app version is through', () =>
    scene.all('keptnappversions').find(({ status }) => status?.currentPhase === 'Completed'),
  );
  const at = (look: (name: string, object: unknown) => boolean) =>
    scene.sightings.findIndex(({ name, object }) => look(name, object));
  const rolledOut = scene.sightings.findIndex(
    ({ resource, object }) =>
      resource === 'deployments' && JSON.stringify(object).includes('"availableReplicas":1'),
  );
  expect(rolledOut).toBeGreaterThan(-1);
  expect(at((name) => name === post)).toBeGreaterThan(rolledOut);
  expect(scene.jobsEver()).toHaveLength(2);
});

test.for(['StatefulSet', 'DaemonSet', 'ReplicaSet'] as const)(
  'S1: a %s is held until its check has passed',
  async (kind) => {
    scene = await Scene.open('s1');
    await scene.make(taskDefinition('lint'));
    await scene.make(workload(kind, { preTasks: 'lint' }));
    await scene.until('the task runs', () => scene.all('jobs')[0]);
    expect(scene.isHeld()).toBe(true);
    await scene.endTask('lint');
    await versionIsThrough('1.0.0');
    expect(scene.jobsEver()).toHaveLength(1);
    expect(scene.gates()).toEqual([[]]);
  },
);

test.for(['StatefulSet', 'DaemonSet', 'Deployment'] as const)(
  'S1: the second version of a %s is held too (Q-3)',
  async (kind) => {
    scene = await Scene.open('s1');
    await scene.make(taskDefinition('lint'));
    await scene.make(workload(kind, { preTasks: 'lint' }));
    await scene.endTask('lint');
    await versionIsThrough('1.0.0');
    const { spec } = workload(kind, { preTasks: 'lint', version: '2.0.0' });
    await scene.patch(pluralOf(kind), 'shop', { spec });
    await scene.until('a pod of the new version is held', () => heldOf('2.0.0') === 1);
    await scene.until('its task runs', () => scene.jobsEver().length === 2);
    expect(heldOf('2.0.0')).toBe(1);
    await scene.endTask('lint');
    await versionIsThrough('2.0.0');
    expect(scene.jobsEver()).toHaveLength(2);
  },
);

test('S1: checks of a KeptnAppContext run before and after all workloads of the app', async () => {
  scene = await Scene.open('s1');
  for (const name of ['lint', 'announce', 'tell']) await scene.make(taskDefinition(name));
  await scene.make({
    apiVersion: 'lifecycle.keptn.sh/v1',
    kind: 'KeptnAppContext',
    metadata: { name: 'mall' },
    spec: { preDeploymentTasks: ['announce'], postDeploymentTasks: ['tell'] },
  });
  await scene.make(workload('Deployment', { name: 'a', app: 'mall', preTasks: 'lint' }));
  await scene.make(workload('Deployment', { name: 'b', app: 'mall', preTasks: 'lint' }));
  await scene.until('the task of the app runs', () => scene.all('jobs')[0]);
  await scene.holds(
    'no workload begins before its app',
    () => scene.isHeld(2) && scene.jobsEver().length === 1,
    1000,
  );
  await scene.endTask('announce');
  await scene.endTask('lint');
  await scene.endTask('lint');
  await scene.until(
    'both workloads are through',
    () =>
      scene.all('keptnworkloadversions').filter(({ status }) => status?.currentPhase === 'Completed')
        .length === 2,
  );
  expect(scene.gates()).toEqual([[], []]);
  await scene.endTask('tell', { exitCode: 0 }, 'post');
  const app = await scene.until('the app version is through', () =>
    scene.all('keptnappversions').find(({ status }) => status?.currentPhase === 'Completed'),
  );
  expect(app.status).toMatchObject({
    status: 'Succeeded',
    preDeploymentStatus: 'Succeeded',
    workloadOverallStatus: 'Succeeded',
    postDeploymentStatus: 'Succeeded',
  });
  const made = scene.sightings.filter(
    ({ resource, type }) => resource === 'keptnappversions' && type === 'ADDED',
  );
  expect(made.map(({ name }) => name)).toHaveLength(1);
  expect(app.spec.workloads?.map(({ name }) => name)).toEqual(['a', 'b']);
});

test('S1: a rollout that does not become ready keeps the post task from running', async () => {
  scene = await Scene.open('s1');
  await scene.make(taskDefinition('smoke'));
  await scene.make(workload('Deployment', { postTasks: 'smoke', stuck: true }));
  await scene.until('the pod is released', () => scene.gates()[0]?.length === 0);
  await scene.holds('no post task runs', () => scene.jobsEver().length === 0, 1000);
  const [version] = scene.all('keptnworkloadversions');
  expect(version?.status).toMatchObject({ currentPhase: 'WorkloadDeploy', deploymentStatus: 'Progressing' });
});

function versionIsThrough(version: string): Promise<unknown> {
  return scene.until(`version ${version} is through`, () =>
    scene
      .all('keptnworkloadversions')
      .find(({ spec, status }) => spec.version === version && status?.currentPhase === 'Completed'),
  );
}

function heldOf(version: string): number {
  return scene
    .pods()
    .filter(
      ({ metadata, spec }) =>
        metadata.annotations?.['keptn.sh/version'] === version && spec.schedulingGates?.length,
    ).length;
}

function pluralOf(
  kind: 'StatefulSet' | 'DaemonSet' | 'Deployment',
): 'statefulsets' | 'daemonsets' | 'deployments' {
  return ({ StatefulSet: 'statefulsets', DaemonSet: 'daemonsets', Deployment: 'deployments' } as const)[kind];
}
