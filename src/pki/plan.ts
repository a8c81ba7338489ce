import type { StoredFacts } from './stored.ts';
import type { ServingNames, Validity } from './x509.ts';

/** How long certificates live and when they are replaced. */
export interface CertificatePolicy {
  readonly caLifetimeMs: number;
  readonly servingLifetimeMs: number;
  /** A certificate is replaced when less than this part of its lifetime is left. */
  readonly renewAtFractionLeft: number;
  /** How long a new authority waits before it signs, so that every API server has seen the bundle with both. */
  readonly settleMs: number;
  /** How far in the past certificates begin, for peers whose clocks run behind. */
  readonly backdateMs: number;
}

const dayMs = 86_400_000;

/** One year, thirty days, a third left, one minute, five minutes. */
export const defaultPolicy: CertificatePolicy = {
  caLifetimeMs: 365 * dayMs,
  servingLifetimeMs: 30 * dayMs,
  renewAtFractionLeft: 1 / 3,
  settleMs: 60_000,
  backdateMs: 300_000,
};

/** What has to happen to the stored certificates next; at most one thing at a time. */
export type Plan =
  /** Nothing; look again at `recheckAt` at the latest. */
  | { readonly kind: 'keep'; readonly recheckAt: Date }
  /** New authority and serving certificate; nothing stored is of use. */
  | { readonly kind: 'replace-all'; readonly reason: string }
  /** New authority beside the current one, which becomes the old one; the serving certificate stays for now. */
  | { readonly kind: 'rotate-ca'; readonly reason: string }
  /** New serving certificate from the current authority. */
  | { readonly kind: 'renew-serving'; readonly reason: string }
  /** Forget the old authority: whatever it signed has expired. */
  | { readonly kind: 'drop-old-ca'; readonly reason: string };

/** All that the planner reads. */
export interface PlanInput {
  readonly facts: StoredFacts;
  readonly wanted: ServingNames;
  readonly now: Date;
  readonly policy: CertificatePolicy;
  /** True when callers are known to trust `bundle(data)` as it is stored. */
  readonly isBundleInjected: boolean;
}

/**
 * When a certificate of this validity is due for replacement. The time before its making, for which it is backdated,
 * counts for nothing: a short lifetime would otherwise be due at once, again and again. Pure.
 */
export function renewalDue(validity: Validity, policy: CertificatePolicy): Date {
  const madeAt = validity.notBefore.getTime() + policy.backdateMs;
  const lifetimeMs = Math.max(0, validity.notAfter.getTime() - madeAt);
  return new Date(validity.notAfter.getTime() - lifetimeMs * policy.renewAtFractionLeft);
}

/** True when `now` lies in the validity. Pure. */
export function isValidAt(validity: Validity, now: Date): boolean {
  return validity.notBefore <= now && now < validity.notAfter;
}

/** Why the stored serving certificate cannot be served at all, or undefined when it can. Pure. */
function whyUnusable({ facts, wanted, now }: PlanInput): string | undefined {
  const { serving } = facts;
  if (serving === undefined) return 'there is no readable serving certificate';
  if (!serving.hasKey) return 'the private key does not belong to the serving certificate';
  if (serving.signedBy === 'nobody') return 'no trusted authority signed the serving certificate';
  if (now >= serving.notAfter) return `the serving certificate expired at ${serving.notAfter.toISOString()}`;
  if (now < serving.notBefore) return 'the serving certificate is not valid yet';
  if (serving.signedBy === 'oldCa' && facts.oldCa !== undefined && now >= facts.oldCa.notAfter) {
    return 'the authority of the serving certificate expired';
  }
  const missing = missingNames(serving, wanted);
  return missing.length === 0 ? undefined : `the serving certificate lacks the name ${missing.join(', ')}`;
}

/** Wanted names that the certificate does not have. Pure. */
function missingNames(has: ServingNames, wanted: ServingNames): readonly string[] {
  return [
    ...wanted.dnsNames.filter((name) => !has.dnsNames.includes(name)),
    ...wanted.ipAddresses.filter((ip) => !has.ipAddresses.includes(ip)),
  ];
}

/** The moment from which a new authority may sign: everyone has had time to see it. Pure. */
function settledAt(ca: Validity, policy: CertificatePolicy): Date {
  return new Date(ca.notBefore.getTime() + policy.backdateMs + policy.settleMs);
}

/**
 * The moment from which nothing that the old authority signed can be valid: its last serving certificate was
 * made before the current authority was. Pure.
 */
function oldCaUselessAt(ca: Validity, policy: CertificatePolicy): Date {
  return new Date(ca.notBefore.getTime() + policy.backdateMs + policy.servingLifetimeMs);
}

/** The plan while the serving certificate still comes from the old authority and can be served. Pure. */
function planChangeover(ca: Validity, input: PlanInput): Plan {
  const settled = settledAt(ca, input.policy);
  if (!input.isBundleInjected || input.now < settled) {
    const soon = new Date(input.now.getTime() + input.policy.settleMs);
    return { kind: 'keep', recheckAt: settled > input.now ? settled : soon };
  }
  return { kind: 'renew-serving', reason: 'the certificate authority was replaced' };
}

/** Why the stored authority is of no use, even to be replaced in good order; undefined when it is. Pure. */
function whyStartOver({ facts: { ca }, now }: PlanInput, unusable: string | undefined): string | undefined {
  if (ca === undefined) return 'there is no readable certificate authority';
  if (!isValidAt(ca, now)) {
    return `the certificate authority is not valid now, only until ${ca.notAfter.toISOString()}`;
  }
  return !ca.hasKey && unusable !== undefined ? `the authority's key is lost and ${unusable}` : undefined;
}

/**
 * Decides what to do about the stored certificates. Order matters: what cannot be served is replaced first,
 * an authority is changed only while its serving certificate is its own, and the old authority goes last.
 * Pure.
 */
export function planCertificates(input: PlanInput): Plan {
  const { ca, serving } = input.facts;
  const unusable = whyUnusable(input);
  const startOver = whyStartOver(input, unusable);
  if (ca === undefined || startOver !== undefined) {
    return { kind: 'replace-all', reason: startOver ?? 'there is no certificate authority' };
  }
  if (serving === undefined || unusable !== undefined) {
    return { kind: 'renew-serving', reason: unusable ?? 'there is no serving certificate' };
  }
  if (!ca.hasKey) return { kind: 'rotate-ca', reason: "the certificate authority's key is lost" };
  return serving.signedBy === 'ca' ? planSettled(ca, serving, input) : planChangeover(ca, input);
}

/** The plan while the current authority signed what is served. Pure. */
function planSettled(ca: Validity, serving: Validity, { facts, now, policy }: PlanInput): Plan {
  const caDue = renewalDue(ca, policy);
  const servingDue = renewalDue(serving, policy);
  if (now >= caDue) return { kind: 'rotate-ca', reason: 'the certificate authority is due' };
  if (now >= servingDue) return { kind: 'renew-serving', reason: 'the serving certificate is due' };
  const dueAt = [caDue, servingDue];
  if (facts.oldCa !== undefined) {
    const uselessAt = oldCaUselessAt(ca, policy);
    if (now >= uselessAt) return { kind: 'drop-old-ca', reason: 'nothing it signed is valid any more' };
    dueAt.push(uselessAt);
  }
  return { kind: 'keep', recheckAt: new Date(Math.min(...dueAt.map((at) => at.getTime()))) };
}
