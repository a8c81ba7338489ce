import { afterAll, afterEach, beforeAll, expect, inject, test } from 'vitest';
import { z } from '../../../src/api/schema.ts';
import { type Api, connectApi } from './api.ts';
import { taskDefinition, type WorkloadOptions, workload } from './manifests.ts';
import { Scene, stored } from './scene.ts';
import { type Sluice, startSluice } from './sluice.ts';
import { makeReady, readyMessage, untilSays, untilState, untilThrough, versionOf } from './versions.ts';

const deadlineSeconds = 5;
const timeoutSeconds = 40;
const configPath = '/apis/options.keptn.sh/v1alpha1/namespaces/sluice-system/keptnconfigs/keptn-config';

let api: Api;
let sluice: Sluice;
let scene: Scene;

beforeAll(async () => {
  api = connectApi(inject('kubeconfig'));
  sluice = await startSluice(api, { roles: ['webhook', 'controller'] });
});
afterEach(async () => {
  await api.request('DELETE', configPath);
  await scene.close();
});
afterAll(async () => {
  await sluice.stop();
  api.client.close();
});

/** A Deployment with a short progress deadline whose pods don't become ready by themselves. */
function impatient(options: WorkloadOptions = {}) {
  const deployment = workload('Deployment', { stuck: true, ...options });
  const spec = { ...z.looseObject({}).parse(deployment['spec']), progressDeadlineSeconds: deadlineSeconds };
  return { ...deployment, spec };
}

const progress = () =>
  scene.all('deployments')[0]?.status.conditions?.find(({ type }) => type === 'Progressing');
const progressReason = (reason: string) =>
  scene.until(`the Deployment says ${reason}`, () => progress()?.reason === reason, 45_000);
const updatedAt = async () =>
  z
    .object({
      status: z.object({ conditions: z.array(z.object({ type: z.string(), lastUpdateTime: z.string() })) }),
    })
    .parse(await stored(scene, 'deployments', 'shop'))
    .status.conditions.find(({ type }) => type === 'Progressing')?.lastUpdateTime;

test('Kubernetes counts the time at the gate into progressDeadlineSeconds, and counts anew only from the first ready pod', async () => {
  scene = await Scene.open('late');
  await scene.make(taskDefinition('lint'));
  await scene.make(impatient({ preTasks: 'lint', replicas: 2 }));
  await progressReason('ProgressDeadlineExceeded');
  expect(scene.isHeld(2)).toBe(true);
  const reported = await updatedAt();
  await scene.endTask('lint');
  await scene.until('the pods are let go', () => scene.gates().every((gates) => gates.length === 0));
  // Letting them go is no progress: the report stands, from before.
  await scene.holds(
    'the report stands',
    () => progress()?.reason === 'ProgressDeadlineExceeded',
    (deadlineSeconds - 3) * 1000,
  );
  expect(await updatedAt()).toBe(reported);
  expect(versionOf(scene, '1.0.0')?.status?.deploymentStatus).toBe('Progressing');
  await makeReady(scene, 2);
  await progressReason('NewReplicaSetAvailable');
  await untilThrough(scene, '1.0.0');
});

test('a rollout without progress for progressDeadlineSeconds since its pods were let go fails then, not before', async () => {
  scene = await Scene.open('late');
  await scene.make(taskDefinition('lint'));
  await scene.make(impatient({ preTasks: 'lint' }));
  await progressReason('ProgressDeadlineExceeded');
  await scene.endTask('lint');
  const { status } = await untilState(scene, '1.0.0', 'Failed');
  const { deploymentStartTime = '', endTime = '' } = status ?? {};
  const seconds = (Date.parse(endTime) - Date.parse(deploymentStartTime)) / 1000;
  expect(seconds).toBeGreaterThanOrEqual(deadlineSeconds);
  expect(seconds).toBeLessThan(timeoutSeconds);
  expect(readyMessage(scene, '1.0.0')).toContain(
    `Deployment "shop": no progress within ${deadlineSeconds} s (spec.progressDeadlineSeconds)`,
  );
});

test('a paused Deployment is said to be paused, with the command that lets it go on', async () => {
  scene = await Scene.open('paused');
  await scene.make(workload('Deployment', { stuck: true }));
  await untilSays(scene, '1.0.0', 'pods are available');
  await scene.patch('deployments', 'shop', { spec: { paused: true } });
  await untilSays(scene, '1.0.0', 'kubectl rollout resume deployment/shop');
});

test('a workload that was deleted is said at once and ends its version at the deadline (Q-55)', async () => {
  scene = await Scene.open('gone');
  await configure('12s');
  await scene.make(workload('ReplicaSet', { stuck: true }));
  await untilSays(scene, '1.0.0', '0 of 1 pods are available');
  // A pod that is held when it loses its owner is a workload of its own.
  await scene.until('the pod was let go', () => scene.gates().flat().length === 0);
  await api.request('DELETE', scene.at('replicasets', 'shop'), { propagationPolicy: 'Orphan' });
  await untilSays(scene, '1.0.0', 'ReplicaSet "shop" does not exist any more; deploy the workload again');
  await untilState(scene, '1.0.0', 'Failed');
  const message = readyMessage(scene, '1.0.0');
  for (const word of ['not rolled out within 12 s', 'observabilityTimeout', 'does not exist any more'])
    expect(message).toContain(word);
});

test('L1: what keeps a container from starting is in the message at once, and a crash loop fails the version at once', async () => {
  scene = await Scene.open('crash');
  await scene.make(workload('Deployment', { stuck: true }));
  await untilSays(scene, '1.0.0', '0 of 1 pods are available');
  const pod = scene.pods()[0]?.metadata.name ?? '';
  await say(pod, { waiting: { reason: 'ErrImagePull', message: 'registry.example: no such host' } }, 0);
  await untilSays(scene, '1.0.0', `container "main" of pod "${pod}" does not start (ImagePullBackOff)`);
  await say(pod, { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 40s' } }, 3);
  await untilSays(scene, '1.0.0', 'crashes (3 restarts, last exit code 1 (Error); the version fails at 5)');
  expect(versionOf(scene, '1.0.0')?.status?.status).toBe('Progressing');
  await say(pod, { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 5m0s' } }, 5);
  await untilState(scene, '1.0.0', 'Failed');
  expect(readyMessage(scene, '1.0.0')).toContain(
    `container "main" of pod "${pod}" keeps crashing (CrashLoopBackOff after 5 restarts, last exit code 1 (Error))`,
  );
});

test('a crash loop of the version before does not fail the new one', async () => {
  scene = await Scene.open('crash');
  await scene.make(workload('Deployment', {}));
  await untilThrough(scene, '1.0.0');
  const old = scene.pods()[0]?.metadata.name ?? '';
  await scene.patch('deployments', 'shop', {
    spec: workload('Deployment', { version: '2.0.0', stuck: true })['spec'],
  });
  await untilSays(scene, '2.0.0', 'Deployment "shop"');
  await say(old, { waiting: { reason: 'CrashLoopBackOff' } }, 9);
  await scene.holds(
    'the new version goes on',
    () =>
      versionOf(scene, '2.0.0')?.status?.status === 'Progressing' &&
      !readyMessage(scene, '2.0.0').includes(old),
    2000,
  );
});

test('L1: a pod that fits no node is named with what the scheduler says', async () => {
  scene = await Scene.open('full');
  const deployment = workload('Deployment', {});
  const nowhere = { template: { spec: { nodeSelector: { 'test.sluice/nowhere': 'yes' } } } };
  await scene.make(merged(deployment, nowhere));
  await untilSays(scene, '1.0.0', 'cannot be scheduled: 0/');
});

/** The deployment with another node selector: the one thing that keeps its pods from every node. */
function merged(deployment: ReturnType<typeof workload>, { template }: { template: { spec: object } }) {
  const spec = z
    .looseObject({ template: z.looseObject({ spec: z.looseObject({}) }) })
    .parse(deployment['spec']);
  const podSpec = { ...spec.template.spec, ...template.spec };
  return { ...deployment, spec: { ...spec, template: { ...spec.template, spec: podSpec } } };
}

/** Says what the kubelet would say of the one container of a pod. */
async function say(pod: string, state: object, restartCount: number): Promise<void> {
  await scene.until('the pod has a node', () => scene.one('pods', pod)?.spec.nodeName !== undefined);
  const lastState = restartCount === 0 ? {} : { lastState: { terminated: { exitCode: 1, reason: 'Error' } } };
  const status = {
    name: 'main',
    image: 'test',
    imageID: '',
    ready: false,
    restartCount,
    state,
    ...lastState,
  };
  await scene.patchPodStatus(pod, { containerStatuses: [status] });
}

async function configure(observabilityTimeout: string): Promise<void> {
  const answer = await api.request('POST', configPath.slice(0, configPath.lastIndexOf('/')), {
    apiVersion: 'options.keptn.sh/v1alpha1',
    kind: 'KeptnConfig',
    metadata: { name: 'keptn-config' },
    spec: { observabilityTimeout },
  });
  if (answer.status >= 300) throw new Error(answer.text);
}
