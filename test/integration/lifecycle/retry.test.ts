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

const version = () => scene.all('keptnworkloadversions')[0];
const appVersion = () => scene.all('keptnappversions')[0];
const jobs = (prefix: string) => scene.all('jobs').filter(({ metadata }) => metadata.name.startsWith(prefix));
const ask = (resource: 'keptnworkloadversions' | 'keptnappversions', name: string, asked: string) =>
  scene.patch(resource, name, { metadata: { annotations: { 'keptn.sh/retry': asked } } });

test('a failed check holds until it is asked for again, runs again once, and lets go (Q-36)', async () => {
  scene = await Scene.open('retry');
  await scene.make(taskDefinition('lint'));
  await scene.make(taskDefinition('tell'));
  const annotations = { 'keptn.sh/on-failure-tasks': 'tell' };
  await scene.make(workload('Deployment', { preTasks: 'lint', annotations }));
  const first = await scene.endTask('lint', { exitCode: 1 });
  await scene.until('the version failed', () => version()?.status?.status === 'Failed');
  await scene.until('the app version failed with it', () => appVersion()?.status?.status === 'Failed');
  await scene.endTask('tell', { exitCode: 0 }, 'on-failure');
  await scene.until('its end is recorded', () => version()?.status?.onFailureStatus === 'Succeeded');
  expect(version()?.status?.status).toBe('Failed');
  await scene.holds('the pod is held', () => scene.isHeld() && jobs('').length === 2, 1000);

  await ask('keptnworkloadversions', 'shop-shop-1.0.0', 'lint@1');
  const second = await scene.endTask('lint', { exitCode: 0 });
  expect(second).not.toBe(first);
  await scene.until('the gate is lifted', () => scene.gates()[0]?.length === 0);
  await scene.until('the app version is through', () => appVersion()?.status?.currentPhase === 'Completed');
  expect(version()?.status).toMatchObject({
    status: 'Succeeded',
    lastHandledRetry: 'lint@1',
    preDeploymentTaskStatus: [{ definitionName: 'lint', name: second, status: 'Succeeded', attempt: 1 }],
  });
  expect(scene.jobsEver()).toHaveLength(3);
  expect(scene.notes('KeptnWorkloadVersion').filter((note) => note.startsWith('Retried'))).toHaveLength(1);
});

test('a check of the app runs again when its version is asked, and the workloads go on', async () => {
  scene = await Scene.open('retry');
  await scene.make(taskDefinition('quota'));
  await scene.make({
    apiVersion: 'lifecycle.keptn.sh/v1',
    kind: 'KeptnAppContext',
    metadata: { name: 'shop' },
    spec: { preDeploymentTasks: ['quota'] },
  });
  await scene.make(workload('Deployment', {}));
  await scene.endTask('quota', { exitCode: 1 });
  await scene.until('the app version failed', () => appVersion()?.status?.status === 'Failed');
  const name = appVersion()?.metadata.name ?? '';
  await ask('keptnappversions', name, 'nobody');
  await scene.until('a wrong name is answered', () =>
    scene.notes('KeptnAppVersion').some((note) => note.includes('none of "nobody" failed')),
  );
  expect(scene.isHeld()).toBe(true);
  await ask('keptnappversions', name, 'all');
  await scene.endTask('quota', { exitCode: 0 });
  await scene.until('the gate is lifted', () => scene.gates()[0]?.length === 0);
  await scene.until('the app version is through', () => appVersion()?.status?.currentPhase === 'Completed');
  expect(scene.jobsEver()).toHaveLength(2);
});
