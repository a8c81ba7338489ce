import { afterEach, describe, expect, test, vi } from 'vitest';
import {
  type BackendServer,
  type ScriptedAnswer,
  startBackend,
} from '../../../test/builders/backend-server.ts';
import { z } from '../../api/schema.ts';
import { cicdMetrics } from '../../observability/cicd-metrics.ts';
import { Metrics } from '../../observability/metrics.ts';
import { otelAttributeOf, otelNameOf } from '../../observability/otel-names.ts';
import { openHttpTo } from '../../providers/http.ts';
import { metricPayloads, pointsInRequest } from './metric-payload.ts';
import { MetricPush } from './metric-push.ts';

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).toReversed()) await close();
});

const field = 'OTEL_EXPORTER_OTLP_METRICS_ENDPOINT';
const fields = { address: field, ca: field, insecure: field, timeout: field, headers: field };

/** A push whose clock the test turns: `tick` runs what is due next. */
async function pushTo(answer: () => ScriptedAnswer, series = 1) {
  const backend: BackendServer = await startBackend(answer);
  open.push(backend.close);
  const metrics = new Metrics();
  for (let index = 0; index < series; index += 1)
    metrics.count('sluice_reconciles_total', { controller: `c${index}`, outcome: 'done' });
  const http = openHttpTo({ address: `${backend.url}/v1/metrics`, insecureSkipTlsVerify: false, fields });
  if (!http.ok) throw new Error(http.error.message);
  const timers = new Set<{ readonly afterMs: number; readonly run: () => void }>();
  const problems: string[] = [];
  const push = new MetricPush({
    http: http.value,
    clock: {
      now: () => 5_000,
      monotonicMs: () => 0,
      setTimer: (afterMs, run) => {
        const timer = { afterMs, run };
        timers.add(timer);
        return () => {
          timers.delete(timer);
        };
      },
    },
    intervalMs: 60_000,
    resource: { 'service.name': 'sluice' },
    sources: () => Promise.resolve([{ recorded: metrics.collect(), sinceMs: 1_000 }]),
    metrics,
    onProblem: ({ tag }) => problems.push(tag),
  });
  open.push(() => push.stop());
  push.start();
  const due = (afterMs: number) =>
    vi.waitUntil(() => [...timers].find((timer) => timer.afterMs === afterMs), { timeout: 20_000 });
  const tick = async (afterMs: number): Promise<void> => {
    const timer = await due(afterMs);
    timers.delete(timer);
    timer.run();
  };
  return { backend, metrics, push, problems, timers, tick, due };
}

test('metrics are told in the JSON of OTLP, with the start of counting', async () => {
  const { backend, tick, due, metrics } = await pushTo(() => ({ status: 200, body: '{}' }));
  await tick(60_000);
  await due(60_000);
  expect(backend.seen.map(({ method, path }) => `${method} ${path}`)).toEqual(['POST /v1/metrics']);
  expect(JSON.parse(backend.seen[0]?.body ?? '')).toEqual({
    resourceMetrics: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: 'sluice' } }] },
        scopeMetrics: [
          {
            scope: { name: 'sluice' },
            metrics: [
              {
                name: 'sluice.reconciles',
                unit: '',
                description: expect.any(String),
                sum: {
                  aggregationTemporality: 2,
                  isMonotonic: true,
                  dataPoints: [
                    {
                      attributes: [
                        { key: 'controller', value: { stringValue: 'c0' } },
                        { key: 'outcome', value: { stringValue: 'done' } },
                      ],
                      startTimeUnixNano: '1000000000',
                      timeUnixNano: '5000000000',
                      asDouble: 1,
                    },
                  ],
                },
              },
            ],
          },
        ],
      },
    ],
  });
  expect(metrics.value('sluice_metric_pushes_total', { result: 'ok' })).toBe(1);
});

describe('a collector that', () => {
  test('hangs costs one request at a time, which is cut off, and is reported once', async () => {
    const { backend, tick, problems, metrics, due } = await pushTo(() => ({ hang: true }), 5_000);
    for (const _ of [1, 2]) {
      await tick(60_000);
      await tick(10_000);
    }
    await due(60_000);
    expect(backend.seen.length).toBeLessThanOrEqual(2);
    expect(problems).toEqual(['timeout']);
    expect(metrics.value('sluice_metric_pushes_total', { result: 'timeout' })).toBe(2);
  });

  test('refuses is asked again with the next push, not before', async () => {
    let status = 503;
    const { backend, tick, problems, metrics, due } = await pushTo(() => ({ status }));
    await tick(60_000);
    await due(60_000);
    expect(problems).toEqual(['unavailable']);
    status = 200;
    await tick(60_000);
    await due(60_000);
    expect(backend.seen).toHaveLength(2);
    expect(metrics.value('sluice_metric_pushes_total', { result: 'ok' })).toBe(1);
  });

  test('hangs does not hold up the end of the process', async () => {
    const { push, tick, backend } = await pushTo(() => ({ hang: true }));
    await tick(60_000);
    await vi.waitUntil(() => backend.seen.length === 1);
    await push.stop();
  });
});

const payload = z.object({
  resourceMetrics: z.array(
    z.object({
      scopeMetrics: z.array(
        z.object({
          metrics: z.array(
            z.object({ name: z.string(), sum: z.object({ dataPoints: z.array(z.unknown()) }) }),
          ),
        }),
      ),
    }),
  ),
});

test('a request has a thousand points at most, and all of them together have each series once', () => {
  const metrics = new Metrics();
  for (let index = 0; index < 2_345; index += 1) {
    metrics.count('sluice_reconciles_total', { controller: `c${index}`, outcome: 'done' });
    metrics.count('sluice_queue_adds_total', { controller: `c${index}` });
  }
  const bodies = [...metricPayloads([{ recorded: metrics.collect(), sinceMs: 0 }], {}, 1)];
  const points = bodies.map((body) =>
    payload
      .parse(JSON.parse(body))
      .resourceMetrics.flatMap(({ scopeMetrics }) => scopeMetrics)
      .flatMap(({ metrics: told }) => told)
      .reduce((sum, { sum: { dataPoints } }) => sum + dataPoints.length, 0),
  );
  expect(points.reduce((sum, one) => sum + one, 0)).toBe(4_690);
  expect(Math.max(...points)).toBe(pointsInRequest);
});

test('a histogram has one bucket more than bounds, for what is beyond', () => {
  const metrics = new Metrics();
  metrics.observe('sluice_gate_wait_seconds', { result: 'passed' }, 3);
  metrics.observe('sluice_gate_wait_seconds', { result: 'passed' }, 1e9);
  const [body = ''] = metricPayloads([{ recorded: metrics.collect(), sinceMs: 0 }], {}, 1);
  const counts = /"bucketCounts":(\[.*?\])/.exec(body)?.[1] ?? '';
  expect(counts).toBe(JSON.stringify(['0', '0', '1', ...Array.from({ length: 12 }, () => '0'), '1']));
  expect(body).toContain('"name":"sluice.gate_wait","unit":"s"');
});

test.each([
  ['keptn_app_count_total', 'counter', 'keptn.app.count', ''],
  ['keptn_app_duration_seconds', 'histogram', 'keptn.app.duration', 's'],
  ['keptn_deployment_deploymentinterval', 'gauge', 'keptn.deployment.deploymentinterval', ''],
  ['keptn_promotion_count_total', 'counter', 'keptn.promotion.count', ''],
  ['keptn_lifecycle_active_total', 'counter', 'keptn_lifecycle_active', ''],
  ['nodejs_heap_size_used_bytes', 'gauge', 'nodejs.heap_size_used', 'By'],
  ['process_cpu_seconds_total', 'counter', 'process.cpu.time', 's'],
] as const)('%s is called %s %s', (name, type, expected, unit) => {
  expect(otelNameOf(name, { type })).toEqual({ name: expected, unit });
});

test('labels are called as Keptn called its attributes', () => {
  expect(otelAttributeOf('keptn_deployment_app_previousversion')).toBe(
    'keptn.deployment.app.previousversion',
  );
  expect(otelAttributeOf('controller')).toBe('controller');
});

test('releases of apps are told by the names of the convention, those of workloads are not', () => {
  const metrics = new Metrics();
  const observe = (level: string, result: string): void => {
    metrics.observe('sluice_version_seconds', { level, namespace: 'prod', app: 'shop', result }, 9);
  };
  observe('App', 'Succeeded');
  observe('App', 'Deprecated');
  observe('Workload', 'Succeeded');
  const [durations] = cicdMetrics(metrics.collect());
  expect([...(durations?.series ?? [])].map(({ labels }) => labels)).toEqual([
    ['shop', 'prod', 'executing', 'success'],
    ['shop', 'prod', 'executing', 'cancellation'],
  ]);
});
