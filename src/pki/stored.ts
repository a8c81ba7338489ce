import { type CertificateFacts, inspect, isKeyOf, isSignedBy } from './x509.ts';

/** The Secret that holds our certificates; its keys are those of Keptn's `keptn-certs`. */
export const certificatesSecretName = 'sluice-certs';

/** The same for the custom metrics API, which may run where no webhook does. */
export const metricsApiSecretName = 'sluice-metrics-api-certs';

/** The Secret's content, decoded: PEM text under Keptn's key names. Any of it may be missing or broken. */
export interface CertificateData {
  readonly 'ca.crt'?: string | undefined;
  readonly 'ca.key'?: string | undefined;
  readonly 'ca.crt.old'?: string | undefined;
  readonly 'tls.crt'?: string | undefined;
  readonly 'tls.key'?: string | undefined;
}

/** A certificate that parsed, and whether its stored private key is the right one. */
export interface KeyedFacts extends CertificateFacts {
  readonly hasKey: boolean;
}

/** Everything that the planner needs to know about the stored content. Undefined: missing or not a certificate. */
export interface StoredFacts {
  readonly ca: KeyedFacts | undefined;
  readonly oldCa: CertificateFacts | undefined;
  /** `signedBy` names the stored authority whose signature it carries. */
  readonly serving: (KeyedFacts & { readonly signedBy: 'ca' | 'oldCa' | 'nobody' }) | undefined;
}

/** Facts of a certificate, or undefined. Pure. */
function factsOf(certPem: string | undefined): CertificateFacts | undefined {
  if (certPem === undefined) return undefined;
  const facts = inspect(certPem);
  return facts.ok ? facts.value : undefined;
}

/** Facts of a certificate that must be an authority's, or undefined. Pure. */
function authorityFactsOf(certPem: string | undefined): CertificateFacts | undefined {
  const facts = factsOf(certPem);
  return facts?.isCa === true ? facts : undefined;
}

/** Reads all that is stored. Pure. */
export function inspectStored(data: CertificateData): StoredFacts {
  const { 'ca.crt': caPem = '', 'ca.crt.old': oldCaPem = '', 'tls.crt': servingPem = '' } = data;
  const ca = authorityFactsOf(caPem);
  const oldCa = authorityFactsOf(oldCaPem);
  const serving = factsOf(servingPem);
  const signer = (): 'ca' | 'oldCa' | 'nobody' => {
    if (ca !== undefined && isSignedBy(servingPem, caPem)) return 'ca';
    return oldCa !== undefined && isSignedBy(servingPem, oldCaPem) ? 'oldCa' : 'nobody';
  };
  return {
    ca: ca && { ...ca, hasKey: isKeyOf(data['ca.key'] ?? '', caPem) },
    oldCa,
    serving: serving && {
      ...serving,
      hasKey: isKeyOf(data['tls.key'] ?? '', servingPem),
      signedBy: signer(),
    },
  };
}

/** The authorities in a PEM text, each as a text of its own; what is none or does not parse is left out. Pure. */
export function authoritiesIn(pem: string | undefined): readonly string[] {
  const blocks = pem?.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  return blocks.filter((block) => authorityFactsOf(block) !== undefined).map((block) => `${block}\n`);
}

/** The current authority, then the one that it replaces, each PEM. Pure. */
export function authoritiesOf(data: CertificateData): readonly string[] {
  return [data['ca.crt'], data['ca.crt.old']].flatMap(authoritiesIn);
}

/**
 * What callers must trust. Only certificates that parse take part, since the API server refuses a bundle with garbage in
 * it. Pure.
 */
export function bundle(data: CertificateData): string {
  return authoritiesOf(data).join('');
}
