import fc from 'fast-check';
import { expect, test } from 'vitest';
import { leaseTimes } from './lease.ts';

test('without a wish the times are those of Kubernetes’ own controllers', () => {
  expect(leaseTimes()).toEqual({
    durationMs: 15_000,
    renewWithinMs: 10_000,
    retryMs: 2_000,
    callTimeoutMs: 3_000,
  });
});

test('whatever the duration, a leader stops before others may begin, and has tries left after one that hangs', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1_000, max: 3_600_000 }), (wish) => {
      const { durationMs, renewWithinMs, retryMs, callTimeoutMs } = leaseTimes(wish);
      expect(durationMs).toBeLessThanOrEqual(wish);
      // The Lease says whole seconds: others must not wait for less than we count on.
      expect(durationMs % 1000).toBe(0);
      expect(durationMs - renewWithinMs).toBeGreaterThan(durationMs / 4);
      expect(2 * 1.2 * retryMs + callTimeoutMs).toBeLessThan(renewWithinMs);
    }),
  );
});
