import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { type Api, connectApi } from './api.ts';
import { taskDefinition, workload } from './manifests.ts';
import { Scene } from './scene.ts';
import { type ControllerProcess, type Death, type Sluice, spawnController, startSluice } from './sluice.ts';

/** More actions than a release of one workload takes: the loop ends at the first controller that survives one. */
const mostActions = 80;

let api: Api;
let webhook: Sluice;

beforeAll(async () => {
  api = connectApi(inject('kubeconfig'));
  webhook = await startSluice(api, { roles: ['webhook'] });
});
afterAll(async () => {
  await webhook.stop();
  api.client.close();
});

/** Begins a release with one check before and one after. */
async function beginRelease(prefix: string): Promise<Scene> {
  const scene = await Scene.open(prefix);
  await scene.make(taskDefinition('lint'));
  await scene.make(taskDefinition('smoke'));
  return scene;
}

function isThrough(scene: Scene): boolean {
  const all = [...scene.all('keptnworkloadversions'), ...scene.all('keptnappversions')];
  return all.length === 2 && all.every(({ status }) => status?.currentPhase === 'Completed');
}

/** Ends every task of the release as soon as it runs, whoever leads. */
async function followRelease(scene: Scene): Promise<void> {
  await scene.endTask('lint');
  await scene.endTask('smoke', { exitCode: 0 }, 'post');
  await scene.until('the release is through', () => isThrough(scene), 30_000);
}

/** The controller that is killed at an action takes the release before it to its end first, and the next one this. */
async function crashAtEach(moment: Death['moment'], endAtMs: number): Promise<number> {
  const unfinished: Promise<void>[] = [];
  let spare = spawnController();
  try {
    for (let action = 1; action <= mostActions && performance.now() < endAtMs; action += 1) {
      const victim = await spare;
      spare = spawnController();
      const scene = await beginRelease(`s2-${moment}-${action}`);
      victim.go({ namespace: scene.namespace, action, moment });
      await scene.make(workload('Deployment', { preTasks: 'lint', postTasks: 'smoke' }));
      const finished = followRelease(scene).then(() => judge(scene, action));
      finished.catch(() => undefined);
      unfinished.push(finished);
      const end = await Promise.race([victim.ended, finished]);
      if (end !== 'SIGKILL') {
        victim.child.kill('SIGKILL');
        return action - 1;
      }
    }
    throw new Error(`not done with ${unfinished.length} crashes`);
  } finally {
    const last = await spare;
    last.go();
    await Promise.all(unfinished).finally(() => last.child.kill('SIGKILL'));
  }
}

/** Exactly one Job a check, ever; nothing is left of a pod's gate. */
async function judge(scene: Scene, action: number): Promise<void> {
  expect(scene.jobsEver(), `crash at action ${action}: ${scene.describe()}`).toHaveLength(2);
  expect(scene.gates().flat()).toEqual([]);
  await scene.close();
}

/** A crash before an action is one after the action before it, save for what goes on beside them. */
const moments =
  process.env['SLUICE_CRASH_MOMENTS'] === 'both' ? (['after', 'before'] as const) : (['after'] as const);

test.for(moments)(
  'S2: a controller killed %s any action of a release runs no task twice and loses none',
  { timeout: 300_000 },
  async (moment) => {
    const actions = await crashAtEach(moment, performance.now() + 240_000);
    expect(actions).toBeGreaterThan(30);
  },
);

test('S2: Jobs that are gone after their tasks finished are not made again', async () => {
  const scene = await beginRelease('s2-gone');
  const first = await started();
  await scene.make(workload('Deployment', { preTasks: 'lint', postTasks: 'smoke' }));
  await followRelease(scene);
  first.child.kill('SIGKILL');
  for (const { metadata } of scene.all('jobs')) await scene.remove('jobs', metadata.name);
  await scene.until('the Jobs are gone', () => scene.all('jobs').length === 0);
  const second = await started();
  // A new pod of the same version is admitted and looked at, which is the moment for a mistake.
  for (const { metadata } of scene.pods()) await scene.remove('pods', metadata.name);
  await scene.until('a new pod runs', () => scene.pods().some(({ status }) => status?.phase === 'Running'));
  await scene.holds('no task runs again', () => scene.jobsEver().length === 2, 2000);
  second.child.kill('SIGKILL');
  await scene.close();
});

async function started(): Promise<ControllerProcess> {
  const controller = await spawnController();
  controller.go();
  return controller;
}
