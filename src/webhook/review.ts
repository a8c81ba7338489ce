import { dependencySchema } from '../api/lifecycle/v1/dependency.ts';
import { objectMetaSchema } from '../api/meta.ts';
import { parseWith, z } from '../api/schema.ts';
import { failure, type SluiceError } from '../kernel/errors.ts';
import { err, ok, type Result } from '../kernel/result.ts';
import type { PatchOperation } from './patch.ts';

const apiVersion = 'admission.k8s.io/v1';
const kind = 'AdmissionReview';

/** AdmissionReview v1 as the API server sends it; what nobody reads is dropped. */
const reviewSchema = z.object({
  apiVersion: z.literal(apiVersion),
  kind: z.literal(kind),
  request: z.object({
    uid: z.string().min(1),
    resource: z.object({ group: z.string(), version: z.string(), resource: z.string() }),
    subResource: z.string().optional(),
    namespace: z.string().optional(),
    name: z.string().optional(),
    operation: z.enum(['CREATE', 'UPDATE', 'DELETE', 'CONNECT']),
    dryRun: z.boolean().optional(),
    object: z.unknown(),
  }),
});

/** What is asked: may this operation happen, and what should change. `object` is raw: patches are built from it. */
export interface AdmissionRequest {
  readonly uid: string;
  readonly group: string;
  readonly resource: string;
  /** Empty when the object itself is meant. */
  readonly subresource: string;
  /** Of the object; empty for cluster-wide ones. */
  readonly namespace: string;
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';
  readonly object: unknown;
}

/** What is answered. */
export interface AdmissionAnswer {
  readonly allowed: boolean;
  readonly patch: readonly PatchOperation[];
  /** Shown to whoever sent the request, one line each. */
  readonly warnings: readonly string[];
  /** Written into the audit log under the webhook's name. */
  readonly auditAnnotations: Readonly<Record<string, string>>;
  /** Why it was refused, or why it was left as it is. */
  readonly message: string;
  /** HTTP status of a refusal; 200 when allowed. */
  readonly code: number;
}

/** AdmissionReview v1 as it is sent back. */
export interface AdmissionReviewResponse {
  readonly apiVersion: typeof apiVersion;
  readonly kind: typeof kind;
  readonly response: {
    readonly uid: string;
    readonly allowed: boolean;
    readonly status?: { readonly code: number; readonly message: string };
    readonly patchType?: 'JSONPatch';
    /** JSON, base64. */
    readonly patch?: string;
    readonly warnings?: readonly string[];
    readonly auditAnnotations?: Readonly<Record<string, string>>;
  };
}

/** Reads an AdmissionReview. Error: malformed, naming each field that is wrong. Pure. */
export function decodeReview(body: unknown): Result<AdmissionRequest, SluiceError> {
  const parsed = parseWith(reviewSchema, body);
  if (!parsed.ok) {
    return err(failure('malformed', `this is not an ${kind} of ${apiVersion}: ${parsed.error.message}`));
  }
  const { uid, resource, subResource = '', namespace = '', operation, object } = parsed.value.request;
  return ok({
    uid,
    group: resource.group,
    resource: resource.resource,
    subresource: subResource,
    namespace,
    operation,
    object,
  });
}

/** The longest warning that every client shows (API reference: above 256 characters it may be cut). */
const maxWarning = 256;

/** Warnings travel in an HTTP header: no line breaks or other control characters. Pure. */
function asWarning(text: string): string {
  const line = text.replaceAll(/\p{Cc}+/gu, ' ');
  return line.length <= maxWarning ? line : `${line.slice(0, maxWarning - 1)}…`;
}

/** Builds the AdmissionReview that carries an answer. Pure. */
export function encodeReview(uid: string, answer: AdmissionAnswer): AdmissionReviewResponse {
  const { allowed, patch, warnings, auditAnnotations, message, code } = answer;
  const isPatched = allowed && patch.length > 0;
  return {
    apiVersion,
    kind,
    response: {
      uid,
      allowed,
      ...(message === '' ? {} : { status: { code, message } }),
      ...(isPatched
        ? { patchType: 'JSONPatch', patch: Buffer.from(JSON.stringify(patch)).toString('base64') }
        : {}),
      ...(warnings.length === 0 ? {} : { warnings: warnings.map(asWarning) }),
      ...(Object.keys(auditAnnotations).length === 0 ? {} : { auditAnnotations }),
    },
  };
}

/** Objects under admission may have no name yet (generateName), and Go sends empty maps and lists as null. */
const stringMap = z
  .record(z.string(), z.string())
  .nullish()
  .transform((map) => map ?? undefined);

const metadataSchema = z.object({
  name: z.string().optional(),
  generateName: z.string().optional(),
  annotations: stringMap,
  labels: stringMap,
  ownerReferences: objectMetaSchema.shape.ownerReferences
    .nullable()
    .transform((references) => references ?? []),
});

const envSchema = z.object({ name: z.string(), value: z.string().optional() });

/** A pod under admission: only what a decision or a patch reads, and gates with fields that we do not know. */
const admittedPodSchema = z.object({
  metadata: metadataSchema,
  spec: z.object({
    containers: z
      .array(
        z.object({
          name: z.string(),
          image: z.string().optional(),
          env: z
            .array(envSchema)
            .nullish()
            .transform((env) => env ?? []),
        }),
      )
      .nullish()
      .transform((containers) => containers ?? []),
    schedulingGates: z
      .array(z.unknown())
      .nullish()
      .transform((gates) => gates ?? undefined),
  }),
});

/** A namespace under admission. */
const admittedNamespaceSchema = z.object({ metadata: metadataSchema });

/** A KeptnApp or KeptnAppContext under admission: what it depends on. */
const admittedDependentSchema = z.object({
  metadata: metadataSchema,
  spec: z
    .object({ dependsOn: z.array(dependencySchema).nullish() })
    .nullish()
    .transform((spec) => spec?.dependsOn ?? []),
});

export type AdmittedPod = z.infer<typeof admittedPodSchema>;
export type AdmittedNamespace = z.infer<typeof admittedNamespaceSchema>;
export type AdmittedDependent = z.infer<typeof admittedDependentSchema>;

/** Reads the pod of a request. Error: malformed, naming the fields. Pure. */
export function decodePod(object: unknown): Result<AdmittedPod, SluiceError> {
  return parseWith(admittedPodSchema, object);
}

/** Reads the namespace of a request. Error: malformed, naming the fields. Pure. */
export function decodeNamespace(object: unknown): Result<AdmittedNamespace, SluiceError> {
  return parseWith(admittedNamespaceSchema, object);
}

/** Reads the KeptnApp or KeptnAppContext of a request. Error: malformed, naming the fields. Pure. */
export function decodeDependent(object: unknown): Result<AdmittedDependent, SluiceError> {
  return parseWith(admittedDependentSchema, object);
}
