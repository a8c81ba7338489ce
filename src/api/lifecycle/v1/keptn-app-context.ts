import { checkNames, checkNamesOfUser, traceparents } from '../../field-rules.ts';
import { defineKind, wholeObject } from '../../kind.ts';
import { text, textMap, texts, z } from '../../schema.ts';
import { dependsOnField } from './dependency.ts';
import { lifecycleGroup } from './group.ts';
import { checkListFields, conditionsSchema } from './shared.ts';

const spanLinks = 'Traces (W3C traceparent) to which the trace of the deployment is linked.';

function contextChecks(
  names: typeof checkNames,
): ReturnType<typeof checkListFields> & { promotionTasks: z.ZodOptional<ReturnType<typeof checkNames>> } {
  return {
    ...checkListFields(names),
    promotionTasks: names(
      'KeptnTaskDefinitions that run after everything else; only when promotion is switched on.',
    ).optional(),
  };
}

/** What a KeptnAppContext says; a KeptnAppVersion keeps a copy of it, which a controller writes. */
export const appContextFields = {
  ...contextChecks(checkNames),
  metadata: textMap('Anything you want to see in the context of tasks and in traces.').optional(),
  spanLinks: texts(spanLinks).optional(),
};

const fieldsOfUser = {
  ...appContextFields,
  ...contextChecks(checkNamesOfUser),
  spanLinks: traceparents(spanLinks).optional(),
};

/** KeptnAppContext: the checks of an app. */
export const keptnAppContextKind = defineKind({
  group: lifecycleGroup,
  kind: 'KeptnAppContext',
  plural: 'keptnappcontexts',
  versions: ['v1beta1', 'v1'],
  description:
    'The checks and the metadata of the KeptnApp of the same name. Taken over when a new version of the app is seen; later edits change nothing for versions that exist. Annotated keptn.sh/default-context: "true" it gives every app of its namespace what the app leaves out.',
  spec: z
    .object({ ...fieldsOfUser, dependsOn: dependsOnField })
    .describe('Checks, metadata and the apps that must come first.')
    .prefault({}),
  status: z
    .object({ status: text('Not used.').optional(), conditions: conditionsSchema.optional() })
    .describe('What is known about the context.'),
  example: {
    name: 'shop',
    spec: {
      preDeploymentTasks: ['check-database'],
      postDeploymentEvaluations: ['error-rate'],
      metadata: { stage: 'production' },
    },
  },
});
export const keptnAppContextSchema = wholeObject(keptnAppContextKind);
export type KeptnAppContext = z.infer<typeof keptnAppContextSchema>;
