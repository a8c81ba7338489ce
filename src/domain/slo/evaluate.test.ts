import { expect, test } from 'vitest';
import { loadVectors, z } from '../../../test/builders/vectors.ts';
import { readSloFile } from '../../api/slo/slo-file.ts';
import { formatGoFloat } from '../go-float.ts';
import { parseCriterion } from './criterion.ts';
import { evaluateSlo, type SloEvaluation } from './evaluate.ts';

const verdict = z.enum(['pass', 'warning', 'fail']);
const value = z.object({
  metric: z.string(),
  value: z.number(),
  comparedValue: z.number(),
  success: z.boolean(),
  message: z.string().optional(),
});
const targets = z.array(z.object({ criteria: z.string(), targetValue: z.number(), violated: z.boolean() }));
const outcome = z.object({
  status: z.enum(['succeeded', 'errored']),
  result: verdict,
  message: z.string(),
  evaluation: z.object({
    result: verdict,
    score: z.number(),
    comparedEvents: z.array(z.string()),
    indicatorResults: z.array(
      z.object({
        displayName: z.string(),
        keySli: z.boolean(),
        passTargets: targets,
        warningTargets: targets,
        score: z.number(),
        status: z.enum(['pass', 'warning', 'fail', 'info']),
        value,
      }),
    ),
  }),
});
const vector = z.object({
  id: z.string(),
  note: z.string(),
  input: z.object({
    sloYaml: z.string(),
    getSliFinished: z.object({
      status: z.enum(['succeeded', 'errored', 'aborted']),
      result: verdict,
      message: z.string(),
      indicatorValues: z.array(value),
    }),
    historyNewestFirst: z.array(
      z.object({
        id: z.string(),
        result: verdict,
        invalidated: z.boolean(),
        indicatorValues: z.array(value),
      }),
    ),
  }),
  expected: outcome,
  sluice: outcome.optional(),
});

function evaluated({
  sloYaml,
  getSliFinished,
  historyNewestFirst,
}: z.infer<typeof vector>['input']): SloEvaluation {
  return evaluateSlo({
    project: 'p',
    stage: 's',
    service: 'svc',
    file: readSloFile(sloYaml),
    answer: { ...getSliFinished, values: getSliFinished.indicatorValues },
    earlierNewestFirst: historyNewestFirst.map((one) => ({ ...one, values: one.indicatorValues })),
  });
}

const vectors = loadVectors('slo/evaluation', vector);

test('every vector is here', () => {
  expect(vectors).toHaveLength(65);
});

test.each(vectors)('$id: $note', (one) => {
  expect(evaluated(one.input)).toEqual(one.sluice ?? one.expected);
});

const criteria = loadVectors(
  'slo/criteria',
  z.object({
    criteria: z.string(),
    expected: z.union([
      z.object({ error: z.string() }),
      z.object({
        operator: z.string(),
        comparison: z.boolean(),
        increase: z.boolean(),
        percentage: z.boolean(),
        value: z.string(),
      }),
    ]),
  }),
);

test('every criterion is here', () => {
  expect(criteria).toHaveLength(41);
});

test.each(criteria)('criterion "$criteria"', ({ criteria: text, expected }) => {
  const read = parseCriterion(text);
  if (!read.ok) {
    expect({ error: read.error.message }).toEqual(expected);
    return;
  }
  const { operator, value: number, relative } = read.value;
  expect({
    operator,
    comparison: relative !== undefined,
    increase: relative?.increase === true,
    percentage: relative?.percent === true,
    value: Number.isFinite(number) ? String(number) : formatGoFloat(number),
  }).toEqual(expected);
});

test('what is no finite number is as if nothing had been measured', () => {
  const nothing = { metric: 'rt', value: Number.NaN, comparedValue: 0, success: true };
  const sloYaml =
    'objectives: [{sli: rt, pass: [{criteria: [">=0", "<1"]}, {criteria: ["<Inf"]}]}]\ntotal_score: {pass: 90%}';
  const getSliFinished = {
    status: 'succeeded',
    result: 'pass',
    message: '',
    indicatorValues: [nothing],
  } as const;
  const { result, evaluation } = evaluated({
    sloYaml,
    getSliFinished: { ...getSliFinished, indicatorValues: [nothing] },
    historyNewestFirst: [],
  });
  expect(result).toBe('fail');
  expect(evaluation.indicatorResults[0]?.value.message).toBe('the value is not a finite number');
});

test('the percentage is compared exactly, as that of an Analysis is', () => {
  const sloYaml = [
    'objectives:',
    '- {sli: rt, pass: [{criteria: ["<2"]}], weight: 29}',
    '- {sli: er, pass: [{criteria: ["<1"]}], weight: 71}',
    'total_score: {pass: 29%}',
  ].join('\n');
  const values = ['rt', 'er'].map((metric) => ({ metric, value: 1, comparedValue: 0, success: true }));
  const getSliFinished = {
    status: 'succeeded',
    result: 'pass',
    message: '',
    indicatorValues: values,
  } as const;
  const { result } = evaluated({
    sloYaml,
    getSliFinished: { ...getSliFinished, indicatorValues: values },
    historyNewestFirst: [],
  });
  expect(result).toBe('pass');
});
