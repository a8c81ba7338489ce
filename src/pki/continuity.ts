import type { Change } from './issue.ts';
import { type CertificatePolicy, isValidAt, type Plan } from './plan.ts';
import {
  authoritiesIn,
  authoritiesOf,
  type CertificateData,
  inspectStored,
  type StoredFacts,
} from './stored.ts';

/** Content of the Secret, and what it says. */
export interface Content {
  readonly data: CertificateData;
  readonly facts: StoredFacts;
}

/** What a process serves: the content that it took it from, and since when. */
export interface Served extends Content {
  readonly since: Date;
}

/** What a process remembers between two looks. */
export interface Memory {
  readonly served: Served | undefined;
  /** Since when callers are known to trust an authority, by its PEM. */
  readonly trustedSince: ReadonlyMap<string, Date>;
}

/** What happens next. */
export interface Step {
  readonly plan: Plan | Change;
  /** See `IssueInput`. */
  readonly stillServed?: string | undefined;
}

/** All that `nextStep` reads. */
export interface StepInput {
  /** What `planCertificates` would do with what is stored. */
  readonly plan: Plan;
  readonly stored: Content;
  readonly served: Served | undefined;
  /** What callers trust now, PEM. */
  readonly trusted: string;
  readonly now: Date;
  readonly policy: CertificatePolicy;
}

/** The authority that signed the serving certificate, PEM; undefined where none of the stored did. Pure. */
function signerOf({ data, facts }: Content): string | undefined {
  const signer = { ca: data['ca.crt'], oldCa: data['ca.crt.old'], nobody: undefined };
  return authoritiesIn(signer[facts.serving?.signedBy ?? 'nobody'])[0];
}

/** True while this process serves something that callers can verify. Pure. */
function isServing(served: Served | undefined, now: Date): served is Served {
  const { serving } = served?.facts ?? {};
  return serving?.hasKey === true && isValidAt(serving, now);
}

/**
 * Whom callers are to trust: the stored authorities, and the one of what this process serves; nobody new where none is
 * stored. Pure.
 */
export function toTrust(stored: CertificateData, served: Served | undefined, now: Date): readonly string[] {
  const authorities = authoritiesOf(stored);
  const signer = isServing(served, now) ? signerOf(served) : undefined;
  const isMissing = signer !== undefined && authorities.length > 0 && !authorities.includes(signer);
  return isMissing ? [...authorities, signer] : authorities;
}

/**
 * Bends the plan so that no caller meets a certificate that it cannot verify, whatever was done to the Secret. Replicas
 * look at it one after the other, and those that serve from what is gone go on until they have looked:
 * - content that is gone or broken is made anew, and whom callers trusted until then stays trusted;
 * - content of strangers takes over the authority of what is served;
 * - an authority that this process served from until a moment ago is not dropped yet.
 * Pure.
 */
export function nextStep(input: StepInput): Step {
  const { plan, stored, served, now } = input;
  if (plan.kind === 'replace-all') {
    return { plan, stillServed: authoritiesIn(input.trusted).find((pem) => isValidCa(pem, now)) };
  }
  if (plan.kind === 'drop-old-ca' && !mayDrop(input)) {
    return { plan: { kind: 'keep', recheckAt: new Date(now.getTime() + input.policy.settleMs) } };
  }
  if (!isServing(served, now) || !mustTrust(served, stored)) return { plan };
  const reason = 'what a replica serves was signed by an authority that is not stored any more';
  return { plan: { kind: 'trust-served', reason }, stillServed: signerOf(served) };
}

function isValidCa(pem: string, now: Date): boolean {
  const { ca } = inspectStored({ 'ca.crt': pem });
  return ca !== undefined && isValidAt(ca, now);
}

/** True where what is served has lost its authority, and the place of an old one is not in use. Pure. */
function mustTrust(served: Served, { data, facts }: Content): boolean {
  const signer = signerOf(served);
  const isFree = facts.oldCa === undefined || facts.serving?.signedBy === 'ca';
  return signer !== undefined && isFree && !authoritiesOf(data).includes(signer);
}

/** True once this process has served for a while what the current authority signed, as others will have by then. Pure. */
function mayDrop({ served, stored, now, policy }: StepInput): boolean {
  if (served === undefined) return false;
  const [current] = authoritiesIn(stored.data['ca.crt']);
  return signerOf(served) === current && now.getTime() >= served.since.getTime() + policy.settleMs;
}

/**
 * Until when what is stored waits to be served, because callers may not have heard yet that its authority is to be
 * trusted; undefined when it may be served now. A process that serves nothing that is valid does not wait. Pure.
 */
export function holdUntil(
  stored: Content,
  { served, trustedSince }: Memory,
  { now, settleMs }: { readonly now: Date; readonly settleMs: number },
): Date | undefined {
  if (!isServing(served, now) || served.data['tls.crt'] === stored.data['tls.crt']) return undefined;
  const signer = signerOf(stored) ?? '';
  if (signer === signerOf(served)) return undefined;
  const since = trustedSince.get(signer) ?? now;
  const until = new Date(since.getTime() + settleMs);
  return now < until ? until : undefined;
}

/** Remembers since when each authority of what callers trust now has been trusted, and forgets the others. Pure. */
export function stillTrusted(
  before: ReadonlyMap<string, Date>,
  authorities: readonly string[],
  now: Date,
): ReadonlyMap<string, Date> {
  return new Map(authorities.map((pem) => [pem, before.get(pem) ?? now]));
}
