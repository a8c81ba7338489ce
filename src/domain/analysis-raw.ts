import type { AnalysisObjective } from '../api/metrics/v1/analysis-definition.ts';
import {
  type Comparison,
  comparisonOperators,
  type Operator,
  operatorNames,
  type QuantityText,
  type Target,
} from '../api/metrics/v1/target.ts';
import { parseWith, z } from '../api/schema.ts';
import { failure, type SluiceError } from '../kernel/errors.ts';
import { err, ok, type Result } from '../kernel/result.ts';
import type { Judgement } from './objective-target.ts';
import { formatQuantity, parseQuantity, type Quantity, quantityToNumber } from './quantity.ts';
import type { Score, Verdict } from './score.ts';

/** One objective as it came out. */
export interface ObjectiveResult {
  readonly objective: AnalysisObjective;
  readonly verdict: Verdict;
  /** Absent: it could not be judged. */
  readonly judgement?: Judgement;
  /** Absent: nothing was measured, or nothing that is a number. */
  readonly value?: Quantity;
  readonly query: string;
  /** The earlier value that it was compared with. */
  readonly earlier?: number;
  /** Why it could not be judged. */
  readonly error?: string;
}

/**
 * The JSON of status.raw in Keptn's form: its order of keys, its spelling of quantities, and signs escaped that HTML knows.
 * Where there is no number the value is null and `error` says why. Pure. Source: Keptn metrics operator, spec 4.6.
 */
export function writeRaw(results: readonly ObjectiveResult[], score: Score): string {
  const raw = {
    objectiveResults: results.map(objectiveJson),
    totalScore: score.total,
    maximumScore: score.maximum,
    pass: score.verdict === 'pass',
    warning: score.verdict === 'warning',
  };
  return JSON.stringify(raw).replace(/[<>&\u2028\u2029]/g, escaped);
}

function escaped(sign: string): string {
  return `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function objectiveJson(result: ObjectiveResult): object {
  const { objective, verdict, judgement, value, query, error } = result;
  const { target } = objective;
  const judged = judgement !== undefined;
  const failed = judgement?.failure === true;
  return {
    result: {
      failResult: { operator: operatorJson(judged ? target.failure : undefined), fulfilled: failed },
      // What has failed was not looked at any further.
      warnResult: {
        operator: operatorJson(judged && !failed ? target.warning : undefined),
        fulfilled: judgement?.warning === true,
      },
      warning: verdict === 'warning',
      pass: verdict === 'pass',
      ...comparisonResult(result),
    },
    objective: {
      analysisValueTemplateRef: objective.analysisValueTemplateRef,
      target: targetJson(target),
      ...(objective.weight === 0 ? {} : { weight: objective.weight }),
      ...(objective.keyObjective ? { keyObjective: true } : {}),
    },
    value: value === undefined ? null : quantityToNumber(value),
    query,
    score: scoreOf(verdict, objective.weight),
    ...(error === undefined ? {} : { error }),
  };
}

function scoreOf(verdict: Verdict, weight: number): number {
  if (verdict === 'fail') return 0;
  return verdict === 'pass' ? weight : weight / 2;
}

/** Keptn's results have none of this: it is there only where a definition compares. */
function comparisonResult({ objective, judgement, earlier }: ObjectiveResult): object {
  const { comparison } = objective.target;
  if (comparison === undefined) return {};
  const one = (operator: Comparison | undefined, fulfilled: boolean | undefined) => ({
    operator: comparisonJson(operator),
    fulfilled: fulfilled === true,
  });
  return {
    comparison: {
      earlierValue: earlier ?? null,
      failResult: one(comparison.failure, judgement?.comparedFailure),
      warnResult: one(comparison.warning, judgement?.comparedWarning),
    },
  };
}

function targetJson({ failure: failed, warning, comparison }: Target): object {
  return {
    ...(failed === undefined ? {} : { failure: operatorJson(failed) }),
    ...(warning === undefined ? {} : { warning: operatorJson(warning) }),
    ...(comparison === undefined
      ? {}
      : {
          comparison: {
            ...(comparison.failure === undefined ? {} : { failure: comparisonJson(comparison.failure) }),
            ...(comparison.warning === undefined ? {} : { warning: comparisonJson(comparison.warning) }),
          },
        }),
  };
}

function operatorJson(operator: Operator | undefined): object {
  const present = operatorNames.flatMap((name) => {
    const bounds = operator?.[name];
    if (bounds === undefined) return [];
    const { lowBound, highBound, fixedValue }: Partial<Record<string, QuantityText>> = bounds;
    const written = { lowBound, highBound, fixedValue };
    const given = Object.entries(written).flatMap(([key, text]) =>
      text === undefined ? [] : [[key, quantityJson(text)] as const],
    );
    return [[name, Object.fromEntries(given)] as const];
  });
  return Object.fromEntries(present);
}

function quantityJson(given: QuantityText): string {
  const read = parseQuantity(given);
  return read.ok ? formatQuantity(read.value) : String(given);
}

function comparisonJson(comparison: Comparison | undefined): object {
  const present = comparisonOperators.flatMap((name) =>
    comparison?.[name] === undefined ? [] : [[name, comparison[name]] as const],
  );
  return Object.fromEntries(present);
}

const rawSchema = z.object({
  objectiveResults: z.array(
    z.object({
      objective: z.object({
        analysisValueTemplateRef: z.object({ name: z.string(), namespace: z.string().optional() }),
      }),
      value: z.number().nullish(),
      error: z.unknown().optional(),
    }),
  ),
});

/** What was measured for a template in an earlier Analysis. */
export interface EarlierValue {
  readonly template: AnalysisObjective['analysisValueTemplateRef'];
  readonly value: number;
}

/** The values of status.raw, those of Keptn too; what had an error is left out. Error: malformed. Pure. */
export function readRaw(text: string): Result<readonly EarlierValue[], SluiceError> {
  const json = parseJson(text);
  if (!json.ok) return json;
  const raw = parseWith(rawSchema, json.value);
  if (!raw.ok) return raw;
  return ok(
    raw.value.objectiveResults.flatMap(({ objective, value, error }) =>
      // Keptn wrote the value 0 where it had none, with an error.
      typeof value === 'number' && error === undefined
        ? [{ template: objective.analysisValueTemplateRef, value }]
        : [],
    ),
  );
}

function parseJson(text: string): Result<unknown, SluiceError> {
  try {
    const value: unknown = JSON.parse(text);
    return ok(value);
  } catch {
    return err(failure('malformed', 'the result is not JSON'));
  }
}
