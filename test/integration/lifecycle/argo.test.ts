import { afterAll, afterEach, beforeAll, expect, inject, test } from 'vitest';
import { apiPath, resources } from '../../../src/api/resources.ts';
import { z } from '../../../src/api/schema.ts';
import { applyRolloutCrd, removeRolloutCrd } from '../../builders/rollout-crd.ts';
import { type Api, connectApi, must } from './api.ts';
import { taskDefinition, type WorkloadOptions, workload } from './manifests.ts';
import { Scene } from './scene.ts';
import { type Sluice, startSluice } from './sluice.ts';
import { gatedEver, readyMessage, untilSays, untilState, untilThrough } from './versions.ts';

let api: Api;
let sluice: Sluice;
let scene: Scene;

beforeAll(async () => {
  api = connectApi(inject('kubeconfig'));
  await applyRolloutCrd(api.client);
  sluice = await startSluice(api, { roles: ['webhook', 'controller'] });
});
afterEach(() => scene.close());
afterAll(async () => {
  await sluice.stop();
  await removeRolloutCrd(api.client);
  api.client.close();
});

const identified = z.object({ metadata: z.object({ uid: z.string() }) });
const path = (subresource?: string) => apiPath(resources.rollouts, scene.namespace, 'shop', subresource);

/** Makes a Rollout; gives its uid. The names of the checks are on it alone, as Keptn's users may have them. */
async function makeRollout(annotations: Record<string, string> = {}): Promise<string> {
  const rollout = {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    metadata: { name: 'shop', annotations },
    spec: { replicas: 1 },
  };
  return identified.parse(must(await api.client.create(path().replace(/\/shop$/, ''), rollout, 'argo')))
    .metadata.uid;
}

/** The ReplicaSet that the Rollout's controller would make for a version. */
async function makeReplicaSet(uid: string, revision: string, options: WorkloadOptions): Promise<void> {
  const set = workload('ReplicaSet', options);
  const owner = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', name: 'shop', uid, controller: true };
  await scene.make({
    ...set,
    metadata: {
      ...set.metadata,
      ownerReferences: [owner],
      annotations: { 'rollout.argoproj.io/revision': revision },
    },
  });
}

/** Says what the Rollout's controller would say. */
async function say(status: object): Promise<void> {
  must(await api.client.patch(path('status'), 'merge', { status }, 'argo'));
}

const through = { observedGeneration: '1', replicas: 1, updatedReplicas: 1, availableReplicas: 1 };

test('a Rollout’s pods are held, and it is rolled out when it is Healthy in its newest generation', async () => {
  scene = await Scene.open('argo');
  await scene.make(taskDefinition('lint'));
  const uid = await makeRollout({ 'keptn.sh/pre-deployment-tasks': 'lint' });
  await makeReplicaSet(uid, '1', { name: 'shop' });
  await scene.until('the task runs', () => scene.all('jobs')[0]);
  expect(scene.isHeld()).toBe(true);
  expect(scene.all('keptnworkloads')[0]?.metadata.ownerReferences).toMatchObject([{ kind: 'Rollout', uid }]);
  await scene.endTask('lint');
  await untilSays(scene, '1.0.0', 'Rollout "shop" was not yet looked at by its controller');
  await say({ ...through, availableReplicas: 0, phase: 'Progressing' });
  await untilSays(scene, '1.0.0', '0 of 1 pods are available; its phase is Progressing');
  await say({ ...through, phase: 'Paused', message: 'CanaryPauseStep' });
  await untilSays(
    scene,
    '1.0.0',
    'its phase is Paused (CanaryPauseStep); "kubectl argo rollouts promote shop" lets it go on',
  );
  await say({ ...through, phase: 'Healthy', message: '' });
  await untilThrough(scene, '1.0.0');
  expect(scene.jobsEver()).toHaveLength(1);

  await makeReplicaSet(uid, '2', {
    name: 'next',
    version: '2.0.0',
    annotations: { 'keptn.sh/workload': 'shop' },
  });
  await scene.until(
    'the second version is held too',
    () => gatedEver(scene).length === 2 && scene.jobsEver().length === 2,
  );
  await scene.endTask('lint');
  await untilThrough(scene, '2.0.0');
});

test('a Rollout that is Degraded fails its version at once, with its own words', async () => {
  scene = await Scene.open('argo');
  const uid = await makeRollout();
  await makeReplicaSet(uid, '1', { name: 'shop', stuck: true });
  await untilSays(scene, '1.0.0', 'was not yet looked at');
  await say({
    ...through,
    availableReplicas: 0,
    phase: 'Degraded',
    message: 'RolloutAborted: metric "errors" failed',
  });
  await untilState(scene, '1.0.0', 'Failed');
  expect(readyMessage(scene, '1.0.0')).toContain(
    'Rollout "shop": Degraded: RolloutAborted: metric "errors" failed',
  );
});
