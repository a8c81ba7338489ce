import { apiPath, resources } from '../api/resources.ts';
import type { SluiceError } from '../kernel/errors.ts';
import { err, ok, type Result } from '../kernel/result.ts';
import type { KubeClient } from './client.ts';

const fieldManager = 'sluice/certificates';

/** The keys of the certificates' Secret, PEM text. */
type SecretText = Readonly<
  Partial<Record<'ca.crt' | 'ca.key' | 'ca.crt.old' | 'tls.crt' | 'tls.key', string | undefined>>
>;

/** A Secret's content as text, with the version that a write must name. */
export interface TextSecret {
  readonly data: SecretText;
  readonly resourceVersion: string;
}

/** Reads and writes one Secret past the cache; a write names the version that it replaces. */
export interface SecretAccess {
  readonly read: () => Promise<Result<TextSecret | undefined, SluiceError>>;
  readonly write: (
    data: SecretText,
    resourceVersion: string | undefined,
  ) => Promise<Result<void, SluiceError>>;
}

/** Access to the Secret of that name. Errors: those of the API server; conflict when another writer was first. */
export function secretAccess(client: KubeClient, namespace: string, name: string): SecretAccess {
  const path = apiPath(resources.secrets, namespace, name);
  return {
    read: async () => {
      const found = await client.get(path);
      if (!found.ok) return found.error.tag === 'not-found' ? ok(undefined) : found;
      const secret = resources.secrets.parse(found.value);
      if (!secret.ok) return secret;
      const { data = {}, metadata } = secret.value;
      const decoded = Object.entries(data).map(([key, value]) => [key, fromBase64(value)] as const);
      return ok({ data: Object.fromEntries(decoded), resourceVersion: metadata.resourceVersion ?? '' });
    },
    write: async (data, resourceVersion) => {
      const encoded = Object.entries(data).map(
        ([key, value]) => [key, value === undefined ? null : toBase64(value)] as const,
      );
      const content = { data: Object.fromEntries(encoded) };
      const written =
        resourceVersion === undefined
          ? await client.create(
              apiPath(resources.secrets, namespace),
              secretObject(namespace, name, data),
              fieldManager,
            )
          : await client.patch(path, 'merge', { metadata: { resourceVersion }, ...content }, fieldManager);
      return written.ok ? ok(undefined) : written;
    },
  };
}

function secretObject(namespace: string, name: string, data: SecretText): unknown {
  const given = Object.entries(data).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, toBase64(value)] as const],
  );
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace, labels: { 'app.kubernetes.io/part-of': 'sluice' } },
    type: 'Opaque',
    data: Object.fromEntries(given),
  };
}

/** Where a webhook is reached when it is not behind a Service: a base URL, and the path of each webhook by its name. */
export interface WebhookAddress {
  readonly url: string;
  readonly paths: Readonly<Record<string, string>>;
}

/** Makes the API server trust a CA bundle, and tells which it trusts now (PEM, empty when none). */
interface Injector {
  readonly current: () => Promise<Result<string, SluiceError>>;
  readonly inject: (caBundlePem: string) => Promise<Result<void, SluiceError>>;
}

/**
 * Makes the API server trust a CA bundle, by writing it into every webhook of the mutating and the validating
 * configuration of that name; with an address, also points the webhooks there. Writes only what differs. The validating
 * one may be absent: nothing depends on it. Errors: those of the API server.
 */
export function bundleInjector(
  client: KubeClient,
  configuration: string,
  address?: WebhookAddress,
): Injector {
  const mutating = injectorInto(client, 'mutatingwebhookconfigurations', configuration, address);
  const validating = injectorInto(client, 'validatingwebhookconfigurations', configuration, address);
  return {
    current: mutating.current,
    inject: async (caBundlePem) => {
      const first = await mutating.inject(caBundlePem);
      if (!first.ok) return first;
      const second = await validating.inject(caBundlePem);
      return second.ok || second.error.tag === 'not-found' ? ok(undefined) : second;
    },
  };
}

function injectorInto(
  client: KubeClient,
  resource: 'mutatingwebhookconfigurations' | 'validatingwebhookconfigurations',
  configuration: string,
  address: WebhookAddress | undefined,
): Injector {
  const def = resources[resource];
  const path = apiPath(def, undefined, configuration);
  const read = async () => {
    const found = await client.get(path);
    if (found.ok) return def.parse(found.value);
    return err({ ...found.error, message: `${def.kind} "${configuration}": ${found.error.message}` });
  };
  return {
    current: async () => {
      const parsed = await read();
      if (!parsed.ok) return parsed;
      return ok(fromBase64(parsed.value.webhooks?.[0]?.clientConfig.caBundle ?? ''));
    },
    inject: async (caBundlePem) => {
      const parsed = await read();
      if (!parsed.ok) return parsed;
      const caBundle = toBase64(caBundlePem);
      const webhooks = (parsed.value.webhooks ?? []).flatMap(({ name, clientConfig }) => {
        const url = address === undefined ? undefined : `${address.url}${address.paths[name] ?? ''}`;
        if (clientConfig.caBundle === caBundle && clientConfig.url === url) return [];
        return [{ name, clientConfig: { caBundle, ...(url === undefined ? {} : { url, service: null }) } }];
      });
      if (webhooks.length === 0) return ok(undefined);
      const patched = await client.patch(path, 'strategic', { webhooks }, fieldManager);
      return patched.ok ? ok(undefined) : patched;
    },
  };
}

function toBase64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}

function fromBase64(text: string): string {
  return Buffer.from(text, 'base64').toString('utf8');
}
