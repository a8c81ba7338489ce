import { objectMetaSchema } from '../meta.ts';
import { z } from '../schema.ts';

const containerStateSchema = z.object({
  name: z.string(),
  state: z
    .object({
      waiting: z.object({ reason: z.string().optional(), message: z.string().optional() }).optional(),
      terminated: z
        .object({ exitCode: z.number(), reason: z.string().optional(), message: z.string().optional() })
        .optional(),
    })
    .optional(),
});

/** core/v1 Pod of a task's Job, what is read of it: why it waits, and the last words of its container. */
export const taskPodSchema = z.object({
  apiVersion: z.string().default('v1'),
  kind: z.string().default('Pod'),
  metadata: objectMetaSchema,
  status: z
    .object({ phase: z.string().optional(), containerStatuses: z.array(containerStateSchema).optional() })
    .prefault({}),
});
export type TaskPod = z.infer<typeof taskPodSchema>;
