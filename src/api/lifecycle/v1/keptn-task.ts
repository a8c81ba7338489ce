import { duration, objectName } from '../../field-rules.ts';
import { defineKind, wholeObject } from '../../kind.ts';
import { int32, text, time, z } from '../../schema.ts';
import { fiveVersions, lifecycleGroup } from './group.ts';
import {
  conditionsSchema,
  parametersSchema,
  secureParametersSchema,
  stateField,
  taskContextSchema,
} from './shared.ts';

const movedToContext = 'Deprecated since v1beta1: belongs into context.';

/** How long and how often the Job of a task tries; shared by the definition and the task made from it. */
export const jobFields = {
  retries: int32(0, 'How many times the Job is tried again after a failure.').default(10),
  timeout: duration('How long the Job may run in all before it counts as failed, such as 5m.').default('5m'),
};

const spec = z
  .object({
    taskDefinition: objectName('Name of the KeptnTaskDefinition.'),
    context: taskContextSchema
      .describe('For what the task runs; handed to it as the JSON object in KEPTN_CONTEXT.')
      .prefault({}),
    parameters: parametersSchema
      .describe('Parameters of this run, over those of the definition.')
      .prefault({}),
    secureParameters: secureParametersSchema
      .describe('The Secret for this run, in place of that of the definition.')
      .prefault({}),
    checkType: text('When it runs: pre, post or promotion.').optional(),
    ...jobFields,
    app: text(`Name of the app. ${movedToContext}`).optional(),
    appVersion: text(`Version of the app. ${movedToContext}`).optional(),
    workload: text(`Name of the workload. ${movedToContext}`).optional(),
    workloadVersion: text(`Version of the workload. ${movedToContext}`).optional(),
  })
  .describe('What is run, and for whom.');

const status = z
  .object({
    jobName: text('Name of the Job.').optional(),
    status: stateField('State of the task.'),
    message: text('Why the task failed, as the Job said it.').optional(),
    reason: text('Why the task failed, as one word.').optional(),
    startTime: time('When the task began.').optional(),
    endTime: time('When it ended.').optional(),
    definitions: z
      .array(
        z.object({
          namespace: text('Its namespace.'),
          name: text('Its name.'),
          generation: z
            .int()
            .min(0)
            .meta({ description: 'Its generation when the Job was made.', format: 'int64' })
            .optional(),
        }),
      )
      .describe('The definitions that the Job was made from; changes after that do not concern this task.')
      .optional(),
    conditions: conditionsSchema.optional(),
  })
  .describe('How far the task has come.');

/** KeptnTask: one run of a task definition. */
export const keptnTaskKind = defineKind({
  group: lifecycleGroup,
  kind: 'KeptnTask',
  plural: 'keptntasks',
  versions: fiveVersions,
  columns: [
    { name: 'AppName', path: '.spec.context.appName' },
    { name: 'AppVersion', path: '.spec.context.appVersion' },
    { name: 'WorkloadName', path: '.spec.context.workloadName' },
    { name: 'WorkloadVersion', path: '.spec.context.workloadVersion' },
    { name: 'Job Name', path: '.status.jobName' },
    { name: 'Status', path: '.status.status' },
  ],
  description:
    'One run of a KeptnTaskDefinition. Written by the controller, or by a user for a check by hand.',
  notes: [
    'Before v1beta1 app, appVersion, workload and workloadVersion stood beside context. They are still accepted there, in every version.',
  ],
  spec,
  status,
  example: {
    name: 'check-database-by-hand',
    spec: {
      taskDefinition: 'check-database',
      context: { appName: 'shop', appVersion: '1.4.0' },
      parameters: { map: { table: 'orders' } },
    },
  },
});
export const keptnTaskSchema = wholeObject(keptnTaskKind);
export type KeptnTask = z.infer<typeof keptnTaskSchema>;
