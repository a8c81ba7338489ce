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

/** What the version's condition says. */
function said(type: string): { status?: string; reason?: string; message?: string } {
  const [version] = scene.all('keptnworkloadversions');
  return version?.status?.conditions?.find((condition) => condition.type === type) ?? {};
}

/** Waits until an Event on a held pod has that reason and all these words. */
function untilPodIsTold(reason: string, words: readonly string[]): Promise<unknown> {
  return scene.until(`an Event ${reason} on the pod with ${words.join(', ')}`, () =>
    scene
      .notes('Pod')
      .find((note) => note.startsWith(`${reason}:`) && words.every((word) => note.includes(word))),
  );
}

function untilThrough(name = ''): Promise<unknown> {
  return scene.until('the version is through', () =>
    scene
      .all('keptnworkloadversions')
      .some(({ metadata, status }) => metadata.name.startsWith(name) && status?.currentPhase === 'Completed'),
  );
}

test('L4: a missing definition holds its own workload, says so, and its creation lets it go on at once', async () => {
  scene = await Scene.open('l4');
  await scene.make(workload('Deployment', { preTasks: 'lint' }));
  await scene.make(taskDefinition('other'));
  await scene.make(workload('Deployment', { name: 'neighbour', preTasks: 'other' }));
  await untilPodIsTold('MissingDefinition', ['KeptnTaskDefinition "lint"', 'does not exist', 'create it']);
  await scene.endTask('other');
  await untilThrough('neighbour-');
  expect(scene.gates().flat()).toHaveLength(1);
  const madeAtMs = performance.now();
  await scene.make(taskDefinition('lint'));
  await scene.until('its Job is made', () => scene.jobsEver().length === 2);
  expect(performance.now() - madeAtMs).toBeLessThan(1000);
  await scene.endTask('lint');
  await untilThrough('shop-');
});

test.for([
  ['none', {}],
  ['two', { container: { name: 'a', image: 'b' }, deno: { inline: { code: '1' } } }],
])('L4: a definition with %s of the runtimes is refused where it is written', async ([, spec]) => {
  scene = await Scene.open('l4');
  const definition = { ...taskDefinition('lint'), spec };
  const answer = await scene.tryMake(definition);
  expect(answer.status).toBe(422);
  expect(answer.text).toContain('spec');
  expect(answer.text).toContain('exactly one of deno, python, container');
});

test('L4: a timeout that is none is refused where it is written', async () => {
  scene = await Scene.open('l4');
  const answer = await scene.tryMake(taskDefinition('lint', { timeout: 'soon' }));
  expect(answer.status).toBe(422);
  expect(answer.text).toContain('spec.timeout');
});

test('L4: a check whose image cannot be pulled says so on the task, on the version and on the pod', async () => {
  scene = await Scene.open('l4');
  await scene.make(taskDefinition('lint'));
  await scene.make(workload('Deployment', { preTasks: 'lint' }));
  const pod = await scene.until('the pod of the task is on the node', () =>
    scene.all('pods').find(({ metadata, spec }) => metadata.name.startsWith('pre-lint-') && spec.nodeName),
  );
  const message = 'Back-off pulling image "registry.example/check:1"';
  await scene.patchPodStatus(pod.metadata.name, {
    containerStatuses: [
      {
        name: 'check',
        image: 'registry.example/check:1',
        imageID: '',
        ready: false,
        restartCount: 0,
        state: { waiting: { reason: 'ImagePullBackOff', message } },
      },
    ],
  });
  const words = [pod.metadata.name, 'ImagePullBackOff', message];
  await untilPodIsTold('WaitingForTask', words);
  for (const word of words) {
    expect(scene.all('keptntasks')[0]?.status?.message).toContain(word);
    expect(said('Ready').message).toContain(word);
  }
  expect(scene.isHeld()).toBe(true);
});

test('L4, S2: a Job that is deleted while it runs fails its check, and is not made again', async () => {
  scene = await Scene.open('l4');
  await scene.make(taskDefinition('lint'));
  await scene.make(workload('Deployment', { preTasks: 'lint' }));
  const job = await scene.until('the task runs', () => scene.all('jobs')[0]);
  await scene.until('its pod is there', () => scene.all('pods').length === 2);
  await scene.remove('jobs', job.metadata.name);
  await untilPodIsTold('CheckFailed', [`"${job.metadata.name}"`, 'was deleted', 'deploy a new version']);
  await scene.holds('the pod is held', () => scene.isHeld() && scene.jobsEver().length === 1, 1500);
  expect(said('Ready')).toMatchObject({ status: 'False', reason: 'CheckFailed' });
});

test('L4: a workload and an app with names of 63 characters are released', async () => {
  scene = await Scene.open('l4');
  const name = 'w'.repeat(63);
  await scene.make(taskDefinition('lint'));
  await scene.make(
    workload('StatefulSet', {
      name: 'short',
      annotations: { 'keptn.sh/workload': name, 'keptn.sh/app': 'a'.repeat(63) },
      preTasks: 'lint',
    }),
  );
  await scene.endTask('lint');
  await untilThrough();
  expect(scene.gates()).toEqual([[]]);
});

test.for([
  ['1.0+build', '1.0+build'],
  ['a b', 'a b'],
  ['Release_1', 'Release_1'],
  ['of 301 characters', `v${'9'.repeat(300)}`],
] as const)('L4: version %s, which no name can hold, is released', async ([, version]) => {
  scene = await Scene.open('l4');
  await scene.make(taskDefinition('lint'));
  await scene.make(workload('Deployment', { preTasks: 'lint', version }));
  await scene.endTask('lint');
  await untilThrough();
  expect(scene.all('keptnworkloadversions')[0]?.spec.version).toBe(version.toLowerCase());
});

test('L4: pods of a namespace that opts out keep waiting for their checks, and new ones are not held', async () => {
  scene = await Scene.open('l4');
  await scene.make(taskDefinition('lint'));
  await scene.make(workload('Deployment', { preTasks: 'lint' }));
  await scene.until('the task runs', () => scene.jobsEver().length === 1);
  await scene.patch('namespaces', scene.namespace, {
    metadata: { labels: { 'keptn.sh/lifecycle-toolkit': null } },
  });
  await scene.make(workload('Deployment', { name: 'late', preTasks: 'lint' }));
  await scene.until('a new pod runs', () =>
    scene
      .pods()
      .find(({ metadata, status }) => metadata.labels?.['run'] === 'late' && status?.phase === 'Running'),
  );
  await scene.holds('the first pod waits', () => scene.gates().flat().length === 1, 1500);
  await scene.endTask('lint');
  await scene.until('it is released by its check', () => scene.gates().flat().length === 0);
  await untilThrough('shop-');
  expect(scene.jobsEver()).toHaveLength(1);
});

test('L4: a Deployment that is deleted while its pod is held takes its records with it', async () => {
  scene = await Scene.open('l4');
  await scene.make(taskDefinition('lint'));
  await scene.make(workload('Deployment', { preTasks: 'lint' }));
  await scene.until('the task runs', () => scene.all('jobs').length === 1 && scene.all('pods').length === 2);
  await scene.remove('deployments', 'shop');
  const kinds = [
    'pods',
    'jobs',
    'keptnworkloads',
    'keptnworkloadversions',
    'keptntasks',
    'replicasets',
  ] as const;
  await scene.until(
    'nothing of it is left',
    () => kinds.every((kind) => scene.all(kind).length === 0),
    40_000,
  );
  expect(scene.jobsEver()).toHaveLength(1);
  expect(await sluice.total('sluice_reconciles_total', ({ outcome }) => outcome === 'panic')).toBe(0);
  await scene.make(workload('Deployment', { preTasks: 'lint' }));
  await scene.endTask('lint');
  await untilThrough();
});
