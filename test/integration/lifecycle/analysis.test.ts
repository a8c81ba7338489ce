import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import { wholeAnalysisSchema } from '../../../src/api/metrics/v1/analysis.ts';
import type { z } from '../../../src/api/schema.ts';
import { type Api, connectApi } from './api.ts';
import { type PrometheusDouble, startPrometheus } from './prometheus-double.ts';
import { Scene, stored } from './scene.ts';
import { type Sluice, spawnController, startSluice } from './sluice.ts';

type WholeAnalysis = z.infer<typeof wholeAnalysisSchema>;

const patience = 40_000;
let api: Api;
let controller: Sluice | undefined;
let prometheus: PrometheusDouble;
let scene: Scene;

beforeAll(async () => {
  api = connectApi(inject('kubeconfig'));
  controller = await startSluice(api, { roles: ['controller'] });
});
beforeEach(async () => {
  prometheus = await startPrometheus();
  scene = await Scene.open('analysis');
});
afterEach(async () => {
  await prometheus.stop();
  await scene.close();
});
afterAll(async () => {
  await controller?.stop();
  api.client.close();
});

const at = (kind: string, name: string, spec: object) => ({
  apiVersion: 'metrics.keptn.sh/v1',
  kind,
  metadata: { name },
  spec,
});

const provider = (name = 'prometheus', more: object = {}) =>
  at('KeptnMetricsProvider', name, { type: 'prometheus', targetServer: prometheus.url, ...more });

const template = (name: string, query: string, more: object = {}) =>
  at('AnalysisValueTemplate', name, { provider: { name: 'prometheus' }, query, ...more });

const definition = (templates: readonly string[]) =>
  at('AnalysisDefinition', 'quality', {
    objectives: templates.map((name) => ({
      analysisValueTemplateRef: { name },
      target: {
        failure: { greaterThan: { fixedValue: '600m' } },
        warning: { greaterThan: { fixedValue: '400m' } },
      },
    })),
    totalScore: { passPercentage: 90, warningPercentage: 50 },
  });

const run = (spec: object = {}) =>
  at('Analysis', 'run', {
    timeframe: { recent: '5m' },
    args: { service: 'cart' },
    analysisDefinition: { name: 'quality' },
    ...spec,
  });

/** Templates `latency` and `errors`, which measure themselves. */
async function prepare(): Promise<void> {
  await scene.make(provider());
  for (const name of ['latency', 'errors'])
    await scene.make(template(name, `${name}{service="{{.service}}"}`));
  await scene.make(definition(['latency', 'errors']));
}

async function whole(): Promise<WholeAnalysis> {
  return wholeAnalysisSchema.parse(await stored(scene, 'analyses', 'run'));
}

async function completed(withinMs = patience): Promise<NonNullable<WholeAnalysis['status']>> {
  const isThere = () => scene.one('analyses', 'run')?.status?.state === 'Completed';
  await scene.until('the Analysis is Completed', isThere, withinMs);
  const { status } = await whole();
  if (status === undefined) throw new Error('no status');
  return status;
}

function untilSays(type: string, words: readonly string[]): Promise<unknown> {
  const says = () =>
    scene
      .one('analyses', 'run')
      ?.status?.conditions?.find(
        (one) => one.type === type && words.every((word) => one.message.includes(word)),
      );
  return scene.until(`${type} says ${words.join(', ')}`, says, patience);
}

test.for([
  ['0.3', '0.2', { pass: true, warning: false, score: '100' }, 'Normal'],
  ['0.5', '0.2', { pass: false, warning: true, score: '75' }, 'Warning'],
  ['0.7', '0.9', { pass: false, warning: false, score: '0' }, 'Warning'],
] as const)('latency %s and errors %s end as %j, told once', async ([latency, errors, verdict, type]) => {
  prometheus.answer = (query) => (query.startsWith('latency') ? latency : errors);
  await prepare();
  await scene.make(run());
  const status = await completed();
  expect(status).toMatchObject({ ...verdict, attempts: 1 });
  expect(status).not.toHaveProperty('storedValues');
  expect(JSON.parse(status.raw ?? '')).toMatchObject({
    objectiveResults: [
      { value: Number(latency), query: 'latency{service="cart"}' },
      { value: Number(errors), query: 'errors{service="cart"}' },
    ],
  });
  expect(prometheus.asked().map((asked) => Number(asked.get('time')) * 1000)).toEqual([
    Date.parse(status.timeframe.to ?? ''),
    Date.parse(status.timeframe.to ?? ''),
  ]);
  const ends = () => scene.all('events').filter(({ reason }) => reason === 'AnalysisCompleted');
  await scene.until('the end is told', () => ends().length > 0, patience);
  expect(ends().map((event) => event.type)).toEqual([type]);
  expect(scene.notes('Analysis').filter((note) => note.startsWith('AnalysisStarted'))).toHaveLength(1);
});

test('what Flagger sends as v1beta1 is Completed within its ten seconds and says that it failed', async () => {
  prometheus.answer = () => '1';
  await prepare();
  const beganMs = performance.now();
  const collection = scene.collection('analyses').replace('/v1/', '/v1beta1/');
  const object = { ...run({ timeframe: { recent: '1m' } }), apiVersion: 'metrics.keptn.sh/v1beta1' };
  expect(await scene.api.request('POST', collection, object)).toMatchObject({ status: 201 });
  await completed(10_000);
  expect(performance.now() - beganMs).toBeLessThan(10_000);
  const path = scene.at('analyses', 'run').replace('/v1/', '/v1beta1/');
  expect((await scene.api.request('GET', path)).body).toMatchObject({
    apiVersion: 'metrics.keptn.sh/v1beta1',
    status: { state: 'Completed', pass: false, warning: false },
  });
});

test('quotes and newlines in arguments reach the backend as they are, and change no query', async () => {
  const service = 'a"} or vector(0) or up{x="\n\\';
  await prepare();
  await scene.make(run({ args: { service } }));
  expect(await completed()).toMatchObject({ state: 'Completed' });
  expect(prometheus.queries().toSorted()).toEqual(
    ['errors', 'latency'].map((name) => `${name}{service="a\\"} or vector(0) or up{x=\\"\\n\\\\"}`),
  );
});

test('a missing argument is named, asks the backend nothing, and ends as a fail with the timeout', async () => {
  await prepare();
  await scene.make(run({ args: {}, timeout: '3s' }));
  await untilSays('Stalled', ['AnalysisValueTemplate "latency"', 'set spec.args.service of the Analysis']);
  const status = await completed();
  expect(status).toMatchObject({ pass: false, warning: false, score: '0' });
  expect(status.message).toContain('argument "service" is missing');
  expect(prometheus.asked()).toEqual([]);
});

test('a provider that hangs takes its own objective with it, at the timeout', async () => {
  prometheus.answer = (query) => (query.startsWith('latency') ? { hangs: true } : '0.1');
  await prepare();
  await scene.make(run({ timeout: '4s' }));
  await untilSays('Ready', ['1 of 2 objectives are measured']);
  const status = await completed();
  expect(status).toMatchObject({ pass: false, warning: true, score: '50' });
  expect(status.message).toContain('"latency" failed: no value within 4s');
});

test('what is missing is named one after the other, and its creation goes on at once', async () => {
  await scene.make(run());
  await untilSays('Stalled', ['AnalysisDefinition "quality" does not exist']);
  await scene.make(definition(['latency']));
  await untilSays('Stalled', ['AnalysisValueTemplate "latency" does not exist']);
  await scene.make(template('latency', 'latency'));
  await untilSays('Stalled', ['KeptnMetricsProvider "prometheus" does not exist']);
  prometheus.answer = () => '0.1';
  const madeMs = performance.now();
  await scene.make(provider());
  expect(await completed()).toMatchObject({ pass: true });
  expect(performance.now() - madeMs).toBeLessThan(5_000);
  const reasons = scene.notes('Analysis').map((note) => note.split(':')[0]);
  for (const reason of ['MissingDefinition', 'MissingTemplate', 'MissingProvider'])
    expect(reasons.filter((one) => one === reason)).toHaveLength(1);
});

test('a backend that fails is asked again, and only for what it did not say', async () => {
  let failures = 1;
  prometheus.answer = (query) => {
    if (!query.startsWith('errors') || failures === 0) return '0.1';
    failures -= 1;
    return { status: 503, error: 'starting' };
  };
  await prepare();
  await scene.make(run());
  expect(await completed()).toMatchObject({ pass: true, attempts: 2 });
  expect(
    prometheus
      .queries()
      .map((query) => query.replace(/\{.*/, ''))
      .toSorted(),
  ).toEqual(['errors', 'errors', 'latency']);
});

test('a query that the backend refuses says what it said, and a corrected template goes on', async () => {
  prometheus.answer = (query) =>
    query === 'latency{' ? { status: 400, error: 'parse error: unclosed' } : '0.1';
  await prepare();
  await scene.patch('analysisvaluetemplates', 'latency', { spec: { query: 'latency{' } });
  await scene.make(run());
  await untilSays('Stalled', ['AnalysisValueTemplate "latency"', 'parse error: unclosed']);
  await scene.patch('analysisvaluetemplates', 'latency', { spec: { query: 'latency' } });
  expect(await completed()).toMatchObject({ pass: true });
});

test('a window that ends in the future is waited for', async () => {
  prometheus.answer = () => '0.1';
  await prepare();
  const seconds = (ms: number) => `${new Date(Date.now() + ms).toISOString().slice(0, 19)}Z`;
  const to = seconds(4_000);
  await scene.make(run({ timeframe: { from: seconds(-60_000), to }, timeout: '20s' }));
  await untilSays('Ready', [`waits until its window has ended, at ${to}`]);
  expect(prometheus.asked()).toEqual([]);
  const status = await completed();
  expect(status).toMatchObject({ pass: true, timeframe: { to } });
  expect(Date.parse(status.endTime ?? '')).toBeGreaterThanOrEqual(Date.parse(to));
});

test('a controller that starts over goes on where it was, with the same window', async () => {
  prometheus.answer = (query) => (query.startsWith('latency') ? { hangs: true } : '0.1');
  await prepare();
  await scene.make(run());
  await untilSays('Ready', ['1 of 2 objectives are measured']);
  const before = await whole();
  await controller?.stop();
  prometheus.answer = () => '0.2';
  controller = await startSluice(api, { roles: ['controller'] });
  const status = await completed();
  expect(status).toMatchObject({ pass: true, timeframe: before.status?.timeframe });
  expect(JSON.parse(status.raw ?? '')).toMatchObject({ objectiveResults: [{ value: 0.2 }, { value: 0.1 }] });
  expect(prometheus.queries().filter((query) => query.startsWith('errors'))).toHaveLength(1);
  const writes = scene.sightings.filter(({ resource }) => resource === 'analyses').length;
  await scene.holds(
    'a completed Analysis is not written',
    () => scene.sightings.filter(({ resource }) => resource === 'analyses').length === writes,
    1_000,
  );
});

test.for([1, 2, 3, 4, 5].flatMap((action) => [[action, 'before'] as const, [action, 'after'] as const]))(
  'killed at action %i, %s it, it ends the same and tells everything once',
  async ([action, moment]) => {
    await controller?.stop();
    controller = undefined;
    prometheus.answer = () => '0.1';
    await prepare();
    const [dying, next] = await Promise.all([spawnController(), spawnController()]);
    dying.go({ namespace: scene.namespace, action, moment });
    await scene.make(run());
    // It makes no more than four or five: which Events share a write depends on when values come.
    const isDead = await Promise.race([dying.ended.then(() => true), completed().then(() => false)]);
    if (!isDead) {
      dying.child.kill('SIGKILL');
      await dying.ended;
    }
    next.go();
    expect(await completed()).toMatchObject({ pass: true, score: '100' });
    const told = (reason: string) => scene.notes('Analysis').filter((note) => note.startsWith(reason));
    await scene.until('the end is told', () => told('AnalysisCompleted').length > 0, patience);
    expect(told('AnalysisStarted')).toHaveLength(1);
    expect(told('AnalysisCompleted')).toHaveLength(1);
    expect(prometheus.asked().length).toBeLessThanOrEqual(4);
  },
);
