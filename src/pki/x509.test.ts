import { X509Certificate } from 'node:crypto';
import { expect, test } from 'vitest';
import { bundle, inspectStored } from './stored.ts';
import { inspect, isKeyOf, isSignedBy, issueCa, issueServing, type KeyPair } from './x509.ts';

const validity = { notBefore: new Date('2026-01-01T00:00:00Z'), notAfter: new Date('2026-02-01T00:00:00Z') };
const names = { dnsNames: ['a.b.svc', 'a.b.svc.cluster.local'], ipAddresses: ['10.0.0.1', '::1'] };

async function serving(ca: KeyPair): Promise<KeyPair> {
  const issued = await issueServing(ca, names, validity);
  if (!issued.ok) throw new Error(issued.error.message);
  return issued.value;
}

test('what is issued reads back as it was ordered, and verifies against its authority only', async () => {
  const [ca, stranger] = await Promise.all([issueCa(validity), issueCa(validity)]);
  const leaf = await serving(ca);
  expect(inspect(leaf.certPem)).toEqual({
    ok: true,
    value: {
      ...validity,
      isCa: false,
      dnsNames: names.dnsNames,
      ipAddresses: ['10.0.0.1', '0:0:0:0:0:0:0:1'],
    },
  });
  expect(isSignedBy(leaf.certPem, ca.certPem)).toBe(true);
  expect(isSignedBy(leaf.certPem, stranger.certPem)).toBe(false);
  expect(isKeyOf(leaf.keyPem, leaf.certPem)).toBe(true);
  expect(isKeyOf(ca.keyPem, leaf.certPem)).toBe(false);
  expect(new X509Certificate(leaf.certPem).keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
});

test('an authority with a foreign key cannot issue, as a value', async () => {
  const issued = await issueServing({ certPem: 'x', keyPem: 'y' }, names, validity);
  expect(issued).toMatchObject({ ok: false, error: { tag: 'malformed' } });
});

test('only authorities that parse go into the bundle, the current one first', async () => {
  const [ca, oldCa] = await Promise.all([issueCa(validity), issueCa(validity)]);
  const leaf = await serving(oldCa);
  const data = {
    'ca.crt': ca.certPem,
    'ca.key': oldCa.keyPem,
    'ca.crt.old': `${oldCa.certPem}\n\n`,
    'tls.crt': leaf.certPem,
    'tls.key': leaf.keyPem,
  };
  expect(bundle(data)).toBe(ca.certPem + oldCa.certPem);
  expect(bundle({ ...data, 'ca.crt': 'garbage', 'ca.crt.old': leaf.certPem })).toBe('');
  expect(inspectStored(data)).toMatchObject({
    ca: { hasKey: false },
    serving: { hasKey: true, signedBy: 'oldCa' },
  });
});
