import { defineKind, wholeObject } from '../../kind.ts';
import { int32, text, textMap, time, z } from '../../schema.ts';
import { recordedDependsOnField } from './dependency.ts';
import { fiveVersions, lifecycleGroup } from './group.ts';
import { appContextFields } from './keptn-app-context.ts';
import {
  conditionsSchema,
  failureFields,
  phaseTimesField,
  phaseTraceIdsSchema,
  restartsField,
  stateField,
  taskStatusesField,
  workloadRefSchema,
} from './shared.ts';

const spec = z
  .object({
    appName: text('Name of the KeptnApp.'),
    version: text('Version of the app.'),
    revision: int32(0, 'Revision of the app.').default(1),
    workloads: z.array(workloadRefSchema).describe('The workloads of this version.').optional(),
    previousVersion: text('The version before this one; empty when there was none.').optional(),
    traceId: textMap('Trace headers under which this version is recorded.').optional(),
    ...appContextFields,
    dependsOn: recordedDependsOnField,
  })
  .describe(
    'What is released: a copy of the KeptnApp and its KeptnAppContext, taken when the version was seen.',
  );

const workloadStatusSchema = z.object({
  workload: workloadRefSchema.describe('The workload.'),
  status: stateField('State of the workload in this version.'),
});

const status = z
  .object({
    preDeploymentStatus: stateField('State of the tasks before the deployment.'),
    preDeploymentEvaluationStatus: stateField('State of the evaluations before the deployment.'),
    workloadOverallStatus: stateField('State of all workloads together.'),
    postDeploymentStatus: stateField('State of the tasks after the deployment.'),
    postDeploymentEvaluationStatus: stateField('State of the evaluations after the deployment.'),
    promotionStatus: stateField('State of the promotion tasks.'),
    status: stateField('State of the version as a whole.'),
    currentPhase: text(
      'The phase the version is in, such as AppPreDeployTasks; Completed at the end.',
    ).optional(),
    workloadStatus: z
      .array(workloadStatusSchema)
      .describe('State of each workload, in the order of the spec.')
      .optional(),
    preDeploymentTaskStatus: taskStatusesField('Each task before the deployment.'),
    postDeploymentTaskStatus: taskStatusesField('Each task after the deployment.'),
    promotionTaskStatus: taskStatusesField('Each promotion task.'),
    preDeploymentEvaluationTaskStatus: taskStatusesField('Each evaluation before the deployment.'),
    postDeploymentEvaluationTaskStatus: taskStatusesField('Each evaluation after the deployment.'),
    ...failureFields,
    phaseTraceIDs: phaseTraceIdsSchema.optional(),
    phaseTimes: phaseTimesField,
    restarts: restartsField,
    startTime: time('When the work on this version began.').optional(),
    endTime: time('When it ended.').optional(),
    conditions: conditionsSchema.optional(),
  })
  .describe('How far the release of this version has come.');

/** KeptnAppVersion: one release of an app. */
export const keptnAppVersionKind = defineKind({
  group: lifecycleGroup,
  kind: 'KeptnAppVersion',
  plural: 'keptnappversions',
  shortNames: ['kav'],
  versions: fiveVersions,
  columns: [
    { name: 'AppName', path: '.spec.appName' },
    { name: 'Version', path: '.spec.version' },
    { name: 'Phase', path: '.status.currentPhase' },
    { name: 'PreDeploymentStatus', path: '.status.preDeploymentStatus', wide: true },
    { name: 'PreDeploymentEvaluationStatus', path: '.status.preDeploymentEvaluationStatus', wide: true },
    { name: 'WorkloadOverallStatus', path: '.status.workloadOverallStatus', wide: true },
    { name: 'PostDeploymentStatus', path: '.status.postDeploymentStatus', wide: true },
    { name: 'PostDeploymentEvaluationStatus', path: '.status.postDeploymentEvaluationStatus', wide: true },
    { name: 'PromotionStatus', path: '.status.promotionStatus', wide: true },
  ],
  description: 'One release of an app and the record of its checks. Written by the controller.',
  spec,
  status,
  example: {
    name: 'shop-1.4.0-6b86b273',
    spec: {
      appName: 'shop',
      version: '1.4.0',
      workloads: [{ name: 'cart', version: '2.1.0' }],
      preDeploymentTasks: ['check-database'],
    },
  },
});
export const keptnAppVersionSchema = wholeObject(keptnAppVersionKind);
export type KeptnAppVersion = z.infer<typeof keptnAppVersionSchema>;
