import type { Operator, QuantityText } from '../../api/metrics/v1/target.ts';
import { compareQuantities, formatQuantity, parseQuantity, type Quantity } from '../quantity.ts';
import type { CriterionOperator } from './criterion.ts';

/** A criterion with a fixed threshold. */
export interface Bound {
  readonly operator: CriterionOperator;
  readonly at: Quantity;
}

/**
 * A set of numbers, told by the thresholds that cut the number line: one answer for what lies before the first cut, one for
 * the first cut itself, one for what lies between it and the second, and so on.
 */
export type Region = readonly boolean[];

/** The thresholds in ascending order, each once. Pure. */
export function cutsOf(bounds: readonly Bound[]): readonly Quantity[] {
  const ascending = bounds.map(({ at }) => at).toSorted(compareQuantities);
  return ascending.filter((at, index) => {
    const before = ascending[index - 1];
    return before === undefined || compareQuantities(before, at) !== 0;
  });
}

/** The numbers for which one group holds, a group being bounds that all hold. Pure. */
export function regionOf(groups: readonly (readonly Bound[])[], cuts: readonly Quantity[]): Region {
  return Array.from({ length: 2 * cuts.length + 1 }, (_, place) =>
    groups.some((group) => group.every((bound) => holdsAt(bound, place, cuts))),
  );
}

function holdsAt({ operator, at }: Bound, place: number, cuts: readonly Quantity[]): boolean {
  const cut = 2 * cuts.findIndex((known) => compareQuantities(known, at) === 0) + 1;
  const order = place - cut;
  switch (operator) {
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '=':
      return order === 0;
    case '>=':
      return order >= 0;
    case '>':
      return order > 0;
  }
}

/** Numbers that are in neither. Pure. */
export function outside(one: Region, other: Region): Region {
  return one.map((inside, place) => !inside && other[place] !== true);
}

/** Whether all numbers of the one are in the other. Pure. */
export function isWithin(one: Region, other: Region): boolean {
  return one.every((inside, place) => !inside || other[place] === true);
}

/** How a set is said with one operator of a target. */
export interface Said {
  /** Undefined for the empty set: nothing needs to be said. */
  readonly operator: Operator | undefined;
  /** Thresholds that the operator judges otherwise than the set, for ranges include their bounds. */
  readonly edges: readonly Quantity[];
}

/** Says a set with one operator; undefined where none can, as for all numbers. Pure. */
export function sayRegion(region: Region, cuts: readonly Quantity[]): Said | undefined {
  const runs = runsOf(region);
  const [first, second, third] = runs;
  if (first === undefined) return { operator: undefined, edges: [] };
  const last = region.length - 1;
  if (second === undefined) return sayRun(first, last, cuts);
  if (third !== undefined || first.from !== 0 || second.to !== last) return undefined;
  const { low, high, edges } = bounds({ from: first.to + 1, to: second.from - 1 }, cuts);
  return { operator: { notInRange: { lowBound: low, highBound: high } }, edges };
}

/** Neighbouring places of a set. */
interface Run {
  readonly from: number;
  readonly to: number;
}

function runsOf(region: Region): readonly Run[] {
  const starts = region.flatMap((inside, place) => (inside && region[place - 1] !== true ? [place] : []));
  const ends = region.flatMap((inside, place) => (inside && region[place + 1] !== true ? [place] : []));
  return starts.map((from, index) => ({ from, to: ends[index] ?? from }));
}

function sayRun(run: Run, last: number, cuts: readonly Quantity[]): Said | undefined {
  const { low, high, edges } = bounds(run, cuts);
  const exactly = (operator: Operator): Said => ({ operator, edges: [] });
  if (run.from === 0 && run.to === last) return undefined;
  if (run.from === 0) {
    return exactly(
      isCut(run.to) ? { lessThanOrEqual: { fixedValue: high } } : { lessThan: { fixedValue: high } },
    );
  }
  if (run.to === last) {
    return exactly(
      isCut(run.from) ? { greaterThanOrEqual: { fixedValue: low } } : { greaterThan: { fixedValue: low } },
    );
  }
  if (run.from === run.to && isCut(run.from)) return exactly({ equalTo: { fixedValue: low } });
  return { operator: { inRange: { lowBound: low, highBound: high } }, edges };
}

function isCut(place: number): boolean {
  return place % 2 === 1;
}

/** The thresholds at both ends of a run, and those of them that are not part of it. */
function bounds(
  { from, to }: Run,
  cuts: readonly Quantity[],
): { readonly low: QuantityText; readonly high: QuantityText; readonly edges: readonly Quantity[] } {
  const low = cuts[Math.ceil(from / 2) - 1];
  const high = cuts[Math.floor(to / 2)];
  const edges = [...(isCut(from) ? [] : [low]), ...(isCut(to) ? [] : [high])];
  return {
    low: quantityText(low),
    high: quantityText(high),
    edges: edges.filter((edge) => edge !== undefined),
  };
}

/** The canonical form, or all digits where that one would be coarser. */
function quantityText(quantity: Quantity | undefined): string {
  if (quantity === undefined) return '';
  const canonical = formatQuantity(quantity);
  const read = parseQuantity(canonical);
  if (read.ok && compareQuantities(read.value, quantity) === 0) return canonical;
  return `${quantity.mantissa}e${quantity.exponent}`;
}
