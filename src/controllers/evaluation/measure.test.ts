import { describe, expect, test } from 'vitest';
import { keptnMetric, objective, reading } from '../../../test/builders/evaluation-objects.ts';
import type { MetricReading } from '../../domain/metric-reading.ts';
import { type Measurement, measureAll, resultKey } from './measure.ts';

const now = new Date('2026-01-01T00:00:10Z');

function measure(...readings: MetricReading[]): readonly Measurement[] {
  return measureAll(readings, 'check', { now, sinceMs: 0 });
}

function only(one: MetricReading): Measurement {
  const [measurement] = measure(one);
  if (measurement === undefined) throw new Error('nothing was measured');
  return measurement;
}

test('a value that meets its objective says so in the words of Keptn', () => {
  expect(only(reading('errors <10', keptnMetric('5')))).toMatchObject({
    key: 'errors',
    met: true,
    value: '5',
    message: "value '5' met objective '<10'",
  });
});

test('a value that does not says so too, and the gist leaves the value out', () => {
  expect(only(reading('errors <10', keptnMetric('12')))).toEqual({
    key: 'errors',
    met: false,
    value: '12',
    message: "value '12' did not meet objective '<10'",
    gist: 'KeptnMetric "shop/errors" does not meet <10',
  });
});

describe('a value that counts for nothing', () => {
  test('is one that is not there; the metric and its provider are named', () => {
    const { met, message } = only(reading('errors <10', keptnMetric(undefined)));
    expect(met).toBe(false);
    expect(message).toContain('KeptnMetric "shop/errors" has no value');
    expect(message).toContain('KeptnMetricsProvider "prometheus"');
  });

  test('is an empty one', () => {
    expect(only(reading('errors <10', keptnMetric(''))).met).toBe(false);
  });

  test('is the one before a fetch that failed, whose error is quoted on one line and cut', () => {
    const metric = keptnMetric('5', { status: { errMsg: `502\n bad gateway ${'x'.repeat(1000)}` } });
    const { met, value, message, gist } = only(reading('errors <10', metric));
    expect([met, value]).toEqual([false, '5']);
    expect(message).toContain('the last fetch of KeptnMetric "shop/errors" failed');
    expect(message).toContain('502 bad gateway xxx');
    expect(message.length).toBeLessThan(500);
    expect(gist).not.toContain('502');
  });

  test('is no number', () => {
    expect(only(reading('errors <10', keptnMetric('12 ms'))).message).toBe(
      'KeptnMetric "shop/errors": value "12 ms" is not a number',
    );
  });

  test('is longer than any number, and is not repeated in full', () => {
    const { met, value, message } = only(reading('errors <10', keptnMetric('1'.repeat(100_000))));
    expect(met).toBe(false);
    expect(value.length + message.length).toBeLessThan(1000);
  });

  // Fetched every 20 s, a value may be 60 s old; every 1 s, 30 s, since nobody fetched more often than every 10 s.
  test.each([
    [20, '2025-12-31T23:59:10Z', true],
    [20, '2025-12-31T23:59:09Z', false],
    [1, '2025-12-31T23:59:40Z', true],
    [0, '2025-12-31T23:59:39Z', false],
    [20, '2026-01-01T00:01:00Z', true],
  ])('is too old: fetched every %i s, last at %s: counts %s', (fetchIntervalSeconds, lastUpdated, met) => {
    const metric = keptnMetric('5', { spec: { fetchIntervalSeconds }, status: { lastUpdated } });
    const measured = only(reading('errors <10', metric));
    expect(measured.met).toBe(met);
    if (!met) expect(measured.message).toContain(`too old: fetched at ${lastUpdated}`);
  });
});

test.each(['', 'yesterday'])(
  'a value fetched at "%s" counts for nothing: it may be from any time',
  (lastUpdated) => {
    const metric = keptnMetric('5', { status: { lastUpdated } });
    const { met, message } = only(reading('errors <10', metric));
    expect(met).toBe(false);
    expect(message).toContain('nobody knows when the value of KeptnMetric "shop/errors" was fetched');
  },
);

test('S4: a value that was fetched before the evaluation asked for one counts for nothing', () => {
  const sinceMs = Date.parse('2026-01-01T00:00:08Z');
  const look = (lastUpdated: string) =>
    measureAll([reading('errors <10', keptnMetric('5', { status: { lastUpdated } }))], 'check', {
      now,
      sinceMs,
    })[0];
  expect(look('2026-01-01T00:00:08Z')?.met).toBe(true);
  expect(look('2026-01-01T00:00:07.999Z')).toMatchObject({
    met: false,
    message: expect.stringContaining('at 2026-01-01T00:00:07.999Z, and not since 2026-01-01T00:00:08.000Z'),
  });
});

describe('a metric that does not exist is named with the namespaces looked in and what to do', () => {
  test.each([
    ['errors <10', 'exists neither in namespace "shop" nor in "sluice-system"'],
    ['other/errors <10', 'does not exist in namespace "other"'],
  ])('%s', (text, where) => {
    const { met, message, gist } = only(reading(text, undefined));
    expect(met).toBe(false);
    expect(message).toBe(
      `KeptnMetric "errors" ${where}; create it or correct spec.objectives of KeptnEvaluationDefinition "check"`,
    );
    expect(gist).toBe(message);
  });
});

test('a metric that cannot be read says why', () => {
  const unread = { ...reading('errors <10', undefined), unreadable: 'spec.query: is missing' };
  expect(only(unread).message).toBe(
    'KeptnMetric "errors" cannot be read: spec.query: is missing; correct it',
  );
});

test('results go by the name of the metric, and where that is not enough by namespace and target (Q-4)', () => {
  const all = ['latency <1', 'errors >10', 'errors <20', 'a/load <1', 'b/load <1'].map(objective);
  expect(all.map((one) => resultKey(one, all))).toEqual([
    'latency',
    'errors >10',
    'errors <20',
    'a/load <1',
    'b/load <1',
  ]);
});
