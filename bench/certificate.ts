import { issueFor } from '../src/pki/issue.ts';
import { defaultPolicy } from '../src/pki/plan.ts';

/** PEM texts of a serving certificate. */
export interface LocalCertificate {
  readonly cert: string;
  readonly key: string;
  readonly ca: string;
}

/** A fresh certificate for localhost, made as the product makes its own. */
export async function localhostCertificate(): Promise<LocalCertificate> {
  const issued = await issueFor(
    { kind: 'replace-all', reason: 'benchmark' },
    {
      data: {},
      facts: { ca: undefined, oldCa: undefined, serving: undefined },
      wanted: { dnsNames: ['localhost'], ipAddresses: [] },
      now: new Date(),
      policy: defaultPolicy,
    },
  );
  if (!issued.ok) throw new Error(issued.error.message);
  const { 'tls.crt': cert = '', 'tls.key': key = '', 'ca.crt': ca = '' } = issued.value;
  return { cert, key, ca };
}
