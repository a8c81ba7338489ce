import fc from 'fast-check';
import { expect, test } from 'vitest';
import { percentile, spread } from './percentile.ts';

test.each([
  [[], 0.5, undefined],
  [[7], 0.99, 7],
  [[3, 1, 2, 4], 0.5, 2],
  [[3, 1, 2], 0, 1],
  [[3, 1, 2], 1, 3],
  [Array.from({ length: 100 }, (_, i) => 100 - i), 0.99, 99],
  [Array.from({ length: 200 }, (_, i) => i + 1), 0.99, 198],
])('of %j at %d: %s', (samples, p, expected) => {
  expect(percentile(samples, p)).toBe(expected);
});

test('at least the share of samples lies at or below, and fewer than that strictly below', () => {
  const samples = fc.array(fc.double({ noNaN: true }), { minLength: 1 });
  fc.assert(
    fc.property(samples, fc.double({ min: 0.01, max: 1, noNaN: true }), (values, p) => {
      const value = percentile(values, p) ?? Number.NaN;
      const atOrBelow = values.filter((one) => one <= value).length;
      const below = values.filter((one) => one < value).length;
      expect(values).toContain(value);
      expect(atOrBelow).toBeGreaterThanOrEqual(p * values.length);
      expect(below).toBeLessThan(p * values.length);
    }),
  );
});

test('a spread of nothing is a mistake', () => {
  expect(() => spread([])).toThrow('nothing was measured');
  expect(spread([2, 1])).toEqual({ samples: 2, p50: 1, p99: 2, max: 2 });
});
