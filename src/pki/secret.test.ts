import fc from 'fast-check';
import { expect, test } from 'vitest';
import { certificatesFromSecret, certificatesToSecret, serviceNames, withBundle } from './secret.ts';

test('certificates survive the way into a Secret and back', () => {
  const data = fc.record({
    'ca.crt': fc.string(),
    'ca.key': fc.string(),
    'ca.crt.old': fc.string(),
    'tls.crt': fc.string(),
    'tls.key': fc.string({ unit: 'grapheme' }),
  });
  fc.assert(
    fc.property(data, (certificates) => {
      expect(certificatesFromSecret(certificatesToSecret(certificates))).toEqual(certificates);
    }),
  );
});

test('what is forgotten is written as empty; what is missing or foreign is not read', () => {
  expect(certificatesToSecret({ 'ca.crt': 'a', 'ca.crt.old': undefined })).toMatchObject({
    'ca.crt.old': '',
  });
  expect(certificatesFromSecret({ 'tls.crt': 'YQ==', other: 'YQ==' })).toEqual({ 'tls.crt': 'a' });
  expect(certificatesFromSecret(undefined)).toEqual({});
});

test('a bundle is injected into every webhook, and only when one lacks it', () => {
  const there = { name: 'a', clientConfig: { caBundle: 'eA==' } };
  expect(withBundle([there, { name: 'b' }], 'x')).toEqual([
    there,
    { name: 'b', clientConfig: { caBundle: 'eA==' } },
  ]);
  expect(withBundle([there, { ...there, name: 'b' }], 'x')).toBeUndefined();
});

test('the API server finds the name that it calls', () => {
  expect(serviceNames('sluice-webhook', 'ops').dnsNames).toContain('sluice-webhook.ops.svc');
});
