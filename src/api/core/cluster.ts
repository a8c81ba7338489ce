import { nullableTimeSchema, objectMetaSchema } from '../meta.ts';
import { z } from '../schema.ts';

const head = (
  apiVersion: string,
  kind: string,
): {
  apiVersion: z.ZodDefault<z.ZodString>;
  kind: z.ZodDefault<z.ZodString>;
  metadata: typeof objectMetaSchema;
} => ({
  apiVersion: z.string().default(apiVersion),
  kind: z.string().default(kind),
  metadata: objectMetaSchema,
});

/** core/v1 Namespace, what is read of it. */
export const namespaceSchema = z.object(head('v1', 'Namespace'));
export type Namespace = z.infer<typeof namespaceSchema>;

/** core/v1 ConfigMap, what is read of it. */
export const configMapSchema = z.object({
  ...head('v1', 'ConfigMap'),
  data: z.record(z.string(), z.string()).optional(),
});
export type ConfigMap = z.infer<typeof configMapSchema>;

/** core/v1 ConfigMap as PartialObjectMetadata: least of all, because a cluster has many. */
export const configMapNameSchema = z.object({
  apiVersion: z.string().default('v1'),
  kind: z.string().default('ConfigMap'),
  metadata: objectMetaSchema.pick({ name: true, namespace: true, uid: true, resourceVersion: true }),
});
export type ConfigMapName = z.infer<typeof configMapNameSchema>;

/** core/v1 Secret, what is read of it; values are base64. */
export const secretSchema = z.object({
  ...head('v1', 'Secret'),
  type: z.string().optional(),
  data: z.record(z.string(), z.string()).optional(),
});
export type Secret = z.infer<typeof secretSchema>;

/** events.k8s.io/v1 Event, what is written of it. */
export const eventSchema = z.object({
  ...head('events.k8s.io/v1', 'Event'),
  eventTime: nullableTimeSchema,
  regarding: z
    .object({
      apiVersion: z.string().optional(),
      kind: z.string().optional(),
      namespace: z.string().optional(),
      name: z.string().optional(),
      uid: z.string().optional(),
    })
    .optional(),
  type: z.string().optional(),
  reason: z.string().optional(),
  action: z.string().optional(),
  note: z.string().optional(),
  reportingController: z.string().optional(),
  reportingInstance: z.string().optional(),
});
export type Event = z.infer<typeof eventSchema>;

/** coordination.k8s.io/v1 Lease, what is read and written of it; times are MicroTime. */
export const leaseSchema = z.object({
  ...head('coordination.k8s.io/v1', 'Lease'),
  spec: z
    .object({
      holderIdentity: z.string().optional(),
      leaseDurationSeconds: z.number().optional(),
      acquireTime: nullableTimeSchema,
      renewTime: nullableTimeSchema,
      leaseTransitions: z.number().optional(),
    })
    .prefault({}),
});
export type Lease = z.infer<typeof leaseSchema>;

/** What is read of the webhooks of a configuration to patch the CA bundle. */
const webhooksSchema = z
  .array(
    z.object({
      name: z.string(),
      clientConfig: z.object({ caBundle: z.string().optional(), url: z.string().optional() }),
    }),
  )
  .optional();

/** admissionregistration.k8s.io/v1 MutatingWebhookConfiguration, what is read of it to patch the CA bundle. */
export const mutatingWebhookConfigurationSchema = z.object({
  ...head('admissionregistration.k8s.io/v1', 'MutatingWebhookConfiguration'),
  webhooks: webhooksSchema,
});

/** The same of a ValidatingWebhookConfiguration. */
export const validatingWebhookConfigurationSchema = z.object({
  ...head('admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration'),
  webhooks: webhooksSchema,
});
export type ValidatingWebhookConfiguration = z.infer<typeof validatingWebhookConfigurationSchema>;
export type MutatingWebhookConfiguration = z.infer<typeof mutatingWebhookConfigurationSchema>;

/** apiregistration.k8s.io/v1 APIService, what is read of it to patch the CA bundle. */
export const apiServiceSchema = z.object({
  ...head('apiregistration.k8s.io/v1', 'APIService'),
  spec: z
    .object({
      /** Null of what the API server serves itself. */
      service: z.object({ name: z.string().default(''), namespace: z.string().default('') }).nullish(),
      caBundle: z.string().nullish(),
      insecureSkipTLSVerify: z.boolean().optional(),
    })
    .prefault({}),
});
export type ApiService = z.infer<typeof apiServiceSchema>;
