import { checkNamesOfUser } from '../../field-rules.ts';
import { defineKind, wholeObject } from '../../kind.ts';
import { int32, text, z } from '../../schema.ts';
import { dependsOnField } from './dependency.ts';
import { fiveVersions, lifecycleGroup } from './group.ts';
import { conditionsSchema, workloadRefSchema } from './shared.ts';

const movedToContext = 'Deprecated since v1beta1: belongs into the KeptnAppContext of the same name.';

const memberSchema = workloadRefSchema.extend({
  name: workloadRefSchema.shape.name.meta({ minLength: 1 }),
});

const spec = z
  .object({
    version: text('Version of the app. Free text; a change of it starts a new KeptnAppVersion.'),
    revision: int32(0, 'Raise it to run the checks of the same version once more.').default(1),
    workloads: z
      .array(memberSchema)
      .describe('The workloads that make up the app, each with its version.')
      .optional(),
    dependsOn: dependsOnField,
    preDeploymentTasks: checkNamesOfUser(movedToContext).optional(),
    postDeploymentTasks: checkNamesOfUser(movedToContext).optional(),
    preDeploymentEvaluations: checkNamesOfUser(movedToContext).optional(),
    postDeploymentEvaluations: checkNamesOfUser(movedToContext).optional(),
  })
  .describe('What the app consists of.');

const status = z
  .object({
    currentVersion: text('The version for which a KeptnAppVersion was created last.').optional(),
    observedGeneration: z
      .int()
      .min(0)
      .meta({ description: 'The generation that the conditions are about.', format: 'int64' })
      .optional(),
    conditions: conditionsSchema.optional(),
  })
  .describe('What is known about the app.');

/** KeptnApp: workloads that are released together. */
export const keptnAppKind = defineKind({
  group: lifecycleGroup,
  kind: 'KeptnApp',
  plural: 'keptnapps',
  versions: fiveVersions,
  description:
    'Workloads that are released together as one version. Found by itself from the labels of the workloads, or written by a user.',
  notes: [
    'Before v1beta1 the lists of checks were part of this kind. They are still accepted here, in every version, and mean what they mean in a KeptnAppContext of the same name.',
  ],
  spec,
  status,
  example: {
    name: 'shop',
    spec: {
      version: '1.4.0',
      workloads: [
        { name: 'cart', version: '2.1.0' },
        { name: 'web', version: '1.4.0' },
      ],
    },
  },
});
export const keptnAppSchema = wholeObject(keptnAppKind);
export type KeptnApp = z.infer<typeof keptnAppSchema>;
