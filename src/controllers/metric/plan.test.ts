import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { metricOf, metricsProvider } from '../../../test/builders/metric-objects.ts';
import { nextSlotMs, type Plan, type PlanInput, planFetch } from './plan.ts';

const now = new Date('2026-01-01T00:01:00Z');

/** The plan for a metric that was fetched well at that time, of the provider as it is. */
function plan(lastUpdated: string | undefined, given: Partial<PlanInput> = {}, status: object = {}): Plan {
  const recorded =
    lastUpdated === undefined ? {} : { lastUpdated, observedGeneration: 1, observedProvider: 'provider-1/1' };
  return planFetch({
    metric: metricOf({ status: { ...recorded, ...status } }),
    provider: metricsProvider(),
    unreadableProvider: undefined,
    wishes: [],
    now,
    ...given,
  });
}

const young = '2026-01-01T00:00:59.999Z';
const wish = (since: string, nextMs = Number.POSITIVE_INFINITY) => [{ sinceMs: Date.parse(since), nextMs }];

describe('is due at once', () => {
  test('when it was never fetched', () => {
    expect(plan(undefined)).toMatchObject({ kind: 'fetch', query: { text: 'up', purpose: 'metric' } });
  });

  test('MQ-12: when the metric was edited since, or the provider', () => {
    expect(plan(young)).toMatchObject({ kind: 'wait' });
    expect(plan(young, {}, { observedGeneration: 0 })).toMatchObject({ kind: 'fetch' });
    const provider = metricsProvider({ metadata: { generation: 2 } });
    expect(plan(young, { provider })).toMatchObject({ kind: 'fetch' });
  });

  test('when an evaluation wants a value that is newer', () => {
    expect(plan(young, { wishes: wish('2026-01-01T00:00:59.999Z') })).toMatchObject({ kind: 'wait' });
    expect(plan(young, { wishes: wish('2026-01-01T00:01:00Z') })).toMatchObject({ kind: 'fetch' });
  });

  test('when the last time lies ahead, which a clock that was set back makes of it', () => {
    expect(plan('2026-01-01T00:02:00Z')).toMatchObject({ kind: 'fetch' });
  });
});

test('else it waits for its interval, or for the next attempt of an evaluation if that is sooner', () => {
  const until = (given: Partial<PlanInput>) => {
    const made = plan(young, given);
    return made.kind === 'wait' ? made.untilMs - now.getTime() : made.kind;
  };
  expect(until({})).toBeLessThanOrEqual(10_000);
  expect(until({ wishes: wish('2026-01-01T00:00:00Z', now.getTime() + 5) })).toBe(5);
});

test('another result, metric or provider makes another fetch', () => {
  const idOf = (made: Plan) => (made.kind === 'fetch' ? made.id : made.kind);
  const ids = [
    plan(undefined),
    plan('2025-12-31T00:00:00Z'),
    plan(undefined, { metric: metricOf({ metadata: { generation: 2 } }) }),
    plan(undefined, { provider: metricsProvider({ metadata: { resourceVersion: '2' } }) }),
    plan(undefined, { provider: metricsProvider({ metadata: { uid: 'other' } }) }),
  ].map(idOf);
  expect(new Set(ids).size).toBe(ids.length);
  expect(idOf(plan(undefined))).toBe(ids[0]);
});

test('a range becomes a window, and its step the distance of samples', () => {
  const metric = metricOf({ spec: { range: { interval: '5m', step: '30s', aggregation: 'p95' } } });
  expect(plan(undefined, { metric })).toMatchObject({
    query: { window: { recentMs: 300_000 }, stepMs: 30_000 },
  });
});

describe('MQ-11: what keeps it from being fetched is named with its remedy', () => {
  test.each<[string, Partial<PlanInput>, string, string]>([
    [
      'no provider',
      { provider: undefined },
      'MissingProvider',
      'create it in the namespace of the metric or correct spec.provider.name',
    ],
    [
      'an unreadable provider',
      { provider: undefined, unreadableProvider: 'spec.maxConcurrent: too big' },
      'InvalidProvider',
      'KeptnMetricsProvider "shop/prom" cannot be read: spec.maxConcurrent: too big',
    ],
    [
      'a type that nobody knows',
      { provider: metricsProvider({ spec: { type: 'placeholder' } }) },
      'InvalidProvider',
      'provider placeholder not supported: set spec.type of KeptnMetricsProvider "shop/prom" to one of prometheus',
    ],
    [
      'a range that is no duration',
      { metric: metricOf({ spec: { range: { interval: '99999999h' } } }) },
      'InvalidDefinition',
      'spec.range: "99999999h" is longer than 292 years',
    ],
  ])('MQ-11: %s', (_what, given, reason, message) => {
    expect(plan(young, given)).toMatchObject({
      kind: 'fault',
      fault: { reason, message: expect.stringContaining(message) },
    });
  });
});

const interval = fc.integer({ min: 0, max: 7200 });
const moment = fc.integer({ min: 0, max: 4e12 });

test('the next fetch is after the last one and at most an interval later, of at least a second', () => {
  fc.assert(
    fc.property(interval, fc.string(), moment, fc.boolean(), (seconds, query, lastMs, hasFailed) => {
      const metric = metricOf({ spec: { fetchIntervalSeconds: seconds, query } });
      const afterMs = nextSlotMs(metric, lastMs, hasFailed) - lastMs;
      expect(afterMs).toBeGreaterThan(0);
      expect(afterMs).toBeLessThanOrEqual(Math.max(1, seconds) * 1000);
      if (hasFailed) expect(afterMs).toBeLessThanOrEqual(60_000);
    }),
  );
});

test('however late each fetch is, they stay an interval apart on the whole', () => {
  fc.assert(
    fc.property(interval, moment, fc.array(fc.nat({ max: 900 })), (seconds, startMs, delays) => {
      const metric = metricOf({ spec: { fetchIntervalSeconds: seconds } });
      const firstMs = nextSlotMs(metric, startMs, false);
      let slotMs = firstMs;
      for (const lateMs of delays) slotMs = nextSlotMs(metric, slotMs + lateMs, false);
      expect(slotMs - firstMs).toBe(delays.length * Math.max(1, seconds) * 1000);
    }),
  );
});

test('a thousand metrics that were all fetched at once spread over their interval', () => {
  const startMs = now.getTime();
  const perSecond = new Map<number, number>();
  for (let i = 0; i < 1000; i += 1) {
    const metric = metricOf({ metadata: { name: `m${i}` }, spec: { query: `errors{shop="${i}"}` } });
    const second = Math.floor((nextSlotMs(metric, startMs, false) - startMs) / 1000);
    perSecond.set(second, (perSecond.get(second) ?? 0) + 1);
  }
  expect(Math.max(...perSecond.values())).toBeLessThan(150);
});

test('equal queries of one namespace are due together', () => {
  const slot = (given: Parameters<typeof metricOf>[0]) => nextSlotMs(metricOf(given), now.getTime(), false);
  expect(slot({ metadata: { name: 'a' } })).toBe(slot({ metadata: { name: 'b' } }));
});
