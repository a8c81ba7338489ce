import { type checkNames, objectName, optionalObjectName } from '../../field-rules.ts';
import { text, textMap, time, z } from '../../schema.ts';

/** The states that a check, a phase or a version can be in. */
export const states = [
  'Pending',
  'Progressing',
  'Succeeded',
  'Failed',
  'Warning',
  'Deprecated',
  'Unknown',
] as const;
export type State = (typeof states)[number];

/** Reads a stored state: an empty one is Pending, one nobody knows is Unknown. Pure. */
export function readState(stored: string): State {
  if (stored === '') return 'Pending';
  return states.find((state) => state === stored) ?? 'Unknown';
}

/** A state field; absent means Pending. */
export function stateField(
  description: string,
): z.ZodPrefault<z.ZodPipe<z.ZodString, z.ZodTransform<State, string>>> {
  return z
    .string()
    .describe(`${description} One of ${states.join(', ')}.`)
    .transform(readState)
    .prefault('Pending');
}

/** When a check runs; free text in the schema for compatibility. */
export const checkTypes = ['pre', 'post', 'promotion', 'pre-eval', 'post-eval', 'on-failure'] as const;
export type CheckType = (typeof checkTypes)[number];

export const itemStatusSchema = z.object({
  definitionName: text('Name of the definition that this entry is about.').optional(),
  status: stateField('State of the task or evaluation.'),
  name: text('Name of the KeptnTask or KeptnEvaluation that was created for it.').optional(),
  startTime: time('When it was created.').optional(),
  endTime: time('When it was seen completed.').optional(),
  attempt: z
    .int()
    .min(0)
    .meta({
      description: 'How often the check was asked for again; absent for the first time.',
      format: 'int32',
    })
    .optional(),
});
export type ItemStatus = z.infer<typeof itemStatusSchema>;

export const workloadRefSchema = z.object({
  name: text('Name of the workload, without the name of the app in front.'),
  version: text('Version of the workload.'),
});
export type WorkloadRef = z.infer<typeof workloadRefSchema>;

export const resourceReferenceSchema = z.object({
  uid: text('UID of the object that owns the pods.'),
  kind: text('Kind of that object: ReplicaSet, StatefulSet, DaemonSet, or Pod for a pod without an owner.'),
  name: text('Name of that object.'),
});
export type ResourceReference = z.infer<typeof resourceReferenceSchema>;

export const taskContextSchema = z.object({
  workloadName: text(
    'Name of the workload, with the name of its app in front; empty at app level.',
  ).optional(),
  appName: text('Name of the app.').optional(),
  appVersion: text('Version of the app; empty at workload level.').optional(),
  workloadVersion: text('Version of the workload; empty at app level.').optional(),
  taskType: text('When the task runs: pre, post or promotion.').optional(),
  objectType: text('Workload or App: what the task was started for.').optional(),
  metadata: textMap('Metadata of the app and the workload, and trace headers.').optional(),
});
export type TaskContext = z.infer<typeof taskContextSchema>;

export const parametersSchema = z.object({
  map: textMap('Names and values, handed to the task as the JSON object in DATA.').optional(),
});
export const secureParametersSchema = z.object({
  secret: optionalObjectName(
    'Name of a Secret in the namespace of the task; its key SECURE_DATA is handed to the task.',
  ).optional(),
});

/** meta/v1 Condition. */
export const conditionSchema = z.object({
  type: z
    .string()
    .min(1)
    .max(316)
    .describe('What the condition is about, such as Ready, Gated, Progressing or Stalled.'),
  status: z
    .enum(['True', 'False', 'Unknown'])
    .describe('Whether the condition holds: True, False or Unknown.'),
  observedGeneration: z
    .int()
    .min(0)
    .meta({ description: 'The generation of the object that the condition was set for.', format: 'int64' })
    .optional(),
  lastTransitionTime: time('When the condition last changed from one status to another.'),
  reason: z.string().min(1).max(1024).describe('Why, as one word for machines, such as WaitingForTask.'),
  message: z
    .string()
    .max(32_768)
    .describe('Why, as a sentence for people: what is waited for and what would change it.'),
});
export type Condition = z.infer<typeof conditionSchema>;

/** The conditions of a status: a list whose entries are told apart by `type`, so that several writers can own one each. */
export const conditionsSchema = z.array(conditionSchema).meta({
  description: 'What is true of this object now, in the convention of Kubernetes.',
  'x-kubernetes-list-type': 'map',
  'x-kubernetes-list-map-keys': ['type'],
});

/** Status of a kind that reports nothing but conditions. */
export const conditionsOnlySchema = z.object({ conditions: conditionsSchema.optional() });

type CheckListField = z.ZodOptional<ReturnType<typeof checkNames>>;

/** Lists of checks that KeptnWorkload, KeptnAppContext and the version kinds share, by who writes their names. */
export function checkListFields(names: typeof checkNames): {
  preDeploymentTasks: CheckListField;
  postDeploymentTasks: CheckListField;
  preDeploymentEvaluations: CheckListField;
  postDeploymentEvaluations: CheckListField;
  onFailureTasks: CheckListField;
} {
  return {
    preDeploymentTasks: names(
      'KeptnTaskDefinitions that must succeed before the deployment starts.',
    ).optional(),
    postDeploymentTasks: names('KeptnTaskDefinitions that run after the deployment.').optional(),
    preDeploymentEvaluations: names(
      'KeptnEvaluationDefinitions that must pass before the deployment starts.',
    ).optional(),
    postDeploymentEvaluations: names(
      'KeptnEvaluationDefinitions that are checked after the deployment.',
    ).optional(),
    onFailureTasks: names(
      'KeptnTaskDefinitions that run once when the release failed, whatever failed; their end changes nothing about it.',
    ).optional(),
  };
}

/** What both version kinds record of failures and of what was asked for again. */
export const failureFields = {
  onFailureStatus: stateField(
    'State of the tasks that run after a failure; absent when nothing failed.',
  ).optional(),
  onFailureTaskStatus: z.array(itemStatusSchema).describe('Each task that runs after a failure.').optional(),
  lastHandledRetry: text('Value of the annotation keptn.sh/retry that was acted upon last.').optional(),
};

export const taskStatusesField = (description: string): z.ZodOptional<z.ZodArray<typeof itemStatusSchema>> =>
  z.array(itemStatusSchema).describe(description).optional();

/** When each phase began and ended, by the short name of the phase. */
export const phaseTimesField = z
  .record(
    z.string(),
    z.object({
      startTime: time('When the phase began, to the millisecond.'),
      endTime: time('When it ended.').optional(),
    }),
  )
  .describe(
    'When each phase began and ended, by the short name of the phase; none for a phase without checks.',
  )
  .optional();

/** How often a version that had ended began again. */
export const restartsField = z
  .array(
    z.object({
      run: z.int().min(1).meta({ description: 'Counts from 1.', format: 'int32' }),
      formerEndTime: time('When the run before it ended.'),
      startTime: time('When it began, to the millisecond.'),
    }),
  )
  .describe(
    'Each time that the version began again after it had ended, because something was asked for again; the last 20.',
  )
  .optional();

/** Trace headers of each phase, by the short name of the phase. */
export const phaseTraceIdsSchema = z
  .record(z.string(), z.record(z.string(), z.string()))
  .describe('Trace headers of each phase, by the short name of the phase.');

export const nameRef = (description: string): z.ZodObject<{ name: z.ZodString }> =>
  z.object({ name: objectName(description) });
