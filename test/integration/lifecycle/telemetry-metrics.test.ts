import { afterAll, afterEach, beforeAll, expect, inject, test, vi } from 'vitest';
import { type Api, connectApi } from './api.ts';
import { taskDefinition, workload } from './manifests.ts';
import { Scene } from './scene.ts';
import { type Environment, freshEnvironment, type Sluice, spawnController, startSluice } from './sluice.ts';

let api: Api;
let webhook: Sluice;
let scene: Scene;

beforeAll(async () => {
  api = connectApi(inject('kubeconfig'));
  webhook = await startSluice(api, { roles: ['webhook'] });
});
afterEach(() => scene.close());
afterAll(async () => {
  await webhook.stop();
  api.client.close();
});

/** Series that are derived from the objects of the scene. */
async function derived({ KEPTN_DORA_METRICS_PORT: port = '' }: Environment): Promise<string[]> {
  const answer = await fetch(`http://127.0.0.1:${port}/metrics`);
  const ours = `namespace="${scene.namespace}"`;
  const lines = (await answer.text()).split('\n');
  return lines.filter((line) => line.startsWith('keptn_') && line.includes(ours)).toSorted();
}

const isThrough = (): boolean =>
  scene.all('keptnappversions').some(({ status }) => status?.currentPhase === 'Completed');

test('a killed controller counts nothing twice: the next one shows the same values, and they go with their objects', {
  timeout: 120_000,
}, async () => {
  scene = await Scene.open('meters');
  const environment = await freshEnvironment();
  const first = await spawnController(environment);
  first.go({ namespace: scene.namespace, action: 9, moment: 'after' });
  await scene.make(taskDefinition('lint'));
  await scene.make(taskDefinition('smoke'));
  await scene.make(
    workload('Deployment', { preTasks: 'lint', postTasks: 'smoke', version: '1.2.3', replicas: 2 }),
  );
  expect(await first.ended).toBe('SIGKILL');

  const second = await spawnController(environment);
  second.go();
  await scene.endTask('lint');
  await scene.endTask('smoke', { exitCode: 0 }, 'post');
  await scene.until('the app version is through', isThrough);
  await vi.waitFor(async () => {
    expect(
      await second.total(
        'keptn_app_count_total',
        ({ keptn_deployment_app_namespace: at }) => at === scene.namespace,
      ),
    ).toBe(1);
  });
  const before = await derived(environment);
  expect(
    before
      .filter((line) => !line.includes('_bucket'))
      .map((line) => line.replace(/[^{]*?{.*} /, (head) => `${head.split('{')[0] ?? ''} `)),
  ).toEqual(
    expect.arrayContaining([
      'keptn_app_count_total 1',
      'keptn_app_active 0',
      'keptn_app_duration_seconds_count 1',
      'keptn_deployment_count_total 1',
      'keptn_deployment_active 0',
      'keptn_task_count_total 1',
      'keptn_task_active 0',
    ]),
  );
  const inScene = {
    at: (labels: Readonly<Record<string, string>>) => labels['namespace'] === scene.namespace,
  };
  expect(await second.total('sluice_check_seconds_count', inScene.at)).toBe(2);
  expect(await second.total('sluice_version_seconds_count', inScene.at)).toBe(2);
  expect(await second.total('sluice_gate_wait_seconds_count', ({ result }) => result === 'passed')).toBe(2);
  expect(await second.total('sluice_gate_lift_latency_seconds_count')).toBe(2);
  second.child.kill('SIGKILL');
  await second.ended;

  const third = await spawnController(environment);
  third.go();
  await vi.waitFor(async () => expect(await derived(environment)).toEqual(before), { timeout: 20_000 });
  expect(await third.total('sluice_check_seconds_count', inScene.at)).toBe(0);
  expect(await third.total('sluice_leader')).toBe(1);

  await scene.remove('keptnapps', 'shop');
  await scene.until('the app version is gone', () => scene.all('keptnappversions').length === 0);
  await vi.waitFor(async () =>
    expect((await derived(environment)).filter((line) => line.startsWith('keptn_app_'))).toEqual([]),
  );
});
