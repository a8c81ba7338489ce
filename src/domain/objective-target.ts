import {
  type Comparison,
  type ComparisonOperator,
  comparisonOperators,
  type Operator,
  type OperatorName,
  type QuantityText,
  type Target,
} from '../api/metrics/v1/target.ts';
import { failure, type SluiceError } from '../kernel/errors.ts';
import { err, ok, type Result } from '../kernel/result.ts';
import {
  compareWithFraction,
  type Fraction,
  fractionToNumber,
  type Offset,
  withOffset,
} from './earlier-value.ts';
import { compareQuantities, parseQuantity, type Quantity, quantityOfDecimal } from './quantity.ts';
import type { Verdict } from './score.ts';

/** How a value came out against a target. */
export interface Judgement {
  readonly verdict: Verdict;
  /** What holds of `target.failure` and so on; false for what was not looked at. */
  readonly failure: boolean;
  readonly warning: boolean;
  readonly comparedFailure: boolean;
  readonly comparedWarning: boolean;
  /** Why it is no pass: what the value is, in words. */
  readonly why?: string;
}

/** Where several operators are given, which admission refuses, the first of these is looked at. */
const precedence: readonly OperatorName[] = [
  'equalTo',
  'lessThanOrEqual',
  'lessThan',
  'greaterThanOrEqual',
  'greaterThan',
  'inRange',
  'notInRange',
];

const words: Readonly<Record<OperatorName, string>> = {
  equalTo: 'equal to',
  lessThanOrEqual: 'at most',
  lessThan: 'below',
  greaterThanOrEqual: 'at least',
  greaterThan: 'above',
  inRange: 'within',
  notInRange: 'outside',
};

const holds: Readonly<Record<Exclude<OperatorName, 'inRange' | 'notInRange'>, (order: number) => boolean>> = {
  equalTo: (order) => order === 0,
  lessThanOrEqual: (order) => order <= 0,
  lessThan: (order) => order < 0,
  greaterThanOrEqual: (order) => order >= 0,
  greaterThan: (order) => order > 0,
};

/**
 * Judges a value by a target: failure before warning, thresholds before comparisons with earlier values. Without an earlier
 * value no comparison holds. Error: malformed, naming the field, for a threshold that is no quantity. Pure and exact.
 */
export function judgeTarget(
  target: Target,
  value: Quantity,
  earlier: Fraction | undefined,
): Result<Judgement, SluiceError> {
  const none = { failure: false, warning: false, comparedFailure: false, comparedWarning: false };
  const { comparison } = target;
  const failed = fulfilled(target.failure, value, 'target.failure');
  if (!failed.ok) return failed;
  if (failed.value !== undefined) return ok({ ...none, verdict: 'fail', failure: true, why: failed.value });
  const worse = compared(comparison?.failure, value, earlier);
  if (!worse.ok) return worse;
  if (worse.value !== undefined) {
    return ok({ ...none, verdict: 'fail', comparedFailure: true, why: worse.value });
  }
  const warned = fulfilled(target.warning, value, 'target.warning');
  if (!warned.ok) return warned;
  const doubtful = compared(comparison?.warning, value, earlier);
  if (!doubtful.ok) return doubtful;
  const why = warned.value ?? doubtful.value;
  if (why === undefined) return ok({ ...none, verdict: 'pass' });
  return ok({
    ...none,
    verdict: 'warning',
    warning: warned.value !== undefined,
    comparedWarning: doubtful.value !== undefined,
    why,
  });
}

/** Whether any operator of a target looks at earlier values. Pure. */
export function comparesWithEarlier({ comparison }: Target): boolean {
  return [comparison?.failure, comparison?.warning].some(
    (one) => one !== undefined && comparisonOperators.some((name) => one[name] !== undefined),
  );
}

/** In words what holds; undefined when it does not. */
function fulfilled(
  operator: Operator | undefined,
  value: Quantity,
  field: string,
): Result<string | undefined, SluiceError> {
  const name = precedence.find((known) => operator?.[known] !== undefined);
  if (operator === undefined || name === undefined) return ok(undefined);
  if (name === 'inRange' || name === 'notInRange') return inBounds(operator, name, value, field);
  const given = operator[name]?.fixedValue ?? '';
  const bound = threshold(given, `${field}.${name}.fixedValue`);
  if (!bound.ok) return bound;
  const met = holds[name](compareQuantities(value, bound.value));
  return ok(met ? `${words[name]} ${given}` : undefined);
}

function inBounds(
  operator: Operator,
  name: 'inRange' | 'notInRange',
  value: Quantity,
  field: string,
): Result<string | undefined, SluiceError> {
  const { lowBound = '', highBound = '' } = operator[name] ?? {};
  const low = threshold(lowBound, `${field}.${name}.lowBound`);
  if (!low.ok) return low;
  const high = threshold(highBound, `${field}.${name}.highBound`);
  if (!high.ok) return high;
  const within = compareQuantities(value, low.value) >= 0 && compareQuantities(value, high.value) <= 0;
  return ok(within === (name === 'inRange') ? `${words[name]} ${lowBound} to ${highBound}` : undefined);
}

function threshold(given: QuantityText, field: string): Result<Quantity, SluiceError> {
  const read = parseQuantity(given);
  return read.ok ? read : err(failure('malformed', `${field}: ${read.error.message}`));
}

/** In words what holds against the earlier value; undefined when it does not. */
function compared(
  comparison: Comparison | undefined,
  value: Quantity,
  earlier: Fraction | undefined,
): Result<string | undefined, SluiceError> {
  const name = comparisonOperators.find((known) => comparison?.[known] !== undefined);
  const given = name === undefined ? undefined : comparison?.[name];
  if (name === undefined || given === undefined || earlier === undefined) return ok(undefined);
  const offset = parseOffset(given);
  if (!offset.ok) return offset;
  return ok(againstEarlier(name, value, { earlier, given, offset: offset.value }));
}

function againstEarlier(
  name: ComparisonOperator,
  value: Quantity,
  { earlier, given, offset }: { earlier: Fraction; given: string; offset: Offset },
): string | undefined {
  if (!holds[name](compareWithFraction(value, withOffset(earlier, offset)))) return undefined;
  return `${words[name]} the earlier ${fractionToNumber(earlier)} with ${given}`;
}

/** Reads `+10%`, `-5%` or `+50`. Error: malformed, naming the text. Pure. */
function parseOffset(text: string): Result<Offset, SluiceError> {
  const matched = /^([+-][0-9]+(?:\.[0-9]+)?)(%?)$/.exec(text);
  const amount = quantityOfDecimal(matched?.[1] ?? '');
  if (matched === null || !amount.ok) {
    const remedy = 'write for example "+10%", "-5%" or "+50"';
    return err(
      failure('malformed', `target.comparison: "${text}" is no signed number or percentage; ${remedy}`),
    );
  }
  return ok({ amount: amount.value, percent: matched[2] === '%' });
}
