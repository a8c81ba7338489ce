import { defineKind, wholeObject } from '../../kind.ts';
import { text, textMap, time, z } from '../../schema.ts';
import { lifecycleGroup } from './group.ts';
import { workloadFields } from './keptn-workload.ts';
import {
  conditionsSchema,
  failureFields,
  phaseTimesField,
  phaseTraceIdsSchema,
  restartsField,
  stateField,
  taskStatusesField,
} from './shared.ts';

const spec = z
  .object({
    ...workloadFields,
    workloadName: text('Name of the KeptnWorkload, with the name of its app in front.'),
    previousVersion: text('The version before this one; empty when there was none.').optional(),
    traceId: textMap('Trace headers of the phase of the app in which the workload is deployed.').optional(),
  })
  .describe('What is deployed: a copy of the KeptnWorkload.');

const status = z
  .object({
    preDeploymentStatus: stateField('State of the tasks before the deployment.'),
    preDeploymentEvaluationStatus: stateField('State of the evaluations before the deployment.'),
    deploymentStatus: stateField('State of the rollout.'),
    postDeploymentStatus: stateField('State of the tasks after the deployment.'),
    postDeploymentEvaluationStatus: stateField('State of the evaluations after the deployment.'),
    status: stateField('State of the version as a whole.'),
    currentPhase: text(
      'The phase the version is in, such as WorkloadDeploy; Completed at the end.',
    ).optional(),
    preDeploymentTaskStatus: taskStatusesField('Each task before the deployment.'),
    postDeploymentTaskStatus: taskStatusesField('Each task after the deployment.'),
    preDeploymentEvaluationTaskStatus: taskStatusesField('Each evaluation before the deployment.'),
    postDeploymentEvaluationTaskStatus: taskStatusesField('Each evaluation after the deployment.'),
    ...failureFields,
    phaseTraceIDs: phaseTraceIdsSchema.optional(),
    phaseTimes: phaseTimesField,
    restarts: restartsField,
    appContextMetadata: textMap('Metadata of the app, as it was when the version was released.').optional(),
    deploymentStartTime: time('When the rollout began; observabilityTimeout counts from here.').optional(),
    restartedBy: text(
      'The KeptnAppVersion for which a version that had failed began again last, or under which it was met first.',
    ).optional(),
    startTime: time('When the work on this version began.').optional(),
    endTime: time('When it ended.').optional(),
    conditions: conditionsSchema.optional(),
  })
  .describe('How far the deployment of this version has come.');

/** KeptnWorkloadVersion: one deployment of one version of a workload. */
export const keptnWorkloadVersionKind = defineKind({
  group: lifecycleGroup,
  kind: 'KeptnWorkloadVersion',
  plural: 'keptnworkloadversions',
  shortNames: ['kwv'],
  versions: ['v1alpha4', 'v1beta1', 'v1'],
  columns: [
    { name: 'AppName', path: '.spec.app' },
    { name: 'WorkloadName', path: '.spec.workloadName' },
    { name: 'WorkloadVersion', path: '.spec.version' },
    { name: 'Phase', path: '.status.currentPhase' },
    { name: 'PreDeploymentStatus', path: '.status.preDeploymentStatus', wide: true },
    { name: 'PreDeploymentEvaluationStatus', path: '.status.preDeploymentEvaluationStatus', wide: true },
    { name: 'DeploymentStatus', path: '.status.deploymentStatus', wide: true },
    { name: 'PostDeploymentStatus', path: '.status.postDeploymentStatus', wide: true },
    { name: 'PostDeploymentEvaluationStatus', path: '.status.postDeploymentEvaluationStatus', wide: true },
  ],
  description:
    'One version of a workload, its rollout and the record of its checks. Written by the controller.',
  spec,
  status,
  example: {
    name: 'shop-cart-2.1.0',
    spec: {
      app: 'shop',
      version: '2.1.0',
      workloadName: 'shop-cart',
      previousVersion: '2.0.3',
      resourceReference: {
        uid: '7d1c0a3e-3f6b-4a53-9d0e-0f6c2b7a9e11',
        kind: 'ReplicaSet',
        name: 'cart-5d9f7c6b8',
      },
    },
  },
});
export const keptnWorkloadVersionSchema = wholeObject(keptnWorkloadVersionKind);
export type KeptnWorkloadVersion = z.infer<typeof keptnWorkloadVersionSchema>;
