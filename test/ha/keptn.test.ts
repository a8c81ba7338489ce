import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { prechecksGate } from '../../src/api/constants.ts';
import {
  canHaveOwnCluster,
  type KeptnCluster,
  startKeptnCluster,
  takeOverDefinitions,
} from '../integration/lifecycle/keptn-cluster.ts';
import { cartPods, endJob, isCartHeld, leaveRelease } from '../integration/lifecycle/keptn-past.ts';
import { completed, passEvaluation, through } from '../integration/lifecycle/keptn-steps.ts';
import { taskDefinition, workload } from '../integration/lifecycle/manifests.ts';
import { Scene } from '../integration/lifecycle/scene.ts';
import { freshEnvironment, type Sluice, startSluice } from '../integration/lifecycle/sluice.ts';
import { tell } from './figures.ts';
import { describeFailures } from './open-loop.ts';
import { during, openPodLoad } from './pod-load.ts';

const copies = 3;
const pace = 50;
/** What each moment still needs, and the Jobs that there are in the end. */
const moments: Readonly<
  Record<string, { readonly jobs: number; readonly go: (scene: Scene) => Promise<void> }>
> = {
  'pre-task-running': {
    jobs: 2,
    go: async (scene) => {
      await endJob(scene, 'pre-lint-22222-50002');
      await passEvaluation(scene);
      await through(scene);
    },
  },
  'rolling-out': { jobs: 1, go: through },
  'post-task-running': {
    jobs: 1,
    go: async (scene) => {
      await endJob(scene, 'post-smoke-44444-50003');
      await completed(scene);
    },
  },
  completed: { jobs: 0, go: () => Promise.resolve() },
};

describe.skipIf(!(await canHaveOwnCluster()))('Sluice takes over from Keptn while releases go on', () => {
  let cluster: KeptnCluster;
  const sluices: Sluice[] = [];
  const left: { readonly moment: string; readonly scene: Scene }[] = [];

  beforeAll(async () => {
    cluster = await startKeptnCluster('ha-keptn');
    for (let copy = 0; copy < copies; copy += 1)
      for (const moment of Object.keys(moments))
        left.push({ moment, scene: await leaveRelease(moment, cluster.kubeconfig) });
  });
  afterAll(async () => {
    for (const sluice of sluices) await sluice.stop();
    for (const { scene } of left) await scene.close();
    await cluster?.stop();
  });

  test('each release of Keptn’s and each that begins meanwhile is followed to its end, and no check runs twice', async () => {
    const { api, kubeconfig, kubectl } = cluster;
    const stream = await Scene.open('ha-stream', undefined, kubeconfig);
    await stream.make(taskDefinition('lint'));
    let made = 0;
    let isOver = false;
    // With the gate in the template, as Keptn's webhook puts it on the pod.
    const releasing = (async () => {
      for (; !isOver; made += 1) {
        await stream.make(
          workload('Deployment', { name: `w-${made}`, preTasks: 'lint', gates: [prechecksGate] }),
        );
        await new Promise((resolve) => setTimeout(resolve, 1_000));
      }
    })();
    await takeOverDefinitions(kubectl);
    for (const role of ['webhook', 'controller'] as const) {
      const environment = await freshEnvironment(kubeconfig);
      sluices.push(await startSluice(api, { roles: [role], environment }));
    }
    const load = await openPodLoad(api, 'ha-keptn-load');
    const { asked, failures } = await during(load, pace, async () => {
      for (const { moment, scene } of left) await moments[moment]?.go(scene);
    });
    isOver = true;
    await releasing;
    for (let ended = 0; ended < made; ended += 1)
      await stream.endTask('lint', { exitCode: 0 }, 'pre', 60_000);
    const isThrough = (): boolean =>
      stream.all('keptnworkloadversions').filter(({ status }) => status?.currentPhase === 'Completed')
        .length === made;
    await stream.until('all releases of meanwhile are through', isThrough, 120_000);
    expect(describeFailures(failures)).toBe('');
    tell({
      what: `take-over from Keptn, ${pace} pods/s: refused of ${asked}`,
      value: failures.length,
      unit: 'errors',
      limit: 0,
    });
    const excess = left.map(({ moment, scene }) => scene.jobsEver().length - (moments[moment]?.jobs ?? 0));
    const doubled = excess.reduce((sum, jobs) => sum + Math.abs(jobs), stream.jobsEver().length - made);
    tell({
      what: `the same, Jobs too many of ${left.length} releases of Keptn’s and ${made} new ones`,
      value: doubled,
      unit: 'Jobs',
      limit: 0,
    });
    for (const { scene } of left) {
      expect(isCartHeld(scene)).toBe(false);
      expect(cartPods(scene).map(({ status }) => status?.phase)).toEqual(['Running']);
    }
    await load.close();
    await stream.close();
  });
});
