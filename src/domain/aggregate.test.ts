import fc from 'fast-check';
import { expect, test } from 'vitest';
import { loadVectors, z } from '../../test/builders/vectors.ts';
import { reductions } from '../api/metrics/v1/reduction.ts';
import { aggregate } from './aggregate.ts';
import { parseGoFloat } from './go-float.ts';

const vector = z.object({
  samples: z.array(z.string()),
  function: z.enum(reductions),
  expected: z.string(),
  sluice: z.union([z.string(), z.object({ error: z.string() })]).optional(),
});

/** The text, or what is wrong. */
function result(fn: (typeof reductions)[number], samples: readonly string[]): string | { error: string } {
  const value = aggregate(fn, samples);
  return value.ok ? value.value : { error: value.error.message };
}

test.each(loadVectors('metrics/aggregation', vector))('$function of $samples', (one) => {
  expect(result(one.function, one.samples)).toEqual(one.sluice ?? one.expected);
});

test('MQ-5: percentiles are taken of sorted samples', () => {
  const falling = ['10', '9', '8', '7', '6', '5', '4', '3', '2', '1'];
  expect(['p90', 'p95', 'p99'].map((fn) => result(z.enum(reductions).parse(fn), falling))).toEqual([
    '9',
    '10',
    '10',
  ]);
});

test('samples that are NaN measured nothing', () => {
  expect(reductions.map((fn) => result(fn, ['NaN', '4', 'NaN', '2']))).toEqual([
    '4',
    '4',
    '4',
    '4',
    '2',
    '3',
    '3',
    '4',
    '2',
  ]);
  expect(result('avg', ['NaN', 'NaN'])).toEqual({
    error: 'no values in query result: all 2 samples are NaN',
  });
});

test('infinite samples stay what they are', () => {
  expect(result('max', ['1', '+Inf'])).toBe('+Inf');
  expect(result('avg', ['-Inf', '+Inf'])).toBe('NaN');
});

test('one sample that is no number fails all, and is named', () => {
  expect(result('avg', ['1', '<html>'])).toEqual({
    error: 'the query result contains "<html>", which is not a number',
  });
});

const samples = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e300, max: 1e300 }), {
  minLength: 1,
  maxLength: 40,
});
const unordered = fc.constantFrom('p90', 'p95', 'p99', 'max', 'min', 'median');

test('the order of the samples is irrelevant, and the result lies between the smallest and the largest', () => {
  fc.assert(
    fc.property(samples, unordered, fc.func(fc.integer()), (values, fn, key) => {
      const texts = values.map(String);
      const shuffled = texts.toSorted((a, b) => key(a) - key(b));
      expect(result(fn, shuffled)).toEqual(result(fn, texts));
      const aggregated = aggregate(fn, texts);
      const value = aggregated.ok ? parseGoFloat(aggregated.value) : undefined;
      expect(value).toBeGreaterThanOrEqual(Math.min(...values));
      expect(value).toBeLessThanOrEqual(Math.max(...values));
    }),
    { numRuns: 1000 },
  );
});
