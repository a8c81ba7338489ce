import fc from 'fast-check';
import { expect, test } from 'vitest';
import { defaultPolicy, isValidAt, type Plan, type PlanInput, planCertificates, renewalDue } from './plan.ts';
import type { StoredFacts } from './stored.ts';
import type { Validity } from './x509.ts';

const dayMs = 86_400_000;
const start = new Date('2026-01-01T00:00:00Z');
const wanted = { dnsNames: ['sluice-webhook.sluice-system.svc'], ipAddresses: [] };

interface Authority extends Validity {
  readonly id: number;
}
/** What the Secret holds, with ids in place of keys. */
interface Model {
  readonly ca: Authority;
  readonly oldCa?: Authority | undefined;
  readonly serving: Validity & { readonly signer: number };
}

function validity(now: Date, lifetimeMs: number, limit?: Date): Validity {
  return {
    notBefore: new Date(now.getTime() - defaultPolicy.backdateMs),
    notAfter: new Date(Math.min(now.getTime() + lifetimeMs, limit?.getTime() ?? Infinity)),
  };
}

function factsOf(model: Model | undefined): StoredFacts {
  if (model === undefined) return { ca: undefined, oldCa: undefined, serving: undefined };
  const { ca, oldCa, serving } = model;
  const signedBy = serving.signer === ca.id ? 'ca' : serving.signer === oldCa?.id ? 'oldCa' : 'nobody';
  const none = { dnsNames: [], ipAddresses: [], isCa: true, hasKey: true };
  return {
    ca: { ...none, ...ca },
    oldCa: oldCa && { ...none, ...oldCa },
    serving: { ...wanted, ...serving, isCa: false, hasKey: true, signedBy },
  };
}

/** What `issueFor` does, without keys. */
function apply(plan: Plan, model: Model | undefined, now: Date): Model | undefined {
  const newCa = { ...validity(now, defaultPolicy.caLifetimeMs), id: now.getTime() };
  const serving = (ca: Authority): Model['serving'] => ({
    ...validity(now, defaultPolicy.servingLifetimeMs, ca.notAfter),
    signer: ca.id,
  });
  if (plan.kind === 'replace-all') return { ca: newCa, serving: serving(newCa) };
  if (model === undefined || plan.kind === 'keep') return model;
  if (plan.kind === 'renew-serving') return { ...model, serving: serving(model.ca) };
  if (plan.kind === 'drop-old-ca') return { ...model, oldCa: undefined };
  return { ...model, ca: newCa, oldCa: model.ca };
}

function plan(model: Model | undefined, now: Date, change: Partial<PlanInput> = {}): Plan {
  const facts = factsOf(model);
  return planCertificates({ facts, wanted, now, policy: defaultPolicy, isBundleInjected: true, ...change });
}

function trusts(model: Model, now: Date): readonly number[] {
  return [model.ca, model.oldCa].flatMap((ca) => (ca !== undefined && isValidAt(ca, now) ? [ca.id] : []));
}

/** One run of the keeper: trust first, then changes until there are none. */
function keep(
  model: Model | undefined,
  now: Date,
  isReachable: boolean,
): { model: Model; kinds: Plan['kind'][] } {
  let current = model;
  const kinds: Plan['kind'][] = [];
  for (let step = 0; step < 8; step += 1) {
    const next = plan(current, now, { isBundleInjected: isReachable });
    kinds.push(next.kind);
    if (next.kind === 'keep') break;
    current = apply(next, current, now);
  }
  if (current === undefined) throw new Error('nothing is stored');
  return { model: current, kinds };
}

test('run at least daily, it always serves a valid certificate of a trusted authority, and each run ends', () => {
  const gaps = fc.array(fc.record({ ms: fc.integer({ min: 1_000, max: dayMs }), reachable: fc.boolean() }), {
    minLength: 900,
    maxLength: 1_000,
  });
  fc.assert(
    fc.property(gaps, (steps) => {
      let now = start;
      let { model } = keep(undefined, now, true);
      let injected = trusts(model, now);
      let everServed = [model.serving];
      for (const { ms, reachable } of steps) {
        const before = model.serving.signer;
        now = new Date(now.getTime() + ms);
        expect(isValidAt(model.serving, now)).toBe(true);
        if (reachable) injected = trusts(model, now);
        const run = keep(model, now, reachable);
        expect(run.kinds.at(-1)).toBe('keep');
        model = run.model;
        everServed = [...everServed, model.serving].filter(({ notAfter }) => notAfter > now);
        // Another replica may still serve an older one.
        for (const { signer } of everServed) expect(trusts(model, now)).toContain(signer);
        if (model.serving.signer !== before) expect(injected).toContain(model.serving.signer);
      }
      expect(model.ca.id).toBeGreaterThan(start.getTime());
    }),
    // Shrinking a thousand steps would take minutes; the failing run says enough.
    { numRuns: 8, endOnFailure: true },
  );
});

test('an authority is replaced in order: both trusted, then a new certificate, then the old one forgotten', () => {
  let now = start;
  let { model } = keep(undefined, now, true);
  const seen: string[] = [];
  while (now.getTime() < start.getTime() + 300 * dayMs) {
    const run = keep(model, now, true);
    model = run.model;
    for (const kind of run.kinds) if (kind !== 'keep' && kind !== seen.at(-1)) seen.push(kind);
    now = new Date(now.getTime() + dayMs / 4);
  }
  expect(seen).toEqual(['renew-serving', 'rotate-ca', 'renew-serving', 'drop-old-ca', 'renew-serving']);
});

const fresh = keep(undefined, start, true).model;
const soon = new Date(start.getTime() + 3_600_000);
const broken = { ca: undefined, oldCa: undefined, serving: undefined };

test.each<{ name: string; facts: StoredFacts; now: Date; kind: Plan['kind']; reason?: RegExp }>([
  {
    name: 'nothing stored',
    facts: broken,
    now: soon,
    kind: 'replace-all',
    reason: /no readable certificate auth/,
  },
  { name: 'all is well', facts: factsOf(fresh), now: soon, kind: 'keep' },
  {
    name: 'no serving certificate',
    facts: { ...factsOf(fresh), serving: undefined },
    now: soon,
    kind: 'renew-serving',
    reason: /no readable serving/,
  },
  {
    name: 'expired while nothing ran',
    facts: factsOf(fresh),
    now: new Date(start.getTime() + 31 * dayMs),
    kind: 'renew-serving',
    reason: /expired at 2026-01-31/,
  },
  {
    name: 'everything expired',
    facts: factsOf(fresh),
    now: new Date(start.getTime() + 366 * dayMs),
    kind: 'replace-all',
    reason: /authority is not valid now, only until 2027-01-01/,
  },
  {
    name: 'the key of the authority is lost',
    facts: {
      ...factsOf(fresh),
      ca: { ...fresh.ca, dnsNames: [], ipAddresses: [], isCa: true, hasKey: false },
    },
    now: soon,
    kind: 'rotate-ca',
    reason: /key is lost/,
  },
  {
    name: 'a serving certificate of a stranger',
    facts: factsOf({ ...fresh, serving: { ...fresh.serving, signer: -1 } }),
    now: soon,
    kind: 'renew-serving',
    reason: /no trusted authority/,
  },
  {
    name: 'an authority a moment old waits before it signs',
    facts: factsOf({ ...fresh, oldCa: { ...fresh.ca, id: 7 }, serving: { ...fresh.serving, signer: 7 } }),
    now: new Date(start.getTime() + 59_000),
    kind: 'keep',
  },
])('$name: $kind', ({ facts, now, kind, reason }) => {
  const result = planCertificates({ facts, wanted, now, policy: defaultPolicy, isBundleInjected: true });
  expect(result.kind).toBe(kind);
  if (reason !== undefined && result.kind !== 'keep') expect(result.reason).toMatch(reason);
});

test('a new name needs a new certificate, which the reason names', () => {
  const more = { dnsNames: [...wanted.dnsNames, 'other.svc'], ipAddresses: ['127.0.0.1'] };
  expect(plan(fresh, soon, { wanted: more })).toEqual({
    kind: 'renew-serving',
    reason: 'the serving certificate lacks the name other.svc, 127.0.0.1',
  });
});

test('an authority whose bundle nobody has taken over does not sign yet', () => {
  const rotated = { ...fresh, oldCa: { ...fresh.ca, id: 7 }, serving: { ...fresh.serving, signer: 7 } };
  expect(plan(rotated, soon, { isBundleInjected: false }).kind).toBe('keep');
  expect(plan(rotated, soon, { isBundleInjected: true }).kind).toBe('renew-serving');
});

test.each([
  ['six seconds', 6_000],
  ['thirty days', defaultPolicy.servingLifetimeMs],
])('a certificate of %s is kept for two thirds of its life', (_name, lifetimeMs) => {
  const due = renewalDue(validity(start, lifetimeMs), defaultPolicy);
  expect(due.getTime() - start.getTime()).toBe((lifetimeMs * 2) / 3);
});
