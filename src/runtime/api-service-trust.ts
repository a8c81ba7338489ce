import { apiPath, resources } from '../api/resources.ts';
import type { SluiceError } from '../kernel/errors.ts';
import { err, ok, type Result } from '../kernel/result.ts';
import type { KubeClient } from './client.ts';

const def = resources.apiservices;
const fieldManager = 'sluice/certificates';

/** The Service behind an aggregated API. */
export interface ServiceRef {
  readonly namespace: string;
  readonly name: string;
}

/** Makes the API server's aggregator trust a CA bundle. */
export interface AggregatorTrust {
  /** What it trusts now for the first of our APIServices, PEM; empty when nothing. */
  readonly current: () => Promise<Result<string, SluiceError>>;
  readonly inject: (caBundlePem: string) => Promise<Result<void, SluiceError>>;
}

/**
 * Writes a CA bundle into those APIServices that lead to our Service, and has them verify by it; writes only what
 * differs. One that is absent or leads elsewhere belongs to another adapter: `onForeign` is told of it, and it is left
 * alone. Errors: those of the API server.
 */
export function apiServiceTrust(
  client: KubeClient,
  names: readonly string[],
  service: ServiceRef,
  onForeign: (apiService: string, owner: string) => void,
): AggregatorTrust {
  const told = new Map<string, string>();
  const tell = (name: string, owner: string): void => {
    if (told.get(name) !== owner) onForeign(name, owner);
    told.set(name, owner);
  };
  return {
    current: async () => {
      const found = await client.get(apiPath(def, undefined, names[0]));
      const parsed = found.ok ? def.parse(found.value) : found;
      return parsed.ok
        ? ok(Buffer.from(parsed.value.spec.caBundle ?? '', 'base64').toString('utf8'))
        : parsed;
    },
    inject: async (caBundlePem) => {
      const caBundle = Buffer.from(caBundlePem, 'utf8').toString('base64');
      const done = await Promise.all(
        names.map((name) => injectInto(name, { client, service, caBundle, tell })),
      );
      return done.find((result) => !result.ok) ?? ok(undefined);
    },
  };
}

interface Injection {
  readonly client: KubeClient;
  readonly service: ServiceRef;
  /** Base64. */
  readonly caBundle: string;
  readonly tell: (name: string, owner: string) => void;
}

async function injectInto(
  name: string,
  { client, service, caBundle, tell }: Injection,
): Promise<Result<void, SluiceError>> {
  const path = apiPath(def, undefined, name);
  const found = await client.get(path);
  if (!found.ok && found.error.tag === 'not-found') {
    tell(name, 'nobody');
    return ok(undefined);
  }
  const parsed = found.ok ? def.parse(found.value) : found;
  if (!parsed.ok) return err({ ...parsed.error, message: `APIService "${name}": ${parsed.error.message}` });
  const { service: behind, caBundle: current, insecureSkipTLSVerify } = parsed.value.spec;
  if (behind?.name !== service.name || behind.namespace !== service.namespace) {
    tell(name, behind ? `Service ${behind.namespace}/${behind.name}` : 'the API server itself');
    return ok(undefined);
  }
  tell(name, 'us');
  if (current === caBundle && insecureSkipTLSVerify !== true) return ok(undefined);
  const spec = { caBundle, insecureSkipTLSVerify: false };
  const patched = await client.patch(path, 'merge', { spec }, fieldManager);
  return patched.ok ? ok(undefined) : patched;
}
