import { describe, expect, test } from 'vitest';
import { metricOf, metricsProvider } from '../../../test/builders/metric-objects.ts';
import { type KeptnMetric, keptnMetricKind } from '../../api/metrics/v1/keptn-metric.ts';
import type { Decision } from '../../domain/decision.ts';
import type { Fetched, Reading } from '../../domain/metric-source.ts';
import { type ErrorTag, failure } from '../../kernel/errors.ts';
import { err, ok } from '../../kernel/result.ts';
import { describeAction } from '../../runtime/execute.ts';
import { decideMetric } from './decide.ts';
import { planFetch } from './plan.ts';
import { longestRawBytes } from './status.ts';

const now = new Date('2026-01-01T00:00:01.500Z');
const at = new Date('2026-01-01T00:00:01.250Z');
const got = (value: string, more: Partial<Reading> = {}): Fetched => ({
  at,
  result: ok({ samples: [value], raw: `raw ${value}`, ...more }),
});
const failed = (tag: ErrorTag, message = 'it is broken'): Fetched => ({
  at,
  result: err(failure(tag, message)),
});

function decide(
  metric: KeptnMetric,
  fetched: Fetched | undefined,
  given: ReturnType<typeof metricsProvider> | 'none' = metricsProvider(),
): Decision {
  const provider = given === 'none' ? undefined : given;
  const plan = planFetch({ metric, provider, unreadableProvider: undefined, wishes: [], now });
  return decideMetric({ metric, provider, plan, fetched, now });
}

/** The status as it is sent; it must be one that the API server takes. */
function statusOf({ actions }: Decision) {
  const sent = actions.find((action) => action.kind === 'applyStatus');
  return keptnMetricKind.status.parse(sent?.kind === 'applyStatus' ? sent.object['status'] : undefined);
}

/** The metric as it is read again after that. */
function after(metric: KeptnMetric, decision: Decision): KeptnMetric {
  const { rawValue: _, ...status } = statusOf(decision);
  return { ...metric, status };
}

const events = ({ actions }: Decision) =>
  actions.flatMap((action) =>
    action.kind === 'emitEvent' ? [`${action.type} ${action.reason}: ${action.note}`] : [],
  );
const conditions = (decision: Decision) =>
  Object.fromEntries(
    (statusOf(decision).conditions ?? []).map(({ type, status, reason }) => [type, `${status} ${reason}`]),
  );

describe('a value', () => {
  const decision = decide(metricOf(), got('5'));

  test('is recorded with when it was asked for, of what, and no error', () => {
    expect(statusOf(decision)).toMatchObject({
      value: '5',
      rawValue: Buffer.from('raw 5').toString('base64'),
      lastUpdated: '2026-01-01T00:00:01.250Z',
      errMsg: '',
      observedGeneration: 1,
      observedProvider: 'provider-1/1',
    });
    expect(conditions(decision)).toEqual({ Ready: 'True Fetched', Stalled: 'False Fetched' });
    expect(events(decision)).toEqual([]);
  });

  test('is fetched again at the next slot', () => {
    const { outcome } = decision;
    expect(outcome.kind === 'again' ? outcome.afterMs : 0).toBeGreaterThan(0);
    const plan = planFetch({
      metric: after(metricOf(), decision),
      provider: metricsProvider(),
      unreadableProvider: undefined,
      wishes: [],
      now,
    });
    expect(plan).toMatchObject({
      kind: 'wait',
      untilMs: now.getTime() + (outcome.kind === 'again' ? outcome.afterMs : 0),
    });
  });

  test('of several samples is their aggregation', () => {
    const metric = metricOf({ spec: { range: { step: '1m', aggregation: 'max' } } });
    expect(statusOf(decide(metric, got('', { samples: ['1', '7', '3'] }))).value).toBe('7');
  });

  test('says what its reader should know', () => {
    const { conditions: found } = statusOf(decide(metricOf(), got('5', { note: 'the first of 3 series' })));
    expect(found?.[0]?.message).toContain('the first of 3 series');
  });
});

test('MQ-41: the raw answer is capped at 64 KiB', () => {
  const { rawValue = '' } = statusOf(decide(metricOf(), got('5', { raw: 'ä'.repeat(1_000_000) })));
  expect(Buffer.from(rawValue, 'base64')).toHaveLength(longestRawBytes);
});

test('MQ-42: the status is applied by itself, without a version that could conflict', () => {
  const [action] = decide(metricOf({ metadata: { resourceVersion: '7' } }), got('5')).actions;
  expect(action).toMatchObject({
    kind: 'applyStatus',
    object: { metadata: { name: 'errors', namespace: 'shop' } },
  });
  expect(JSON.stringify(action)).not.toContain('resourceVersion');
});

test('MQ-43: what is logged of it is its name alone', () => {
  const { actions } = decide(metricOf({ spec: { query: 'secret-query' } }), got('5'));
  expect(actions.map(describeAction)).toEqual(['applyStatus KeptnMetric shop/errors']);
});

describe('a failure', () => {
  const had = metricOf({ status: { value: '5', lastUpdated: '2025-12-31T00:00:00Z', errMsg: '' } });

  test('keeps the value, and says what is wrong with which provider and what to do', () => {
    const decision = decide(had, failed('unavailable', 'connection refused'));
    expect(statusOf(decision)).toMatchObject({
      value: '5',
      lastUpdated: '2026-01-01T00:00:01.250Z',
      errMsg:
        'KeptnMetricsProvider "shop/prom": connection refused; check spec.targetServer of the provider, and that the backend is up',
    });
    expect(conditions(decision)).toEqual({ Ready: 'False Unavailable', Stalled: 'False Unavailable' });
  });

  test.each<ErrorTag>(['malformed', 'unauthorized', 'forbidden'])('%s waits for a user', (tag) => {
    expect(conditions(decide(had, failed(tag)))['Stalled']).toMatch(/^True/);
  });

  test('makes an Event when it begins and one when it ends, not one each time', () => {
    const first = decide(had, failed('timeout', 'no answer'));
    expect(events(first)).toEqual([
      'Warning FetchFailed: KeptnMetricsProvider "shop/prom": no answer (last fetched at 2025-12-31T00:00:00Z)',
    ]);
    const broken = after(had, first);
    const stale = { ...broken, status: { ...broken.status, lastUpdated: '2025-12-31T00:00:00Z' } };
    const second = decide(stale, failed('unavailable'));
    expect(events(second)).toEqual([]);
    expect(events(decide(stale, got('6')))).toEqual([
      'Normal FetchRecovered: has a value again, after failures since 2026-01-01T00:00:01Z',
    ]);
  });

  test('of a step without a number in it is one, too', () => {
    const metric = metricOf({ spec: { range: { step: '1m', aggregation: 'max' } } });
    expect(statusOf(decide(metric, got('x'))).errMsg).toContain('"x", which is not a number');
  });
});

describe('stored results', () => {
  const range = { interval: '5m', storedResults: 2 };
  const metric = metricOf({ spec: { range } });

  test('MQ-10: are written beside the value, newest last, no more than asked for', () => {
    const results = ['1', '2', '3'].map((value) => ({ value, range, lastUpdated: '2025-12-31T00:00:00Z' }));
    const decision = decide(metricOf({ spec: { range }, status: { intervalResults: results } }), got('4'));
    expect(statusOf(decision).value).toBe('4');
    expect(statusOf(decision).intervalResults?.map(({ value }) => value)).toEqual(['3', '4']);
  });

  test('MQ-13: of a failure have their range and its error', () => {
    expect(statusOf(decide(metric, failed('timeout'))).intervalResults).toEqual([
      { value: '', range, lastUpdated: at.toISOString(), errMsg: expect.stringContaining('it is broken') },
    ]);
  });

  test('go when none are asked for any more, and stay when there is nothing to fetch from', () => {
    const intervalResults = [{ value: '1', range, lastUpdated: '2025-12-31T00:00:00Z' }];
    expect(
      statusOf(decide(metricOf({ status: { intervalResults } }), got('4'))).intervalResults,
    ).toBeUndefined();
    const stalled = decide(metricOf({ spec: { range }, status: { intervalResults } }), undefined, 'none');
    expect(statusOf(stalled).intervalResults).toHaveLength(1);
  });
});

describe('MQ-11: without a provider', () => {
  const had = metricOf({ status: { value: '5', lastUpdated: '2025-12-31T00:00:00Z' } });
  const decision = decide(had, undefined, 'none');

  test('MQ-11: the error is written, the value and its time stay, and an Event says so once', () => {
    expect(statusOf(decision)).toMatchObject({
      value: '5',
      lastUpdated: '2025-12-31T00:00:00Z',
      errMsg: expect.stringContaining('KeptnMetricsProvider "shop/prom" does not exist'),
      observedGeneration: 1,
    });
    expect(conditions(decision)).toEqual({ Ready: 'False MissingProvider', Stalled: 'True MissingProvider' });
    expect(events(decision)).toHaveLength(1);
    expect(events(decide(after(had, decision), undefined, 'none'))).toEqual([]);
  });

  test('MQ-11: it waits for that provider', () => {
    expect(decision.outcome).toMatchObject({
      kind: 'stalled',
      by: 'user',
      on: [{ kind: 'KeptnMetricsProvider', namespace: 'shop', name: 'prom' }],
    });
  });
});

describe('while a fetch is on its way', () => {
  test('a new metric is not written to for a moment', () => {
    const creationTimestamp = '2026-01-01T00:00:01Z';
    const decision = decide(metricOf({ metadata: { creationTimestamp } }), undefined);
    expect(decision).toMatchObject({ actions: [], outcome: { kind: 'again', afterMs: 1_500 } });
  });

  test('then the status says so', () => {
    const decision = decide(metricOf(), undefined);
    expect(conditions(decision)).toEqual({ Ready: 'Unknown Fetching', Stalled: 'False Fetching' });
    expect(statusOf(decision).value).toBeUndefined();
  });

  test('later on nothing is written', () => {
    const known = after(metricOf(), decide(metricOf(), got('5')));
    const due = { ...known, metadata: { ...known.metadata, generation: 2 } };
    expect(decide(due, undefined).actions).toEqual([]);
  });
});

test('MQ-20: one that cannot be read says so in an Event and stalls itself alone', () => {
  const metadata = { name: 'errors', namespace: 'shop', uid: 'u' };
  const decision = decideMetric({ metadata, why: 'spec.fetchIntervalSeconds: too small' });
  expect(events(decision)).toEqual([
    'Warning Unreadable: KeptnMetric "errors" cannot be read and is not fetched: spec.fetchIntervalSeconds: too small',
  ]);
  expect(decision.outcome.kind).toBe('stalled');
});
