import { nullableTimeSchema, objectMetaSchema } from '../meta.ts';
import { z } from '../schema.ts';
import { coreConditionSchema } from './workload.ts';

/** batch/v1 Job, what is read of it. */
export const jobSchema = z.object({
  apiVersion: z.string().default('batch/v1'),
  kind: z.string().default('Job'),
  metadata: objectMetaSchema,
  spec: z
    .object({
      ttlSecondsAfterFinished: z.number().optional(),
      backoffLimit: z.number().optional(),
      activeDeadlineSeconds: z.number().optional(),
    })
    .prefault({}),
  status: z
    .object({
      conditions: z.array(coreConditionSchema).optional(),
      active: z.number().optional(),
      succeeded: z.number().optional(),
      failed: z.number().optional(),
      startTime: nullableTimeSchema,
      completionTime: nullableTimeSchema,
    })
    .prefault({}),
});
export type Job = z.infer<typeof jobSchema>;
