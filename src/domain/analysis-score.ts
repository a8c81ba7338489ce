import type { Analysis } from '../api/metrics/v1/analysis.ts';
import type {
  AnalysisDefinition,
  AnalysisObjective,
  CompareWith,
} from '../api/metrics/v1/analysis-definition.ts';
import { analysisMessage } from './analysis-message.ts';
import { type ObjectiveResult, readRaw, writeRaw } from './analysis-raw.ts';
import { aggregateEarlier, type Fraction, fractionToNumber } from './earlier-value.ts';
import { comparesWithEarlier, judgeTarget } from './objective-target.ts';
import { type Quantity, quantityOfDecimal } from './quantity.ts';
import { scoreObjectives, type Verdict } from './score.ts';

/** What was measured for one objective. */
export interface ObjectiveValue {
  /** Decimal text; undefined when nothing could be measured. */
  readonly value: string | undefined;
  /** The query as it was sent. */
  readonly query: string;
  /** Why there is no value. */
  readonly error?: string;
}

/** An earlier, completed Analysis of the same definition. */
export interface EarlierResult {
  readonly name: string;
  readonly verdict: Verdict;
  /** The value of each objective, by `objectiveKey`. */
  readonly values: ReadonlyMap<string, number>;
}

/** The end of an Analysis. */
export interface AnalysisScore {
  readonly pass: boolean;
  readonly warning: boolean;
  /** 0 to 100; negative where weights are. */
  readonly percent: number;
  /** JSON for status.raw, in Keptn's form. */
  readonly raw: string;
  /** One sentence: the score, and which objectives failed and why. */
  readonly message: string;
  /** Names of the earlier Analyses whose values were compared with. */
  readonly comparedWith: readonly string[];
}

/** What a definition without `compareWith` compares with. */
const compareWithDefaults: CompareWith = { results: 1, include: 'pass', aggregate: 'avg', sameArgs: [] };

/**
 * What tells the values of objectives apart. Names hold no slash, so that no two templates share a key; objectives with one
 * template share the value. Pure.
 */
export function objectiveKey({ name, namespace }: AnalysisObjective['analysisValueTemplateRef']): string {
  return namespace ? `${namespace}/${name}` : name;
}

/**
 * Scores an Analysis: judges every value by the target of its objective, and all of them by weight. What is no finite number
 * fails. `values` has one entry for each objective, in their order; `earlier` is what `readEarlier` gave. Pure.
 * Source: Keptn metrics operator, with exact thresholds and percentages.
 */
export function scoreAnalysis(
  definition: AnalysisDefinition['spec'],
  values: readonly ObjectiveValue[],
  earlier: readonly EarlierResult[],
): AnalysisScore {
  const { aggregate } = definition.compareWith ?? compareWithDefaults;
  const results = definition.objectives.map((objective, index) => {
    const key = objectiveKey(objective.analysisValueTemplateRef);
    const known = earlier.flatMap((one) => one.values.get(key) ?? []);
    const base = comparesWithEarlier(objective.target) ? aggregateEarlier(aggregate, known) : undefined;
    return judged(objective, values[index] ?? { value: undefined, query: '' }, base);
  });
  const { passPercentage, warningPercentage } = definition.totalScore;
  const score = scoreObjectives(
    results.map(({ objective, verdict }) => ({
      verdict,
      weight: objective.weight,
      key: objective.keyObjective,
    })),
    { pass: whole(passPercentage), warning: whole(warningPercentage), ofNothing: 0 },
  );
  const compared = results.filter((result) => result.earlier !== undefined);
  const keys = compared.map(({ objective }) => objectiveKey(objective.analysisValueTemplateRef));
  return {
    pass: score.verdict === 'pass',
    warning: score.verdict === 'warning',
    percent: score.percent,
    raw: writeRaw(results, score),
    message: analysisMessage(results, score, definition.totalScore),
    comparedWith: earlier.filter((one) => keys.some((key) => one.values.has(key))).map(({ name }) => name),
  };
}

function whole(percent: number): Quantity {
  return { mantissa: BigInt(percent), exponent: 0, form: 'decimal' };
}

function judged(
  objective: AnalysisObjective,
  { value, query, error }: ObjectiveValue,
  base: Fraction | undefined,
): ObjectiveResult {
  const compared = base === undefined ? {} : { earlier: fractionToNumber(base) };
  const unjudged = { objective, verdict: 'fail', query, ...compared } as const;
  if (value === undefined) return { ...unjudged, error: error ?? 'nothing was measured' };
  const measured = quantityOfDecimal(value);
  if (!measured.ok) return { ...unjudged, error: measured.error.message };
  const judgement = judgeTarget(objective.target, measured.value, base);
  if (!judgement.ok) return { ...unjudged, value: measured.value, error: judgement.error.message };
  const { verdict } = judgement.value;
  return { ...unjudged, verdict, value: measured.value, judgement: judgement.value };
}

/**
 * Which of the other Analyses the values of this one are compared with, the latest first: those of its namespace and
 * definition that were completed before it began, as `compareWith` says. None where no target compares. Pure.
 */
export function readEarlier(
  definition: AnalysisDefinition['spec'],
  analysis: Analysis,
  others: readonly Analysis[],
): readonly EarlierResult[] {
  if (!definition.objectives.some(({ target }) => comparesWithEarlier(target))) return [];
  const { include, results, sameArgs } = definition.compareWith ?? compareWithDefaults;
  return others
    .filter((other) => isEarlier(analysis, other) && haveSameArgs(analysis, other, sameArgs))
    .toSorted(latestFirst)
    .flatMap(readResult)
    .filter(({ verdict }) => included[include].includes(verdict))
    .slice(0, results);
}

const included: Readonly<Record<CompareWith['include'], readonly Verdict[]>> = {
  all: ['pass', 'warning', 'fail'],
  passOrWarning: ['pass', 'warning'],
  pass: ['pass'],
};

function isEarlier(analysis: Analysis, other: Analysis): boolean {
  if (other.metadata.namespace !== analysis.metadata.namespace) return false;
  if (other.metadata.name === analysis.metadata.name || other.status?.state !== 'Completed') return false;
  const began = analysis.status?.startTime ?? analysis.metadata.creationTimestamp;
  return sameDefinition(analysis, other) && (began === undefined || endOf(other) <= timeOf(began));
}

function sameDefinition(analysis: Analysis, other: Analysis): boolean {
  const here = analysis.metadata.namespace;
  const [one, two] = [analysis.spec.analysisDefinition, other.spec.analysisDefinition];
  return one.name === two.name && (one.namespace || here) === (two.namespace || here);
}

function haveSameArgs(analysis: Analysis, other: Analysis, names: readonly string[]): boolean {
  return names.every((name) => analysis.spec.args?.[name] === other.spec.args?.[name]);
}

/** Keptn did not write when an Analysis ended. */
function endOf({ status, metadata }: Analysis): number {
  return timeOf(status?.endTime ?? status?.timeframe?.to ?? metadata.creationTimestamp);
}

function timeOf(text: string | undefined): number {
  const time = Date.parse(text ?? '');
  return Number.isNaN(time) ? 0 : time;
}

function latestFirst(a: Analysis, b: Analysis): number {
  return endOf(b) - endOf(a) || (a.metadata.name < b.metadata.name ? -1 : 1);
}

function readResult({ metadata, status }: Analysis): readonly EarlierResult[] {
  const values = readRaw(status?.raw ?? '');
  if (!values.ok) return [];
  const byKey = new Map(values.value.map(({ template, value }) => [objectiveKey(template), value]));
  return [{ name: metadata.name, verdict: verdictOf(status), values: byKey }];
}

/** Keptn left out what was false. */
function verdictOf(status: Analysis['status']): Verdict {
  if (status?.pass === true) return 'pass';
  return status?.warning === true ? 'warning' : 'fail';
}
