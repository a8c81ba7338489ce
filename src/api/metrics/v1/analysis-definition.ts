import { admittedWhen, bounded, objectName, optionalObjectName } from '../../field-rules.ts';
import { defineKind, wholeObject } from '../../kind.ts';
import { conditionsOnlySchema } from '../../lifecycle/v1/shared.ts';
import { texts, z } from '../../schema.ts';
import { analysisVersions, metricsGroup } from './group.ts';
import { targetSchema } from './target.ts';

const percentage = (description: string) => z.int32().min(0).max(100).meta({ description, format: 'int32' });

const objectiveSchema = z.object({
  analysisValueTemplateRef: z
    .object({
      name: objectName('Name of the AnalysisValueTemplate.'),
      namespace: optionalObjectName('Its namespace. Absent: that of this definition.').optional(),
    })
    .describe('Where the value comes from.'),
  target: targetSchema.default({}),
  weight: admittedWhen(
    z.int32().meta({
      description: 'How much the objective counts in the score. 0: it is shown and does not count.',
      format: 'int32',
    }),
    [{ rule: 'self >= 0', message: 'must not be negative; 0 shows an objective without counting it' }],
  ).default(1),
  keyObjective: z
    .boolean()
    .describe('True: when this objective fails, the whole Analysis fails, whatever its score.')
    .default(false),
});
export type AnalysisObjective = z.infer<typeof objectiveSchema>;

/** Which earlier results count in a comparison, best first. */
export const earlierResults = ['all', 'pass', 'passOrWarning'] as const;
/** How several earlier values become the one that is compared with. */
export const comparisonFunctions = ['avg', 'min', 'max', 'p50', 'p90', 'p95'] as const;
export type ComparisonFunction = (typeof comparisonFunctions)[number];

const compareWithSchema = z
  .object({
    results: z
      .int32()
      .min(1)
      .max(100)
      .meta({ description: 'How many earlier Analyses are looked at, the latest first.', format: 'int32' })
      .default(1),
    include: z
      .enum(earlierResults)
      .describe('Which of them count: all, pass, or passOrWarning.')
      .default('pass'),
    aggregate: z
      .enum(comparisonFunctions)
      .describe('How their values become one: avg, min, max, p50, p90 or p95.')
      .default('avg'),
    sameArgs: texts(
      'Names of arguments that must be the same in both Analyses, such as service and stage. Absent: none.',
    ).default([]),
  })
  .describe(
    'Which earlier Analyses of this definition target.comparison compares with, in the same namespace.',
  );
export type CompareWith = z.infer<typeof compareWithSchema>;

/** AnalysisDefinition: objectives with weights, and the score that they must reach. */
export const analysisDefinitionKind = defineKind({
  group: metricsGroup,
  kind: 'AnalysisDefinition',
  plural: 'analysisdefinitions',
  versions: analysisVersions,
  description: 'Objectives with weights, and the score that they must reach together. Written by users.',
  notes: [
    'A negative weight, and a range whose lower bound is the greater one, are refused.',
    'The status was a text that nobody wrote; here it is an object with conditions.',
  ],
  spec: z
    .object({
      objectives: bounded(
        z.array(objectiveSchema).describe('What is measured and what it is held against.'),
      ).default([]),
      totalScore: admittedWhen(
        z
          .object({
            passPercentage: percentage('The percentage of the highest score from which the Analysis passes.'),
            warningPercentage: percentage('The percentage from which it passes with a warning.'),
          })
          .describe('What score is needed.'),
        [
          {
            rule: 'self.warningPercentage < self.passPercentage',
            message: 'warningPercentage must be lower than passPercentage',
          },
        ],
      ),
      compareWith: compareWithSchema.optional(),
    })
    .describe('What is measured and what is needed.'),
  status: conditionsOnlySchema.describe('What is known about the definition.'),
  example: {
    name: 'service-quality',
    spec: {
      objectives: [
        {
          analysisValueTemplateRef: { name: 'response-time-p95' },
          target: {
            failure: { greaterThan: { fixedValue: '600m' } },
            warning: { greaterThan: { fixedValue: '400m' } },
          },
          weight: 2,
          keyObjective: true,
        },
      ],
      totalScore: { passPercentage: 90, warningPercentage: 75 },
    },
  },
});
export const analysisDefinitionSchema = wholeObject(analysisDefinitionKind);
export type AnalysisDefinition = z.infer<typeof analysisDefinitionSchema>;
