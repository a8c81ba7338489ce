import { expect, test } from 'vitest';
import { AnalysisWorld } from '../../../test/builders/analysis-world.ts';

function condition(world: AnalysisWorld, type: string): object | undefined {
  return world.run.status?.conditions?.find((one) => one.type === type);
}

test('an Analysis is measured, scored and Completed, and says so', async () => {
  const world = new AnalysisWorld(['errors', 'latency']);
  world.source.answer = ({ text }) => (text.startsWith('errors') ? '3' : '20');
  expect(await world.settle()).toBeUndefined();
  expect(world.run.status).toMatchObject({
    state: 'Completed',
    pass: false,
    warning: false,
    score: '50',
    timeframe: { from: '2026-01-01T00:00:00Z', to: '2026-01-01T00:05:00Z', recent: '0s' },
    startTime: '2026-01-01T00:10:00Z',
    endTime: '2026-01-01T00:10:00Z',
    attempts: 1,
    conditions: [
      { type: 'Ready', status: 'False', reason: 'ObjectivesNotMet' },
      { type: 'Stalled', status: 'True' },
    ],
  });
  expect(world.run.status).not.toHaveProperty('storedValues');
  expect(JSON.parse(world.raw)).toMatchObject({
    objectiveResults: [
      { value: 3, query: 'errors{service="cart"}', score: 1 },
      { value: 20, query: 'latency{service="cart"}', score: 0 },
    ],
  });
  expect([...world.said]).toEqual([
    'Normal AnalysisStarted: measures the objectives of AnalysisDefinition "quality"',
    expect.stringMatching(/^Warning AnalysisCompleted: Failed: 50 %/),
  ]);
  expect(world.source.begun).toHaveLength(2);
  expect(world.source.size).toBe(0);
});

test('all queries are asked at once, with the window that was frozen', async () => {
  const world = new AnalysisWorld(['a', 'b', 'c'], { timeframe: { recent: '90s' } });
  world.source.answer = () => undefined;
  await world.settle();
  world.nowMs += 30_000;
  await world.settle();
  const toMs = Date.parse('2026-01-01T00:10:00Z');
  expect(world.source.begun.map(({ window, purpose }) => ({ window, purpose }))).toEqual(
    Array.from({ length: 3 }, () => ({ window: { fromMs: toMs - 90_000, toMs }, purpose: 'analysis' })),
  );
  expect(world.run.status).toMatchObject({
    state: 'Progressing',
    timeframe: { from: '2026-01-01T00:08:30Z', to: '2026-01-01T00:10:00Z' },
  });
});

test('a window that ends in the future is waited for, and then asked about', async () => {
  const timeframe = { from: '2026-01-01T00:09:00Z', to: '2026-01-01T00:12:00Z' };
  const world = new AnalysisWorld(['errors'], { timeframe });
  const decision = await world.settle();
  expect(decision?.outcome).toMatchObject({ kind: 'again', afterMs: 120_000 });
  expect(condition(world, 'Ready')).toMatchObject({
    reason: 'WaitingForWindow',
    message: 'waits until its window has ended, at 2026-01-01T00:12:00Z',
  });
  expect(world.source.begun).toEqual([]);
  await world.after(120_000);
  expect(world.run.status).toMatchObject({ state: 'Completed', pass: true });
});

test('the timeout of a window in the future begins when that has ended', async () => {
  const timeframe = { from: '2026-01-01T00:00:00Z', to: '2026-01-01T01:00:00Z' };
  const world = new AnalysisWorld(['errors'], { timeframe });
  world.source.answer = () => undefined;
  await world.settle();
  await world.after(50 * 60_000 + 299_000);
  expect(world.run.status?.state).toBe('Progressing');
  await world.after(1_000);
  expect(world.run.status?.state).toBe('Completed');
});

test('a missing definition stalls the Analysis by name until it is made', async () => {
  const world = new AnalysisWorld();
  const definition = world.run.spec.analysisDefinition.name;
  const { objectives } = { objectives: [{ analysisValueTemplateRef: { name: 'errors' } }] };
  world.remove('analysisdefinitions', definition);
  await world.settle();
  expect(world.run.status).toMatchObject({ state: '', timeframe: { from: '2026-01-01T00:00:00Z' } });
  const message =
    'AnalysisDefinition "quality" does not exist in namespace "shop"; create it or correct spec.analysisDefinition of Analysis "run"';
  expect(condition(world, 'Stalled')).toMatchObject({ status: 'True', reason: 'MissingDefinition', message });
  expect(world.said).toContain(`Warning MissingDefinition: ${message}`);
  world.put('analysisdefinitions', definition, {
    objectives,
    totalScore: { passPercentage: 90, warningPercentage: 75 },
  });
  await world.after(60_000);
  expect(world.run.status).toMatchObject({ state: 'Completed', pass: true });
});

test('without a definition it ends at its timeout, with a result', async () => {
  const world = new AnalysisWorld();
  world.remove('analysisdefinitions', 'quality');
  await world.settle();
  await world.after(300_000);
  expect(world.run.status).toMatchObject({ state: 'Completed', pass: false, warning: false, score: '0' });
  expect(world.run.status?.message).toContain('AnalysisDefinition "quality" does not exist');
  expect(JSON.parse(world.raw)).toMatchObject({ objectiveResults: [], pass: false });
});

test('a missing template and a missing provider are named, and wanted only once they are there', async () => {
  const world = new AnalysisWorld(['errors', 'latency']);
  world.remove('analysisvaluetemplates', 'errors');
  world.remove('keptnmetricsproviders', 'prometheus');
  await world.settle();
  expect(condition(world, 'Stalled')).toMatchObject({
    status: 'True',
    reason: 'MissingTemplate',
    message: expect.stringMatching(
      /AnalysisValueTemplate "errors" does not exist in namespace "shop".*KeptnMetricsProvider "prometheus" does not exist in namespace "shop"; create it or correct spec.provider of AnalysisValueTemplate "latency"/,
    ),
  });
  world.put('keptnmetricsproviders', 'prometheus', { type: 'prometheus', targetServer: 'http://p' });
  await world.settle();
  expect(world.source.begun.map(({ text }) => text)).toEqual(['latency{service="cart"}']);
  world.template('errors');
  await world.settle();
  expect(world.run.status).toMatchObject({ state: 'Completed', pass: true, attempts: 1 });
  expect(world.source.begun).toHaveLength(2);
});

test('MQ-15: what fails for good is not repeated for ever: the timeout ends it with a fail and every reason', async () => {
  const world = new AnalysisWorld(['errors', 'latency', 'traffic', 'load']);
  world.template('latency', { query: 'latency{service="{{.servise}}"}' });
  world.source.answer = ({ text }) => {
    if (text.startsWith('errors')) return '1';
    if (text.startsWith('load')) return undefined;
    return { tag: 'malformed', says: 'bad_data: parse error' };
  };
  await world.settle();
  for (let i = 0; i < 30; i += 1) await world.after(10_000);
  expect(world.source.begun).toHaveLength(3);
  expect(world.run.status).toMatchObject({ state: 'Completed', pass: false, warning: false, score: '25' });
  const told = world.run.status?.message ?? '';
  expect(told).toContain('argument "servise" is missing; set spec.args.servise of the Analysis');
  expect(told).toContain('"traffic" failed: no value within 5m: bad_data: parse error');
  expect(told).toContain('"load" failed: no value within 5m: no fetch of it has ended');
  expect([...world.said].filter((note) => note.includes('InvalidArgument'))).toHaveLength(1);
});

test('an edited template is asked at once, and what was measured stays', async () => {
  const world = new AnalysisWorld(['errors', 'latency']);
  world.source.answer = ({ text }) =>
    text.startsWith('latency') ? { tag: 'malformed', says: 'parse error' } : '1';
  await world.settle();
  expect(condition(world, 'Stalled')).toMatchObject({ status: 'True', reason: 'InvalidQuery' });
  world.template('latency', { query: 'better' });
  await world.settle();
  expect(world.run.status).toMatchObject({ state: 'Completed', pass: true });
  expect(world.source.begun.map(({ text }) => text)).toEqual([
    'errors{service="cart"}',
    'latency{service="cart"}',
    'better',
  ]);
});

test('MQ-15b: values of earlier rounds are kept, and only failed ones are fetched again, ever later', async () => {
  const world = new AnalysisWorld(['errors', 'latency', 'traffic'], { timeout: '1h' });
  let down = true;
  world.source.answer = ({ text }) =>
    text.startsWith('latency') && down ? { tag: 'unavailable', says: 'HTTP 503' } : '1';
  const waits: number[] = [];
  for (let i = 0; i < 8; i += 1) {
    const { outcome } = (await world.settle()) ?? {};
    if (outcome?.kind !== 'again') throw new Error('it must wait');
    waits.push(outcome.afterMs / 1000);
    await world.after(outcome.afterMs);
  }
  expect(waits).toEqual([2, 4, 8, 16, 32, 60, 60, 60]);
  expect(world.run.status?.storedValues).toEqual({
    errors: { objectiveReference: { name: 'errors' }, query: 'errors{service="cart"}', value: '1' },
    latency: {
      objectiveReference: { name: 'latency' },
      query: 'latency{service="cart"}',
      errMsg: 'HTTP 503',
    },
    traffic: { objectiveReference: { name: 'traffic' }, query: 'traffic{service="cart"}', value: '1' },
  });
  expect(condition(world, 'Ready')).toMatchObject({
    message: expect.stringMatching(/^2 of 3 objectives are measured; latency: HTTP 503; asked again at /),
  });
  down = false;
  await world.after(60_000);
  expect(world.run.status).toMatchObject({ state: 'Completed', pass: true, attempts: 10 });
  expect(world.source.begun).toHaveLength(3 + 9);
});

test('MQ-2c: a fetch that never ends delays its own value only, and ends with the timeout', async () => {
  const world = new AnalysisWorld(['errors', 'latency']);
  world.source.answer = ({ text }) => (text.startsWith('latency') ? undefined : '1');
  await world.settle();
  expect(world.run.status?.storedValues).toMatchObject({ errors: { value: '1' } });
  await world.after(299_000);
  expect(world.run.status?.state).toBe('Progressing');
  await world.after(1_000);
  expect(world.run.status).toMatchObject({ state: 'Completed', pass: false, score: '50' });
  expect(world.source.size).toBe(0);
});

test('a provider that goes away takes nothing with it that was measured', async () => {
  const world = new AnalysisWorld(['errors', 'latency']);
  let isUp = false;
  world.source.answer = ({ text }) => (text.startsWith('latency') && !isUp ? undefined : '1');
  await world.settle();
  world.remove('keptnmetricsproviders', 'prometheus');
  await world.settle();
  expect(world.run.status?.storedValues).toMatchObject({ errors: { value: '1' } });
  expect(condition(world, 'Stalled')).toMatchObject({ status: 'True', reason: 'MissingProvider' });
  isUp = true;
  world.put('keptnmetricsproviders', 'prometheus', { type: 'prometheus', targetServer: 'http://q' });
  await world.settle();
  expect(world.run.status).toMatchObject({ state: 'Completed', pass: true });
});

test('Completed is final: later edits change nothing', async () => {
  const world = new AnalysisWorld();
  await world.settle();
  const { status } = world.run;
  world.put('analyses', 'run', { ...world.run.spec, args: { service: 'other' } });
  world.template('errors', { query: 'other' });
  await world.after(600_000);
  expect(world.run.status).toEqual(status);
  expect(world.source.begun).toHaveLength(1);
});

test('a definition without objectives ends at once', async () => {
  const world = new AnalysisWorld([]);
  await world.settle();
  expect(world.run.status).toMatchObject({ state: 'Completed', pass: false });
});

test('a timeframe that no rule checked stalls, and its correction is taken', async () => {
  const world = new AnalysisWorld(['errors'], { timeframe: {} });
  await world.settle();
  expect(condition(world, 'Stalled')).toMatchObject({
    status: 'True',
    message: "spec.timeframe: set either 'recent', or both 'from' and 'to'",
  });
  world.put('analyses', 'run', { ...world.run.spec, timeframe: { recent: '1m' } });
  await world.settle();
  expect(world.run.status).toMatchObject({ state: 'Completed', pass: true });
});
