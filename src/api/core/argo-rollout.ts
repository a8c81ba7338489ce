import { objectMetaSchema } from '../meta.ts';
import { z } from '../schema.ts';
import { coreConditionSchema } from './workload.ts';

const count = z.number().optional();

/** argoproj.io/v1alpha1 Rollout, what is read of it. Lenient: it is another project's kind. */
export const rolloutSchema = z.object({
  apiVersion: z.string().default('argoproj.io/v1alpha1'),
  kind: z.string().default('Rollout'),
  metadata: objectMetaSchema,
  spec: z
    .object({
      replicas: z
        .number()
        .nullish()
        .transform((stored) => stored ?? undefined),
      paused: z.boolean().optional(),
      progressDeadlineSeconds: count,
    })
    .prefault({}),
  status: z
    .object({
      /** A number as text; a hash of the spec in releases before 1.0. */
      observedGeneration: z.string().optional(),
      replicas: count,
      updatedReplicas: count,
      availableReplicas: count,
      phase: z.string().optional(),
      message: z.string().optional(),
      pauseConditions: z.array(z.object({ reason: z.string().optional() })).optional(),
      conditions: z.array(coreConditionSchema).optional(),
    })
    .prefault({}),
});
export type Rollout = z.infer<typeof rolloutSchema>;
