import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import type { KubeObject } from '../../../src/api/meta.ts';
import { type Api, connectApi } from './api.ts';
import {
  evaluationOf,
  measuredBy,
  patience,
  ready,
  untilAttempt,
  untilLifted,
  untilMeasured,
  untilPodIsTold,
  untilState,
} from './evaluations.ts';
import { type Gauges, hangs, startGauges } from './gauges.ts';
import { evaluationDefinition, metric, workload } from './manifests.ts';
import { Scene } from './scene.ts';
import { type Sluice, startSluice } from './sluice.ts';

/** How long a pod is watched staying held; set SLUICE_HOLD_SECONDS=300 for the long run. */
const holdMs = 1000 * Number(process.env['SLUICE_HOLD_SECONDS'] ?? 15);
/** Attempts so far apart that nothing but a change of a metric moves an evaluation. */
const rarely = { retries: 3, retryInterval: '1h' };
const often = { retries: 100, retryInterval: '1s' };

let api: Api;
let webhook: Sluice;
let controller: Sluice;
let gauges: Gauges;
const scenes: Scene[] = [];

beforeAll(async () => {
  api = connectApi(inject('kubeconfig'));
  gauges = await startGauges();
  webhook = await startSluice(api, { roles: ['webhook'] });
  controller = await startSluice(api, { roles: ['controller'] });
});
afterEach(async () => {
  await Promise.all(scenes.splice(0).map((scene) => scene.close()));
});
afterAll(async () => {
  await controller.stop();
  await webhook.stop();
  await gauges.close();
  api.client.close();
});

async function open(...rest: Parameters<typeof Scene.open>): Promise<Scene> {
  const scene = await Scene.open(...rest);
  scenes.push(scene);
  return scene;
}

async function restartController(): Promise<void> {
  await controller.stop();
  controller = await startSluice(api, { roles: ['controller'] });
}

const measured = (...what: Parameters<ReturnType<typeof measuredBy>>) => measuredBy(gauges)(...what);

test('a range holds the pod while one of its bounds is violated, and lets it go when both hold (Q-4)', async () => {
  const scene = await open('range');
  await measured(scene, 'errors', '5');
  await scene.make(evaluationDefinition('range', ['errors >10', 'errors <20'], often));
  await scene.make(workload('Deployment', { preEvaluations: 'range' }));
  const third = await untilAttempt(scene, 'range', 3);
  expect(third.status?.evaluationStatus).toMatchObject({
    'errors >10': { value: '5', status: 'Failed' },
    'errors <20': { value: '5', status: 'Succeeded' },
  });
  await measured(scene, 'errors', '25');
  const later = await untilAttempt(scene, 'range', (third.status?.retryCount ?? 0) + 2);
  expect(later.status?.overallStatus).toBe('Progressing');
  expect(scene.isHeld()).toBe(true);
  await measured(scene, 'errors', '15');
  await untilLifted(scene);
  const passed = await untilState(scene, 'range', 'Succeeded');
  expect(Object.values(passed.status?.evaluationStatus ?? {})).toMatchObject([
    { value: '15' },
    { value: '15' },
  ]);
});

test.for([0, 1])(
  '%i retries make one attempt, and its failure holds the pod for good (Q-15)',
  async (retries) => {
    const scene = await open('once');
    await measured(scene, 'errors', '12');
    await scene.make(evaluationDefinition('errors-low', ['errors <10'], { retries, retryInterval: '1s' }));
    await scene.make(workload('Deployment', { preEvaluations: 'errors-low' }));
    const failed = await untilState(scene, 'errors-low', 'Failed');
    expect(failed.spec.retries).toBe(retries);
    expect(failed.status).toMatchObject({ retryCount: 1 });
    expect(failed.status?.endTime).toBeDefined();
    await untilPodIsTold(scene, 'CheckFailed', [
      failed.metadata.name,
      "value '12' did not meet objective '<10'",
    ]);
    const told = () => scene.notes('KeptnEvaluation', failed.metadata.name);
    await scene.until('its end is told', () => told().length === 2, patience);
    expect(new Set(told().map((note) => note.split(':')[0]))).toEqual(
      new Set(['ReconcileEvaluationFailed', 'ReconcileEvaluationReconcileTimeout']),
    );
    expect(told().join('\n')).toContain("evaluation of 'errors' failed with value: '12'");
    await measured(scene, 'errors', '5');
    await scene.holds(
      'nothing is measured after the end and nothing told twice',
      () =>
        scene.isHeld() && told().length === 2 && evaluationOf(scene, 'errors-low')?.status?.retryCount === 1,
      2500,
    );
  },
);

test('S4: a failing evaluation holds for as long as it fails; the gate lifts on the event that its metric is good (L2)', {
  timeout: holdMs + 90_000,
}, async () => {
  const scene = await open('hold');
  await measured(scene, 'errors', '12');
  await scene.make(evaluationDefinition('errors-low', ['errors <10'], rarely));
  await scene.make(workload('Deployment', { preEvaluations: 'errors-low', replicas: 2 }));
  const first = await untilAttempt(scene, 'errors-low', 1);
  const note = await untilPodIsTold(scene, 'WaitingForEvaluation', [
    first.metadata.name,
    `KeptnMetric "${scene.namespace}/errors" does not meet <10`,
  ]);
  expect(ready(first)).toMatchObject({ status: 'Unknown', reason: 'ObjectivesNotMet' });
  expect(JSON.stringify(ready(first))).toMatch(
    /errors: value '12' did not meet objective '<10'; the next attempt is at/,
  );
  const isHeld = () => scene.isHeld(2) && evaluationOf(scene, 'errors-low')?.status?.retryCount === 1;
  await scene.holds('the pods are held in the first attempt', isHeld, holdMs / 2);
  const versionOf = () => evaluationOf(scene, 'errors-low')?.metadata.resourceVersion;
  const before = versionOf();
  await restartController();
  await scene.holds(
    'a restart neither releases nor attempts nor writes',
    () => isHeld() && versionOf() === before,
    holdMs / 2,
  );
  await measured(scene, 'errors', '11');
  await scene.until(
    'the new value is recorded',
    () => evaluationOf(scene, 'errors-low')?.status?.evaluationStatus['errors']?.value === '11',
    patience,
  );
  expect(isHeld()).toBe(true);
  expect(scene.notes('Pod').filter((one) => one.includes('does not meet'))).toEqual([note, note]);
  // The next attempt is an hour away: only the event can lift the gates.
  await measured(scene, 'errors', '9');
  await scene.until(
    'all gates are lifted',
    () => scene.gates().length === 2 && scene.gates().flat().length === 0,
    patience,
  );
  expect(evaluationOf(scene, 'errors-low')?.status).toMatchObject({
    overallStatus: 'Succeeded',
    retryCount: 2,
  });
});

test('one that succeeds in its last attempt stays so over a restart and a bad metric (Q-28)', async () => {
  const scene = await open('last');
  await measured(scene, 'errors', '12');
  await scene.make(evaluationDefinition('errors-low', ['errors <10'], { retries: 2, retryInterval: '1h' }));
  await scene.make(workload('Deployment', { preEvaluations: 'errors-low' }));
  await untilAttempt(scene, 'errors-low', 1);
  await measured(scene, 'errors', '9');
  const passed = await untilState(scene, 'errors-low', 'Succeeded');
  expect(passed.status?.retryCount).toBe(2);
  await untilLifted(scene);
  await measured(scene, 'errors', '12');
  await restartController();
  await scene.holds(
    'it is what it was',
    () => evaluationOf(scene, 'errors-low')?.metadata.resourceVersion === passed.metadata.resourceVersion,
    2500,
  );
});

test('evaluations run at both levels, before and after the deployment, each in its turn', {
  timeout: 120_000,
}, async () => {
  const scene = await open('levels');
  const names = ['app-before', 'before', 'after', 'app-after'];
  for (const name of names) {
    await measured(scene, name, '0');
    await scene.make(evaluationDefinition(name, [`${name} >1`], rarely));
  }
  await scene.make({
    apiVersion: 'lifecycle.keptn.sh/v1',
    kind: 'KeptnAppContext',
    metadata: { name: 'mall' },
    spec: { preDeploymentEvaluations: ['app-before'], postDeploymentEvaluations: ['app-after'] },
  });
  const annotations = { 'keptn.sh/post-deployment-evaluations': 'after' };
  await scene.make(workload('Deployment', { app: 'mall', preEvaluations: 'before', annotations }));
  for (const [i, name] of names.entries()) {
    await untilAttempt(scene, name, 1);
    expect(new Set(scene.all('keptnevaluations').map(({ spec }) => spec.evaluationDefinition))).toEqual(
      new Set(names.slice(0, i + 1)),
    );
    expect(scene.isHeld()).toBe(i < 2);
    await measured(scene, name, '2');
    await untilState(scene, name, 'Succeeded');
  }
  await scene.until(
    'the app version is through',
    () => scene.all('keptnappversions').some(({ status }) => status?.currentPhase === 'Completed'),
    patience,
  );
  expect(evaluationOf(scene, 'before')?.spec).toMatchObject({ checkType: 'pre-eval', workload: 'mall-shop' });
  expect(evaluationOf(scene, 'app-after')?.spec).toMatchObject({ checkType: 'post-eval', appName: 'mall' });
});

test('a failed evaluation of the app holds its workloads (S4)', async () => {
  const scene = await open('app');
  await measured(scene, 'errors', '12');
  await scene.make(evaluationDefinition('errors-low', ['errors <10']));
  const spec = { preDeploymentEvaluations: ['errors-low'] };
  const context = {
    apiVersion: 'lifecycle.keptn.sh/v1',
    kind: 'KeptnAppContext',
    metadata: { name: 'mall' },
    spec,
  };
  await scene.make(context);
  await scene.make(workload('Deployment', { name: 'a', app: 'mall' }));
  await scene.make(workload('StatefulSet', { name: 'b', app: 'mall' }));
  await untilPodIsTold(scene, 'AppFailed', ["value '12' did not meet objective '<10'"]);
  await scene.holds('no pod is released', () => scene.isHeld(2), 2000);
});

test('an evaluation that failed is measured anew when it is asked for again, and lets the pod go', async () => {
  const scene = await open('again');
  await measured(scene, 'errors', '12');
  await scene.make(evaluationDefinition('errors-low', ['errors <10'], { retries: 1 }));
  await scene.make(workload('Deployment', { preEvaluations: 'errors-low' }));
  await untilPodIsTold(scene, 'CheckFailed', ["value '12' did not meet objective '<10'"]);
  await measured(scene, 'errors', '9');
  await scene.holds('a good value alone changes nothing after the end', () => scene.isHeld(), 1000);
  await scene.patch('keptnworkloadversions', 'shop-shop-1.0.0', {
    metadata: { annotations: { 'keptn.sh/retry': 'errors-low' } },
  });
  await scene.until('the gate is lifted', () => scene.gates()[0]?.length === 0, patience);
  const states = scene.all('keptnevaluations').map(({ status }) => status?.overallStatus);
  expect(new Set(states)).toEqual(new Set(['Failed', 'Succeeded']));
});

test('metrics of one name in two namespaces are two metrics, and both count (Q-4)', async () => {
  const scene = await open('same');
  const other = await open('same-other', {});
  await measured(scene, 'errors', '1');
  await measured(other, 'errors', '12');
  const objectives = [`${other.namespace}/errors <10`, 'errors <10'];
  await scene.make(evaluationDefinition('both', objectives, often));
  await scene.make(workload('Deployment', { preEvaluations: 'both' }));
  const second = await untilAttempt(scene, 'both', 2);
  expect(second.status?.evaluationStatus).toMatchObject({
    [`${other.namespace}/errors <10`]: { value: '12', status: 'Failed' },
    'errors <10': { value: '1', status: 'Succeeded' },
  });
  expect(scene.isHeld()).toBe(true);
  await measured(other, 'errors', '2');
  await untilLifted(scene);
});

test('L1: a metric that does not exist is named to the pod, and its first good value lets it go', async () => {
  const scene = await open('missing');
  await scene.make(evaluationDefinition('latency-low', ['latency <1'], rarely));
  await scene.make(workload('Deployment', { preEvaluations: 'latency-low' }));
  await untilPodIsTold(scene, 'WaitingForEvaluation', [
    'KeptnMetric "latency"',
    `namespace "${scene.namespace}"`,
    '"sluice-system"',
    'create it',
  ]);
  await scene.make(metric('latency', { query: `${scene.namespace}/latency` }));
  await untilPodIsTold(scene, 'WaitingForEvaluation', [
    `the last fetch of KeptnMetric "${scene.namespace}/latency" failed`,
    'KeptnMetricsProvider "gauges"',
  ]);
  await measured(scene, 'latency', '0.5');
  await untilLifted(scene);
});

describe('a metric that is fetched once an hour', () => {
  const hourly = { fetchIntervalSeconds: 3600 };

  test('is fetched for the evaluation at once: a gate does not wait for an interval (L2)', async () => {
    const scene = await open('fresh');
    await measured(scene, 'errors', '12', hourly);
    await untilMeasured(scene, 'errors', '12');
    await measured(scene, 'errors', '5');
    await scene.make(evaluationDefinition('errors-low', ['errors <10'], rarely));
    await scene.make(workload('Deployment', { preEvaluations: 'errors-low' }));
    const passed = await untilState(scene, 'errors-low', 'Succeeded');
    expect(passed.status).toMatchObject({ retryCount: 1, evaluationStatus: { errors: { value: '5' } } });
    const tookMs = Date.parse(passed.status?.endTime ?? '') - Date.parse(passed.status?.startTime ?? '');
    expect(tookMs).toBeLessThan(3_000);
    await untilLifted(scene);
  });

  test('S4: never releases by a good value from before', async () => {
    const scene = await open('before');
    await measured(scene, 'errors', '5', hourly);
    await untilMeasured(scene, 'errors', '5');
    await measured(scene, 'errors', '12');
    await scene.make(evaluationDefinition('errors-low', ['errors <10'], { retries: 1 }));
    await scene.make(workload('Deployment', { preEvaluations: 'errors-low' }));
    const failed = await untilState(scene, 'errors-low', 'Failed');
    expect(failed.status?.evaluationStatus).toMatchObject({ errors: { value: '12' } });
    expect(scene.isHeld()).toBe(true);
  });

  test('is fetched anew for each attempt', async () => {
    const scene = await open('attempts');
    await measured(scene, 'errors', '12', hourly);
    await scene.make(evaluationDefinition('errors-low', ['errors <10'], often));
    await scene.make(workload('Deployment', { preEvaluations: 'errors-low' }));
    await untilAttempt(scene, 'errors-low', 2);
    await measured(scene, 'errors', '5');
    await untilLifted(scene);
    expect(gauges.asked(`${scene.namespace}/errors`).length).toBeGreaterThanOrEqual(3);
  });
});

test('S4: a value from before a fetch that failed, or that hangs, releases nothing', async () => {
  const scene = await open('stale');
  await measured(scene, 'errors', '5');
  await untilMeasured(scene, 'errors', '5');
  await measured(scene, 'errors', hangs);
  await scene.make(evaluationDefinition('errors-low', ['errors <10'], often));
  await scene.make(workload('Deployment', { preEvaluations: 'errors-low' }));
  await untilPodIsTold(scene, 'WaitingForEvaluation', ['the last fetch of', 'failed']);
  expect(scene.one('keptnmetrics', 'errors')?.status).toMatchObject({ value: '5' });
  expect(scene.isHeld()).toBe(true);
  await measured(scene, 'errors', '5');
  await untilLifted(scene);
});

test('a change of the definition does not change an evaluation that has begun (Q-58)', async () => {
  const scene = await open('snapshot');
  await measured(scene, 'errors', '12');
  await scene.make(evaluationDefinition('errors-low', ['errors <10'], rarely));
  await scene.make(workload('Deployment', { preEvaluations: 'errors-low' }));
  await untilAttempt(scene, 'errors-low', 1);
  await scene.patch('keptnevaluationdefinitions', 'errors-low', {
    spec: { objectives: [{ keptnMetricRef: { name: 'errors' }, evaluationTarget: '<100' }] },
  });
  await measured(scene, 'errors', '13');
  await scene.until(
    'the new value is recorded',
    () => evaluationOf(scene, 'errors-low')?.status?.evaluationStatus['errors']?.value === '13',
    patience,
  );
  expect(evaluationOf(scene, 'errors-low')?.status).toMatchObject({
    overallStatus: 'Progressing',
    definitionGeneration: 1,
    objectives: [{ evaluationTarget: '<10' }],
  });
  await measured(scene, 'errors', '9');
  await untilLifted(scene);
});

test('an evaluation made by hand waits for its definition without using attempts, then runs', async () => {
  const scene = await open('by-hand', {});
  const evaluation: KubeObject = {
    apiVersion: 'lifecycle.keptn.sh/v1',
    kind: 'KeptnEvaluation',
    metadata: { name: 'by-hand' },
    spec: { evaluationDefinition: 'errors-low', retries: 1 },
  };
  await scene.make(evaluation);
  await scene.until(
    'an Event on it names its definition',
    () => scene.notes('KeptnEvaluation', 'by-hand').some((note) => note.startsWith('MissingDefinition')),
    patience,
  );
  const { status } = await untilState(scene, 'errors-low', 'Pending');
  expect(status).toMatchObject({ retryCount: 0 });
  await measured(scene, 'errors', '5');
  await scene.make(evaluationDefinition('errors-low', ['errors <10']));
  const passed = await untilState(scene, 'errors-low', 'Succeeded');
  expect(passed.status?.retryCount).toBe(1);
});
