import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { loadVectors, z } from '../../../test/builders/vectors.ts';
import {
  type AnalysisDefinition,
  analysisDefinitionSchema,
} from '../../api/metrics/v1/analysis-definition.ts';
import { analysisValueTemplateSchema } from '../../api/metrics/v1/analysis-value-template.ts';
import { readSliFile, readSloFile, type SloFile } from '../../api/slo/slo-file.ts';
import { parseYamlDocuments } from '../../api/yaml.ts';
import { type EarlierResult, scoreAnalysis } from '../analysis-score.ts';
import { type Converted, convertSli } from './convert-sli.ts';
import { convertSlo } from './convert-slo.ts';
import { evaluateSlo } from './evaluate.ts';
import { templateName } from './resource-name.ts';

/** What the converter makes of a file, or what is wrong with it. */
function converted(yaml: string, templateNamespace?: string): Converted | { error: string } {
  const file = readSloFile(yaml);
  if (!file.ok || file.value === undefined) throw new Error(file.ok ? 'empty' : file.error.message);
  const names = { name: 'defname', ...(templateNamespace === undefined ? {} : { templateNamespace }) };
  const result = convertSlo(file.value, names);
  return result.ok ? result.value : { error: result.error.message };
}

function definitionOf(yaml: string): { definition: AnalysisDefinition; warnings: readonly string[] } {
  const result = converted(yaml, 'default');
  if ('error' in result) throw new Error(result.error);
  return { definition: analysisDefinitionSchema.parse(result.objects[0]), warnings: result.warnings };
}

function templatesOf(yaml: string): Converted {
  const file = readSliFile(yaml);
  if (!file.ok || file.value === undefined) throw new Error('no file');
  const result = convertSli(file.value, { name: 'prov', namespace: 'ns' });
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

function documents(yaml: string): readonly unknown[] {
  const read = parseYamlDocuments(yaml);
  if (!read.ok) throw new Error(read.error.message);
  return read.value.map(({ object }) => object);
}

const sloOutcome = z.union([z.object({ error: z.string() }), z.object({ yaml: z.string() })]);
const sloVectors = loadVectors(
  'slo/convert-slo',
  z.object({ input: z.string(), expected: sloOutcome, sluice: sloOutcome.optional() }),
);
const sliVectors = loadVectors(
  'slo/convert-sli',
  z.object({ input: z.string(), expected: z.string(), sluice: z.string().optional() }),
);

test('every vector is here', () => {
  expect([sloVectors.length, sliVectors.length]).toEqual([17, 3]);
});

test.each(sloVectors)('$input', ({ input, expected, sluice }) => {
  const wanted = sluice ?? expected;
  const result = converted(input, 'default');
  if ('error' in wanted || 'error' in result) {
    expect(result).toEqual(wanted);
    return;
  }
  // Keptn wrote `creationTimestamp: null`, which says nothing.
  const [object] = documents(wanted.yaml);
  expect(analysisDefinitionSchema.parse(result.objects[0])).toEqual(analysisDefinitionSchema.parse(object));
});

test.each(sliVectors)('$input', ({ input, expected, sluice }) => {
  const read = (objects: readonly unknown[]) => objects.map((one) => analysisValueTemplateSchema.parse(one));
  expect(read(templatesOf(input).objects)).toEqual(read(documents(sluice ?? expected)));
});

const total = 'total_score: {pass: "90%", warning: "75%"}\n';

describe('MQ-33', () => {
  test('MQ-33: templates come in the order of their names, variables are replaced as whole words, collisions are told', () => {
    const read = templatesOf('indicators: {z: "$PROJECT2 $PROJECT", b.c: q, a: q, b_c: r}');
    expect(read.objects).toMatchObject([
      { metadata: { name: 'a' } },
      { metadata: { name: 'b-c' }, spec: { query: 'q' } },
      { metadata: { name: 'b-c' }, spec: { query: 'r' } },
      { metadata: { name: 'z' }, spec: { query: '{{.project2}} {{.project}}' } },
    ]);
    expect(read.warnings).toEqual([
      'the indicators "b.c", "b_c" all become the template "b-c"; rename all but one in slo.yaml and sli.yaml',
    ]);
  });

  test.each([
    ['response_time_p95', 'response-time-p95'],
    ['Ünïcode Name', 'n-code-name'],
    ['__x__', 'x'],
    ['A.B.C', 'a-b-c'],
    ['a--b__c', 'a-b-c'],
    ['---', ''],
    [`${'a'.repeat(252)}_b`, 'a'.repeat(252)],
  ])('the template of %s is called %s', (indicator, name) => {
    expect(templateName(indicator)).toBe(name);
  });

  test('a name of which nothing is left, and a placeholder that nothing fills, are told', () => {
    expect(converted(`objectives: [{sli: "---"}]\n${total}`)).toEqual({
      error: 'indicator "---" has no letter or digit that a name may have; rename it',
    });
    expect(templatesOf('indicators: {a: "$LABEL.team $DURATION_SECONDS"}').warnings).toHaveLength(2);
  });
});

describe('MQ-34', () => {
  test('MQ-34: an objective that only informs has the weight 0, and whatever gets lost is told with objective and criterion', () => {
    const { definition, warnings } = definitionOf(
      `objectives: [{sli: a, weight: 5}, {sli: b, pass: [{criteria: [">1", "<=3", "=+5%"]}]}]\n${total}`,
    );
    expect(definition.spec.objectives).toMatchObject([{ weight: 0 }, { weight: 1 }]);
    expect(warnings).toEqual([
      expect.stringContaining('objective "b": pass criterion "=+5%" is left out'),
      'objective "b": criterion ">1": a range includes its bounds, so that exactly 1 is judged the other way',
    ]);
  });

  test.each([
    ['total_score: {pass: "90.5%", warning: "75.4%"}', 91, 75],
    ['total_score: {pass: 90, warning: 90}', 90, 89],
    ['total_score: {pass: 90%}', 90, 89],
  ])('%s becomes %i and %i, which is told', (given, passPercentage, warningPercentage) => {
    const { definition, warnings } = definitionOf(
      `objectives: [{sli: a, pass: [{criteria: ["<1"]}]}]\n${given}`,
    );
    expect(definition.spec.totalScore).toEqual({ passPercentage, warningPercentage });
    expect(warnings.join()).toContain('total_score.');
  });

  test.each([
    ['', 'total_score.pass is not given; write for example "90%"'],
    [
      'total_score: {pass: high}',
      'total_score.pass "high" is no percentage from 0 to 100; write for example "90%"',
    ],
    [
      'total_score: {pass: 0%}',
      'total_score.pass: 0 % leaves no room for a warning below it; write 1 % or more',
    ],
    [
      'total_score: {pass: 120%}',
      'total_score.pass "120%" is no percentage from 0 to 100; write for example "90%"',
    ],
  ])('%s is refused', (given, error) => {
    expect(converted(`objectives: [{sli: a, pass: [{criteria: ["<1"]}]}]\n${given}`)).toEqual({ error });
  });

  test('files in which nothing counts are told', () => {
    expect(definitionOf(`objectives: []\n${total}`).warnings).toEqual([
      'the file has no objectives: every Analysis will fail',
    ]);
    expect(definitionOf(`objectives: [{sli: a}]\n${total}`).warnings).toEqual([
      'no objective counts: such a file passed always, and every Analysis will fail with 0 %',
    ]);
  });

  test('the block comparison becomes compareWith', () => {
    const comparison =
      'comparison: {compare_with: several_results, number_of_comparison_results: 5, include_result_with_score: pass_or_warn, aggregate_function: p90}';
    const { definition } = definitionOf(
      `${comparison}\nobjectives: [{sli: a, pass: [{criteria: ["<=+10%"]}]}]\n${total}`,
    );
    expect(definition.spec.compareWith).toEqual({
      results: 5,
      include: 'passOrWarning',
      aggregate: 'p90',
      sameArgs: ['project', 'stage', 'service'],
    });
  });
});

test.each(['<=+1e-999999999', '<=+0e999999999', '<=+1e300%', '<Inf', '>NaN'])(
  'criterion "%s", which no definition can say, is refused with its name',
  (criterion) => {
    const result = converted(`objectives: [{sli: a, pass: [{criteria: ["${criterion}"]}]}]\n${total}`);
    expect(result).toEqual({ error: expect.stringContaining(`objective "a", criterion "${criterion}": `) });
  },
);

const operator = fc.constantFrom('<', '<=', '>', '>=', '=');
const fixed = fc.tuple(operator, fc.integer({ min: 1, max: 4 })).map(([sign, at]) => `${sign}${at}`);
const relative = fc
  .tuple(fc.constantFrom('<', '<=', '>', '>='), fc.constantFrom('+1', '-1', '+50%', '-50%', '+100%'))
  .map(([sign, offset]) => `${sign}${offset}`);
const group = fc
  .array(fc.oneof({ weight: 3, arbitrary: fixed }, { weight: 1, arbitrary: relative }), {
    minLength: 1,
    maxLength: 3,
  })
  .map((criteria) => ({ criteria }));
const objective = fc.record({
  sli: fc.constant('a'),
  displayName: fc.constant(''),
  pass: fc.array(group, { minLength: 1, maxLength: 2 }),
  warning: fc.array(group, { maxLength: 2 }),
  weight: fc.constant(1),
  key_sli: fc.boolean(),
});
const place = fc.integer({ min: 1, max: 9 }).map((half) => half / 2);

test('where nothing is told, every value comes out as it did in Keptn v1', () => {
  let exact = 0;
  fc.assert(
    fc.property(objective, place, fc.option(place, { nil: undefined }), (one, value, before) => {
      const file: SloFile = {
        objectives: [one],
        total_score: { pass: '90', warning: '40' },
        comparison: undefined,
      };
      const result = convertSlo(file, { name: 'd' });
      if (!result.ok) throw new Error(result.error.message);
      if (result.value.warnings.length > 0) return;
      exact += 1;
      const { spec } = analysisDefinitionSchema.parse(result.value.objects[0]);
      const earlier: EarlierResult[] =
        before === undefined ? [] : [{ name: 'e', verdict: 'pass', values: new Map([['a', before]]) }];
      const score = scoreAnalysis(spec, [{ value: String(value), query: '' }], earlier);
      const measured = (number: number) => [{ metric: 'a', value: number, success: true }];
      const evaluation = evaluateSlo({
        project: 'p',
        stage: 's',
        service: 'v',
        file: { ok: true, value: file },
        answer: { status: 'succeeded', result: 'pass', message: '', values: measured(value) },
        earlierNewestFirst:
          before === undefined
            ? []
            : [{ id: 'e', result: 'pass', invalidated: false, values: measured(before) }],
      });
      const passed = score.pass ? 'pass' : 'fail';
      expect(score.warning ? 'warning' : passed).toBe(evaluation.result);
    }),
    { numRuns: 3000 },
  );
  expect(exact).toBeGreaterThan(500);
});

const anyCriterion = fc.oneof(
  fixed,
  relative,
  fc.stringMatching(/^[<>=|+%.0-9eE -]{0,8}$/),
  fc.double().map((value) => `<${value}`),
);
const anyGroups = fc.array(
  fc.array(anyCriterion, { maxLength: 3 }).map((criteria) => ({ criteria })),
  { maxLength: 3 },
);

test('whatever the criteria are, they become a definition that admission takes, or an error that names them', () => {
  fc.assert(
    fc.property(anyGroups, anyGroups, (pass, warning) => {
      const one = { sli: 'a', displayName: '', pass, warning, weight: 1, key_sli: false };
      const result = convertSlo(
        { objectives: [one], total_score: { pass: '90', warning: '75' } },
        { name: 'd' },
      );
      if (!result.ok) {
        expect(result.error.message).toMatch(/^objective "a", criterion "/);
        return;
      }
      const { spec } = analysisDefinitionSchema.parse(result.value.objects[0]);
      for (const { target } of spec.objectives) {
        for (const operators of [
          target.failure,
          target.warning,
          target.comparison?.failure,
          target.comparison?.warning,
        ]) {
          if (operators !== undefined) expect(Object.keys(operators)).toHaveLength(1);
        }
        const { failure = {}, warning: warns = {} } = target.comparison ?? {};
        for (const offset of [...Object.values(failure), ...Object.values(warns)]) {
          expect(offset).toMatch(/^[+-][0-9]+([.][0-9]+)?%?$/);
          expect(String(offset).length).toBeLessThanOrEqual(32);
        }
      }
      expect(scoreAnalysis(spec, [{ value: '1', query: '' }], []).message).not.toContain('is not a quantity');
    }),
    { numRuns: 3000 },
  );
});
