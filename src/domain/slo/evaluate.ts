import type { SloFile, SloObjective } from '../../api/slo/slo-file.ts';
import type { SluiceError } from '../../kernel/errors.ts';
import { ok, type Result } from '../../kernel/result.ts';
import { parseGoFloat } from '../go-float.ts';
import { type Quantity, quantityOfDecimal } from '../quantity.ts';
import { type Score, scoreObjectives, type Verdict } from '../score.ts';
import {
  comparedEvaluations,
  type EarlierEvaluation,
  earlierValueOf,
  lookBackOf,
  type SliValue,
} from './history.ts';
import { counts, type IndicatorResult, judgeIndicator } from './indicator.ts';

/** What the event get-sli.finished says. */
export interface SliAnswer {
  readonly status: 'succeeded' | 'errored' | 'aborted';
  readonly result: Verdict;
  readonly message: string;
  readonly values: readonly SliValue[];
}

/** All that an evaluation looks at. */
export interface SloInput {
  readonly project: string;
  readonly stage: string;
  readonly service: string;
  /** The file as it was read; undefined where there is none, or an empty one. */
  readonly file: Result<SloFile | undefined, SluiceError>;
  readonly answer: SliAnswer;
  readonly earlierNewestFirst: readonly EarlierEvaluation[];
}

/** The part of the event evaluation.finished that an evaluation decides. */
export interface SloEvaluation {
  readonly status: 'succeeded' | 'errored';
  readonly result: Verdict;
  readonly message: string;
  readonly evaluation: {
    readonly result: Verdict;
    /** 0 to 100. */
    readonly score: number;
    readonly comparedEvents: readonly string[];
    readonly indicatorResults: readonly IndicatorResult[];
  };
}

/**
 * Evaluates an SLO file of Keptn v1 with its scores, messages and history. Percentages are compared exactly; an objective that
 * shares its indicator with another shares the value. Pure. Source: Keptn v1, lighthouse-service, spec 5.
 */
export function evaluateSlo(input: SloInput): SloEvaluation {
  const { file, answer, project, stage, service } = input;
  if (answer.status === 'errored') {
    return ended(
      'errored',
      `evaluation performed by lighthouse received an unexpected error: ${answer.message}`,
      {
        evaluated: 'pass',
      },
    );
  }
  if (answer.status === 'aborted') {
    return ended('errored', 'evaluation performed by lighthouse was aborted', { evaluated: 'pass' });
  }
  if (!file.ok) {
    return ended(
      'errored',
      `Could not parse SLO file for service ${service} in stage ${stage} in project ${project}`,
    );
  }
  if (file.value === undefined) {
    const message = `no evaluation performed by lighthouse because no SLO file configured for project ${project}`;
    return ended('succeeded', message, { evaluated: 'pass', result: 'pass' });
  }
  return evaluateFile(file.value, input);
}

/** An end without results. */
function ended(
  status: SloEvaluation['status'],
  message: string,
  { evaluated = 'fail', result = 'fail' }: { evaluated?: Verdict; result?: Verdict } = {},
): SloEvaluation {
  const evaluation = { result: evaluated, score: 0, comparedEvents: [], indicatorResults: [] };
  return { status, result, message, evaluation };
}

function evaluateFile(file: SloFile, { answer, earlierNewestFirst }: SloInput): SloEvaluation {
  const lookBack = lookBackOf(file.comparison);
  const compared = comparedEvaluations(lookBack, earlierNewestFirst);
  const results: IndicatorResult[] = [];
  for (const objective of file.objectives) {
    const value = answer.values.find(({ metric }) => metric === objective.sli);
    const judged = judgeIndicator(objective, value, earlierValueOf(objective.sli, lookBack, compared));
    if (!judged.ok) return ended('succeeded', judged.error.message);
    results.push(judged.value);
  }
  if (results.length === 0)
    return ended('succeeded', 'lighthouse failed because no SLO objective was provided');
  const limits = readLimits(file.total_score);
  if (!limits.ok) return ended('errored', limits.message);
  const score = scoreFile(file.objectives, results, limits.value);
  const percent = score.maximum === 0 ? 100 : (score.total / score.maximum) * 100;
  const failed = answer.result === 'fail';
  const evaluation = {
    result: score.verdict,
    score: percent,
    comparedEvents: compared.map(({ id }) => id),
    indicatorResults: results,
  };
  const message = failed
    ? `lighthouse failed because SLI failed with message ${answer.message}`
    : messageOf({ file, results, score, percent, limits: limits.value, values: answer.values });
  return { status: 'succeeded', result: failed ? 'fail' : score.verdict, message, evaluation };
}

function scoreFile(
  objectives: readonly SloObjective[],
  results: readonly IndicatorResult[],
  limits: SloLimits,
): Score {
  const judged = objectives.map((objective, index) => {
    const status = results[index]?.status ?? 'fail';
    return {
      verdict: status === 'info' ? 'pass' : status,
      weight: counts(objective) ? objective.weight : 0,
      key: objective.key_sli,
    } as const;
  });
  return scoreObjectives(judged, { ...limits, ofNothing: 100 });
}

interface SloLimits {
  readonly pass: Quantity;
  readonly warning?: Quantity;
}

type ReadLimits =
  | { readonly ok: true; readonly value: SloLimits }
  | { readonly ok: false; readonly message: string };

function readLimits(total: SloFile['total_score']): ReadLimits {
  if (!total?.pass) return { ok: false, message: 'no target score defined' };
  const pass = readPercentage(total.pass);
  if (!pass.ok) return { ok: false, message: 'could not parse pass target percentage' };
  if (!total.warning) return ok({ pass: pass.value });
  const warning = readPercentage(total.warning);
  if (!warning.ok) return { ok: false, message: 'could not parse warning target percentage' };
  return ok({ pass: pass.value, warning: warning.value });
}

/** Reads `90%` or `90`. Error: malformed. Pure. */
export function readPercentage(text: string): Result<Quantity, SluiceError> {
  return quantityOfDecimal(text.trim().replace(/%$/, ''));
}

interface Told {
  readonly file: SloFile;
  readonly results: readonly IndicatorResult[];
  readonly score: Score;
  readonly percent: number;
  readonly limits: SloLimits;
  readonly values: readonly SliValue[];
}

function messageOf(told: Told): string {
  const { score, percent } = told;
  if (score.keyFailed) return `Evaluation failed due to ${keyFailures(told).join(', ')}`;
  const { pass, warning } = told.file.total_score ?? {};
  if (score.verdict === 'warning') {
    return `Evaluation returned a warning: the calculated score of ${percent} is close to the warning target value of ${plain(warning)}`;
  }
  if (score.verdict === 'fail') {
    const missed = warning ? `warning value of ${plain(warning)}` : `target value of ${plain(pass)}`;
    return `Evaluation failed since the calculated score of ${percent} is below the ${missed}`;
  }
  return unusedValues(told);
}

function plain(percentage: string | undefined): string {
  return String(parseGoFloat((percentage ?? '').trim().replace(/%$/, '')));
}

function keyFailures({ file, results }: Told): readonly string[] {
  return results.flatMap(({ status, displayName, value, score }, index) => {
    if (file.objectives[index]?.key_sli !== true || status !== 'fail') return [];
    const why = value.success ? `failed evaluation with score ${score.toFixed(6)}` : (value.message ?? '');
    return [`key_sli objective '${displayName}': ${why}`];
  });
}

/** Names the values that no objective looked at; of several of one name only the first is. */
function unusedValues({ file, values }: Told): string {
  const wanted = new Set(file.objectives.map(({ sli }) => sli));
  const unused = values.filter(
    ({ metric }, index) => !wanted.has(metric) || values.findIndex((one) => one.metric === metric) !== index,
  );
  if (unused.length === 0) return '';
  const names = unused.map(({ metric }) => `${metric} `).join('');
  return `Lighthouse received additional SLIs, which are not specified as SLO: ${names}. Please consider using them as an SLO.`;
}
