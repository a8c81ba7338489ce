import { checkNames } from '../../field-rules.ts';
import { defineKind, wholeObject } from '../../kind.ts';
import { text, textMap, time, z } from '../../schema.ts';
import { fiveVersions, lifecycleGroup } from './group.ts';
import { checkListFields, conditionsSchema, resourceReferenceSchema } from './shared.ts';

/** What a KeptnWorkload says; a KeptnWorkloadVersion keeps a copy of it. */
export const workloadFields = {
  app: text('Name of the app that the workload belongs to.'),
  version: text('Version of the workload, in lower case.'),
  ...checkListFields(checkNames),
  resourceReference: resourceReferenceSchema.describe('The object that owns the pods of this version.'),
  wave: z
    .int32()
    .meta({
      description:
        'Within a version of its app, the workload waits for all workloads of lower waves; from keptn.sh/wave, 0 when absent.',
      format: 'int32',
    })
    .optional(),
  // Written as a whole, so that no key of an earlier version stays behind.
  metadata: textMap('Metadata of the workload, from the annotation keptn.sh/metadata.')
    .meta({ 'x-kubernetes-map-type': 'atomic' })
    .optional(),
};

/** KeptnWorkload: a Deployment, StatefulSet or DaemonSet as a part of an app. */
export const keptnWorkloadKind = defineKind({
  group: lifecycleGroup,
  kind: 'KeptnWorkload',
  plural: 'keptnworkloads',
  versions: fiveVersions,
  columns: [
    { name: 'AppName', path: '.spec.app' },
    { name: 'Version', path: '.spec.version' },
  ],
  description:
    'A Deployment, StatefulSet or DaemonSet as a part of an app. Written by the controller from the annotations of its pods.',
  spec: z.object(workloadFields).describe('The newest version of the workload and its checks.'),
  status: z
    .object({
      currentVersion: text('The version for which a KeptnWorkloadVersion was created last.').optional(),
      currentVersionSince: time(
        'When that version was asked for last: later than its end after a rollback to it.',
      ).optional(),
      conditions: conditionsSchema.optional(),
    })
    .describe('What is known about the workload.'),
  example: {
    name: 'shop-cart',
    spec: {
      app: 'shop',
      version: '2.1.0',
      preDeploymentTasks: ['check-queue'],
      resourceReference: {
        uid: '7d1c0a3e-3f6b-4a53-9d0e-0f6c2b7a9e11',
        kind: 'ReplicaSet',
        name: 'cart-5d9f7c6b8',
      },
    },
  },
});
export const keptnWorkloadSchema = wholeObject(keptnWorkloadKind);
export type KeptnWorkload = z.infer<typeof keptnWorkloadSchema>;
