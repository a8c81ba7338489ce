import { name, text, texts, z } from '../schema.ts';

const quantities = (
  description: string,
): z.ZodRecord<z.ZodString, z.ZodUnion<readonly [z.ZodString, z.ZodNumber]>> =>
  z.record(z.string(), z.union([z.string(), z.number()])).describe(description);

const envVarSchema = z.looseObject({
  name: name('Name of the variable.'),
  value: text('Its value.').optional(),
  valueFrom: z
    .record(z.string(), z.unknown())
    .describe('Where the value comes from: a key of a Secret or ConfigMap, or a field of the pod.')
    .optional(),
});

const volumeMountSchema = z.looseObject({
  name: name('Name of the volume.'),
  mountPath: name('Path at which it appears in the container.'),
  subPath: text('The part of the volume that is mounted; absent: all of it.').optional(),
  readOnly: z.boolean().describe('Whether the container may not write to it.').optional(),
});

/** core/v1 ResourceRequirements as users write them. */
export const resourcesSchema = z
  .looseObject({
    limits: quantities('The most that the container may use.').optional(),
    requests: quantities('What is set aside for the container.').optional(),
  })
  .describe('CPU and memory.');
export type Resources = z.infer<typeof resourcesSchema>;

/**
 * core/v1 Container as users write it in a task definition. The fields that users need are named and described;
 * all others are kept as they are, so that nothing of a container is lost.
 */
export const containerSchema = z.looseObject({
  name: name('Name of the container.'),
  image: name('Image to run.'),
  command: texts('Entry point; absent: that of the image.').optional(),
  args: texts('Arguments of the entry point.').optional(),
  workingDir: text('Directory to start in; absent: that of the image.').optional(),
  env: z.array(envVarSchema).describe('Environment variables.').optional(),
  envFrom: z
    .array(z.record(z.string(), z.unknown()))
    .describe('ConfigMaps and Secrets, each of whose keys becomes a variable.')
    .optional(),
  resources: resourcesSchema.optional(),
  volumeMounts: z.array(volumeMountSchema).describe('Volumes that the container sees.').optional(),
  securityContext: z
    .record(z.string(), z.unknown())
    .describe('User, capabilities and the like, as in a pod.')
    .optional(),
  imagePullPolicy: z
    .enum(['Always', 'IfNotPresent', 'Never'])
    .describe('When the image is pulled: Always, IfNotPresent or Never.')
    .optional(),
});

/** The container of one step of several, which is called as the step is. */
export const stepContainerSchema = containerSchema.extend({
  name: text('Has no effect: the container has the name of its step.').optional(),
});

/** core/v1 Volume as users write it in a task definition. */
export const volumeSchema = z.looseObject({ name: name('Name of the volume, as in volumeMounts.') });
