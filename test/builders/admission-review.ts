import { Buffer } from 'node:buffer';
import fastJsonPatch from 'fast-json-patch';
import { z } from '../../src/api/schema.ts';
import type { ReviewHandler } from '../../src/webhook/handler.ts';

/** An AdmissionReview for the creation of a pod, as the API server sends it. */
export function asReview(object: unknown, request: object = {}): object {
  return {
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    request: {
      uid: 'u-1',
      kind: { group: '', version: 'v1', kind: 'Pod' },
      resource: { group: '', version: 'v1', resource: 'pods' },
      namespace: 'shop',
      operation: 'CREATE',
      userInfo: { username: 'system:serviceaccount:kube-system:replicaset-controller' },
      object,
      oldObject: null,
      dryRun: false,
      options: { apiVersion: 'meta.k8s.io/v1', kind: 'CreateOptions' },
      ...request,
    },
  };
}

const responseSchema = z.strictObject({
  uid: z.string().min(1),
  allowed: z.boolean(),
  status: z.strictObject({ code: z.int().min(200).max(599), message: z.string() }).optional(),
  patchType: z.literal('JSONPatch').optional(),
  patch: z.base64().optional(),
  warnings: z.array(z.string().max(256)).optional(),
  auditAnnotations: z.record(z.string().regex(/^[a-z-]+$/), z.string()).optional(),
});

/** What the API server would accept as an answer; anything else makes the parse throw. */
export const answerSchema = z.strictObject({
  apiVersion: z.literal('admission.k8s.io/v1'),
  kind: z.literal('AdmissionReview'),
  response: responseSchema,
});

/** The response part of an answer. */
export type AdmissionResponse = z.infer<typeof responseSchema>;

/** Asks a handler and insists on a well-formed answer. */
export async function responseOf(handle: ReviewHandler, body: unknown): Promise<AdmissionResponse> {
  const answer = await handle(body);
  if (!answer.ok) throw new Error(answer.error.message);
  return answerSchema.parse(answer.value).response;
}

const operationsSchema = z.array(
  z.strictObject({ op: z.enum(['add', 'test']), path: z.string(), value: z.unknown() }),
);

/** The object after the answer's patch, applied as the API server does: any operation that does not fit throws. */
export function applied(object: object, { patch }: AdmissionResponse): unknown {
  if (patch === undefined) return object;
  const operations = operationsSchema.parse(JSON.parse(Buffer.from(patch, 'base64').toString('utf8')));
  return fastJsonPatch.applyPatch<unknown>(structuredClone(object), operations, true).newDocument;
}
