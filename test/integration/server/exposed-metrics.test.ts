import request from 'supertest';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { KubeObject } from '../../../src/api/meta.ts';
import type { ResourceName } from '../../../src/api/resources.ts';
import { silentLogger } from '../../../src/observability/logger.ts';
import type { Cache } from '../../../src/runtime/cache.ts';
import { type ExposedMetrics, startExposedMetrics } from '../../../src/server/exposed/exposed-metrics.ts';
import { anObjectiveResult } from '../../builders/exposed-objects.ts';
import { applyCrds, at, connect, make, must, newNamespace, syncedCache } from '../runtime/world.ts';

const admin = connect();
let namespace = '';
let cache: Cache;
let exposed: ExposedMetrics;

beforeAll(async () => {
  await applyCrds(admin);
  namespace = await newNamespace(admin, 'exposed');
  cache = await syncedCache(admin, ['keptnmetrics', 'analyses']);
  exposed = must(
    await startExposedMetrics({
      port: 0,
      logger: silentLogger,
      objects: {
        metrics: () => cache.list('keptnmetrics'),
        metric: (home, name) => cache.get('keptnmetrics', home, name),
        analyses: () => cache.list('analyses'),
        isSynced: () => cache.unsynced().length === 0,
      },
    }),
  );
});
afterAll(async () => {
  await exposed.stop(0);
  await cache.stop();
  admin.close();
});

function object(kind: string, name: string, spec: object): KubeObject {
  return { apiVersion: 'metrics.keptn.sh/v1', kind, metadata: { name, namespace }, spec };
}

async function report(resource: ResourceName, name: string, status: object): Promise<void> {
  must(await admin.patch(at(resource, namespace, name, 'status'), 'merge', { status }, 'test'));
}

/** The series of this test's namespace and of the old gauge. */
async function series(): Promise<string[]> {
  const { text } = await request(`http://127.0.0.1:${exposed.port}`).get('/metrics').expect(200);
  return text.split('\n').filter((line) => line.includes(namespace) || line.startsWith('checkout_rps'));
}

async function value(name: string): Promise<unknown> {
  const { status, body } = await request(`http://127.0.0.1:${exposed.port}`).get(
    `/api/v1/metrics/${namespace}/${name}`,
  );
  return { status, ...body };
}

test('MQ-31: a value is there as soon as it is stored, and gone with its metric', async () => {
  const spec = { provider: { name: 'none' }, query: 'up', fetchIntervalSeconds: 60 };
  await make(admin, object('KeptnMetric', 'checkout-rps', spec));
  await report('keptnmetrics', 'checkout-rps', { value: '12.50' });
  await expect
    .poll(series)
    .toEqual([
      `keptn_metric_value{name="checkout-rps",namespace="${namespace}"} 12.50`,
      'checkout_rps 12.50',
    ]);
  expect(await value('checkout-rps')).toEqual({
    status: 200,
    metric: 'checkout-rps',
    namespace,
    value: '12.50',
  });
  must(await admin.delete(at('keptnmetrics', namespace, 'checkout-rps'), {}));
  await expect.poll(series).toEqual([]);
  expect(await value('checkout-rps')).toMatchObject({
    status: 404,
    error: { message: `there is no KeptnMetric ${namespace}/checkout-rps` },
  });
});

test('MQ-32: the series of an Analysis go with it', async () => {
  const spec = { timeframe: { recent: '5m' }, analysisDefinition: { name: 'quality' } };
  await make(admin, object('Analysis', 'run-1', spec));
  const objectiveResults = [anObjectiveResult('errors', { value: 0.25 })];
  await report('analyses', 'run-1', {
    state: 'Completed',
    pass: true,
    timeframe: { from: '2024-01-02T03:00:00Z', to: '2024-01-02T03:05:00Z' },
    raw: JSON.stringify({ objectiveResults, totalScore: 1, maximumScore: 1 }),
  });
  await expect
    .poll(series)
    .toContain(
      `keptn_analysis_result{name="run-1",namespace="${namespace}",from="2024-01-02 03:00:00 +0000 UTC",to="2024-01-02 03:05:00 +0000 UTC"} 100`,
    );
  expect(await series()).toContain(
    `keptn_objective_latest_value{namespace="${namespace}",definition="quality",definition_namespace="${namespace}",objective="errors",objective_namespace=""} 0.25`,
  );
  must(await admin.delete(at('analyses', namespace, 'run-1'), {}));
  await expect.poll(series).toEqual([]);
});
