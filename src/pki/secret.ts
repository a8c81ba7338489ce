import type { CertificateData } from './stored.ts';
import type { ServingNames } from './x509.ts';

const secretKeys = ['ca.crt', 'ca.key', 'ca.crt.old', 'tls.crt', 'tls.key'] as const;

/** The `data` of a Secret (base64) as text; keys of others are left out. Pure. */
export function certificatesFromSecret(data: Readonly<Record<string, string>> | undefined): CertificateData {
  const present = secretKeys.filter((key) => data?.[key] !== undefined);
  return Object.fromEntries(
    present.map((key) => [key, Buffer.from(data?.[key] ?? '', 'base64').toString('utf8')]),
  );
}

/**
 * The `data` of a Secret of type `Opaque`. All keys are always there: an empty value is how an old authority is
 * forgotten even by an update that merges. Pure.
 */
export function certificatesToSecret(data: CertificateData): Record<string, string> {
  return Object.fromEntries(
    secretKeys.map((key) => [key, Buffer.from(data[key] ?? '', 'utf8').toString('base64')]),
  );
}

/** The part of a webhook in a MutatingWebhookConfiguration that the bundle is injected into. */
export interface InjectedWebhook {
  readonly name: string;
  readonly clientConfig?: { readonly caBundle?: string | undefined } | undefined;
}

/**
 * The webhooks as they should be applied, with the bundle in each; undefined when all have it already, so that a
 * look that changes nothing writes nothing. Pure.
 */
export function withBundle(
  webhooks: readonly InjectedWebhook[],
  caBundlePem: string,
): { readonly name: string; readonly clientConfig: { readonly caBundle: string } }[] | undefined {
  const caBundle = Buffer.from(caBundlePem, 'utf8').toString('base64');
  if (webhooks.every(({ clientConfig }) => clientConfig?.caBundle === caBundle)) return undefined;
  return webhooks.map(({ name }) => ({ name, clientConfig: { caBundle } }));
}

/** The names under which a Service is called inside a cluster; the API server uses the one ending in `.svc`. Pure. */
export function serviceNames(service: string, namespace: string): ServingNames {
  const name = `${service}.${namespace}`;
  return { dnsNames: [`${name}.svc`, `${name}.svc.cluster.local`, name], ipAddresses: [] };
}
