import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { KeptnWorkloadVersion } from '../../../src/api/lifecycle/v1/keptn-workload-version.ts';
import { z } from '../../../src/api/schema.ts';
import {
  canHaveOwnCluster,
  type KeptnCluster,
  startKeptnCluster,
  takeOverDefinitions,
} from './keptn-cluster.ts';
import {
  cart,
  cartPods,
  endJob,
  isCartHeld,
  leaveRelease,
  releaseAppVersion,
  releaseVersion,
} from './keptn-past.ts';
import type { Scene } from './scene.ts';
import { freshEnvironment, type Sluice, startSluice } from './sluice.ts';

const moments = [
  'waiting-for-app',
  'app-task-failed',
  'pre-task-running',
  'pre-task-ended-unseen',
  'pre-task-unrecorded',
  'pre-task-failed',
  'pre-evaluation-running',
  'pre-evaluation-failed',
  'rolling-out',
  'post-task-running',
  'post-task-failed',
  'completed',
  'superseded',
] as const;
type Moment = (typeof moments)[number];
const withinMs = 40_000;

describe.skipIf(!(await canHaveOwnCluster()))(
  'Sluice takes over what Keptn left',
  { timeout: 120_000 },
  () => {
    let cluster: KeptnCluster;
    let sluice: Sluice;
    const scenes = new Map<Moment, Scene>();
    const left = new Map<Moment, ReadonlyMap<string, object>>();

    beforeAll(async () => {
      cluster = await startKeptnCluster('migration');
      const { kubeconfig, api, kubectl } = cluster;
      await Promise.all(
        moments.map(async (moment) => scenes.set(moment, await leaveRelease(moment, kubeconfig))),
      );
      for (const [moment, scene] of scenes) left.set(moment, finished(scene));
      await takeOverDefinitions(kubectl);
      const environment = await freshEnvironment(kubeconfig);
      sluice = await startSluice(api, { roles: ['webhook', 'controller'], environment });
    }, 300_000);
    afterAll(async () => {
      await sluice?.stop();
      for (const scene of scenes.values()) await scene.close();
      await cluster?.stop();
    });

    /** The scene of a moment once Sluice has looked at its version. */
    async function seen(moment: Moment): Promise<Scene> {
      const scene = scenes.get(moment);
      if (scene === undefined) throw new Error(`no scene ${moment}`);
      const hasLooked = () => (versionOf(scene)?.status?.conditions ?? []).length > 0;
      await scene.until('the version was looked at', hasLooked, withinMs);
      return scene;
    }

    /** What Keptn wrote of all that had ended is as it was, and nobody says again that it ended. */
    function expectRecordKept(moment: Moment, scene: Scene): void {
      const now = finished(scene);
      for (const [name, status] of left.get(moment) ?? []) expect(now.get(name), name).toMatchObject(status);
      const ended = [...(left.get(moment)?.keys() ?? [])];
      const again = scene
        .all('events')
        .filter(({ regarding }) => ended.includes(`${regarding?.kind}/${regarding?.name}`));
      expect(again.map(({ reason, note }) => `${reason}: ${note}`)).toEqual([]);
    }

    test.for([
      'pre-task-failed',
      'pre-evaluation-failed',
      'post-task-failed',
      'completed',
      'superseded',
    ] as const)(
      'a release that had ended (%s) stays as it is: no Job, no Event, no change, and its pod runs on (Q-2, Q-28, Q-32)',
      async (moment) => {
        const scene = await seen(moment);
        const isQuiet = () => scene.jobsEver().length === 0 && !isCartHeld(scene);
        await scene.holds('nothing runs', isQuiet, 2_000);
        expectRecordKept(moment, scene);
        expect(cartPods(scene).map(({ status }) => status?.phase)).toEqual(['Running']);
      },
    );

    test('a pod that Keptn released after a failed check runs on, and a new one is held (Q-1)', async () => {
      const scene = await seen('pre-task-failed');
      await scene.patch('deployments', 'cart', { spec: { replicas: 2 } });
      await scene.until('the second pod is there', () => cartPods(scene).length === 2);
      const gated = () => cartPods(scene).filter(({ spec }) => spec.schedulingGates?.length);
      await scene.holds('one runs and one is held', () => gated().length === 1, 2_000);
      expect(scene.jobsEver()).toEqual([]);
      expectRecordKept('pre-task-failed', scene);
    });

    test('a failed check of the app stays failed, and the pod that Keptn held for it stays held', async () => {
      const scene = await seen('app-task-failed');
      await scene.holds('held', () => isCartHeld(scene) && scene.jobsEver().length === 0, 2_000);
      expectRecordKept('app-task-failed', scene);
      const gated = versionOf(scene)?.status?.conditions?.find(({ type }) => type === 'Gated');
      expect(gated).toMatchObject({ status: 'True', reason: 'AppFailed' });
      expect(gated?.message).toContain(releaseAppVersion);
    });

    test('a workload that waited for a task of its app goes on when that ends', async () => {
      const scene = await seen('waiting-for-app');
      expect(scene.jobsEver()).toHaveLength(1);
      await endJob(scene, 'pre-announce-11111-50001');
      await scene.endTask('lint', { exitCode: 0 }, 'pre', withinMs);
      await passEvaluation(scene);
      await through(scene);
      expect(scene.jobsEver()).toHaveLength(3);
      expect(
        itemNames(scene.one('keptnappversions', releaseAppVersion)?.status?.preDeploymentTaskStatus),
      ).toEqual(['pre-announce-11111']);
    });

    test.for(['pre-task-running', 'pre-task-ended-unseen', 'pre-task-unrecorded'] as const)(
      'a task that Keptn had begun (%s) is followed to its end under its name and not begun again (Q-2)',
      async (moment) => {
        const scene = await seen(moment);
        if (moment !== 'pre-task-ended-unseen') {
          await scene.holds(
            'its pod is held',
            () => isCartHeld(scene) && scene.jobsEver().length === 1,
            1_000,
          );
          await endJob(scene, 'pre-lint-22222-50002');
        }
        await passEvaluation(scene);
        expect(itemNames(versionOf(scene)?.status?.preDeploymentTaskStatus)).toEqual(['pre-lint-22222']);
        expect(scene.one('keptntasks', 'pre-lint-22222')?.status).toMatchObject({
          status: 'Succeeded',
          jobName: 'pre-lint-22222-50002',
        });
        await through(scene);
        expectRecordKept(moment, scene);
        expect(scene.jobsEver()).toHaveLength(2);
      },
    );

    test('an evaluation in the middle of its attempts is followed under its name', async () => {
      const scene = await seen('pre-evaluation-running');
      await scene.holds('its pod is held', () => isCartHeld(scene), 1_000);
      await passEvaluation(scene);
      await through(scene);
      expect(scene.all('keptnevaluations').map(({ metadata }) => metadata.name)).toEqual([
        'pre-eval-cpus-33333',
      ]);
      expectRecordKept('pre-evaluation-running', scene);
      expect(scene.jobsEver()).toHaveLength(1);
    });

    test('a pod that Keptn was about to release is released, though its namespace opted in by annotation only', async () => {
      const scene = await seen('rolling-out');
      await through(scene);
      expect(scene.jobsEver()).toHaveLength(1);
      expectRecordKept('rolling-out', scene);
      expect(phaseReasons(scene)).not.toContain('WorkloadDeployStarted');
      expect(await labelsOf(scene)).toMatchObject({ 'keptn.sh/lifecycle-toolkit': 'enabled' });
    });

    test('a task after the deployment is followed to its end', async () => {
      const scene = await seen('post-task-running');
      await endJob(scene, 'post-smoke-44444-50003');
      await completed(scene);
      expect(scene.jobsEver()).toHaveLength(1);
      expectRecordKept('post-task-running', scene);
    });

    test('a request for an app that Keptn had not come to answer changes nothing of an app that is there', async () => {
      const scene = await seen('superseded');
      const apiVersion = 'lifecycle.keptn.sh/v1';
      const spec = { appName: 'shop' };
      await scene.make({ apiVersion, kind: 'KeptnAppCreationRequest', metadata: { name: 'shop' }, spec });
      const isGone = () =>
        scene.sightings.some(
          ({ resource, type }) => resource === 'keptnappcreationrequests' && type === 'DELETED',
        );
      await scene.until('the request is answered', isGone, withinMs);
      expect(scene.all('keptnappversions').map(({ metadata }) => metadata.name)).toEqual([releaseAppVersion]);
      expect(scene.one('keptnapps', 'shop')?.metadata.generation).toBe(1);
    });

    test('the next release of a workload that Keptn wrote is held, checked and recorded as any other', async () => {
      const scene = await seen('completed');
      await scene.patch('deployments', 'cart', { spec: cart('2.0.0', undefined)['spec'] });
      const template = { metadata: { annotations: { 'keptn.sh/post-deployment-tasks': null } } };
      await scene.patch('deployments', 'cart', { spec: { template } });
      await scene.until(
        'the second version is there',
        () => scene.one('keptnworkloadversions', 'shop-cart-2.0.0'),
        withinMs,
      );
      await scene.endTask('lint', { exitCode: 0 }, 'pre', withinMs);
      await passEvaluation(scene, 'shop-cart-2.0.0');
      await completed(scene, 'shop-cart-2.0.0');
      expect(scene.one('keptnworkloads', 'shop-cart')?.spec).toMatchObject({
        version: '2.0.0',
        postDeploymentTasks: [],
      });
      expect(scene.one('keptnworkloadversions', 'shop-cart-2.0.0')?.spec).toMatchObject({
        previousVersion: '1.0.0',
      });
      expect(scene.jobsEver()).toHaveLength(1);
      expectRecordKept('completed', scene);
    });
  },
);

function versionOf(scene: Scene, name = releaseVersion): KeptnWorkloadVersion | undefined {
  return scene.one('keptnworkloadversions', name);
}

function itemNames(items: readonly { readonly name?: string | undefined }[] | undefined): unknown[] {
  return (items ?? []).map(({ name }) => name);
}

function phaseReasons(scene: Scene): string[] {
  return scene.notes('KeptnWorkloadVersion').map((note) => note.split(':')[0] ?? '');
}

/** Lets the evaluation before the deployment pass, as its metric would, and waits until the version knows. */
async function passEvaluation(scene: Scene, version = releaseVersion): Promise<void> {
  const item = () => versionOf(scene, version)?.status?.preDeploymentEvaluationTaskStatus?.[0];
  await scene.until('the evaluation is there', () => item()?.name, withinMs);
  await vi.waitUntil(
    async () => {
      const at = scene.at('keptnevaluations', item()?.name ?? '', 'status');
      const status = { retryCount: 4, evaluationStatus: {}, overallStatus: 'Succeeded' };
      await scene.api.request('PATCH', at, { status });
      return item()?.status === 'Succeeded';
    },
    { timeout: withinMs, interval: 250 },
  );
}

/** Waits until the gate is lifted, ends the task after the deployment, and waits for the end. */
async function through(scene: Scene): Promise<void> {
  await scene.until('the gate is lifted', () => !isCartHeld(scene), withinMs);
  await scene.endTask('smoke', { exitCode: 0 }, 'post', withinMs);
  await completed(scene);
}

async function completed(scene: Scene, version = releaseVersion): Promise<void> {
  const isThrough = () => versionOf(scene, version)?.status?.currentPhase === 'Completed';
  await scene.until('the version is through', isThrough, withinMs);
  const apps = () => scene.all('keptnappversions').map(({ status }) => status?.currentPhase);
  await scene.until('its app too', () => apps().includes('Completed'), withinMs);
}

const recordSchema = z.object({
  kind: z.string().optional(),
  metadata: z.object({ name: z.string() }),
  status: z.looseObject({ status: z.string().optional(), overallStatus: z.string().optional() }).optional(),
});

/** Statuses of all that has ended, by `kind/name`, without what Keptn did not write. */
function finished(scene: Scene): ReadonlyMap<string, object> {
  const kinds = ['keptntasks', 'keptnevaluations', 'keptnworkloadversions', 'keptnappversions'];
  const records = new Map<string, object>();
  for (const { resource, object } of scene.sightings) {
    if (!kinds.includes(resource)) continue;
    const { kind, metadata, status = {} } = recordSchema.parse(object);
    const { conditions: _ours, ...state } = status;
    const ended = ['Succeeded', 'Failed', 'Deprecated'].includes(state.status ?? state.overallStatus ?? '');
    if (ended) records.set(`${kind}/${metadata.name}`, state);
  }
  return records;
}

const labelled = z.object({ metadata: z.object({ labels: z.unknown().optional() }) });

async function labelsOf({ api, namespace }: Scene): Promise<unknown> {
  return labelled.parse((await api.request('GET', `/api/v1/namespaces/${namespace}`)).body).metadata.labels;
}
