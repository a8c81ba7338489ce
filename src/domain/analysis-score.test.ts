import { describe, expect, test } from 'vitest';
import { type Given, parsed } from '../../test/builders/parsed.ts';
import { loadVectors, z } from '../../test/builders/vectors.ts';
import { type Analysis, analysisSchema } from '../api/metrics/v1/analysis.ts';
import {
  type AnalysisDefinition,
  type AnalysisObjective,
  analysisDefinitionKind,
  type CompareWith,
} from '../api/metrics/v1/analysis-definition.ts';
import {
  type AnalysisScore,
  type EarlierResult,
  type ObjectiveValue,
  objectiveKey,
  readEarlier,
  scoreAnalysis,
} from './analysis-score.ts';

type Spec = AnalysisDefinition['spec'];

const outcome = z.object({
  percent: z.number().optional(),
  pass: z.boolean(),
  warning: z.boolean(),
  raw: z.string().nullable(),
});
const vector = z.object({
  name: z.string(),
  definition: analysisDefinitionKind.spec,
  values: z.array(
    z.object({
      objectiveReference: z.object({ name: z.string(), namespace: z.string().optional() }),
      query: z.string().optional(),
      value: z.string(),
    }),
  ),
  expected: outcome,
  sluice: outcome.optional(),
});
const vectors = loadVectors('metrics/analysis', vector);

function scored({ definition, values }: z.infer<typeof vector>): AnalysisScore {
  const byKey = new Map(values.map((one) => [objectiveKey(one.objectiveReference), one]));
  const inOrder = definition.objectives.map(({ analysisValueTemplateRef }): ObjectiveValue => {
    const key = objectiveKey(analysisValueTemplateRef);
    const found = byKey.get(key);
    if (found === undefined) return { value: undefined, query: '', error: `no value of "${key}"` };
    return { value: found.value, query: found.query ?? '' };
  });
  return scoreAnalysis(definition, inOrder, []);
}

test('every vector is here', () => {
  expect(vectors).toHaveLength(41);
});

test.each(vectors)('$name', (one) => {
  const { percent, pass, warning, raw } = scored(one);
  const expected = one.sluice ?? one.expected;
  // Keptn multiplied after dividing, which is one rounding more.
  if (expected.percent !== undefined) expect(percent).toBeCloseTo(expected.percent, 9);
  expect({ pass, warning, raw }).toEqual({
    pass: expected.pass,
    warning: expected.warning,
    raw: expected.raw,
  });
});

type Objective = Partial<AnalysisObjective>;

/** A definition of these objectives, named a, b and so on; 90 to pass, 75 for a warning. */
function definition(objectives: readonly Objective[], compareWith?: Partial<CompareWith>): Spec {
  return analysisDefinitionKind.spec.parse({
    objectives: objectives.map((one, index) => ({
      analysisValueTemplateRef: { name: String.fromCharCode(97 + index) },
      ...one,
    })),
    totalScore: { passPercentage: 90, warningPercentage: 75 },
    ...(compareWith === undefined ? {} : { compareWith }),
  });
}

function measured(...values: readonly string[]): readonly ObjectiveValue[] {
  return values.map((value) => ({ value, query: 'q' }));
}

const above10 = { failure: { greaterThan: { fixedValue: '10' } } };

test('MQ-19: two templates never share a value, whatever their names and namespaces', () => {
  expect(objectiveKey({ name: 'a-b', namespace: 'c' })).not.toBe(
    objectiveKey({ name: 'a', namespace: 'b-c' }),
  );
  expect(objectiveKey({ name: 'a', namespace: '' })).toBe(objectiveKey({ name: 'a' }));
});

test('MQ-24: a key objective fails all when its target fails, whatever its weight', () => {
  const spec = definition([{ target: above10, weight: 0, keyObjective: true }, {}]);
  expect(scoreAnalysis(spec, measured('10', '1'), [])).toMatchObject({ pass: true, warning: false });
  expect(scoreAnalysis(spec, measured('11', '1'), [])).toMatchObject({
    pass: false,
    warning: false,
    percent: 100,
  });
});

test.each(['NaN', '+Inf', '-Inf', 'nan', 'Infinity', '', 'abc', undefined])(
  'MQ-25: the value %s never passes, not without a target either, and the result is written',
  (value) => {
    const { pass, warning, raw, message } = scoreAnalysis(definition([{}]), [{ value, query: 'q' }], []);
    expect({ pass, warning }).toEqual({ pass: false, warning: false });
    expect(JSON.parse(raw)).toMatchObject({
      objectiveResults: [{ value: null, error: expect.any(String), score: 0 }],
    });
    expect(message).toContain('"a" failed: ');
  },
);

test('MQ-26: 29 of 100 are 29 %, and 0.3 is 0.3', () => {
  const spec = { ...definition([{ weight: 29 }, { weight: 71, target: above10 }]) };
  const at29 = { ...spec, totalScore: { passPercentage: 29, warningPercentage: 28 } };
  expect(scoreAnalysis(at29, measured('1', '11'), [])).toMatchObject({ pass: true, percent: 29 });
  const equal = definition([{ target: { failure: { equalTo: { fixedValue: '0.3' } } } }]);
  expect(scoreAnalysis(equal, measured('0.3'), [])).toMatchObject({ pass: false });
});

test('MQ-27: why there is no value is in the result, in the words of whoever looked', () => {
  const error = 'prometheus/shop: timed out after 20s';
  const { raw, message } = scoreAnalysis(definition([{}]), [{ value: undefined, query: 'q', error }], []);
  expect(JSON.parse(raw)).toMatchObject({ objectiveResults: [{ value: null, query: 'q', error }] });
  expect(message).toBe(`Failed: 0 % is below the 75 % that pass with a warning; "a" failed: ${error}.`);
});

test('a threshold that is no quantity fails its objective and is named', () => {
  const spec = definition([{ target: { warning: { inRange: { lowBound: '1', highBound: '1e1.5' } } } }]);
  const { pass, message } = scoreAnalysis(spec, measured('5'), []);
  expect(pass).toBe(false);
  expect(message).toContain('target.warning.inRange.highBound: "1e1.5" is not a quantity');
});

test('the message tells five objectives and counts the rest', () => {
  const spec = definition(Array.from({ length: 9 }, () => ({ target: above10 })));
  const { message } = scoreAnalysis(spec, measured(...Array.from({ length: 9 }, () => '11')), []);
  expect(message).toMatch(/"e" failed: 11 is above 10; and 4 more\.$/);
});

test('a percentage just below the limit does not read as the limit', () => {
  const spec = definition([{ weight: 89_999 }, { weight: 10_001, target: above10 }]);
  expect(scoreAnalysis(spec, measured('1', '11'), []).message).toMatch(
    /^Warning: 89\.99 % is below the 90 %/,
  );
});

const noWorse = { comparison: { failure: { greaterThan: '+10%' } } };

function earlier(name: string, value: number): EarlierResult {
  return { name, verdict: 'pass', values: new Map([['a', value]]) };
}

describe('comparison with earlier results', () => {
  test.each([
    ['110', '+10%', 'greaterThan', true],
    ['110.0000001', '+10%', 'greaterThan', false],
    ['110', '+10%', 'greaterThanOrEqual', false],
    ['95', '-5%', 'lessThan', true],
    ['94.9', '-5%', 'lessThan', false],
    ['150', '+50', 'greaterThan', true],
    ['50', '-50', 'lessThanOrEqual', false],
  ])('%s against 100 with %s, failing when %s: passes %s', (value, offset, name, pass) => {
    const spec = definition([{ target: { comparison: { failure: { [name]: offset } } } }]);
    expect(scoreAnalysis(spec, measured(value), [earlier('one', 100)])).toMatchObject({
      pass,
      comparedWith: ['one'],
    });
  });

  test('is exact: the average of equal values is that value, and 10 % more of 0.1 is 0.11', () => {
    const worse = definition([{ target: { comparison: { failure: { greaterThan: '+0%' } } } }]);
    const six = Array.from({ length: 6 }, (_, index) => earlier(`run-${index}`, 0.1));
    expect(scoreAnalysis(worse, measured('0.1'), six).pass).toBe(true);
    expect(
      scoreAnalysis(definition([{ target: noWorse }]), measured('0.11'), [earlier('one', 0.1)]).pass,
    ).toBe(true);
  });

  test('does not hold without an earlier value, and the message says that nothing was compared', () => {
    const other: EarlierResult = { name: 'one', verdict: 'pass', values: new Map([['b', 1]]) };
    const { pass, comparedWith, message, raw } = scoreAnalysis(
      definition([{ target: noWorse }]),
      measured('5'),
      [other],
    );
    expect({ pass, comparedWith }).toEqual({ pass: true, comparedWith: [] });
    expect(message).toBe(
      'Passed with 100 %; nothing was compared for "a", as no earlier result has a value.',
    );
    expect(raw).toContain('"comparison":{"earlierValue":null,');
  });

  test('comes beside fixed thresholds: failure before warning', () => {
    const target = { ...above10, comparison: { warning: { greaterThan: '+10%' } } };
    const score = (value: string) =>
      scoreAnalysis(definition([{ target }]), measured(value), [earlier('one', 5)]);
    expect(score('5.5').percent).toBe(100);
    expect(score('5.6').percent).toBe(50);
    expect(score('11').percent).toBe(0);
    expect(score('5.6').message).toContain('"a" is a warning: 5.6 is above the earlier 5 with +10%');
    expect(JSON.parse(score('5.6').raw)).toMatchObject({
      objectiveResults: [
        {
          result: {
            warning: true,
            comparison: {
              earlierValue: 5,
              failResult: { operator: {}, fulfilled: false },
              warnResult: { operator: { greaterThan: '+10%' }, fulfilled: true },
            },
          },
        },
      ],
    });
  });

  test.each([
    ['avg', 2.5],
    ['min', 1],
    ['max', 4],
    ['p50', 2.5],
    ['p90', 4],
  ] as const)('takes the %s of several', (aggregate, expected) => {
    const spec = definition([{ target: noWorse }], { results: 4, aggregate });
    const four = [4, 1, 3, 2].map((value) => earlier(`run-${value}`, value));
    expect(scoreAnalysis(spec, measured('1'), four).raw).toContain(`"earlierValue":${expected},`);
  });

  test('an offset that is none fails the objective and is named', () => {
    const spec = definition([{ target: { comparison: { failure: { lessThan: '10%' } } } }]);
    const { pass, message } = scoreAnalysis(spec, measured('5'), [earlier('one', 5)]);
    expect(pass).toBe(false);
    expect(message).toContain('target.comparison: "10%" is no signed number or percentage');
  });
});

function analysis(name: string, given: Given = {}): Analysis {
  const metadata = { name, namespace: 'shop', creationTimestamp: '2026-01-01T00:00:00Z' };
  const spec = {
    timeframe: { recent: '5m' },
    analysisDefinition: { name: 'quality' },
    args: { stage: 'dev' },
  };
  return parsed(analysisSchema, { metadata, spec }, given);
}

/** Completed at that minute of the first of January, with this value. */
function completed(name: string, minute: number, status: object = {}): Analysis {
  const { raw } = scoreAnalysis(definition([{}]), measured(String(minute)), []);
  const endTime = `2026-01-01T00:${String(minute).padStart(2, '0')}:00Z`;
  return analysis(name, {
    status: { timeframe: {}, state: 'Completed', pass: true, raw, endTime, ...status },
  });
}

describe('which earlier results count', () => {
  const now = analysis('now', { status: { timeframe: {}, startTime: '2026-01-01T00:30:00Z' } });
  const names = (compareWith: Partial<CompareWith>, others: readonly Analysis[]) =>
    readEarlier(definition([{ target: noWorse }], compareWith), now, others).map(({ name }) => name);

  test('the latest first, of those that were completed before', () => {
    const others = [completed('a', 10), completed('c', 40), completed('b', 20), now, analysis('running')];
    expect(names({ results: 5 }, others)).toEqual(['b', 'a']);
    expect(names({}, others)).toEqual(['b']);
    expect(readEarlier(definition([{ target: noWorse }]), now, others)[0]?.values).toEqual(
      new Map([['a', 20]]),
    );
  });

  test('of the same definition, arguments and namespace only', () => {
    const others = [
      completed('a', 10),
      { ...completed('b', 11), spec: { ...now.spec, analysisDefinition: { name: 'other' } } },
      { ...completed('c', 12), spec: { ...now.spec, args: { stage: 'prod' } } },
      { ...completed('d', 13), metadata: { ...now.metadata, name: 'd', namespace: 'elsewhere' } },
      {
        ...completed('e', 14),
        spec: { ...now.spec, analysisDefinition: { name: 'quality', namespace: 'shop' } },
      },
    ];
    expect(names({ results: 9, sameArgs: ['stage', 'service'] }, others)).toEqual(['e', 'a']);
    expect(names({ results: 9 }, others)).toEqual(['e', 'c', 'a']);
  });

  test('by their verdict, where false may have been left out', () => {
    const others = [
      completed('pass', 13),
      completed('warning', 12, { pass: undefined, warning: true }),
      completed('fail', 11, { pass: undefined }),
    ];
    expect(names({ results: 9 }, others)).toEqual(['pass']);
    expect(names({ results: 9, include: 'passOrWarning' }, others)).toEqual(['pass', 'warning']);
    expect(names({ results: 9, include: 'all' }, others)).toEqual(['pass', 'warning', 'fail']);
  });

  test('none that cannot be read, and none where no target compares', () => {
    expect(
      names({ results: 9 }, [completed('a', 1, { raw: undefined }), completed('b', 2, { raw: '{"x":1}' })]),
    ).toEqual([]);
    expect(readEarlier(definition([{ target: above10 }], { results: 9 }), now, [completed('a', 1)])).toEqual(
      [],
    );
  });

  test('a value that Keptn wrote as 0 beside an error is no value', () => {
    const raw =
      '{"objectiveResults":[{"objective":{"analysisValueTemplateRef":{"name":"a"}},"value":0,"error":{}}]}';
    const [found] = readEarlier(definition([{ target: noWorse }]), now, [completed('a', 1, { raw })]);
    expect(found?.values.size).toBe(0);
  });
});
