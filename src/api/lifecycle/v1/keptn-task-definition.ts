import { containerSchema, stepContainerSchema, volumeSchema } from '../../core/container.ts';
import { defineKind, wholeObject } from '../../kind.ts';
import { int32, type Rule, text, withRule, z } from '../../schema.ts';
import { fiveVersions, lifecycleGroup } from './group.ts';
import { jobFields } from './keptn-task.ts';
import { runtimeSpecSchema } from './runtime-spec.ts';
import { conditionsSchema, nameRef } from './shared.ts';

const dnsLabel = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

const stepFields = z.object({
  name: z
    .string()
    .max(63)
    .regex(dnsLabel, 'is not a name; write lower-case letters, digits and "-"')
    .describe('Name of the step, different from that of every other.'),
  deno: runtimeSpecSchema.describe('Run TypeScript or JavaScript with Deno.').optional(),
  python: runtimeSpecSchema.describe('Run Python.').optional(),
  container: stepContainerSchema.describe('Run a container of your own, as in a pod.').optional(),
});

const stepRuntimes = ['deno', 'python', 'container'] as const;

const oneStepRuntime: Rule<z.infer<typeof stepFields>> = {
  cel: '[has(self.deno), has(self.python), has(self.container)].filter(given, given).size() == 1',
  holds: (step) => stepRuntimes.filter((runtime) => step[runtime] !== undefined).length === 1,
  message: 'a step needs exactly one of deno, python, container',
};

const stepSchema = withRule(stepFields, oneStepRuntime);

const uniqueNames: Rule<readonly z.infer<typeof stepSchema>[]> = {
  cel: 'self.all(step, self.exists_one(other, other.name == step.name))',
  holds: (steps) => new Set(steps.map(({ name }) => name)).size === steps.length,
  message: 'the names of steps must differ',
};

const fields = z.object({
  deno: runtimeSpecSchema.describe('Run TypeScript or JavaScript with Deno.').optional(),
  python: runtimeSpecSchema.describe('Run Python.').optional(),
  container: containerSchema.describe('Run a container of your own, as in a pod.').optional(),
  steps: withRule(z.array(stepSchema).min(1).max(20), uniqueNames)
    .describe('Run several, one after the other, in one pod; the first that fails ends the task.')
    .optional(),
  function: runtimeSpecSchema.describe('Deprecated: the name of deno before v1alpha3. Use deno.').optional(),
  ...jobFields,
  volumes: z
    .array(volumeSchema)
    .describe('Volumes of the pod, for containers to mount; a mount of any other name is an empty folder.')
    .optional(),
  serviceAccount: nameRef('Name of the ServiceAccount.')
    .describe('The ServiceAccount that the task runs as.')
    .optional(),
  automountServiceAccountToken: z
    .object({ type: z.boolean().describe('Whether the token is mounted.') })
    .describe('Whether the task sees the token of its ServiceAccount.')
    .optional(),
  ttlSecondsAfterFinished: int32(0, 'How many seconds the Job is kept after it ended.').default(300),
  imagePullSecrets: z
    .array(z.object({ name: text('Name of the Secret.') }))
    .describe('Secrets with which the image is pulled.')
    .optional(),
});

const runtimes = ['deno', 'python', 'container', 'steps', 'function'] as const;

const oneRuntime: Rule<z.infer<typeof fields>> = {
  cel: '[has(self.deno), has(self.python), has(self.container), has(self.steps), has(self.function)].filter(given, given).size() == 1',
  holds: (spec) => runtimes.filter((runtime) => spec[runtime] !== undefined).length === 1,
  message: 'needs exactly one of deno, python, container, steps (function is the old name of deno)',
};

/** KeptnTaskDefinition: a check that runs as a Job. */
export const keptnTaskDefinitionKind = defineKind({
  group: lifecycleGroup,
  kind: 'KeptnTaskDefinition',
  plural: 'keptntaskdefinitions',
  versions: fiveVersions,
  description:
    'A check that runs as a Job: TypeScript, JavaScript, Python, a container, or several of them in order. Written by users.',
  notes: [
    'function, the only runtime of v1alpha1 and v1alpha2, is accepted and kept in every version and means deno.',
    'deno and python need exactly one source of code; several, or none, were once admitted and then never ran.',
  ],
  spec: withRule(fields, oneRuntime).describe('What is run, and how.'),
  status: z
    .object({
      function: z
        .object({ configMap: text('Name of the ConfigMap that holds the code.').optional() })
        .describe('The code of a deno or python task.')
        .optional(),
      conditions: conditionsSchema.optional(),
    })
    .describe('What is known about the definition.'),
  example: {
    name: 'check-database',
    spec: {
      deno: {
        inline: {
          code: 'const { host } = JSON.parse(Deno.env.get("DATA") ?? "{}");\nawait Deno.connect({ hostname: host, port: 5432 });\n',
        },
        parameters: { map: { host: 'database' } },
      },
      retries: 2,
      timeout: '2m',
    },
  },
});
export const keptnTaskDefinitionSchema = wholeObject(keptnTaskDefinitionKind);
export type KeptnTaskDefinition = z.infer<typeof keptnTaskDefinitionSchema>;
