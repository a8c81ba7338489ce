import { bounded, duration, objectName, optionalObjectName, shortText } from '../../field-rules.ts';
import { defineKind, wholeObject } from '../../kind.ts';
import { int32, z } from '../../schema.ts';
import { fiveVersions, lifecycleGroup } from './group.ts';
import { conditionsOnlySchema } from './shared.ts';

const digits = '[0-9](_?[0-9])*';
const targetPattern = new RegExp(
  `^[<>][+-]?((${digits}(\\.(${digits})?)?|\\.${digits})([eE][+-]?[0-9]+)?|[iI][nN][fF]([iI][nN][iI][tT][yY])?)$`,
);

const objectiveSchema = z.object({
  keptnMetricRef: z
    .object({
      name: objectName('Name of the KeptnMetric.'),
      namespace: optionalObjectName(
        'Its namespace; absent: that of the evaluation, then that of the controller.',
      ).optional(),
    })
    .describe('The metric whose value is compared.'),
  evaluationTarget: shortText(
    'What the value must be: < or > and a number, without blanks or units, such as <10 or >99.5.',
    targetPattern,
    'must be < or > and a number, without blanks or units; write for example "<10" or ">99.5"',
  ),
});

/** How often an evaluation is attempted; shared by the definition and the evaluation made from it. */
export const attemptFields = {
  retries: int32(
    0,
    'How many times the objectives are measured before the evaluation fails; 0 and 1 both mean once.',
  ).default(10),
  retryInterval: duration('How long to wait between two attempts, such as 5s.').default('5s'),
};

/** KeptnEvaluationDefinition: objectives that metrics must meet. */
export const keptnEvaluationDefinitionKind = defineKind({
  group: lifecycleGroup,
  kind: 'KeptnEvaluationDefinition',
  plural: 'keptnevaluationdefinitions',
  shortNames: ['ked'],
  versions: fiveVersions,
  description: 'Objectives that metrics must meet before or after a deployment. Written by users.',
  notes: [
    'Objectives of v1alpha1 and v1alpha2 that carry a query of their own are refused: each objective names a KeptnMetric.',
    'The status was a text that nobody wrote; here it is an object with conditions, as in every other kind.',
  ],
  spec: z
    .object({
      objectives: bounded(
        z.array(objectiveSchema).describe('All of them must be met. An empty list is met at once.'),
      ),
      ...attemptFields,
    })
    .describe('What is measured, and how often.'),
  status: conditionsOnlySchema.describe('What is known about the definition.'),
  example: {
    name: 'error-rate',
    spec: {
      objectives: [
        { keptnMetricRef: { name: 'http-errors', namespace: 'monitoring' }, evaluationTarget: '<0.01' },
      ],
      retries: 5,
      retryInterval: '10s',
    },
  },
});
export const keptnEvaluationDefinitionSchema = wholeObject(keptnEvaluationDefinitionKind);
export type KeptnEvaluationDefinition = z.infer<typeof keptnEvaluationDefinitionSchema>;
