import { objectMetaSchema } from '../meta.ts';
import { z } from '../schema.ts';
import { coreConditionSchema } from './workload.ts';

const podContainerSchema = z.object({
  name: z.string(),
  image: z.string().optional(),
  env: z.array(z.object({ name: z.string(), value: z.string().optional() })).optional(),
});

/** core/v1 Pod, what is read of it: gates, node, and what the version of a workload is derived from. */
export const podSchema = z.object({
  apiVersion: z.string().default('v1'),
  kind: z.string().default('Pod'),
  metadata: objectMetaSchema,
  spec: z
    .object({
      schedulingGates: z.array(z.object({ name: z.string() })).optional(),
      nodeName: z.string().optional(),
      containers: z.array(podContainerSchema).optional(),
    })
    .prefault({}),
  status: z
    .object({ phase: z.string().optional(), conditions: z.array(coreConditionSchema).optional() })
    .optional(),
});
export type Pod = z.infer<typeof podSchema>;
