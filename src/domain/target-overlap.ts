import type { Operator, QuantityText } from '../api/metrics/v1/target.ts';
import { compareQuantities, parseQuantity, type Quantity } from './quantity.ts';

/** An end of an interval; undefined: there is none, the numbers go on. */
interface End {
  readonly at: Quantity;
  /** Whether the end itself belongs to the interval. */
  readonly included: boolean;
}

interface Interval {
  readonly low?: End;
  readonly high?: End;
}

/** True when the warning can never be seen, because the failure holds wherever it does. False where one cannot be read. Pure. */
export function hidesWarning(failure: Operator | undefined, warning: Operator | undefined): boolean {
  const failing = failure === undefined ? undefined : intervalsOf(failure);
  const warned = warning === undefined ? undefined : intervalsOf(warning);
  if (failing === undefined || warned === undefined) return false;
  return warned.every((part) => failing.some((whole) => contains(whole, part)));
}

function contains(whole: Interval, part: Interval): boolean {
  return reaches(whole.low, part.low, -1) && reaches(whole.high, part.high, 1);
}

/** Whether an end is at least as far out as another; `outwards` is 1 for upper ends, -1 for lower ones. */
function reaches(whole: End | undefined, part: End | undefined, outwards: 1 | -1): boolean {
  if (whole === undefined) return true;
  if (part === undefined) return false;
  const beyond = compareQuantities(whole.at, part.at) * outwards;
  return beyond > 0 || (beyond === 0 && (whole.included || !part.included));
}

/** Where an operator holds; undefined when it cannot be read. */
function intervalsOf(operator: Operator): readonly Interval[] | undefined {
  const { lessThan, lessThanOrEqual, greaterThan, greaterThanOrEqual, equalTo } = operator;
  const below = lessThan ?? lessThanOrEqual;
  const above = greaterThan ?? greaterThanOrEqual;
  if (below) return withEnd(below.fixedValue, lessThan === undefined, (high) => [{ high }]);
  if (above) return withEnd(above.fixedValue, greaterThan === undefined, (low) => [{ low }]);
  if (equalTo) return withEnd(equalTo.fixedValue, true, (at) => [{ low: at, high: at }]);
  return rangesOf(operator);
}

function rangesOf({ inRange, notInRange }: Operator): readonly Interval[] | undefined {
  const range = inRange ?? notInRange;
  if (range === undefined) return undefined;
  return withEnd(range.lowBound, inRange !== undefined, (low) =>
    withEnd(range.highBound, inRange !== undefined, (high) =>
      inRange === undefined ? [{ high: low }, { low: high }] : [{ low, high }],
    ),
  );
}

function withEnd(
  text: QuantityText,
  included: boolean,
  build: (end: End) => readonly Interval[] | undefined,
): readonly Interval[] | undefined {
  const at = parseQuantity(text);
  return at.ok ? build({ at: at.value, included }) : undefined;
}
