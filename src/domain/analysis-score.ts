import type { Analysis } from '../api/metrics/v1/analysis.ts';
import type { AnalysisDefinition } from '../api/metrics/v1/analysis-definition.ts';

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
  readonly verdict: 'pass' | 'warning' | 'fail';
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
  readonly comparedWith: readonly string[];
}

export type ScoreAnalysis = (
  definition: AnalysisDefinition['spec'],
  /** One for each objective, in their order. */
  values: readonly ObjectiveValue[],
  earlier: readonly EarlierResult[],
) => AnalysisScore;

export type ReadEarlier = (
  definition: AnalysisDefinition['spec'],
  analysis: Analysis,
  others: readonly Analysis[],
) => readonly EarlierResult[];
