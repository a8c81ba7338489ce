import { afterAll, afterEach, beforeAll, expect, inject, test } from 'vitest';
import { apiPath, resources } from '../../../src/api/resources.ts';
import { jobName } from '../../../src/domain/names.ts';
import { parseTraceparent } from '../../../src/domain/trace/ids.ts';
import {
  type CollectedSpan,
  collectorBuildMs,
  freePorts,
  type RealCollector,
  startCollector,
} from '../../backends/real-collector.ts';
import { type Api, connectApi } from './api.ts';
import { dropConfig, makeConfig } from './keptn-config.ts';
import { taskDefinition, workload } from './manifests.ts';
import { Scene } from './scene.ts';
import { type Sluice, spawnController, startSluice } from './sluice.ts';

const patience = 40_000;

let api: Api;
let webhook: Sluice;
let controller: Sluice | undefined;
let collector: RealCollector | undefined;
const scenes: Scene[] = [];

beforeAll(async () => {
  api = connectApi(inject('kubeconfig'));
  webhook = await startSluice(api, { roles: ['webhook'] });
  // Built here, so that no test takes minutes.
  await (await startCollector()).stop();
}, collectorBuildMs);
afterEach(async () => {
  await controller?.stop();
  controller = undefined;
  for (const scene of scenes.splice(0)) await scene.close();
  await collector?.stop();
  collector = undefined;
  await dropConfig(api, 'trace');
});
afterAll(async () => {
  await webhook.stop();
  api.client.close();
});

async function openScene(): Promise<Scene> {
  const scene = await Scene.open('trace');
  scenes.push(scene);
  for (const name of ['lint', 'smoke']) await scene.make(taskDefinition(name));
  return scene;
}

async function release(scene: Scene, halfTime: () => Promise<void> = async () => undefined): Promise<void> {
  await scene.make(workload('Deployment', { preTasks: 'lint', postTasks: 'smoke' }));
  await scene.endTask('lint', { exitCode: 0 }, 'pre', patience);
  await halfTime();
  await scene.endTask('smoke', { exitCode: 0 }, 'post', patience);
  await scene.until(
    'the app version is through',
    () => scene.all('keptnappversions').some(({ status }) => status?.currentPhase === 'Completed'),
    patience,
  );
}

/** The spans of the scene's release, once its root has arrived. */
async function collected(scene: Scene, from: RealCollector): Promise<CollectedSpan[]> {
  const ours = async (): Promise<CollectedSpan[]> => {
    const spans = await from.spans();
    const traces = new Set(
      spans.flatMap((span) =>
        span.attributes['k8s.namespace.name'] === scene.namespace ? [span.traceId] : [],
      ),
    );
    return spans.filter(({ traceId }) => traces.has(traceId));
  };
  const isRoot = ({ attributes }: CollectedSpan): boolean => attributes['cicd.pipeline.name'] !== undefined;
  await expect.poll(async () => (await ours()).some(isRoot), { timeout: patience }).toBe(true);
  return ours();
}

const names = [
  'AppDeploy',
  'shop-shop-1.0.0',
  'shop-shop/WorkloadDeploy',
  'shop-shop/WorkloadPostDeployTasks',
  'shop-shop/WorkloadPreDeployTasks',
];

/** One trace: one root, and every other span below one that arrived, each once. */
function expectOneTrace(spans: readonly CollectedSpan[]): void {
  expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1);
  const ids = spans.map(({ spanId }) => spanId);
  expect(new Set(ids).size).toBe(ids.length);
  const orphans = spans.filter(({ parentSpanId }) => !ids.includes(parentSpanId));
  expect(orphans.map(({ attributes }) => attributes['cicd.pipeline.name'])).toHaveLength(1);
  expect(spans.map(({ name }) => name)).toEqual(expect.arrayContaining(names));
}

test.each(['grpc', 'http'] as const)(
  'Q-33: a release arrives over %s as one trace, which its tasks join',
  async (protocol) => {
    const scene = await openScene();
    collector = await startCollector();
    const endpoint = protocol === 'grpc' ? collector.grpc : collector.http;
    await makeConfig(api, 'trace', { tracing: { endpoint, protocol } });
    controller = await startSluice(api, { roles: ['controller'] });
    await release(scene);
    const spans = await collected(scene, collector);
    expectOneTrace(spans);
    const task = scene.all('keptntasks').find(({ spec }) => spec.taskDefinition === 'lint');
    const span = spans.find(({ name }) => name === task?.metadata.name);
    const path = apiPath(resources.jobs, scene.namespace, jobName(task?.metadata.name ?? ''));
    const job = await api.client.get(path);
    expect(job.ok).toBe(true);
    expect(JSON.stringify(job)).toContain(`00-${span?.traceId}-${span?.spanId}-01`);
    expect(parseTraceparent(task?.spec.context.metadata?.['traceparent'])).toEqual({
      traceId: span?.traceId,
      spanId: span?.parentSpanId,
    });
  },
);

test('Q-33: killed in the middle of a release, another controller goes on with the same trace; the collector was away meanwhile', async () => {
  const scene = await openScene();
  const ports = await freePorts();
  await makeConfig(api, 'trace', { OTelCollectorUrl: `localhost:${ports.grpc}` });
  const [victim, heir] = [await spawnController(), await spawnController()];
  victim.go();
  await release(scene, async () => {
    victim.child.kill('SIGKILL');
    await victim.ended;
    heir.go();
  });
  collector = await startCollector({ ports });
  expectOneTrace(await collected(scene, collector));
  heir.child.kill('SIGKILL');
  await heir.ended;
});
