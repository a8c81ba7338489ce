import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { type Api, connectApi } from './api.ts';
import { taskDefinition, workload } from './manifests.ts';
import { Scene } from './scene.ts';
import { type ControllerProcess, type Death, type Sluice, spawnController, startSluice } from './sluice.ts';

/** More actions than a release of one workload takes: a loop ends at the first controller that survives one. */
const mostActions = 100;

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

/** Prepares a release with one check before and one after. */
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
async function followRelease(scene: Scene, withinMs = 20_000): Promise<void> {
  await scene.endTask('lint', { exitCode: 0 }, 'pre', withinMs);
  await scene.endTask('smoke', { exitCode: 0 }, 'post', withinMs);
  await scene.until('the release is through', () => isThrough(scene), withinMs);
}

/**
 * One release through processes each of which is killed at the first action that none before it came to: so at every
 * action there is. Gives how many were killed.
 */
async function crashAtEvery(moment: Death['moment']): Promise<number> {
  const memory = join(mkdtempSync(join(tmpdir(), 'sluice-crash-')), 'actions');
  const scene = await beginRelease(`s2-every-${moment}`);
  await scene.make(workload('Deployment', { preTasks: 'lint', postTasks: 'smoke' }));
  const finished = followRelease(scene, 120_000);
  finished.catch(() => undefined);
  let spare = spawnController();
  try {
    for (let killed = 0; killed < mostActions; killed += 1) {
      const victim = await spare;
      spare = spawnController();
      victim.go({ namespace: scene.namespace, action: 1, moment, memory });
      const end = await Promise.race([victim.ended, finished]);
      if (end === 'SIGKILL') continue;
      victim.child.kill('SIGKILL');
      judge(scene, `${killed} crashes`);
      return killed;
    }
    throw new Error(`not through after ${mostActions} crashes\n${scene.describe()}`);
  } finally {
    (await spare).child.kill('SIGKILL');
    await scene.close();
  }
}

/**
 * Releases each of which meets one crash, at the first action, at one `step` further, and so on. The process that is
 * killed in one release brings the release before to its end first.
 */
async function crashOnceAt(moment: Death['moment'], step: number): Promise<number> {
  const unfinished: Promise<void>[] = [];
  let spare = spawnController();
  try {
    for (let action = 1; action <= mostActions; action += step) {
      const victim = await spare;
      spare = spawnController();
      const scene = await beginRelease(`s2-${moment}-${action}`);
      victim.go({ namespace: scene.namespace, action, moment });
      await scene.make(workload('Deployment', { preTasks: 'lint', postTasks: 'smoke' }));
      const finished = followRelease(scene, 40_000).then(() => {
        judge(scene, `a crash at action ${action}`);
        return scene.close();
      });
      finished.catch(() => undefined);
      unfinished.push(finished);
      const end = await Promise.race([victim.ended, finished]);
      if (end === 'SIGKILL') continue;
      victim.child.kill('SIGKILL');
      return unfinished.length - 1;
    }
    throw new Error(`a release takes more than ${mostActions} actions`);
  } finally {
    const last = await spare;
    last.go();
    await Promise.all(unfinished).finally(() => last.child.kill('SIGKILL'));
  }
}

/** Exactly one Job a check, ever; nothing is left of a pod's gate. */
function judge(scene: Scene, what: string): void {
  expect(scene.jobsEver(), `${what}: ${scene.describe()}`).toHaveLength(2);
  expect(scene.gates().flat()).toEqual([]);
}

// Fewer would mean that releases were not met in their middle. Killed after an action, it takes others with it that were
// sent beside that one: fifteen to twenty were seen.
test.for([
  ['before', 20],
  ['after', 12],
] as const)(
  'S2: a release whose controller is killed %s every action runs no task twice and loses none',
  { timeout: 150_000 },
  async ([moment, least]) => {
    expect(await crashAtEvery(moment)).toBeGreaterThan(least);
  },
);

/** Every twelfth action; SLUICE_CRASH_STEP=1 tries each, in minutes. */
const step = Number(process.env['SLUICE_CRASH_STEP'] ?? 12);

test('S2: a release that meets one crash at any action runs no task twice and loses none', {
  timeout: 60_000 + 300_000 / step,
}, async () => {
  expect(await crashOnceAt('after', step)).toBeGreaterThan(30 / step);
});

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
  const isRecorded = () =>
    isThrough(scene) && scene.all('keptntasks').every(({ status }) => status?.status === 'Succeeded');
  await scene.holds('no task runs again', () => scene.jobsEver().length === 2 && isRecorded(), 2000);
  second.child.kill('SIGKILL');
  await scene.close();
});

async function started(): Promise<ControllerProcess> {
  const controller = await spawnController();
  controller.go();
  return controller;
}
