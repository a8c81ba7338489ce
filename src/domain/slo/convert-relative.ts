import type { Comparison, ComparisonOperator } from '../../api/metrics/v1/target.ts';
import { compareQuantities, type Quantity, quantityOfDecimal } from '../quantity.ts';
import type { Criterion } from './criterion.ts';

type Groups = readonly (readonly Criterion[])[];

/** Criteria of one side: the relative one that all groups share, and the fixed ones of each group. */
export interface Split {
  readonly relative: Criterion | undefined;
  readonly fixed: Groups;
}

/**
 * Takes the relative criteria out of groups of which one has to hold. A target has room for one that holds for all groups;
 * what has no room is told. Pure, but for `tell`.
 */
export function splitRelative(groups: Groups, side: 'pass' | 'warning', tell: (text: string) => void): Split {
  const shared = (groups[0] ?? []).filter(
    (one) => one.relative !== undefined && groups.every((group) => group.some((other) => isSame(one, other))),
  );
  const relative = shared.find(({ operator }) => operator !== '=');
  const lost = groups.map((group) =>
    group.filter((one) => one.relative !== undefined && (relative === undefined || !isSame(one, relative))),
  );
  for (const text of new Set(lost.flat().map((one) => one.text))) {
    tell(
      `${side} criterion "${text}" is left out: a target compares with one offset, and with no other operator than <, <=, > and >=`,
    );
  }
  const fixed = groups.map((group) => group.filter((one) => one.relative === undefined));
  // A group that was nothing but what is left out would hold always.
  const kept = fixed.filter((group, index) => group.length > 0 || lost[index]?.length === 0);
  return { relative, fixed: kept };
}

function isSame(a: Criterion, b: Criterion): boolean {
  const [one, two] = [a.relative, b.relative];
  if (one === undefined || two === undefined) return false;
  return (
    a.operator === b.operator &&
    a.value === b.value &&
    one.increase === two.increase &&
    one.percent === two.percent
  );
}

const negated: Readonly<Record<'<' | '<=' | '>' | '>=', ComparisonOperator>> = {
  '<=': 'greaterThan',
  '<': 'greaterThanOrEqual',
  '>=': 'lessThan',
  '>': 'lessThanOrEqual',
};

/** When the criterion is missed. Not for `=`, which no comparison can say. Pure. */
export function toComparison(criterion: Criterion): Comparison {
  const { operator } = criterion;
  return operator === '=' ? {} : { [negated[operator]]: offsetText(criterion) };
}

/** Most digits of an offset; the API server admits 32 signs. */
const mostDigits = 24;

/** Whether the offset of a relative criterion can be written without an exponent. Pure. */
export function hasOffset(criterion: Criterion): boolean {
  const { mantissa, exponent } = signedAmount(criterion);
  return String(mantissa).length + Math.abs(exponent) <= mostDigits;
}

function offsetText(criterion: Criterion): string {
  const amount = signedAmount(criterion);
  const digits = plainDecimal(amount);
  return `${amount.mantissa < 0n ? '-' : '+'}${digits}${criterion.relative?.percent === true ? '%' : ''}`;
}

function signedAmount({ relative, number }: Criterion): Quantity {
  const read = quantityOfDecimal(number);
  const amount: Quantity = read.ok ? read.value : { mantissa: 0n, exponent: 0, form: 'decimal' };
  return relative?.increase === false ? { ...amount, mantissa: -amount.mantissa } : amount;
}

/** Without sign and exponent. */
function plainDecimal({ mantissa, exponent }: Quantity): string {
  const digits = String(mantissa < 0n ? -mantissa : mantissa);
  if (exponent >= 0) return digits + '0'.repeat(exponent);
  const padded = digits.padStart(1 - exponent, '0');
  return `${padded.slice(0, exponent)}.${padded.slice(exponent)}`;
}

/** Whether whatever meets the first criterion, which passes, also meets the second one, which warns. Pure. */
export function isLooser(warning: Criterion, pass: Criterion): boolean {
  const upper = (one: Criterion) => one.operator.startsWith('<');
  if (upper(pass) !== upper(warning) || pass.relative?.percent !== warning.relative?.percent) return false;
  const order = compareQuantities(signedAmount(pass), signedAmount(warning));
  if (order === 0) return warning.operator.endsWith('=') || !pass.operator.endsWith('=');
  return upper(pass) ? order < 0 : order > 0;
}
