import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { keptnEvaluation, keptnMetric, objective } from '../../test/builders/evaluation-objects.ts';
import { fetchedAtMs, freshnessWish, isUnfetchable } from './fresh-values.ts';

const at = (text: string) => new Date(`2026-01-01T00:00:${text}Z`);
const begun = { objectives: [objective('errors <10')], valuesSince: '2026-01-01T00:00:01.250Z' };
const wishOf = (status: Readonly<Record<string, unknown>>, now: Date) =>
  freshnessWish(keptnEvaluation({ status }), now);

describe('an evaluation', () => {
  test('wants values fetched since it began', () => {
    expect(wishOf(begun, at('05'))).toEqual({ sinceMs: at('01.250').getTime(), nextMs: Infinity });
  });

  test('wants newer ones once the next attempt is due, and says when that will be', () => {
    const status = { ...begun, retryCount: 1, lastAttemptTime: '2026-01-01T00:00:02.000Z' };
    expect(wishOf(status, at('05'))).toEqual({
      sinceMs: at('01.250').getTime(),
      nextMs: at('12').getTime(),
    });
    expect(wishOf(status, at('12'))).toEqual({ sinceMs: at('12').getTime(), nextMs: Infinity });
    expect(wishOf(status, at('30'))?.sinceMs).toBe(at('12').getTime());
  });

  test.each(['Succeeded', 'Failed'])('that has %s wants nothing', (overallStatus) => {
    expect(wishOf({ ...begun, overallStatus }, at('05'))).toBeUndefined();
  });

  test('without recorded objectives wants nothing yet', () => {
    expect(wishOf({}, at('05'))).toBeUndefined();
  });

  test('from before such times were recorded counts from its start', () => {
    const status = { objectives: [], startTime: '2026-01-01T00:00:03Z' };
    expect(wishOf(status, at('05'))?.sinceMs).toBe(at('03').getTime());
  });

  test('never wants a value of a time to come, wherever its clock was set', () => {
    const ms = fc.integer({ min: 1e12, max: 2e12 });
    fc.assert(
      fc.property(ms, ms, ms, (sinceMs, lastMs, laterMs) => {
        const now = new Date(Math.max(sinceMs, laterMs));
        const status = {
          objectives: [],
          valuesSince: new Date(sinceMs).toISOString(),
          lastAttemptTime: new Date(lastMs).toISOString(),
        };
        expect(wishOf(status, now)?.sinceMs).toBeLessThanOrEqual(now.getTime());
      }),
    );
  });
});

test('the time of a fetch is that of the status', () => {
  expect(fetchedAtMs(keptnMetric('1'))).toBe(at('10').getTime());
  expect(fetchedAtMs(keptnMetric('1', { status: { lastUpdated: 'yesterday' } }))).toBeUndefined();
});

test.each([
  ['MissingProvider', 'True', 1, true],
  ['MissingProvider', 'True', 2, false],
  ['MissingProvider', 'False', 1, false],
  ['Unauthorized', 'True', 1, false],
])(
  'Stalled for %s, %s, of generation 1 in generation %i: waiting is in vain: %s',
  (reason, status, generation, is) => {
    const condition = {
      type: 'Stalled',
      status,
      reason,
      message: '',
      lastTransitionTime: '2026-01-01T00:00:00Z',
    };
    const metric = keptnMetric('1', {
      metadata: { generation },
      status: { observedGeneration: 1, conditions: [condition] },
    });
    expect(isUnfetchable(metric)).toBe(is);
  },
);
