import { expect, test } from 'vitest';
import { AnalysisWorld } from '../../../test/builders/analysis-world.ts';

test('MQ-18: a provider is looked for where the template says, else beside the definition, else beside the template', async () => {
  const place = async (template: object, ...providers: string[]): Promise<string | undefined> => {
    const world = new AnalysisWorld();
    world.remove('keptnmetricsproviders', 'prometheus');
    world.put('analysisdefinitions', 'quality', {
      objectives: [{ analysisValueTemplateRef: { name: 'errors', namespace: 'library' } }],
      totalScore: { passPercentage: 90, warningPercentage: 75 },
    });
    world.template('errors', template, 'library');
    for (const namespace of providers)
      world.put(
        'keptnmetricsproviders',
        'prometheus',
        { type: 'prometheus', targetServer: 'http://p' },
        namespace,
      );
    await world.settle();
    return world.source.begun[0]?.provider.metadata.namespace;
  };
  expect(await place({}, 'shop', 'library')).toBe('shop');
  expect(await place({}, 'library')).toBe('library');
  const named = { provider: { name: 'prometheus', namespace: 'ops' } };
  expect(await place(named, 'shop', 'library', 'ops')).toBe('ops');
  expect(await place(named, 'shop', 'library')).toBeUndefined();
});

test('MQ-19: templates whose written keys would collide keep values of their own', async () => {
  const world = new AnalysisWorld();
  const objective = (name: string, namespace?: string): object => ({
    analysisValueTemplateRef: { name, ...(namespace === undefined ? {} : { namespace }) },
    target: { failure: { greaterThan: { fixedValue: '10' } } },
  });
  world.put('analysisdefinitions', 'quality', {
    objectives: [objective('a-b', 'c'), objective('a', 'b-c'), objective('errors'), objective('load', 'ops')],
    totalScore: { passPercentage: 90, warningPercentage: 75 },
  });
  for (const [name, namespace] of [
    ['a-b', 'c'],
    ['a', 'b-c'],
    ['load', 'ops'],
    ['errors', 'shop'],
  ] as const)
    world.template(name, { query: `${name}.${namespace}` }, namespace);
  world.source.answer = ({ text }) => ({ 'a-b.c': '1', 'a.b-c': '20', 'load.ops': '2' })[text];
  await world.settle();
  expect(world.run.status?.storedValues).toMatchObject({
    'c/a-b': { value: '1' },
    'b-c/a': { value: '20' },
    'load-ops': { value: '2' },
  });
  world.source.answer = () => '3';
  await world.settle();
  expect(JSON.parse(world.raw)).toMatchObject({
    objectiveResults: [{ value: 1 }, { value: 20 }, { value: 3 }, { value: 2 }],
  });
});

test('samples become one value as the template says, and metricPath is the template’s or an argument', async () => {
  const world = new AnalysisWorld(['p95', 'path', 'plain'], {
    args: { service: 'cart', metricPath: 'hits.total' },
  });
  world.template('p95', { reduction: { function: 'p95', step: '30s' } });
  world.template('path', { metricPath: 'took' });
  const samples = Array.from({ length: 20 }, (_, i) => String(20 - i));
  world.source.answer = ({ stepMs }) =>
    stepMs === undefined ? '1' : [samples[0] ?? '', ...samples.slice(1)];
  await world.settle();
  expect(world.source.begun.map(({ stepMs, metricPath }) => ({ stepMs, metricPath }))).toEqual([
    { stepMs: 30_000, metricPath: 'hits.total' },
    { stepMs: undefined, metricPath: 'took' },
    { stepMs: undefined, metricPath: 'hits.total' },
  ]);
  expect(JSON.parse(world.raw)).toMatchObject({
    objectiveResults: [{ value: 19 }, { value: 1 }, { value: 1 }],
  });
});

test('an Analysis that Keptn began keeps its window and its values', async () => {
  const world = new AnalysisWorld(['errors', 'latency']);
  Object.assign(world.objects.analyses['shop/run'] ?? {}, {
    status: {
      timeframe: { from: '2025-12-31T00:00:00Z', to: '2025-12-31T00:05:00Z', recent: '0s' },
      state: 'Progressing',
      storedValues: {
        errors: { objectiveReference: { name: 'errors' }, query: 'errors{service="cart"}', value: '7' },
        latency: {
          objectiveReference: { name: 'latency' },
          query: 'latency{service="cart"}',
          errMsg: 'timeout',
        },
      },
    },
  });
  await world.settle();
  expect(world.source.begun.map(({ text, window }) => ({ text, window }))).toEqual([
    {
      text: 'latency{service="cart"}',
      window: { fromMs: Date.parse('2025-12-31T00:00:00Z'), toMs: Date.parse('2025-12-31T00:05:00Z') },
    },
  ]);
  expect(world.run.status).toMatchObject({ state: 'Completed', pass: true });
  expect(JSON.parse(world.raw)).toMatchObject({ objectiveResults: [{ value: 7 }, { value: 1 }] });
});

test('earlier results of the same definition are compared with, from the cache alone', async () => {
  const world = new AnalysisWorld();
  world.put('analysisdefinitions', 'quality', {
    objectives: [
      {
        analysisValueTemplateRef: { name: 'errors' },
        target: { comparison: { failure: { greaterThan: '+10%' } } },
      },
    ],
    totalScore: { passPercentage: 90, warningPercentage: 75 },
  });
  world.source.answer = () => '100';
  await world.settle();
  expect(world.run.status).toMatchObject({ state: 'Completed', pass: true });
  const { spec } = world.run;
  const metadata = { name: 'earlier', namespace: 'shop' };
  world.objects.analyses['shop/earlier'] = { ...world.objects.analyses['shop/run'], metadata };
  world.nowMs += 60_000;
  world.remove('analyses', 'run');
  world.put('analyses', 'run', spec);
  world.source.answer = () => '111';
  await world.settle();
  expect(world.run.status).toMatchObject({ state: 'Completed', pass: false, comparedWith: ['earlier'] });
});

test('what is kept of a result is what later ones need of it', async () => {
  const world = new AnalysisWorld();
  world.source.answer = () => 'NaN';
  await world.settle();
  const kept = world.run.status?.raw ?? '';
  expect(JSON.parse(kept)).toEqual({
    objectiveResults: [
      {
        objective: { analysisValueTemplateRef: { name: 'errors' }, weight: 1 },
        value: null,
        score: 0,
        error: 'see status.raw',
      },
    ],
    totalScore: 0,
    maximumScore: 1,
  });
  expect(world.raw).toContain('"query"');
});
