import { describe, expect, test } from 'vitest';
import { keptnMetric, objective, reading } from '../../../test/builders/evaluation-objects.ts';
import type { MetricReading } from '../../domain/metric-reading.ts';
import { type Measurement, measureAll, resultKey } from './measure.ts';

const now = new Date('2026-01-01T00:10:00Z');

function measure(...readings: MetricReading[]): readonly Measurement[] {
  return measureAll(readings, 'check', now);
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
    [20, '2026-01-01T00:09:00Z', true],
    [20, '2026-01-01T00:08:59Z', false],
    [1, '2026-01-01T00:09:30Z', true],
    [0, '2026-01-01T00:09:29Z', false],
    [20, '2026-01-01T00:11:00Z', true],
    [20, 'yesterday', false],
  ])('is too old: fetched every %i s, last at %s: counts %s', (fetchIntervalSeconds, lastUpdated, met) => {
    const metric = keptnMetric('5', { spec: { fetchIntervalSeconds }, status: { lastUpdated } });
    const measured = only(reading('errors <10', metric));
    expect(measured.met).toBe(met);
    if (!met) expect(measured.message).toContain(`too old: fetched at ${lastUpdated}`);
  });
});

test('a value without the time of its fetch counts', () => {
  expect(only(reading('errors <10', keptnMetric('5'))).met).toBe(true);
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
