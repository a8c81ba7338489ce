import { apiPath, resources } from '../api/resources.ts';
import type { SluiceError } from '../kernel/errors.ts';
import { ok, type Result } from '../kernel/result.ts';
import type { KubeClient } from './client.ts';

/**
 * Reads one Secret with one GET, past any cache: its texts by key, undefined when it does not exist. Errors: those of the
 * API server.
 */
export function secretReader(client: KubeClient) {
  return async (
    namespace: string,
    name: string,
  ): Promise<Result<Readonly<Record<string, string>> | undefined, SluiceError>> => {
    const found = await client.get(apiPath(resources.secrets, namespace, name));
    if (!found.ok) return found.error.tag === 'not-found' ? ok(undefined) : found;
    const secret = resources.secrets.parse(found.value);
    if (!secret.ok) return secret;
    const texts = Object.entries(secret.value.data ?? {}).map(
      ([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')] as const,
    );
    return ok(Object.fromEntries(texts));
  };
}
