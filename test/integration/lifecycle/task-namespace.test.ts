import { afterAll, afterEach, beforeAll, expect, inject, test } from 'vitest';
import { type Api, connectApi } from './api.ts';
import { taskDefinition } from './manifests.ts';
import { Scene, stored } from './scene.ts';
import { type Sluice, startSluice } from './sluice.ts';
import { definitionOf, jobOf, task, threeSteps, untilPod, untilTask, waiting } from './tasks-by-hand.ts';

const library = '/apis/lifecycle.keptn.sh/v1/namespaces/sluice-system/keptntaskdefinitions';

/** Machines are slow under load; every wait ends on a condition. */
const allowed = { timeout: 120_000 };

let api: Api;
let sluice: Sluice;
let scene: Scene;

beforeAll(async () => {
  api = connectApi(inject('kubeconfig'));
  sluice = await startSluice(api, { roles: ['controller'] });
});
afterEach(() => scene.close());
afterAll(async () => {
  await sluice.stop();
  api.client.close();
});

test(
  'in a namespace that enforces Pod Security "restricted" every kind of task gets its pod',
  allowed,
  async () => {
    scene = await Scene.open('restricted', {
      labels: { 'pod-security.kubernetes.io/enforce': 'restricted' },
    });
    const kinds = {
      box: { container: { name: 'c', image: 'registry.example/c:1' } },
      script: { deno: { inline: { code: '1' } } },
      snake: { python: { httpRef: { url: 'https://code.example/x.py' } } },
      many: threeSteps,
    };
    for (const [name, spec] of Object.entries(kinds)) {
      await scene.make(definitionOf(name, spec));
      await scene.make(task(name, name));
    }
    for (const name of Object.keys(kinds)) await untilPod(scene, name);
  },
);

test('a container that Pod Security refuses is said with the reason on its task', allowed, async () => {
  scene = await Scene.open('restricted', { labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } });
  const privileged = { name: 'c', image: 'registry.example/c:1', securityContext: { privileged: true } };
  await scene.make(definitionOf('box', { container: privileged }));
  await scene.make(task('box', 'box'));
  const { message } = await untilTask(scene, 'box', 'says why', ({ reason }) => reason === 'PodRefused');
  for (const word of ['"box"', 'PodSecurity "restricted', 'privileged']) expect(message).toContain(word);
});

test('elsewhere an image that runs as root runs as it did under Keptn', allowed, async () => {
  scene = await Scene.open('root');
  await scene.make(taskDefinition('box'));
  await scene.make(task('box', 'box'));
  const [only] = (await jobOf(scene, 'box')).template.spec.containers;
  expect(only?.securityContext).toEqual({ allowPrivilegeEscalation: false });
  await untilPod(scene, 'box');
});

test(
  "a definition of Sluice's own namespace runs in the namespace of the task, its code with it (Q-21)",
  allowed,
  async () => {
    scene = await Scene.open('library');
    const name = `library-${scene.namespace}`;
    const answer = await api.request(
      'POST',
      library,
      definitionOf(name, { deno: { inline: { code: 'shared()' } } }),
    );
    expect(answer.status).toBe(201);
    try {
      await scene.make(task('shared', name));
      const { template } = await jobOf(scene, 'shared');
      const kept = template.spec.volumes.flatMap(({ configMap }) => configMap?.name ?? []);
      expect(await stored(scene, 'configmaps', kept[0] ?? '')).toMatchObject({ data: { code: 'shared()' } });
      const { definitions } = await untilTask(scene, 'shared', 'runs', ({ jobName }) => jobName);
      expect(definitions).toEqual([{ namespace: 'sluice-system', name, generation: 1 }]);
    } finally {
      await api.request('DELETE', `${library}/${name}`);
    }
  },
);

test('a missing Secret is named with its key and namespace while the pod waits', allowed, async () => {
  scene = await Scene.open('secret');
  const deno = { inline: { code: '1' }, secureParameters: { secret: 'token' } };
  await scene.make(definitionOf('check', { deno }));
  await scene.make(task('check', 'check'));
  const pod = await untilPod(scene, 'check');
  // As the kubelet says it.
  await scene.patchPodStatus(pod, {
    containerStatuses: [
      waiting('keptn-function-runner', 'CreateContainerConfigError', 'secret "token" not found'),
    ],
  });
  const { message } = await untilTask(scene, 'check', 'says so', ({ reason }) => reason === 'PodWaits');
  expect(message).toContain('secret "token" not found');
  expect(message).toContain(`namespace "${scene.namespace}" must have Secret "token" with key "SECURE_DATA"`);
});

test('a missing ServiceAccount is named, and its creation lets the task go on', allowed, async () => {
  scene = await Scene.open('account');
  await scene.make(taskDefinition('check', { serviceAccount: { name: 'robot' } }));
  await scene.make(task('check', 'check'));
  const { message } = await untilTask(scene, 'check', 'says so', ({ reason }) => reason === 'PodRefused');
  expect(message).toContain('"robot" not found');
  const accounts = `/api/v1/namespaces/${scene.namespace}/serviceaccounts`;
  await api.request('POST', accounts, {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'robot' },
  });
  await scene.endPod(await untilPod(scene, 'check'), { exitCode: 0 });
  await untilTask(scene, 'check', 'has succeeded', ({ status }) => status === 'Succeeded');
});

test('a task that is made by hand runs in a namespace that is not opted in', allowed, async () => {
  scene = await Scene.open('plain', {});
  await scene.make(taskDefinition('check'));
  await scene.make(task('check', 'check', { parameters: { map: { a: '1' } } }));
  await scene.endPod(await untilPod(scene, 'check'), { exitCode: 0 });
  await untilTask(scene, 'check', 'has succeeded', ({ status }) => status === 'Succeeded');
});

test(
  'a task whose code is not there yet says so, and runs once its ConfigMap is made (Q-22)',
  allowed,
  async () => {
    scene = await Scene.open('code');
    await scene.make(definitionOf('check', { deno: { configMapRef: { name: 'script' } } }));
    await scene.make(task('check', 'check'));
    const { message } = await untilTask(
      scene,
      'check',
      'waits',
      ({ reason }) => reason === 'MissingDefinition',
    );
    expect(message).toContain(`ConfigMap "script" in namespace "${scene.namespace}"`);
    // Its own status and its definition's have been seen by now: only the ConfigMap can wake it.
    await scene.holds('nothing is made', () => scene.jobsEver().length === 0, 2000);
    const configMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'script' } };
    await scene.make({ ...configMap, data: { other: '1' } });
    await scene.patch('configmaps', 'script', { data: { code: 'late()' } });
    const { template } = await jobOf(scene, 'check');
    const kept = template.spec.volumes.flatMap((volume) => volume.configMap?.name ?? []);
    expect(await stored(scene, 'configmaps', kept[0] ?? '')).toMatchObject({ data: { code: 'late()' } });
  },
);
