import { afterAll, afterEach, beforeAll, expect, inject, test } from 'vitest';
import { type Api, connectApi } from './api.ts';
import { barePod, statefulSet, taskDefinition, type WorkloadOptions, workload } from './manifests.ts';
import { Scene } from './scene.ts';
import { type Sluice, startSluice } from './sluice.ts';
import {
  gatedEver,
  makeReady,
  readyMessage,
  untilSays,
  untilState,
  untilThrough,
  versionOf,
} from './versions.ts';

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

/** A Deployment whose first version was checked and rolled out. */
async function released(options: WorkloadOptions = {}): Promise<void> {
  scene = await Scene.open('rollout');
  await scene.make(taskDefinition('lint'));
  await scene.make(workload('Deployment', { preTasks: 'lint', ...options }));
  await scene.endTask('lint');
  await untilThrough(scene, '1.0.0');
}

/** A Deployment whose pods were released and are not ready yet. */
async function deploying(options: WorkloadOptions = {}): Promise<void> {
  scene = await Scene.open('rollout');
  await scene.make(taskDefinition('lint'));
  await scene.make(workload('Deployment', { preTasks: 'lint', stuck: true, ...options }));
  await scene.endTask('lint');
  await untilSays(scene, '1.0.0', 'pods are available');
  await scene.until('its pods are let go', () => scene.gates().every((gates) => gates.length === 0));
}

const change = (options: WorkloadOptions) =>
  scene.patch('deployments', 'shop', {
    spec: workload('Deployment', { preTasks: 'lint', ...options })['spec'],
  });
const currentVersion = () => scene.all('keptnworkloads')[0]?.spec.version;
const currentSet = () => scene.all('keptnworkloads')[0]?.spec.resourceReference.name;

test('S2: pods that a released version is scaled up by are never held and check nothing again', async () => {
  await released();
  const before = gatedEver(scene);
  await change({ replicas: 3 });
  await scene.until(
    'three pods run',
    () => scene.pods().filter(({ status }) => status?.phase === 'Running').length === 3,
  );
  expect(gatedEver(scene)).toEqual(before);
  expect(scene.jobsEver()).toHaveLength(1);
  expect(versionOf(scene, '1.0.0')?.status).toMatchObject({ status: 'Succeeded', currentPhase: 'Completed' });
});

test('S1: pods that an autoscaler adds while the check runs are held by the same check', async () => {
  scene = await Scene.open('rollout');
  await scene.make(taskDefinition('lint'));
  await scene.make(workload('Deployment', { preTasks: 'lint' }));
  await scene.until('the pod is held', () => scene.isHeld());
  await change({ replicas: 3 });
  await scene.until('three pods are held', () => scene.isHeld(3));
  await scene.endTask('lint');
  await untilThrough(scene, '1.0.0');
  expect(scene.gates()).toEqual([[], [], []]);
  expect(scene.jobsEver()).toHaveLength(1);
});

test('S2: pods that an autoscaler adds during the rollout are not held, and the rollout waits for them', async () => {
  await deploying();
  await change({ replicas: 3, stuck: true });
  await untilSays(scene, '1.0.0', '0 of 3 pods are available');
  expect(gatedEver(scene)).toHaveLength(1);
  await makeReady(scene, 3);
  await untilThrough(scene, '1.0.0');
  expect(scene.jobsEver()).toHaveLength(1);
});

test('S2: pods of a drained node are made again during the rollout without another check', async () => {
  await deploying({ replicas: 2 });
  const [pod] = scene.pods();
  await scene.remove('pods', pod?.metadata.name ?? '');
  await scene.until('another pod took its place', () => {
    const names = scene.pods().map(({ metadata }) => metadata.name);
    return names.length === 2 && !names.includes(pod?.metadata.name ?? '');
  });
  expect(scene.gates()).toEqual([[], []]);
  await makeReady(scene, 2);
  await untilThrough(scene, '1.0.0');
  expect(gatedEver(scene)).toHaveLength(2);
  expect(scene.jobsEver()).toHaveLength(1);
});

test('S1: a pod that is made again while the check runs is held, and the check runs once', async () => {
  scene = await Scene.open('rollout');
  await scene.make(taskDefinition('lint'));
  await scene.make(workload('Deployment', { preTasks: 'lint' }));
  const job = await scene.until('the task runs', () => scene.all('jobs')[0]);
  const name = scene.pods()[0]?.metadata.name ?? '';
  await scene.remove('pods', name);
  await scene.until('another pod is held', () => scene.isHeld() && scene.one('pods', name) === undefined);
  expect(await scene.endTask('lint')).toBe(job.metadata.name);
  await untilThrough(scene, '1.0.0');
  expect(scene.jobsEver()).toHaveLength(1);
});

test('a rollback during a rollout ends the new version and returns to the old one without a check', async () => {
  await released();
  await change({ version: '2.0.0', stuck: true });
  await scene.endTask('lint');
  await untilSays(scene, '2.0.0', 'Deployment "shop"');
  await change({});
  await untilState(scene, '2.0.0', 'Deprecated');
  await scene.until('the workload is of the old version', () => currentVersion() === '1.0.0');
  await scene.until('so is the app', () =>
    scene.all('keptnapps').some(({ spec }) => spec.workloads?.[0]?.version === '1.0.0'),
  );
  expect(versionOf(scene, '1.0.0')?.status?.status).toBe('Succeeded');
  expect(scene.jobsEver()).toHaveLength(2);
});

test('a rollback after a release returns to the old version without a gate or a check', async () => {
  await released();
  const set = currentSet();
  await change({ version: '2.0.0' });
  await scene.endTask('lint');
  await untilThrough(scene, '2.0.0');
  const before = gatedEver(scene);
  await change({});
  await scene.until('the workload is of the old version', () => currentVersion() === '1.0.0');
  expect(currentSet()).toBe(set);
  await scene.until('the app lists it', () =>
    scene.all('keptnapps').some(({ spec }) => spec.workloads?.[0]?.version === '1.0.0'),
  );
  expect(gatedEver(scene)).toEqual(before);
  expect(scene.jobsEver()).toHaveLength(2);
});

test('the same version deployed again, from another template, is not held and not checked', async () => {
  await released();
  const before = gatedEver(scene);
  const set = currentSet();
  await change({ annotations: { restarted: 'yes' } });
  await scene.until('the workload is of the new ReplicaSet', () => currentSet() !== set);
  await scene.until('only its pod is left', () =>
    scene.pods().every(({ metadata }) => metadata.annotations?.['restarted'] === 'yes'),
  );
  expect(gatedEver(scene)).toEqual(before);
  expect(scene.jobsEver()).toHaveLength(1);
  expect(currentVersion()).toBe('1.0.0');
});

test("a StatefulSet's pod of the old revision that is made again brings the old version not back (Q-35)", async () => {
  scene = await Scene.open('rollout');
  await scene.make(taskDefinition('lint'));
  // Below a partition the old revision is made again for certain; else it depends on who is faster.
  const updateStrategy = { type: 'RollingUpdate', rollingUpdate: { partition: 1 } };
  await scene.make(statefulSet({ replicas: 2 }, { podManagementPolicy: 'Parallel', updateStrategy }));
  await scene.endTask('lint', { exitCode: 1 });
  await untilState(scene, '1.0.0', 'Failed');
  await scene.patch('statefulsets', 'shop', {
    spec: statefulSet({ replicas: 2, version: '2.0.0' }, { updateStrategy }).spec,
  });
  await scene.until('the workload is of the new version', () => currentVersion() === '2.0.0');
  const old = scene.pods().find(({ metadata }) => metadata.annotations?.['keptn.sh/version'] === '1.0.0');
  await scene.remove('pods', old?.metadata.name ?? '');
  await scene.until('it is made again, of the old revision, and held', () =>
    scene
      .pods()
      .some(
        ({ metadata }) =>
          metadata.name === old?.metadata.name &&
          metadata.uid !== old.metadata.uid &&
          metadata.annotations?.['keptn.sh/version'] === '1.0.0',
      ),
  );
  await scene.holds('the workload stays at the new version', () => currentVersion() === '2.0.0', 2000);
  const versions = scene.sightings.filter(
    ({ resource, type }) => resource === 'keptnworkloads' && type === 'MODIFIED',
  );
  expect(JSON.stringify(versions.at(-1)?.object)).not.toContain('"version":"1.0.0"');
});

test('a StatefulSet is rolled out when all pods from its partition on are new, and says how many stay old', async () => {
  scene = await Scene.open('rollout');
  await scene.make(taskDefinition('lint'));
  await scene.make(statefulSet({ replicas: 2 }));
  await scene.endTask('lint');
  await untilThrough(scene, '1.0.0');
  const updateStrategy = { type: 'RollingUpdate', rollingUpdate: { partition: 1 } };
  await scene.patch('statefulsets', 'shop', {
    spec: statefulSet({ replicas: 2, version: '2.0.0' }, { updateStrategy }).spec,
  });
  await scene.endTask('lint');
  await untilThrough(scene, '2.0.0');
  const versions = scene.pods().map(({ metadata }) => metadata.annotations?.['keptn.sh/version']);
  expect(new Set(versions)).toEqual(new Set(['1.0.0', '2.0.0']));
  expect(scene.jobsEver()).toHaveLength(2);
});

test('a StatefulSet that is updated by hand says which pods to delete, and is rolled out when the last was', async () => {
  scene = await Scene.open('rollout');
  await scene.make(taskDefinition('lint'));
  const updateStrategy = { type: 'OnDelete' };
  await scene.make(statefulSet({ replicas: 2 }, { updateStrategy }));
  await scene.endTask('lint');
  await untilThrough(scene, '1.0.0');
  await scene.patch('statefulsets', 'shop', {
    spec: statefulSet({ replicas: 2, version: '2.0.0' }, { updateStrategy }).spec,
  });
  await scene.remove('pods', 'shop-1');
  await scene.endTask('lint');
  await untilSays(
    scene,
    '2.0.0',
    '1 of 2 pods are new; its update strategy is OnDelete: delete its old pods by hand',
  );
  await scene.remove('pods', 'shop-0');
  await untilThrough(scene, '2.0.0');
  expect(readyMessage(scene, '2.0.0')).toBe('all phases have passed');
  expect(scene.jobsEver()).toHaveLength(2);
});

test('S1: a bare pod that names its workload is held until its check has passed, and is its own rollout', async () => {
  scene = await Scene.open('rollout');
  await scene.make(taskDefinition('lint'));
  await scene.make(barePod({ preTasks: 'lint' }));
  await scene.until('the task runs', () => scene.all('jobs')[0]);
  expect(scene.isHeld()).toBe(true);
  const uid = scene.one('pods', 'shop')?.metadata.uid;
  const [found] = scene.all('keptnworkloads');
  expect(found?.spec.resourceReference).toEqual({ kind: 'Pod', name: 'shop', uid });
  expect(found?.metadata.ownerReferences).toMatchObject([
    { apiVersion: 'v1', kind: 'Pod', name: 'shop', uid },
  ]);
  await scene.endTask('lint');
  await untilThrough(scene, '1.0.0');
  expect(scene.jobsEver()).toHaveLength(1);
});

test('a bare pod that fails ends its version at once', async () => {
  scene = await Scene.open('rollout');
  await scene.make(barePod({ stuck: true }));
  await untilSays(scene, '1.0.0', '0 of 1 pods are available');
  await scene.endPod('shop', { exitCode: 1 });
  await untilState(scene, '1.0.0', 'Failed');
  expect(readyMessage(scene, '1.0.0')).toContain('Pod "shop": it failed');
});

test('a bare pod with the recommended labels of Kubernetes alone is left alone', async () => {
  scene = await Scene.open('rollout');
  const { spec } = barePod();
  const labels = { 'app.kubernetes.io/name': 'shop', 'app.kubernetes.io/version': '1' };
  await scene.make({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'plain', labels }, spec });
  await scene.until('it runs', () => scene.one('pods', 'plain')?.status?.phase === 'Running');
  expect(scene.all('keptnworkloads')).toEqual([]);
  expect(scene.one('pods', 'plain')?.metadata.labels).toEqual(labels);
});

test('L2: pods of a DaemonSet go on that is changed and changed back before its controller looks', async () => {
  scene = await Scene.open('rollout');
  for (const name of ['lint', 'scan']) await scene.make(taskDefinition(name));
  const first = workload('DaemonSet', { preTasks: 'lint' });
  await scene.make(first);
  const second = workload('DaemonSet', { preTasks: 'scan', version: '2.0.0' });
  await scene.patch('daemonsets', 'shop', { spec: second['spec'] });
  await scene.patch('daemonsets', 'shop', { spec: first['spec'] });
  await scene.endTask('lint');
  await untilThrough(scene, '1.0.0');
  expect(scene.gates().flat()).toEqual([]);
});
