import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, expect, inject, test } from 'vitest';
import type { KeptnTask } from '../../../src/api/lifecycle/v1/keptn-task.ts';
import type { KubeObject } from '../../../src/api/meta.ts';
import { z } from '../../../src/api/schema.ts';
import { parseYamlDocuments } from '../../../src/api/yaml.ts';
import { type Api, connectApi, must } from './api.ts';
import { taskDefinition } from './manifests.ts';
import { Scene, stored } from './scene.ts';
import { type Sluice, startSluice } from './sluice.ts';

/** Machines are slow under load; every wait ends on a condition. */
const withinMs = 60_000;
const allowed = { timeout: 120_000 };
const library = '/apis/lifecycle.keptn.sh/v1/namespaces/sluice-system/keptntaskdefinitions';

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

test.for(['deno', 'python', 'function'])(
  'an empty %s is refused where it is written (Q-24)',
  allowed,
  async (runtime) => {
    scene = await Scene.open('empty');
    const answer = await scene.tryMake(definitionOf('empty', { [runtime]: {} }));
    expect(answer.status).toBe(422);
    expect(answer.text).toContain(`spec.${runtime}`);
  },
);

test('the examples of docs/tasks.md are admitted, with every field', allowed, async () => {
  scene = await Scene.open('docs');
  const blocks = [...readFileSync('docs/tasks.md', 'utf8').matchAll(/```yaml\n([\s\S]*?)```/g)];
  expect(blocks).toHaveLength(4);
  for (const [, yaml = ''] of blocks) {
    for (const { object } of must(parseYamlDocuments(yaml))) {
      const target = `${scene.collection('keptntaskdefinitions')}?fieldValidation=Strict`;
      const answer = await api.request('POST', target, object);
      expect(answer.status, answer.text).toBe(201);
    }
  }
});

/** A definition that runs only this. */
function definitionOf(name: string, spec: Readonly<Record<string, unknown>>): KubeObject {
  return { ...taskDefinition(name), spec: { retries: 0, ...spec } };
}

/** A task as a person makes it. */
function task(name: string, definition: string, spec: Readonly<Record<string, unknown>> = {}): KubeObject {
  return {
    apiVersion: 'lifecycle.keptn.sh/v1',
    kind: 'KeptnTask',
    metadata: { name },
    spec: { taskDefinition: definition, ...spec },
  };
}

function untilTask(name: string, what: string, look: (status: Status) => unknown): Promise<Status> {
  return scene.until(
    `task ${name} ${what}`,
    () => {
      const status = scene.one('keptntasks', name)?.status;
      return status !== undefined && Boolean(look(status)) && status;
    },
    withinMs,
  );
}
type Status = NonNullable<KeptnTask['status']>;

/** Name of the pod of a task, once it is on the node. */
async function untilPod(job: string): Promise<string> {
  const pod = await scene.until(
    `the pod of ${job}`,
    () =>
      scene
        .all('pods')
        .find(({ metadata, spec }) => metadata.labels?.['keptn.sh/task'] === job && spec.nodeName),
    withinMs,
  );
  return pod.metadata.name;
}

const container = z.looseObject({
  name: z.string(),
  env: z.array(z.looseObject({ name: z.string(), value: z.string().optional() })),
  securityContext: z.record(z.string(), z.unknown()).optional(),
});
const storedJob = z.object({
  spec: z.object({
    backoffLimit: z.number(),
    ttlSecondsAfterFinished: z.number().optional(),
    template: z.object({
      spec: z.object({
        initContainers: z.array(container).default([]),
        containers: z.array(container),
        volumes: z.array(z.looseObject({ configMap: z.object({ name: z.string() }).optional() })).default([]),
      }),
    }),
  }),
});

/** The Job of a task as the API server stores it, once it is there. */
async function jobOf(name: string): Promise<z.infer<typeof storedJob>['spec']> {
  await scene.until(`Job ${name}`, () => scene.one('jobs', name), withinMs);
  return storedJob.parse(await stored(scene, 'jobs', name)).spec;
}

const ended = (name: string, exitCode: number, message = '') => ({
  name,
  image: 'i',
  imageID: '',
  ready: false,
  restartCount: 0,
  state: {
    terminated: {
      exitCode,
      message,
      reason: exitCode === 0 ? 'Completed' : 'Error',
      startedAt: new Date().toISOString(),
      finishedAt: new Date().toISOString(),
    },
  },
});
const waiting = (name: string, reason: string, message = '') => ({
  name,
  image: 'i',
  imageID: '',
  ready: false,
  restartCount: 0,
  state: { waiting: { reason, message } },
});

const threeSteps = {
  steps: [
    { name: 'fetch', container: { image: 'registry.example/fetch:1' } },
    { name: 'judge', deno: { inline: { code: 'judge()' }, parameters: { map: { limit: '5' } } } },
    { name: 'tell', python: { inline: { code: 'tell()' } } },
  ],
};

test('steps run in order in one pod, their code beside them', allowed, async () => {
  scene = await Scene.open('steps');
  await scene.make(definitionOf('release-check', threeSteps));
  await scene.make(task('check', 'release-check'));
  const { template } = await jobOf('check');
  const { initContainers, containers, volumes } = template.spec;
  expect([...initContainers, ...containers].map(({ name }) => name)).toEqual(['fetch', 'judge', 'tell']);
  const kept = volumes.flatMap(({ configMap }) => configMap?.name ?? []);
  expect(await stored(scene, 'configmaps', kept[0] ?? '')).toMatchObject({
    data: { judge: 'judge()', tell: 'tell()' },
  });
  const pod = await untilPod('check');
  await scene.patchPodStatus(pod, {
    phase: 'Succeeded',
    initContainerStatuses: [ended('fetch', 0), ended('judge', 0)],
    containerStatuses: [ended('tell', 0)],
  });
  await untilTask('check', 'has succeeded', ({ status }) => status === 'Succeeded');
});

test(
  'the first step that fails ends the task, which says which and its last words (Q-45)',
  allowed,
  async () => {
    scene = await Scene.open('steps');
    await scene.make(definitionOf('release-check', threeSteps));
    await scene.make(task('check', 'release-check', { retries: 0 }));
    const pod = await untilPod('check');
    const log = Array.from({ length: 30 }, (_, i) => `line ${i}`).join('\n');
    await scene.patchPodStatus(pod, {
      phase: 'Failed',
      initContainerStatuses: [ended('fetch', 0), ended('judge', 3, log)],
      containerStatuses: [waiting('tell', 'PodInitializing')],
    });
    const { message = '' } = await untilTask('check', 'has failed', ({ status }) => status === 'Failed');
    expect(message).toContain('step "judge" failed with exit code 3: line 10\n');
    expect(message).toContain('line 29');
    expect(message).not.toContain('line 9\n');
    expect(scene.jobsEver()).toHaveLength(1);
  },
);

test.for([
  [
    'a name twice',
    [
      { name: 'a', container: { image: 'i' } },
      { name: 'a', container: { image: 'i' } },
    ],
    'must differ',
  ],
  [
    'a step of two runtimes',
    [{ name: 'a', container: { image: 'i' }, deno: { inline: { code: '1' } } }],
    'a step needs exactly one of',
  ],
  ['a step of none', [{ name: 'a' }], 'a step needs exactly one of'],
  ['no step', [], 'spec.steps'],
  ['a name that is none', [{ name: 'A b', container: { image: 'i' } }], 'spec.steps[0].name'],
] as const)('steps are refused where they are written: %s', allowed, async ([, steps, words]) => {
  scene = await Scene.open('steps');
  const answer = await scene.tryMake(definitionOf('wrong', { steps }));
  expect(answer.status).toBe(422);
  expect(answer.text).toContain(words);
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
    for (const name of Object.keys(kinds)) await untilPod(name);
  },
);

test('a container that Pod Security refuses is said with the reason on its task', allowed, async () => {
  scene = await Scene.open('restricted', { labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } });
  const privileged = { name: 'c', image: 'registry.example/c:1', securityContext: { privileged: true } };
  await scene.make(definitionOf('box', { container: privileged }));
  await scene.make(task('box', 'box'));
  const { message } = await untilTask('box', 'says why', ({ reason }) => reason === 'PodRefused');
  for (const word of ['"box"', 'PodSecurity "restricted', 'privileged']) expect(message).toContain(word);
});

test('elsewhere an image that runs as root runs as it did under Keptn', allowed, async () => {
  scene = await Scene.open('root');
  await scene.make(taskDefinition('box'));
  await scene.make(task('box', 'box'));
  const [only] = (await jobOf('box')).template.spec.containers;
  expect(only?.securityContext).toEqual({ allowPrivilegeEscalation: false });
  await untilPod('box');
});

test('a script is run only with the checksum that its definition names (Q-14)', allowed, async () => {
  scene = await Scene.open('sha256');
  const sha256 = 'ab'.repeat(32);
  const httpRef = { url: 'https://code.example/x.py' };
  await scene.make(definitionOf('snake', { python: { httpRef: { ...httpRef, sha256 } } }));
  await scene.make(task('snake', 'snake'));
  const [only] = (await jobOf('snake')).template.spec.containers;
  expect(only?.env).toContainEqual({ name: 'SCRIPT_SHA256', value: sha256 });
  const wrong = await scene.tryMake(
    definitionOf('wrong', { python: { httpRef: { ...httpRef, sha256: 'abc' } } }),
  );
  expect(wrong.status).toBe(422);
  expect(wrong.text).toContain('spec.python.httpRef.sha256');
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
      const { template } = await jobOf('shared');
      const kept = template.spec.volumes.flatMap(({ configMap }) => configMap?.name ?? []);
      expect(await stored(scene, 'configmaps', kept[0] ?? '')).toMatchObject({ data: { code: 'shared()' } });
      const { definitions } = await untilTask('shared', 'runs', ({ jobName }) => jobName);
      expect(definitions).toEqual([{ namespace: 'sluice-system', name, generation: 1 }]);
    } finally {
      await api.request('DELETE', `${library}/${name}`);
    }
  },
);

test(
  'a definition that is edited or deleted while its task runs changes nothing for it (Q-58)',
  allowed,
  async () => {
    scene = await Scene.open('edited');
    const deno = { functionRef: { name: 'parent' } };
    await scene.make(definitionOf('parent', { deno: { inline: { code: 'first()' } } }));
    await scene.make(definitionOf('child', { deno, ttlSecondsAfterFinished: 1234 }));
    await scene.make(task('check', 'child'));
    const before = await jobOf('check');
    const used = ['child', 'parent'].map((name) => ({ namespace: scene.namespace, name, generation: 1 }));
    expect((await untilTask('check', 'runs', ({ jobName }) => jobName)).definitions).toEqual(used);
    await scene.patch('keptntaskdefinitions', 'child', {
      spec: { ttlSecondsAfterFinished: 7, timeout: '1m' },
    });
    await scene.patch('keptntaskdefinitions', 'parent', { spec: { deno: { inline: { code: 'second()' } } } });
    await scene.remove('keptntaskdefinitions', 'parent');
    await scene.endPod(await untilPod('check'), { exitCode: 0 });
    const status = await untilTask('check', 'has succeeded', (one) => one.status === 'Succeeded');
    expect(status.definitions).toEqual(used);
    await scene.until(
      'the Job expires as it was to',
      () => scene.one('jobs', 'check')?.spec.ttlSecondsAfterFinished === 1234,
      withinMs,
    );
    expect((await jobOf('check')).template).toEqual(before.template);
    expect(scene.jobsEver()).toHaveLength(1);
  },
);

test('a missing Secret is named with its key and namespace while the pod waits', allowed, async () => {
  scene = await Scene.open('secret');
  const deno = { inline: { code: '1' }, secureParameters: { secret: 'token' } };
  await scene.make(definitionOf('check', { deno }));
  await scene.make(task('check', 'check'));
  const pod = await untilPod('check');
  // As the kubelet says it.
  await scene.patchPodStatus(pod, {
    containerStatuses: [
      waiting('keptn-function-runner', 'CreateContainerConfigError', 'secret "token" not found'),
    ],
  });
  const { message } = await untilTask('check', 'says so', ({ reason }) => reason === 'PodWaits');
  expect(message).toContain('secret "token" not found');
  expect(message).toContain(`namespace "${scene.namespace}" must have Secret "token" with key "SECURE_DATA"`);
});

test('a missing ServiceAccount is named, and its creation lets the task go on', allowed, async () => {
  scene = await Scene.open('account');
  await scene.make(taskDefinition('check', { serviceAccount: { name: 'robot' } }));
  await scene.make(task('check', 'check'));
  const { message } = await untilTask('check', 'says so', ({ reason }) => reason === 'PodRefused');
  expect(message).toContain('"robot" not found');
  const accounts = `/api/v1/namespaces/${scene.namespace}/serviceaccounts`;
  await api.request('POST', accounts, {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'robot' },
  });
  await scene.endPod(await untilPod('check'), { exitCode: 0 });
  await untilTask('check', 'has succeeded', ({ status }) => status === 'Succeeded');
});

test('a task that is made by hand runs in a namespace that is not opted in', allowed, async () => {
  scene = await Scene.open('plain', {});
  await scene.make(taskDefinition('check'));
  await scene.make(task('check', 'check', { parameters: { map: { a: '1' } } }));
  await scene.endPod(await untilPod('check'), { exitCode: 0 });
  await untilTask('check', 'has succeeded', ({ status }) => status === 'Succeeded');
});

test.for(['v1alpha1', 'v1alpha2', 'v1alpha3', 'v1beta1', 'v1'])(
  'the old field function, written in %s, runs as Deno (Q-41)',
  allowed,
  async (version) => {
    scene = await Scene.open('legacy');
    const definition = definitionOf('old', { function: { inline: { code: 'old()' } } });
    const path = `/apis/lifecycle.keptn.sh/${version}/namespaces/${scene.namespace}/keptntaskdefinitions`;
    const answer = await api.request('POST', path, {
      ...definition,
      apiVersion: `lifecycle.keptn.sh/${version}`,
    });
    expect(answer.status).toBe(201);
    await scene.make(task('old', 'old'));
    const [only] = (await jobOf('old')).template.spec.containers;
    expect(only?.env).toContainEqual({ name: 'SCRIPT', value: '/var/data/function.ts' });
  },
);

test('a task whose name no Job can have gets a Job and its result (Q-10)', allowed, async () => {
  scene = await Scene.open('long');
  const name = `check-${'x'.repeat(240)}`;
  await scene.make(taskDefinition('d'.repeat(253)));
  await scene.make(task(name, 'd'.repeat(253)));
  const { jobName = '' } = await untilTask(name, 'runs', (status) => status.jobName);
  expect(jobName.length).toBeLessThanOrEqual(63);
  await scene.endPod(await untilPod(jobName), { exitCode: 0 });
  await untilTask(name, 'has succeeded', ({ status }) => status === 'Succeeded');
});

test(
  'a Job that is to be kept for no time leaves its result and is not made again (Q-26)',
  allowed,
  async () => {
    scene = await Scene.open('ttl');
    await scene.make(taskDefinition('check', { ttlSecondsAfterFinished: 0 }));
    await scene.make(task('check', 'check', { retries: 0 }));
    expect((await jobOf('check')).backoffLimit).toBe(0);
    await scene.endPod(await untilPod('check'), { exitCode: 0 });
    await scene.until('the Job is gone', () => scene.one('jobs', 'check') === undefined, withinMs);
    await scene.holds(
      'it succeeded, once',
      () => scene.jobsEver().length === 1 && scene.one('keptntasks', 'check')?.status?.status === 'Succeeded',
      2000,
    );
  },
);

test(
  'a task whose code is not there yet says so, and runs once its ConfigMap is made (Q-22)',
  allowed,
  async () => {
    scene = await Scene.open('code');
    await scene.make(definitionOf('check', { deno: { configMapRef: { name: 'script' } } }));
    await scene.make(task('check', 'check'));
    const { message } = await untilTask('check', 'waits', ({ reason }) => reason === 'MissingDefinition');
    expect(message).toContain(`ConfigMap "script" in namespace "${scene.namespace}"`);
    const configMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'script' } };
    await scene.make({ ...configMap, data: { other: '1' } });
    await scene.patch('configmaps', 'script', { data: { code: 'late()' } });
    const { template } = await jobOf('check');
    const kept = template.spec.volumes.flatMap((volume) => volume.configMap?.name ?? []);
    expect(await stored(scene, 'configmaps', kept[0] ?? '')).toMatchObject({ data: { code: 'late()' } });
  },
);

test('a task with steps whose last attempt failed says so while it tries again (Q-45)', allowed, async () => {
  scene = await Scene.open('again');
  await scene.make(definitionOf('release-check', threeSteps));
  await scene.make(task('check', 'release-check', { retries: 1 }));
  await scene.patchPodStatus(await untilPod('check'), {
    phase: 'Failed',
    initContainerStatuses: [ended('fetch', 0), ended('judge', 3, 'too slow')],
    containerStatuses: [waiting('tell', 'PodInitializing')],
  });
  await untilTask(
    'check',
    'says so',
    ({ message, status }) =>
      status === 'Progressing' && message?.includes('step "judge" failed with exit code 3: too slow'),
  );
});
