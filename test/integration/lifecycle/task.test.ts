import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, expect, inject, test } from 'vitest';
import { parseYamlDocuments } from '../../../src/api/yaml.ts';
import { type Api, connectApi, must } from './api.ts';
import { taskDefinition } from './manifests.ts';
import { Scene, stored } from './scene.ts';
import { type Sluice, startSluice } from './sluice.ts';
import {
  definitionOf,
  ended,
  jobOf,
  task,
  threeSteps,
  untilPod,
  untilTask,
  waiting,
} from './tasks-by-hand.ts';

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

test('steps run in order in one pod, their code beside them', allowed, async () => {
  scene = await Scene.open('steps');
  await scene.make(definitionOf('release-check', threeSteps));
  await scene.make(task('check', 'release-check'));
  const { template } = await jobOf(scene, 'check');
  const { initContainers, containers, volumes } = template.spec;
  expect([...initContainers, ...containers].map(({ name }) => name)).toEqual(['fetch', 'judge', 'tell']);
  const kept = volumes.flatMap(({ configMap }) => configMap?.name ?? []);
  expect(await stored(scene, 'configmaps', kept[0] ?? '')).toMatchObject({
    data: { judge: 'judge()', tell: 'tell()' },
  });
  const pod = await untilPod(scene, 'check');
  await scene.patchPodStatus(pod, {
    phase: 'Succeeded',
    initContainerStatuses: [ended('fetch', 0), ended('judge', 0)],
    containerStatuses: [ended('tell', 0)],
  });
  await untilTask(scene, 'check', 'has succeeded', ({ status }) => status === 'Succeeded');
});

test(
  'the first step that fails ends the task, which says which and its last words (Q-45)',
  allowed,
  async () => {
    scene = await Scene.open('steps');
    await scene.make(definitionOf('release-check', threeSteps));
    await scene.make(task('check', 'release-check', { retries: 0 }));
    const pod = await untilPod(scene, 'check');
    const log = Array.from({ length: 30 }, (_, i) => `line ${i}`).join('\n');
    await scene.patchPodStatus(pod, {
      phase: 'Failed',
      initContainerStatuses: [ended('fetch', 0), ended('judge', 3, log)],
      containerStatuses: [waiting('tell', 'PodInitializing')],
    });
    const { message = '' } = await untilTask(
      scene,
      'check',
      'has failed',
      ({ status }) => status === 'Failed',
    );
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

test('a script is run only with the checksum that its definition names (Q-14)', allowed, async () => {
  scene = await Scene.open('sha256');
  const sha256 = 'ab'.repeat(32);
  const httpRef = { url: 'https://code.example/x.py' };
  await scene.make(definitionOf('snake', { python: { httpRef: { ...httpRef, sha256 } } }));
  await scene.make(task('snake', 'snake'));
  const [only] = (await jobOf(scene, 'snake')).template.spec.containers;
  expect(only?.env).toContainEqual({ name: 'SCRIPT_SHA256', value: sha256 });
  const wrong = await scene.tryMake(
    definitionOf('wrong', { python: { httpRef: { ...httpRef, sha256: 'abc' } } }),
  );
  expect(wrong.status).toBe(422);
  expect(wrong.text).toContain('spec.python.httpRef.sha256');
});

test(
  'a definition that is edited or deleted while its task runs changes nothing for it (Q-58)',
  allowed,
  async () => {
    scene = await Scene.open('edited');
    const deno = { functionRef: { name: 'parent' } };
    await scene.make(definitionOf('parent', { deno: { inline: { code: 'first()' } } }));
    await scene.make(definitionOf('child', { deno, ttlSecondsAfterFinished: 1234 }));
    await scene.make(task('check', 'child'));
    const before = await jobOf(scene, 'check');
    const used = ['child', 'parent'].map((name) => ({ namespace: scene.namespace, name, generation: 1 }));
    expect((await untilTask(scene, 'check', 'runs', ({ jobName }) => jobName)).definitions).toEqual(used);
    await scene.patch('keptntaskdefinitions', 'child', {
      spec: { ttlSecondsAfterFinished: 7, timeout: '1m' },
    });
    await scene.patch('keptntaskdefinitions', 'parent', { spec: { deno: { inline: { code: 'second()' } } } });
    await scene.remove('keptntaskdefinitions', 'parent');
    await scene.endPod(await untilPod(scene, 'check'), { exitCode: 0 });
    const status = await untilTask(scene, 'check', 'has succeeded', (one) => one.status === 'Succeeded');
    expect(status.definitions).toEqual(used);
    await scene.until(
      'the Job expires as it was to',
      () => scene.one('jobs', 'check')?.spec.ttlSecondsAfterFinished === 1234,
      60_000,
    );
    expect((await jobOf(scene, 'check')).template).toEqual(before.template);
    expect(scene.jobsEver()).toHaveLength(1);
  },
);

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
    const [only] = (await jobOf(scene, 'old')).template.spec.containers;
    expect(only?.env).toContainEqual({ name: 'SCRIPT', value: '/var/data/function.ts' });
  },
);

test('a task whose name no Job can have gets a Job and its result (Q-10)', allowed, async () => {
  scene = await Scene.open('long');
  const name = `check-${'x'.repeat(240)}`;
  await scene.make(taskDefinition('d'.repeat(253)));
  await scene.make(task(name, 'd'.repeat(253)));
  const { jobName = '' } = await untilTask(scene, name, 'runs', (status) => status.jobName);
  expect(jobName.length).toBeLessThanOrEqual(63);
  await scene.endPod(await untilPod(scene, jobName), { exitCode: 0 });
  await untilTask(scene, name, 'has succeeded', ({ status }) => status === 'Succeeded');
});

test(
  'a Job that is to be kept for no time leaves its result and is not made again (Q-26)',
  allowed,
  async () => {
    scene = await Scene.open('ttl');
    await scene.make(taskDefinition('check', { ttlSecondsAfterFinished: 0 }));
    await scene.make(task('check', 'check', { retries: 0 }));
    expect((await jobOf(scene, 'check')).backoffLimit).toBe(0);
    await scene.endPod(await untilPod(scene, 'check'), { exitCode: 0 });
    await scene.until('the Job is gone', () => scene.one('jobs', 'check') === undefined, 60_000);
    await scene.holds(
      'it succeeded, once',
      () => scene.jobsEver().length === 1 && scene.one('keptntasks', 'check')?.status?.status === 'Succeeded',
      2000,
    );
  },
);

test('a task with steps whose last attempt failed says so while it tries again (Q-45)', allowed, async () => {
  scene = await Scene.open('again');
  await scene.make(definitionOf('release-check', threeSteps));
  await scene.make(task('check', 'release-check', { retries: 1 }));
  await scene.patchPodStatus(await untilPod(scene, 'check'), {
    phase: 'Failed',
    initContainerStatuses: [ended('fetch', 0), ended('judge', 3, 'too slow')],
    containerStatuses: [waiting('tell', 'PodInitializing')],
  });
  await untilTask(
    scene,
    'check',
    'says so',
    ({ message, status }) =>
      status === 'Progressing' && message?.includes('step "judge" failed with exit code 3: too slow'),
  );
});
