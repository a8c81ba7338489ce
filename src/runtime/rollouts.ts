import { type ObjectMeta, objectMetaSchema } from '../api/meta.ts';
import { parseWith, z } from '../api/schema.ts';
import type { SluiceError } from '../kernel/errors.ts';
import { ok, type Result } from '../kernel/result.ts';
import type { KubeClient } from './client.ts';

const rolloutSchema = z.object({ metadata: objectMetaSchema });

/** Reads an Argo Rollout's metadata with one GET; undefined when it, or its resource, is not in this cluster. */
export function fetchRollout(client: KubeClient) {
  return async (
    namespace: string,
    name: string,
  ): Promise<Result<{ readonly metadata: ObjectMeta } | undefined, SluiceError>> => {
    const path = `/apis/argoproj.io/v1alpha1/namespaces/${encodeURIComponent(namespace)}/rollouts/${encodeURIComponent(name)}`;
    const found = await client.get(path);
    if (!found.ok) return found.error.tag === 'not-found' ? ok(undefined) : found;
    return parseWith(rolloutSchema, found.value);
  };
}
