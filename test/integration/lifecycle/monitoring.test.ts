import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { type RealPrometheus, startPrometheus } from '../../backends/real-prometheus.ts';
import { startBackend } from '../../builders/backend-server.ts';
import { allQueries, finds } from '../../builders/dashboard-queries.ts';
import { type Api, connectApi } from './api.ts';
import { type Gauges, startGauges } from './gauges.ts';
import { dropConfig, makeConfig } from './keptn-config.ts';
import { evaluationDefinition, metric, metricsProvider, taskDefinition, workload } from './manifests.ts';
import { Scene } from './scene.ts';
import { freshEnvironment, type Sluice, startSluice } from './sluice.ts';

let api: Api;
let controller: Sluice;
let webhook: Sluice;
let gauges: Gauges;
let prometheus: RealPrometheus;
let receiver: Awaited<ReturnType<typeof startBackend>>;
let scene: Scene;

beforeAll(async () => {
  api = connectApi(inject('kubeconfig'));
  gauges = await startGauges();
  const environment = { ...(await freshEnvironment()), PROMOTION_TASKS_ENABLED: 'true' };
  webhook = await startSluice(api, { roles: ['webhook'] });
  controller = await startSluice(api, { roles: ['controller'], environment });
  const ports = [
    controller.environment['KEPTN_DORA_METRICS_PORT'],
    controller.environment['SLUICE_LISTEN_KEPTN_METRICS'],
    webhook.environment['KEPTN_DORA_METRICS_PORT'],
  ];
  prometheus = await startPrometheus({ targets: ports.map((port) => `127.0.0.1:${port}`) });
  // Takes what it is told, but for the first: that is tried again.
  receiver = await startBackend(() => ({ status: receiver.seen.length === 1 ? 503 : 200, body: '' }));
  await makeConfig(api, 'monitored', { cloudEventsEndpoint: receiver.url });
  scene = await Scene.open('monitoring');
  await releaseAndHold();
}, 120_000);
afterAll(async () => {
  if (api !== undefined) await dropConfig(api, 'monitored');
  await scene?.close();
  await prometheus?.stop();
  await controller?.stop();
  await webhook?.stop();
  await gauges?.close();
  await receiver?.close();
  api?.client.close();
});

const definitionOf = (kind: string, name: string, spec: object) => ({
  apiVersion: 'metrics.keptn.sh/v1',
  kind,
  metadata: { name },
  spec,
});

/** Two releases that end well, one whose check after the deployment fails, and one that is held: with all that may be shown. */
async function releaseAndHold(): Promise<void> {
  gauges.set('errors', '1');
  await scene.make(metricsProvider('gauges', gauges.url));
  await scene.make(metric('errors', { fetchIntervalSeconds: 1 }));
  await scene.make(evaluationDefinition('few-errors', ['errors <10']));
  for (const name of ['lint', 'smoke', 'promote']) await scene.make(taskDefinition(name));
  await scene.make({
    apiVersion: 'lifecycle.keptn.sh/v1',
    kind: 'KeptnAppContext',
    metadata: { name: 'shop' },
    spec: {
      promotionTasks: ['promote'],
      metadata: { 'commit-time': new Date(Date.now() - 3_600_000).toISOString() },
    },
  });
  await scene.make(evaluationDefinition('no-errors', ['errors <0']));
  await scene.make(evaluationDefinition('some-day', ['errors <0'], { retries: 1_000, retryInterval: '1s' }));
  await analyse();
  await neighbours();
  await release('1.0.0', 0);
  await release('2.0.0', 1);
  await release('3.0.0', 0);
  await roll('4.0.0');
  await scene.until('its task runs', () =>
    scene.all('keptntasks').some(({ spec, status }) => {
      return spec.context.workloadVersion === '4.0.0' && status?.status === 'Progressing';
    }),
  );
}

/** A workload whose evaluation fails, and one that is evaluated on and on, in two versions. */
async function neighbours(): Promise<void> {
  await scene.make(workload('Deployment', { name: 'cart', preEvaluations: 'no-errors' }));
  const mail = { name: 'mail', preEvaluations: 'some-day' };
  await scene.make(workload('Deployment', mail));
  await scene.until('mail is evaluated', () => scene.one('keptnappversions', 'mail-1.0.0-6b86b273'));
  await scene.patch('deployments', 'mail', {
    spec: workload('Deployment', { ...mail, version: '2.0.0' })['spec'],
  });
}

const through = () =>
  scene
    .all('keptnappversions')
    .filter(({ spec, status }) => spec.appName === 'shop' && status?.endTime !== undefined);

const given = (version: string) => ({
  version,
  preTasks: 'lint',
  postTasks: 'smoke',
  preEvaluations: 'few-errors',
});

async function roll(version: string): Promise<void> {
  const { spec } = workload('Deployment', given(version));
  await scene.patch('deployments', 'shop', { spec });
}

async function release(version: string, exitCode: number): Promise<void> {
  const before = through().length;
  if (before === 0) await scene.make(workload('Deployment', given(version)));
  else await roll(version);
  await scene.endTask('lint');
  await scene.endTask('smoke', { exitCode }, 'post');
  if (exitCode === 0) await scene.endTask('promote', { exitCode: 0 }, 'promotion');
  await scene.until(`${version} is through`, () => through().length > before, 40_000);
}

async function analyse(): Promise<void> {
  await scene.make(
    definitionOf('AnalysisValueTemplate', 'errors', { provider: { name: 'gauges' }, query: 'errors' }),
  );
  const target = { failure: { greaterThan: { fixedValue: '10' } } };
  await scene.make(
    definitionOf('AnalysisDefinition', 'quality', {
      objectives: [{ analysisValueTemplateRef: { name: 'errors' }, target }],
      totalScore: { passPercentage: 90, warningPercentage: 50 },
    }),
  );
  await scene.make(
    definitionOf('Analysis', 'run', { timeframe: { recent: '5m' }, analysisDefinition: { name: 'quality' } }),
  );
}

/** What cannot be found here, by what the query asks for, and why. */
const cannotBe: readonly (readonly [what: RegExp, why: string])[] = [
  [/sluice_outbox_dead_letters_total/, 'the receiver takes everything in the end'],
  [/sluice_watch_restarts_total/, 'watches go on for minutes before they end'],
  [/sluice_reconciles_total\{outcome=/, 'no reconcile fails'],
];

describe('a Prometheus that scrapes Sluice after some releases', () => {
  const possible = allQueries.filter(({ text }) => !cannotBe.some(([what]) => what.test(text)));

  test.each(possible)('Q-31: $uid, $title: $legend finds something', async ({ bare }) => {
    await vi.waitFor(async () => expect(await finds(prometheus, bare), bare).toBe(true), {
      timeout: 3_000,
      interval: 250,
    });
  });
});
