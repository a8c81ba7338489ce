import { nullableTimeSchema, objectMetaSchema } from '../meta.ts';
import { z } from '../schema.ts';

/** A condition as core kinds write it. */
export const coreConditionSchema = z.object({
  type: z.string(),
  status: z.string(),
  reason: z.string().optional(),
  message: z.string().optional(),
  lastTransitionTime: nullableTimeSchema,
});

const labelSelectorSchema = z.object({
  matchLabels: z.record(z.string(), z.string()).optional(),
  matchExpressions: z
    .array(z.object({ key: z.string(), operator: z.string(), values: z.array(z.string()).optional() }))
    .optional(),
});

const updateStrategySchema = z.object({
  type: z.string().optional(),
  rollingUpdate: z.object({ partition: z.number().optional() }).optional(),
});

const count = z.number().optional();

const countsSchema = z.object({
  observedGeneration: count,
  replicas: count,
  updatedReplicas: count,
  readyReplicas: count,
  availableReplicas: count,
  conditions: z.array(coreConditionSchema).optional(),
});

function workload<K extends string, S extends z.ZodType, T extends z.ZodType>(
  kind: K,
  spec: S,
  status: T,
): z.ZodObject<{
  apiVersion: z.ZodDefault<z.ZodString>;
  kind: z.ZodDefault<z.ZodString>;
  metadata: typeof objectMetaSchema;
  spec: S;
  status: T;
}> {
  return z.object({
    apiVersion: z.string().default('apps/v1'),
    kind: z.string().default(kind),
    metadata: objectMetaSchema,
    spec,
    status,
  });
}

const templateSchema = z.object({
  spec: z.object({ containers: z.array(z.object({ image: z.string().optional() })).default([]) }),
});

/** Of the template no more is kept than the image of the first container: there are thousands of revisions. */
const revisionSpecSchema = z
  .object({ replicas: count, selector: labelSelectorSchema.optional(), template: templateSchema.optional() })
  .prefault({})
  .transform(({ template, ...spec }) => ({ ...spec, image: template?.spec.containers[0]?.image }));

/** apps/v1 ReplicaSet, what is read of it. */
export const replicaSetSchema = workload(
  'ReplicaSet',
  revisionSpecSchema,
  countsSchema.extend({ fullyLabeledReplicas: count }).prefault({}),
);
/** apps/v1 Deployment, what is read of it. */
export const deploymentSchema = workload(
  'Deployment',
  z
    .object({
      replicas: count,
      selector: labelSelectorSchema.optional(),
      paused: z.boolean().optional(),
      progressDeadlineSeconds: count,
    })
    .prefault({}),
  countsSchema.prefault({}),
);
/** apps/v1 StatefulSet, what is read of it. */
export const statefulSetSchema = workload(
  'StatefulSet',
  z
    .object({
      replicas: count,
      selector: labelSelectorSchema.optional(),
      updateStrategy: updateStrategySchema.optional(),
    })
    .prefault({}),
  countsSchema
    .extend({
      currentReplicas: count,
      currentRevision: z.string().optional(),
      updateRevision: z.string().optional(),
    })
    .prefault({}),
);
/** apps/v1 DaemonSet, what is read of it. */
export const daemonSetSchema = workload(
  'DaemonSet',
  z
    .object({ selector: labelSelectorSchema.optional(), updateStrategy: updateStrategySchema.optional() })
    .prefault({}),
  z
    .object({
      observedGeneration: count,
      desiredNumberScheduled: count,
      currentNumberScheduled: count,
      updatedNumberScheduled: count,
      numberAvailable: count,
      numberReady: count,
      conditions: z.array(coreConditionSchema).optional(),
    })
    .prefault({}),
);

export type ReplicaSet = z.infer<typeof replicaSetSchema>;
export type Deployment = z.infer<typeof deploymentSchema>;
export type StatefulSet = z.infer<typeof statefulSetSchema>;
export type DaemonSet = z.infer<typeof daemonSetSchema>;
