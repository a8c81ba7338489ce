import type { SloComparison } from '../../api/slo/slo-file.ts';
import { aggregateEarlier, fractionToNumber } from '../earlier-value.ts';
import type { Verdict } from '../score.ts';

/** What a provider measured for one indicator. */
export interface SliValue {
  readonly metric: string;
  readonly value: number;
  readonly success: boolean;
  readonly message?: string | undefined;
}

/** An earlier evaluation of the same service in the same stage. */
export interface EarlierEvaluation {
  readonly id: string;
  readonly result: Verdict;
  /** Whether somebody said that it no longer counts. */
  readonly invalidated: boolean;
  readonly values: readonly SliValue[];
}

/** How relative criteria look back, with what is not said filled in. */
export interface LookBack {
  readonly results: number;
  readonly include: 'all' | 'pass' | 'pass_or_warn';
  /** Undefined for a word that Keptn did not know; the value is then 0. */
  readonly aggregate: 'avg' | 'p50' | 'p90' | 'p95' | undefined;
}

const functions = ['avg', 'p50', 'p90', 'p95'] as const;
const defaultResults = 3;

/** Reads the block `comparison`; without one a single result of any verdict counts. Pure. Source: spec 5.2. */
export function lookBackOf(comparison: SloComparison | null | undefined): LookBack {
  if (comparison === null || comparison === undefined)
    return { results: 1, include: 'all', aggregate: 'avg' };
  const {
    compare_with: which,
    include_result_with_score: include,
    number_of_comparison_results: given,
    aggregate_function: aggregate,
  } = comparison;
  // Any other word than these two looks back as far as several results do without a number.
  const several = which === 'several_results' ? given || defaultResults : defaultResults;
  const word = include?.toLowerCase();
  return {
    results: which === 'single_result' ? 1 : several,
    include: word === 'pass' || word === 'pass_or_warn' ? word : 'all',
    aggregate: aggregate === undefined ? 'avg' : functions.find((known) => known === aggregate.toLowerCase()),
  };
}

const included: Readonly<Record<LookBack['include'], readonly Verdict[]>> = {
  all: ['pass', 'warning', 'fail'],
  pass: ['pass'],
  pass_or_warn: ['pass', 'warning'],
};

/** The evaluations that count, of those given with the newest first. Pure. */
export function comparedEvaluations(
  { results, include }: LookBack,
  newestFirst: readonly EarlierEvaluation[],
): readonly EarlierEvaluation[] {
  const counting = newestFirst.filter(
    ({ result, invalidated }) => !invalidated && included[include].includes(result),
  );
  return counting.slice(0, Math.max(0, results));
}

/** The value of an indicator to compare with; undefined where no earlier evaluation measured it. Pure. */
export function earlierValueOf(
  sli: string,
  { aggregate }: LookBack,
  compared: readonly EarlierEvaluation[],
): number | undefined {
  const values = compared
    .flatMap((one) => one.values.filter(({ metric, success }) => metric === sli && success))
    .map(({ value }) => value);
  if (values.length === 0) return undefined;
  if (aggregate === undefined) return 0;
  const aggregated = aggregateEarlier(aggregate, values);
  return aggregated === undefined ? undefined : fractionToNumber(aggregated);
}
