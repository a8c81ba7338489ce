import { spawnSync } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { z } from '../../src/api/schema.ts';
import { type MetricDefinition, type MetricName, metricNames } from '../../src/observability/metric-names.ts';
import { Metrics } from '../../src/observability/metrics.ts';
import { objectMetricNames } from '../../src/observability/object-metric-names.ts';
import { createProbeApp } from '../../src/server/probe-app.ts';
import { releaseSeriesText } from '../../src/server/release-series/release-series.ts';
import { StreamedText } from '../../src/server/route.ts';
import { listen, stop } from '../builders/backend-server.ts';
import { keptnEvaluation } from '../builders/evaluation-objects.ts';
import { pod } from '../builders/gated-pod.ts';
import {
  storedAppVersion,
  storedObjects,
  storedTask,
  storedWorkloadVersion,
} from '../builders/stored-objects.ts';
import { type RealPrometheus, startPrometheus } from './real-prometheus.ts';

const nasty = 'a"b\\c\nd{é}=,';

function isMetricName(name: string): name is MetricName {
  return Object.hasOwn(metricNames, name);
}

function recordOne(metrics: Metrics, name: MetricName): void {
  const { type, labels }: MetricDefinition = metricNames[name];
  const values = Object.fromEntries(labels.map((label) => [label, nasty]));
  if (type === 'histogram') metrics.observe(name, values, 3);
  else metrics.set(name, values, 3);
}

const promoted = { promotionStatus: 'Succeeded', promotionTaskStatus: [{ status: 'Succeeded' }] };
const stored = storedObjects({
  appVersions: [
    storedAppVersion({ version: '1', start: '10:00:00', end: '10:01:00' }),
    storedAppVersion({ version: '2', previousVersion: '1', start: '11:00:00', end: '11:01:00' }, promoted),
    storedAppVersion({ version: '3', start: '12:00:00' }),
  ],
  workloadVersions: [
    storedWorkloadVersion({ version: '1', start: '10:00:00', end: '10:01:00' }),
    storedWorkloadVersion({ version: '2', previousVersion: '1', start: '11:00:00', end: '11:01:00' }),
  ],
  tasks: [storedTask({ start: '10:00:00', end: '10:00:07' })],
  evaluations: [
    keptnEvaluation({
      status: {
        overallStatus: 'Failed',
        startTime: '2026-03-01T10:00:00Z',
        endTime: '2026-03-01T10:00:07Z',
      },
    }),
  ],
  pods: [pod({ metadata: { creationTimestamp: '2026-03-01T10:00:00Z' } })],
});

async function* page(): AsyncGenerator<string> {
  const metrics = new Metrics();
  for (const name of Object.keys(metricNames).filter(isMetricName)) recordOne(metrics, name);
  yield metrics.render();
  yield* releaseSeriesText({ stored: () => stored, mostObjects: 500 });
}

let server: Server;
let prometheus: RealPrometheus;

beforeAll(async () => {
  const handle = () => ({
    status: 200,
    body: new StreamedText(page()),
    contentType: 'text/plain; version=0.0.4',
  });
  server = createServer(createProbeApp([{ method: 'GET', path: '/metrics', handle }], () => {}));
  const port = await listen(server);
  prometheus = await startPrometheus({ targets: [`localhost:${port}`] });
});
afterAll(async () => {
  await prometheus.stop();
  await stop(server);
});

const answerSchema = z.object({
  data: z.object({
    result: z.array(
      z.object({ metric: z.record(z.string(), z.string()), value: z.tuple([z.number(), z.string()]) }),
    ),
  }),
});

async function ask(query: string): Promise<z.infer<typeof answerSchema>['data']['result']> {
  const answer = await fetch(`${prometheus.url}/api/v1/query?query=${encodeURIComponent(query)}`);
  return answerSchema.parse(await answer.json()).data.result;
}

test('a real Prometheus reads every metric of the page, odd labels as they are', async () => {
  const names = { ...metricNames, ...objectMetricNames };
  await vi.waitUntil(async () => (await ask('keptn_lifecycle_active_total')).length === 1, {
    timeout: 20_000,
  });
  for (const [name, { type }] of Object.entries(names)) {
    const found = await ask(type === 'histogram' ? `${name}_count` : name);
    expect(
      found.map(({ metric }) => metric['__name__']?.replace(/_count$/, '')),
      name,
    ).toContain(name.replace(/_count$/, ''));
  }
  const [odd] = await ask('sluice_queue_depth');
  expect(odd?.metric['controller']).toBe(nasty);
  const [median] = await ask('histogram_quantile(0.5, sum by (le) (keptn_task_duration_seconds_bucket))');
  expect(median?.value[1]).toBe('7.5');
});

test('promtool finds nothing wrong with the page but names that are Keptn’s', async () => {
  let text = '';
  for await (const piece of page()) text += piece;
  const { stdout, stderr, error } = spawnSync('promtool', ['check', 'metrics'], {
    input: text,
    encoding: 'utf8',
  });
  if (error !== undefined) throw error;
  const complaints = `${stdout}${stderr}`.split('\n').filter((line) => line !== '');
  expect(complaints).toEqual([]);
});
