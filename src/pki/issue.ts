import type { SluiceError } from '../kernel/errors.ts';
import { ok, type Result } from '../kernel/result.ts';
import type { CertificatePolicy, Plan } from './plan.ts';
import type { CertificateData, StoredFacts } from './stored.ts';
import { issueCa, issueServing, type KeyPair, type ServingNames, type Validity } from './x509.ts';

/** A plan that changes what is stored. */
export type Change =
  | Exclude<Plan, { readonly kind: 'keep' }>
  /** Keeps an authority trusted that signed what a replica still serves; what else is stored stays. */
  | { readonly kind: 'trust-served'; readonly reason: string };

/** All keys, so that a store that merges forgets what is not there any more. */
const nothing: CertificateData = {
  'ca.crt': undefined,
  'ca.key': undefined,
  'ca.crt.old': undefined,
  'tls.crt': undefined,
  'tls.key': undefined,
};

/** What a change starts from. */
export interface IssueInput {
  readonly data: CertificateData;
  readonly facts: StoredFacts;
  readonly wanted: ServingNames;
  readonly now: Date;
  readonly policy: CertificatePolicy;
  /** An authority that is not stored and that somebody may still serve from: it stays trusted. PEM. */
  readonly stillServed?: string | undefined;
}

/** From a little before now until `lifetimeMs` from now, cut at `limit`. Pure. */
function validityFrom(
  now: Date,
  lifetimeMs: number,
  { backdateMs }: CertificatePolicy,
  limit?: Date,
): Validity {
  const notAfterMs = Math.min(now.getTime() + lifetimeMs, limit?.getTime() ?? Infinity);
  return { notBefore: new Date(now.getTime() - backdateMs), notAfter: new Date(notAfterMs) };
}

async function withNewServing(
  ca: KeyPair,
  caNotAfter: Date | undefined,
  { data, wanted, now, policy }: IssueInput,
): Promise<Result<CertificateData, SluiceError>> {
  const validity = validityFrom(now, policy.servingLifetimeMs, policy, caNotAfter);
  const serving = await issueServing(ca, wanted, validity);
  if (!serving.ok) return serving;
  return ok({
    ...data,
    'ca.crt': ca.certPem,
    'ca.key': ca.keyPem,
    'tls.crt': serving.value.certPem,
    'tls.key': serving.value.keyPem,
  });
}

/**
 * What should be stored after a change. A serving certificate never outlives its authority. Error: malformed, when
 * the stored authority cannot issue after all. Uses randomness and the thread pool.
 */
export async function issueFor(
  change: Change,
  input: IssueInput,
): Promise<Result<CertificateData, SluiceError>> {
  const { data, facts, now, policy } = input;
  const newCa = (): Promise<KeyPair> => issueCa(validityFrom(now, policy.caLifetimeMs, policy));
  switch (change.kind) {
    case 'drop-old-ca':
      return ok({ ...data, 'ca.crt.old': undefined });
    case 'trust-served':
      return ok({ ...data, 'ca.crt.old': input.stillServed });
    case 'replace-all': {
      const validity = validityFrom(now, policy.caLifetimeMs, policy);
      const left = { ...nothing, 'ca.crt.old': input.stillServed };
      return withNewServing(await issueCa(validity), validity.notAfter, { ...input, data: left });
    }
    case 'rotate-ca': {
      const ca = await newCa();
      /** Whichever authority signed what is served now must stay trusted. */
      const signer = facts.serving?.signedBy === 'oldCa' ? data['ca.crt.old'] : data['ca.crt'];
      return ok({ ...data, 'ca.crt': ca.certPem, 'ca.key': ca.keyPem, 'ca.crt.old': signer });
    }
    case 'renew-serving': {
      const ca = { certPem: data['ca.crt'] ?? '', keyPem: data['ca.key'] ?? '' };
      return withNewServing(ca, facts.ca?.notAfter, input);
    }
  }
}
