import type { ComparisonFunction } from '../api/metrics/v1/analysis-definition.ts';
import { compareQuantities, type Quantity, quantityOfDecimal, quantityToNumber } from './quantity.ts';

/** An exact number that has no decimal form: an average, or a place between two values. */
export interface Fraction {
  readonly numerator: Quantity;
  /** Above 0. */
  readonly denominator: bigint;
}

/** How far from an earlier value the target is. */
export interface Offset {
  readonly amount: Quantity;
  /** Whether the amount is in percent of the earlier value. */
  readonly percent: boolean;
}

const percentiles: Readonly<Record<'p50' | 'p90' | 'p95', number>> = { p50: 50, p90: 90, p95: 95 };

/**
 * Makes one value of several earlier ones. A percentile p of n values is at place p * (n + 1), counted from 1, between two
 * values where that is no whole number. Undefined where there are none. Pure and exact. Source: Keptn v1, lighthouse-service.
 */
export function aggregateEarlier(fn: ComparisonFunction, values: readonly number[]): Fraction | undefined {
  const ascending = values.filter((value) => Number.isFinite(value)).toSorted((a, b) => a - b);
  const [least] = ascending;
  const most = ascending.at(-1);
  if (least === undefined || most === undefined) return undefined;
  switch (fn) {
    case 'avg':
      return { numerator: ascending.map(exactly).reduce(sum), denominator: BigInt(ascending.length) };
    case 'min':
      return { numerator: exactly(least), denominator: 1n };
    case 'max':
      return { numerator: exactly(most), denominator: 1n };
    default:
      return between(ascending, percentiles[fn] * (ascending.length + 1));
  }
}

/** The value at a place in hundredths, counted from 1. */
function between(ascending: readonly number[], place: number): Fraction {
  const below = Math.floor(place / 100);
  const last = ascending.length;
  const lower = exactly(ascending[Math.min(Math.max(below, 1), last) - 1] ?? Number.NaN);
  const upper = exactly(ascending[Math.min(Math.max(below + 1, 1), last) - 1] ?? Number.NaN);
  const part = BigInt(place % 100);
  return { numerator: sum(times(lower, 100n - part), times(upper, part)), denominator: 100n };
}

/** What a value is held against: the earlier one with the offset added. Pure and exact. */
export function withOffset({ numerator, denominator }: Fraction, { amount, percent }: Offset): Fraction {
  if (!percent) return { numerator: sum(numerator, times(amount, denominator)), denominator };
  const hundred: Quantity = { mantissa: 100n, exponent: 0, form: 'decimal' };
  return { numerator: product(numerator, sum(hundred, amount)), denominator: denominator * 100n };
}

/** Which of the two is larger: below 0, 0, or above 0. Pure and exact. */
export function compareWithFraction(value: Quantity, { numerator, denominator }: Fraction): number {
  return compareQuantities(times(value, denominator), numerator);
}

/** The number nearest to it. Pure. */
export function fractionToNumber({ numerator, denominator }: Fraction): number {
  return quantityToNumber(numerator) / Number(denominator);
}

/** Only of finite numbers. */
function exactly(value: number): Quantity {
  const read = quantityOfDecimal(String(value));
  return read.ok ? read.value : { mantissa: 0n, exponent: 0, form: 'decimal' };
}

function times(value: Quantity, factor: bigint): Quantity {
  return { mantissa: value.mantissa * factor, exponent: value.exponent, form: 'decimal' };
}

function product(a: Quantity, b: Quantity): Quantity {
  return { mantissa: a.mantissa * b.mantissa, exponent: a.exponent + b.exponent, form: 'decimal' };
}

function sum(a: Quantity, b: Quantity): Quantity {
  const exponent = Math.min(a.exponent, b.exponent);
  const scaled = (one: Quantity): bigint => one.mantissa * 10n ** BigInt(one.exponent - exponent);
  return { mantissa: scaled(a) + scaled(b), exponent, form: 'decimal' };
}
