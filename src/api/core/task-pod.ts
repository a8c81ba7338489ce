import { objectMetaSchema } from '../meta.ts';
import { z } from '../schema.ts';

const containerStatusSchema = z.object({
  name: z.string(),
  state: z
    .object({
      waiting: z.object({ reason: z.string().optional(), message: z.string().optional() }).optional(),
      running: z.object({}).optional(),
      terminated: z
        .object({ exitCode: z.number(), reason: z.string().optional(), message: z.string().optional() })
        .optional(),
    })
    .optional(),
});
export type ContainerStatus = z.infer<typeof containerStatusSchema>;

const keySchema = z.object({
  name: z.string().optional(),
  key: z.string(),
  optional: z.boolean().optional(),
});

const containerSchema = z.object({
  name: z.string(),
  env: z
    .array(
      z.object({
        valueFrom: z
          .object({ secretKeyRef: keySchema.optional(), configMapKeyRef: keySchema.optional() })
          .optional(),
      }),
    )
    .optional(),
});

/** core/v1 Pod of a task's Job, what is read of it: why it waits, and the last words of its containers. */
export const taskPodSchema = z.object({
  apiVersion: z.string().default('v1'),
  kind: z.string().default('Pod'),
  metadata: objectMetaSchema,
  spec: z
    .object({
      initContainers: z.array(containerSchema).optional(),
      containers: z.array(containerSchema).optional(),
    })
    .prefault({}),
  status: z
    .object({
      phase: z.string().optional(),
      message: z.string().optional(),
      initContainerStatuses: z.array(containerStatusSchema).optional(),
      containerStatuses: z.array(containerStatusSchema).optional(),
    })
    .prefault({}),
});
export type TaskPod = z.infer<typeof taskPodSchema>;
