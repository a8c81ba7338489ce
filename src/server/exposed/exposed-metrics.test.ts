import fc from 'fast-check';
import request from 'supertest';
import { expect, test } from 'vitest';
import { aMetric, anAnalysis, anObjectiveResult } from '../../../test/builders/exposed-objects.ts';
import type { Analysis } from '../../api/metrics/v1/analysis.ts';
import type { KeptnMetric } from '../../api/metrics/v1/keptn-metric.ts';
import { silentLogger } from '../../observability/logger.ts';
import { createProbeApp } from '../probe-app.ts';
import type { HttpApp } from '../route.ts';
import { type ExposedObjects, exposedRoutes, startExposedMetrics } from './exposed-metrics.ts';

interface World {
  metrics: readonly KeptnMetric[];
  analyses: readonly Analysis[];
  isSynced?: boolean;
}

function objectsOf(world: World): ExposedObjects {
  return {
    metrics: () => world.metrics,
    metric: (namespace, name) =>
      world.metrics.find(({ metadata }) => metadata.namespace === namespace && metadata.name === name),
    analyses: () => world.analyses,
    isSynced: () => world.isSynced ?? true,
  };
}

function appOf(world: World): HttpApp {
  return createProbeApp(exposedRoutes(objectsOf(world)), (error) => {
    throw error;
  });
}

/** The series as Prometheus would take them, without comments and without the count of what was left out. */
async function series(world: World): Promise<string[]> {
  const { text } = await request(appOf(world)).get('/metrics').expect(200);
  return text.split('\n').filter((line) => line !== '' && !/^(#|keptn_series_left_out)/.test(line));
}

async function leftOut(world: World): Promise<string[]> {
  const { text } = await request(appOf(world)).get('/metrics').expect(200);
  return text.split('\n').filter((line) => /^keptn_series_left_out.* [1-9]/.test(line));
}

const measured = (name: string, value: string, namespace = 'shop'): KeptnMetric =>
  aMetric(name, { metadata: { namespace }, status: { value } });

test('MQ-31: a metric has its old gauge and one with its namespace, and both go with it', async () => {
  const world: World = {
    metrics: [measured('my.metric-1', '1.50'), measured('b', 'NaN', 'other')],
    analyses: [],
  };
  expect(await series(world)).toEqual([
    'keptn_metric_value{name="my.metric-1",namespace="shop"} 1.50',
    'keptn_metric_value{name="b",namespace="other"} NaN',
    'my_metric_1 1.50',
    'b NaN',
  ]);
  world.metrics = [];
  expect(await series(world)).toEqual([]);
});

test('MQ-31: where two metrics would share the old gauge neither has it, and the number of these is told', async () => {
  const metrics = [
    measured('a-b', '1'),
    measured('a.b', '2'),
    measured('c', '3'),
    measured('c', '4', 'other'),
  ];
  const world = { metrics, analyses: [] };
  expect(await series(world)).toEqual([
    'keptn_metric_value{name="a-b",namespace="shop"} 1',
    'keptn_metric_value{name="a.b",namespace="shop"} 2',
    'keptn_metric_value{name="c",namespace="shop"} 3',
    'keptn_metric_value{name="c",namespace="other"} 4',
  ]);
  expect(await leftOut(world)).toEqual(['keptn_series_left_out{series="legacy",reason="collision"} 4']);
});

test('MQ-31: a name that Prometheus does not take has no old gauge and is counted', async () => {
  const world = { metrics: [measured('9lives', '1'), measured('keptn-metric-value', '2')], analyses: [] };
  expect(await series(world)).toEqual([
    'keptn_metric_value{name="9lives",namespace="shop"} 1',
    'keptn_metric_value{name="keptn-metric-value",namespace="shop"} 2',
  ]);
  expect(await leftOut(world)).toEqual([
    'keptn_series_left_out{series="legacy",reason="collision"} 1',
    'keptn_series_left_out{series="legacy",reason="name"} 1',
  ]);
});

test('a metric without a value, or with one that is no number, has no series', async () => {
  const metrics = [aMetric('a'), aMetric('b', { status: { value: '' } }), measured('c', '12 ms')];
  expect(await series({ metrics, analyses: [] })).toEqual([]);
});

test('MQ-32: results of an Analysis have the labels that Keptn gave them, and go with it', async () => {
  const objectives = [
    anObjectiveResult('errors', { value: 0.25, weight: 2, keyObjective: true }),
    anObjectiveResult('latency', { namespace: 'common', value: null, error: 'no values in query result' }),
    anObjectiveResult('old', { value: 0, error: {} }),
  ];
  const world: World = { metrics: [], analyses: [anAnalysis('run-1', objectives)] };
  const times = 'from="2024-01-02 03:00:00 +0000 UTC",to="2024-01-02 03:05:00 +0000 UTC"';
  const withTimes = (await series(world)).filter((line) => line.includes('from='));
  expect(withTimes).toEqual([
    `keptn_analysis_result{name="run-1",namespace="shop",${times}} 75`,
    `keptn_objective_result{name="errors",namespace="",analysis_name="run-1",analysis_namespace="shop",key_objective="true",weight="2",${times}} 0.25`,
  ]);
  world.analyses = [];
  expect(await series(world)).toEqual([]);
});

test('MQ-32: the latest Analysis of each definition has series without times, whose number does not grow', async () => {
  const ended = (name: string, second: string, status = {}): Analysis =>
    anAnalysis(name, [anObjectiveResult('errors', { value: Number(second) })], {
      status: { endTime: `2024-01-02T03:06:${second}Z`, ...status },
    });
  const analyses = [
    ended('run-1', '10'),
    ended('run-3', '30', { pass: false, warning: true }),
    ended('run-2', '20'),
    anAnalysis('run-4', [], { status: { state: 'Progressing', raw: undefined } }),
    anAnalysis('run-5', [], { status: { state: '', raw: undefined } }),
  ];
  const definition = 'namespace="shop",definition="quality",definition_namespace="shop"';
  expect((await series({ metrics: [], analyses })).filter((line) => !line.includes('from='))).toEqual([
    'keptn_analyses{namespace="shop",state="Completed"} 3',
    'keptn_analyses{namespace="shop",state="Progressing"} 1',
    'keptn_analyses{namespace="shop",state="Pending"} 1',
    `keptn_analysis_latest_score{${definition}} 75`,
    `keptn_analysis_latest_result{${definition},result="pass"} 0`,
    `keptn_analysis_latest_result{${definition},result="warning"} 1`,
    `keptn_analysis_latest_result{${definition},result="fail"} 0`,
    `keptn_objective_latest_value{${definition},objective="errors",objective_namespace=""} 30`,
  ]);
});

test('objectives that would share a series are left out and counted, and a result that cannot be read is passed over', async () => {
  const twins = [anObjectiveResult('errors', { value: 1 }), anObjectiveResult('errors', { value: 2 })];
  const broken = anAnalysis('broken', [], {
    status: { raw: '{' },
    spec: { analysisDefinition: { name: 'other' } },
  });
  const world = { metrics: [], analyses: [anAnalysis('run-1', twins), broken] };
  expect((await series(world)).filter((line) => /objective|broken/.test(line))).toEqual([]);
  expect(await leftOut(world)).toEqual([
    'keptn_series_left_out{series="keptn_objective_result",reason="collision"} 2',
    'keptn_series_left_out{series="keptn_objective_latest_value",reason="collision"} 2',
  ]);
});

test('whatever names and values are, each series is legal and there once', async () => {
  const name = fc.stringMatching(/^[a-z0-9]([a-z0-9.-]{0,6}[a-z0-9])?$/);
  const value = fc.oneof(fc.double().map(String), fc.constantFrom('1e+06', 'Inf', '-Inf', '', '0x1', '"\n'));
  const metric = fc.tuple(name, value, fc.constantFrom('a', 'b')).map((one) => measured(...one));
  const key = ({ metadata }: KeptnMetric): string => `${metadata.namespace}/${metadata.name}`;
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(metric, { selector: key, maxLength: 8 }), async (metrics) => {
      const lines = await series({ metrics, analyses: [] });
      const names = lines.map((line) => line.slice(0, line.lastIndexOf(' ')));
      expect(new Set(names).size).toBe(names.length);
      for (const line of lines)
        expect(line).toMatch(
          /^[A-Za-z_][A-Za-z0-9_]*(\{.*\})? ([+-]?[0-9.]+([eE][+-]?[0-9]+)?|NaN|[+-]?Inf)$/,
        );
    }),
    { numRuns: 200 },
  );
});

test('one value as KEDA reads it, or why there is none', async () => {
  const metrics = [
    measured('rps', '1.5'),
    aMetric('new'),
    aMetric('dead', { status: { errMsg: 'backend is down' } }),
  ];
  const app = appOf({ metrics, analyses: [] });
  const found = await request(app).get('/api/v1/metrics/shop/rps').expect(200);
  expect(found.text).toBe('{"metric":"rps","namespace":"shop","value":"1.5"}');
  expect(found.headers['content-type']).toMatch(/^application\/json/);
  const why = async (path: string): Promise<string | undefined> => {
    const { text } = await request(app).get(`/api/v1/metrics${path}`).expect(404);
    return /"message":"([^"]*)"/.exec(text)?.[1];
  };
  expect(await why('/shop/none')).toBe('there is no KeptnMetric shop/none');
  expect(await why('/other/rps')).toBe('there is no KeptnMetric other/rps');
  expect(await why('/shop/new')).toBe('KeptnMetric shop/new has no value: none was fetched yet');
  expect(await why('/shop/dead')).toBe('KeptnMetric shop/dead has no value: backend is down');
  for (const path of ['', '/', '/shop', '/shop/rps/', '/shop/rps/x', '/%zz/rps'])
    expect(await why(path)).toBe('write /api/v1/metrics/NAMESPACE/METRIC');
});

test('MQ-40: nothing but GET and HEAD is answered', async () => {
  const app = appOf({ metrics: [measured('rps', '1.5')], analyses: [] });
  for (const path of ['/metrics', '/api/v1/metrics/shop/rps']) {
    await request(app).head(path).expect(200);
    for (const method of ['post', 'put', 'patch', 'delete', 'options'] as const)
      await request(app)[method](path).expect(405);
  }
});

test('before the cache is filled nothing is said to be missing', async () => {
  const app = appOf({ metrics: [], analyses: [], isSynced: false });
  await request(app).get('/metrics').expect(503);
  await request(app).get('/api/v1/metrics/shop/rps').expect(503);
});

test('it listens without TLS, and a port that is taken is an error', async () => {
  const objects = objectsOf({ metrics: [measured('rps', '1.5')], analyses: [] });
  const first = await startExposedMetrics({ port: 0, objects, logger: silentLogger });
  if (!first.ok) throw new Error(first.error.message);
  const { port, stop } = first.value;
  await request(`http://127.0.0.1:${port}`)
    .get('/metrics')
    .expect(200, /rps 1\.5/);
  expect(await startExposedMetrics({ port, objects, logger: silentLogger })).toMatchObject({
    ok: false,
    error: { tag: 'unavailable' },
  });
  await stop(0);
});
