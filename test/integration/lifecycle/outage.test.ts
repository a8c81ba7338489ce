import { afterAll, afterEach, beforeAll, expect, inject, test } from 'vitest';
import { type Api, connectApi } from './api.ts';
import { taskDefinition, workload } from './manifests.ts';
import { Scene } from './scene.ts';
import { type Sluice, startSluice } from './sluice.ts';

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

/** Brings version 1.0.0 of a Deployment with one check to its end. */
async function releaseFirst(): Promise<void> {
  await scene.make(taskDefinition('lint'));
  await scene.make(workload('Deployment', { preTasks: 'lint' }));
  await scene.endTask('lint');
  await untilThrough('1.0.0');
}

function untilThrough(version: string): Promise<unknown> {
  return scene.until(`version ${version} is through`, () =>
    scene
      .all('keptnworkloadversions')
      .find(({ spec, status }) => spec.version === version && status?.currentPhase === 'Completed'),
  );
}

function podOf(version: string) {
  return scene
    .pods()
    .find(
      ({ metadata }) => metadata.annotations?.['keptn.sh/version'] === version && !metadata.deletionTimestamp,
    );
}

test('L3: with the controller down a released version starts pods and a new one waits until it is back', async () => {
  scene = await Scene.open('l3');
  await releaseFirst();
  await controller.stop();
  const before = podOf('1.0.0')?.metadata.name ?? '';
  await scene.remove('pods', before);
  const again = await scene.until('another pod of the released version runs', () => {
    const pod = podOf('1.0.0');
    return pod?.metadata.name !== before && pod?.status?.phase === 'Running' ? pod : undefined;
  });
  expect(again.spec.schedulingGates ?? []).toEqual([]);
  await scene.patch('deployments', 'shop', workload('Deployment', { preTasks: 'lint', version: '2.0.0' }));
  await scene.until('a pod of the new version is there', () => podOf('2.0.0'));
  await scene.holds('it waits', () => podOf('2.0.0')?.spec.schedulingGates?.length === 1, 1500);
  controller = await startSluice(api, { roles: ['controller'] });
  await scene.endTask('lint');
  await untilThrough('2.0.0');
  expect(scene.jobsEver()).toHaveLength(2);
});

test('L3: a released version with another check than before waits for that check', async () => {
  scene = await Scene.open('l3');
  await releaseFirst();
  await scene.make(taskDefinition('audit'));
  await controller.stop();
  // The same version, so the same name, and one check more: nothing of what is recorded covers it.
  await scene.patch('deployments', 'shop', workload('Deployment', { preTasks: 'lint, audit' }));
  await scene.until('its pod is held', () => scene.gates().flat().length === 1);
  controller = await startSluice(api, { roles: ['controller'] });
  const [held] = scene.pods().filter(({ spec }) => spec.schedulingGates?.length);
  await scene.until('the new check runs', () => scene.jobsEver().length === 2);
  await scene.holds('it stays held', () => scene.gates().flat().length === 1, 1500);
  await scene.endTask('audit');
  await scene.until(
    'it is released',
    () => scene.one('pods', held?.metadata.name ?? '')?.spec.schedulingGates === undefined,
  );
  await untilThrough('1.0.0');
});

test('L3: with the webhook down pods of opted-in namespaces are refused and nothing else is', async () => {
  scene = await Scene.open('l3');
  const bystander = await Scene.open('l3-bystander', {});
  await webhook.stop();
  await scene.make(taskDefinition('lint'));
  await scene.make(workload('Deployment', { preTasks: 'lint' }));
  await bystander.make(workload('Deployment', { preTasks: 'lint' }));
  await bystander.until('a pod runs where nobody opted in', () =>
    bystander.pods().some(({ status }) => status?.phase === 'Running'),
  );
  await scene.until('the pod is refused, in words', () =>
    scene
      .notes('ReplicaSet')
      .find((note) => note.startsWith('FailedCreate') && note.includes('pods.sluice.keptn.sh')),
  );
  expect(scene.pods()).toEqual([]);
  // The test registers the webhook anew, and for that moment there is none: nobody may ask then.
  await scene.patch('deployments', 'shop', { spec: { replicas: 0 } });
  await scene.until('no pod is asked for', () =>
    scene.all('replicasets').every(({ spec, metadata, status }) => {
      const isSeen = (status.observedGeneration ?? 0) >= (metadata.generation ?? 1);
      return spec.replicas === 0 && isSeen;
    }),
  );
  webhook = await startSluice(api, { roles: ['webhook'] });
  await scene.patch('deployments', 'shop', { spec: { replicas: 2 } });
  await scene.until('its pods are held', () => scene.isHeld(2), 40_000);
  await scene.endTask('lint');
  await untilThrough('1.0.0');
  await bystander.close();
});
