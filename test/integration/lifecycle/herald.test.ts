import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, onTestFinished, test, vi } from 'vitest';
import type { Event } from '../../../src/api/core/cluster.ts';
import type { KubeObject } from '../../../src/api/meta.ts';
import { type Api, connectApi } from './api.ts';
import { taskDefinition, workload } from './manifests.ts';
import { Scene } from './scene.ts';
import { type ControllerProcess, type Sluice, spawnController, startSluice } from './sluice.ts';

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

/** A controller in this process, for the running test. */
async function startController(): Promise<Sluice> {
  const controller = await startSluice(api, { roles: ['controller'] });
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => (stopped ??= controller.stop());
  onTestFinished(stop);
  return { ...controller, stop };
}

async function openScene(prefix: string): Promise<Scene> {
  const scene = await Scene.open(prefix);
  onTestFinished(() => scene.close());
  await scene.make(taskDefinition('lint'));
  await scene.make(taskDefinition('smoke'));
  return scene;
}

const checked = { preTasks: 'lint', postTasks: 'smoke' };

function app(name: string, workloads: readonly string[]): KubeObject {
  const spec = { version: '1.0.0', workloads: workloads.map((one) => ({ name: one, version: '1.0.0' })) };
  return { apiVersion: 'lifecycle.keptn.sh/v1', kind: 'KeptnApp', metadata: { name }, spec };
}

function isThrough(scene: Scene, versions: number): boolean {
  const all = [...scene.all('keptnworkloadversions'), ...scene.all('keptnappversions')];
  return all.length === versions && all.every(({ status }) => status?.currentPhase === 'Completed');
}

/** Our Events about an object of a kind, in the order of the times that they tell. */
function eventsOn(scene: Scene, kind: string): Event[] {
  return scene
    .all('events')
    .filter((event) => event.regarding?.kind === kind && event.reportingController?.startsWith('sluice/'))
    .toSorted((a, b) => ((a.eventTime ?? '') < (b.eventTime ?? '') ? -1 : 1));
}

const reasonsOn = (scene: Scene, kind: string): (string | undefined)[] =>
  eventsOn(scene, kind).map(({ reason }) => reason);

const marksOf = (scene: Scene): (string | undefined)[] =>
  [...scene.all('keptnworkloadversions'), ...scene.all('keptnappversions')].map(
    ({ metadata }) => metadata.annotations?.['keptn.sh/announced'],
  );

const ofWorkload = [
  'WorkloadPreDeployTasksStarted',
  'WorkloadPreDeployTasksFinished',
  'WorkloadDeployStarted',
  'WorkloadDeployFinished',
  'WorkloadPostDeployTasksStarted',
  'WorkloadPostDeployTasksFinished',
  'WorkloadCompletedFinished',
];
const ofApp = ['AppDeployStarted', 'AppDeployFinished', 'AppCompletedFinished'];

/** Everything was told and is noted: seven Events and three, beside an entry for each in the mark. */
function isTold(scene: Scene): boolean {
  const noted = marksOf(scene).map((mark) => (mark ?? '').split(',').length);
  return noted.length === 2 && noted.includes(ofWorkload.length) && noted.includes(ofApp.length);
}

test('Q-32: a release is told once, in order, on the version, on the pod and on the Deployment', async () => {
  await startController();
  const scene = await openScene('herald-order');
  await scene.make(workload('Deployment', checked));
  await scene.endTask('lint');
  await scene.endTask('smoke', { exitCode: 0 }, 'post');
  await scene.until('the release is through and noted', () => isThrough(scene, 2) && isTold(scene));
  // Events and versions are watched by streams of their own.
  await expect.poll(() => reasonsOn(scene, 'KeptnWorkloadVersion')).toEqual(ofWorkload);
  await expect.poll(() => reasonsOn(scene, 'KeptnAppVersion')).toEqual(ofApp);
  for (const kind of ['Pod', 'Deployment']) {
    const reasons = reasonsOn(scene, kind);
    expect(reasons).toContain('WaitingForTask');
    expect(reasons.at(-1)).toBe('GateLifted');
    const notes = eventsOn(scene, kind).map(({ note }) => note);
    expect(new Set(notes).size).toBe(notes.length);
  }
  const [deployment] = scene.all('deployments');
  const [onDeployment] = eventsOn(scene, 'Deployment');
  // What `kubectl describe` looks for.
  expect(onDeployment?.regarding).toMatchObject({ name: 'shop', uid: deployment?.metadata.uid });
});

test('a release of an app adds no more than twelve Events a workload with two checks', async () => {
  const controller = await startController();
  const scene = await openScene('herald-count');
  const names = ['cart', 'till', 'stock'];
  await scene.make(app('mall', names));
  await scene.until('the app waits for its workloads', () =>
    scene.all('keptnappversions').some(({ status }) => status?.currentPhase === 'AppDeploy'),
  );
  for (const name of names) await scene.make(workload('Deployment', { ...checked, name, app: 'mall' }));
  for (const _ of names) await scene.endTask('lint');
  for (const _ of names) await scene.endTask('smoke', { exitCode: 0 }, 'post');
  const noted = () => marksOf(scene).every((mark) => (mark ?? '').split(',').length >= ofApp.length);
  await scene.until('the release is through and noted', () => isThrough(scene, 4) && noted());
  const ours = scene
    .all('events')
    .filter(({ reportingController }) => reportingController?.startsWith('sluice/'));
  const perReason = Map.groupBy(ours, ({ regarding, reason }) => `${regarding?.kind} ${reason}`);
  const counts = [...perReason].map(([what, all]) => `${what}: ${all.length}`).toSorted();
  expect(ours.length / names.length, counts.join('\n')).toBeLessThanOrEqual(12);
  const marks = await controller.total(
    'sluice_actions_total',
    ({ controller: of, action, result }) => of === 'herald' && action === 'apply' && result === 'changed',
  );
  expect(marks, `marks of ${names.length + 1} versions`).toBeLessThanOrEqual(2 * (names.length + 1));
});

test('a failed check says so on the pod and on the Deployment, and what was released since says that', async () => {
  await startController();
  const scene = await openScene('herald-failed');
  await scene.make(workload('Deployment', { preTasks: 'lint' }));
  await scene.endTask('lint', { exitCode: 1, message: 'no such table' });
  await scene.until('both say why', () =>
    ['Pod', 'Deployment'].every((kind) =>
      scene.notes(kind).some((note) => note.startsWith('CheckFailed: ') && note.includes('no such table')),
    ),
  );
  expect(eventsOn(scene, 'Deployment').find(({ reason }) => reason === 'CheckFailed')?.type).toBe('Warning');
  const [version] = scene.all('keptnworkloadversions');
  await scene.patch('keptnworkloadversions', version?.metadata.name ?? '', {
    metadata: { annotations: { 'keptn.sh/retry': 'all' } },
  });
  await scene.endTask('lint');
  await scene.until('it is released', () =>
    ['Pod', 'Deployment'].every((kind) => reasonsOn(scene, kind).includes('GateLifted')),
  );
  await scene.until('the version told of both attempts', () => {
    const notes = scene.notes('KeptnWorkloadVersion');
    return (
      notes.some((note) => note.startsWith('WorkloadPreDeployTasksFailed') && !note.includes('Attempt')) &&
      notes.some((note) => note.startsWith('WorkloadPreDeployTasksFinished') && note.endsWith('Attempt: 2'))
    );
  });
});

test('Q-32: a controller killed before everything that it tells leaves nothing out and tells nothing twice', {
  timeout: 150_000,
}, async () => {
  const scene = await openScene('herald-crash');
  await scene.make(workload('Deployment', checked));
  const memory = join(mkdtempSync(join(tmpdir(), 'sluice-herald-')), 'actions');
  const finished = (async () => {
    await scene.endTask('lint', { exitCode: 0 }, 'pre', 120_000);
    await scene.endTask('smoke', { exitCode: 0 }, 'post', 120_000);
    await scene.until(
      'the release is through and noted',
      () => isThrough(scene, 2) && isTold(scene),
      120_000,
    );
  })();
  finished.catch(() => undefined);
  let killed = 0;
  for (let next: Promise<ControllerProcess> = spawnController(); ; killed += 1) {
    const victim = await next;
    next = spawnController();
    victim.go({ namespace: scene.namespace, action: 1, moment: 'before', memory, controller: 'herald' });
    if ((await Promise.race([victim.ended, finished])) === 'SIGKILL') continue;
    victim.child.kill('SIGKILL');
    (await next).child.kill('SIGKILL');
    break;
  }
  await finished;
  // Ten Events and two marks, some of them side by side.
  expect(killed).toBeGreaterThanOrEqual(6);
  expect(reasonsOn(scene, 'KeptnWorkloadVersion')).toEqual(ofWorkload);
  expect(reasonsOn(scene, 'KeptnAppVersion')).toEqual(ofApp);

  const versions = () => scene.sightings.filter(({ resource }) => resource !== 'pods').length;
  const before = versions();
  const second = await startController();
  await vi.waitUntil(
    async () =>
      (await second.total('sluice_reconciles_total', ({ controller }) => controller === 'herald')) > 0,
  );
  await scene.holds('a restart over what is finished writes nothing', () => versions() === before, 2_000);
  expect(await second.total('sluice_actions_total', ({ controller }) => controller === 'herald')).toBe(0);
});
