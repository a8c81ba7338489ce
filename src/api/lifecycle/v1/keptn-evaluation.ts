import { objectName } from '../../field-rules.ts';
import { defineKind, wholeObject } from '../../kind.ts';
import { text, time, z } from '../../schema.ts';
import { fiveVersions, lifecycleGroup } from './group.ts';
import { attemptFields } from './keptn-evaluation-definition.ts';
import { conditionsSchema, stateField } from './shared.ts';

const evaluationStatusItemSchema = z.object({
  value: text('The value that was measured last.'),
  status: z.string().describe('Succeeded or Failed: whether the value met its objective.'),
  message: text('Why it failed.').optional(),
});

const spec = z
  .object({
    evaluationDefinition: objectName('Name of the KeptnEvaluationDefinition.'),
    workloadVersion: text('Version of the workload; empty at app level.').default(''),
    workload: text('Name of the workload.').optional(),
    appName: text('Name of the app.').optional(),
    appVersion: text('Version of the app.').optional(),
    checkType: text('When it runs: pre-eval or post-eval.').optional(),
    ...attemptFields,
  })
  .describe('What is evaluated, and for whom.');

const status = z
  .object({
    retryCount: z
      .int()
      .min(0)
      .meta({ description: 'How many attempts were made.', format: 'int64' })
      .default(0),
    evaluationStatus: z
      .record(z.string(), evaluationStatusItemSchema)
      .describe('The result of each objective, by the name of its metric.')
      .default({}),
    overallStatus: stateField('State of the evaluation.'),
    startTime: time('When the evaluation began.').optional(),
    endTime: time('When it ended.').optional(),
    conditions: conditionsSchema.optional(),
  })
  .describe('The results so far.');

/** KeptnEvaluation: one run of an evaluation definition. */
export const keptnEvaluationKind = defineKind({
  group: lifecycleGroup,
  kind: 'KeptnEvaluation',
  plural: 'keptnevaluations',
  shortNames: ['ke'],
  versions: fiveVersions,
  columns: [
    { name: 'AppName', path: '.spec.appName' },
    { name: 'AppVersion', path: '.spec.appVersion' },
    { name: 'WorkloadName', path: '.spec.workload' },
    { name: 'WorkloadVersion', path: '.spec.workloadVersion' },
    { name: 'RetryCount', path: '.status.retryCount', type: 'integer' },
    { name: 'EvaluationStatus', path: '.status.evaluationStatus' },
    { name: 'OverallStatus', path: '.status.overallStatus' },
  ],
  description:
    'One run of a KeptnEvaluationDefinition. Written by the controller, or by a user for a check by hand.',
  notes: [
    'workloadVersion, retryCount, evaluationStatus and overallStatus were required; here they have defaults.',
  ],
  spec,
  status,
  example: {
    name: 'error-rate-by-hand',
    spec: {
      evaluationDefinition: 'error-rate',
      appName: 'shop',
      appVersion: '1.4.0',
      checkType: 'post-eval',
    },
  },
});
export const keptnEvaluationSchema = wholeObject(keptnEvaluationKind);
export type KeptnEvaluation = z.infer<typeof keptnEvaluationSchema>;
