import { z } from './schema.ts';

/** A reference from an object to one that owns it (meta/v1 OwnerReference). */
export const ownerReferenceSchema = z.object({
  apiVersion: z.string(),
  kind: z.string(),
  name: z.string(),
  uid: z.string(),
  controller: z.boolean().optional(),
  blockOwnerDeletion: z.boolean().optional(),
});

/** A timestamp that the API server writes as null until it is set. */
export const nullableTimeSchema = z
  .string()
  .nullable()
  .transform((stored) => stored ?? undefined)
  .optional();

/** The part of meta/v1 ObjectMeta that is read or written here; the rest is dropped at the cache's door. */
export const objectMetaSchema = z.object({
  name: z.string(),
  namespace: z.string().optional(),
  generateName: z.string().optional(),
  uid: z.string().optional(),
  resourceVersion: z.string().optional(),
  generation: z.number().optional(),
  creationTimestamp: nullableTimeSchema,
  deletionTimestamp: nullableTimeSchema,
  labels: z.record(z.string(), z.string()).optional(),
  annotations: z.record(z.string(), z.string()).optional(),
  ownerReferences: z.array(ownerReferenceSchema).optional(),
});

export type OwnerReference = z.infer<typeof ownerReferenceSchema>;
export type ObjectMeta = z.infer<typeof objectMetaSchema>;

/** Any Kubernetes object, as sent or read. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly [field: string]: unknown;
}
