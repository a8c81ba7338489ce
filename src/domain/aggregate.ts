import type { Aggregation, Reduction } from '../api/metrics/v1/reduction.ts';
import { failure, type SluiceError } from '../kernel/errors.ts';
import { err, ok, type Result } from '../kernel/result.ts';
import { formatGoFloat, parseGoFloat } from './go-float.ts';

/**
 * Makes one value of the samples of a query, in the text that Keptn stored. Samples that are NaN measured nothing and are
 * left out. Percentiles are those of the nearest rank. Errors: not-found when no sample measured anything; malformed,
 * naming the sample, when one is no number. Pure.
 */
export function aggregate(fn: Reduction, samples: readonly string[]): Result<string, SluiceError> {
  const measured: number[] = [];
  for (const sample of samples) {
    const value = parseGoFloat(sample);
    if (value === undefined) {
      return err(
        failure('malformed', `the query result contains "${sample.slice(0, 40)}", which is not a number`),
      );
    }
    if (!Number.isNaN(value)) measured.push(value);
  }
  if (measured.length === 0) return err(failure('not-found', nothingMeasured(samples.length)));
  return ok(formatGoFloat(reduced(fn, measured)));
}

function nothingMeasured(samples: number): string {
  if (samples === 0) return 'no values in query result';
  return `no values in query result: all ${samples} samples are NaN`;
}

function reduced(fn: Reduction, measured: readonly number[]): number {
  switch (fn) {
    case 'first':
      return measured[0] ?? Number.NaN;
    case 'last':
      return measured.at(-1) ?? Number.NaN;
    case 'avg':
      return measured.reduce((sum, value) => sum + value, 0) / measured.length;
    default:
      return ranked(fn, Float64Array.from(measured).sort());
  }
}

function ranked(fn: Exclude<Aggregation, 'avg'>, ascending: Float64Array): number {
  const at = (index: number): number => ascending[index] ?? Number.NaN;
  const count = ascending.length;
  switch (fn) {
    case 'min':
      return at(0);
    case 'max':
      return at(count - 1);
    case 'median':
      return count % 2 === 1 ? at((count - 1) / 2) : (at(count / 2 - 1) + at(count / 2)) / 2;
    case 'p90':
      return at(nearestRank(count, 90));
    case 'p95':
      return at(nearestRank(count, 95));
    case 'p99':
      return at(nearestRank(count, 99));
  }
}

/** Counted from 0. Whole numbers only: 0.95 times a count is not exact. */
function nearestRank(count: number, percent: number): number {
  return Math.ceil((count * percent) / 100) - 1;
}
