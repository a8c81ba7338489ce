import { objectName } from '../../field-rules.ts';
import { defineKind, wholeObject } from '../../kind.ts';
import { text, time, z } from '../../schema.ts';
import { fiveVersions, lifecycleGroup } from './group.ts';
import { attemptFields } from './keptn-evaluation-definition.ts';
import { conditionsSchema, stateField } from './shared.ts';

const evaluationStatusItemSchema = z.object({
  value: text('The value that was measured last.'),
  status: z.string().describe('Succeeded or Failed: whether the value met its objective.'),
  message: text('How the value compares with the objective, or why it counts for nothing.').optional(),
});

/** Described leniently: a definition that was written long ago may hold targets that are refused today. */
const recordedObjectiveSchema = z.object({
  keptnMetricRef: z
    .object({
      name: text('Name of the KeptnMetric.'),
      namespace: text('Its namespace, where the definition names one.').optional(),
    })
    .describe('The metric whose value is compared.'),
  evaluationTarget: text('What the value must be.'),
});
/** One objective as an evaluation recorded it. */
export type RecordedObjective = z.infer<typeof recordedObjectiveSchema>;

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
      .meta({
        description:
          'How many attempts were made. A look at a changed metric between two attempts counts only when it passes.',
        format: 'int64',
      })
      .default(0),
    evaluationStatus: z
      .record(z.string(), evaluationStatusItemSchema)
      .describe(
        'The result of each objective, by the name of its metric. Of objectives whose metrics have the same name, by namespace, where given, metric and target, such as "shop/errors <10".',
      )
      .default({}),
    objectives: z
      .array(recordedObjectiveSchema)
      .describe(
        'The objectives as the definition had them at the first attempt. They are what is measured, whatever becomes of the definition.',
      )
      .optional(),
    definitionGeneration: z
      .int()
      .min(0)
      .meta({ description: 'The generation of the definition that they were taken from.', format: 'int64' })
      .optional(),
    lastAttemptTime: time(
      'When the last attempt was made. The next one is due retryInterval later.',
    ).optional(),
    valuesSince: time(
      'When the objectives were recorded. A value that was fetched before does not count; metrics are fetched anew.',
    ).optional(),
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
    'All objectives are measured anew in each attempt and must hold in the same one. Results were once kept by the name of the metric alone, and a passed one was never measured again.',
    'retries of 0 means one attempt, as 1 does; it once became 10.',
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
