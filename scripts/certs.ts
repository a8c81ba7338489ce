import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { issueCa, issueServing } from '../src/pki/x509.ts';

/** Makes a CA and a serving certificate for this machine, for development: tls.crt, tls.key and ca.crt. */
const out = path.join(import.meta.dirname, '../.cache/certs');
const now = Date.now();
const validity = { notBefore: new Date(now - 300_000), notAfter: new Date(now + 30 * 86_400_000) };
const names = {
  dnsNames: [
    'localhost',
    'sluice-webhook.sluice-system.svc',
    'sluice-webhook.sluice-system.svc.cluster.local',
  ],
  ipAddresses: ['127.0.0.1', ...(process.env['WEBHOOK_HOST'] ? [process.env['WEBHOOK_HOST']] : [])],
};

const ca = await issueCa(validity);
const serving = await issueServing(ca, names, validity);
if (!serving.ok) throw new Error(serving.error.message);
mkdirSync(out, { recursive: true });
writeFileSync(path.join(out, 'ca.crt'), ca.certPem);
writeFileSync(path.join(out, 'tls.crt'), serving.value.certPem);
// The authority's key is not kept: nothing else shall be signed by it.
writeFileSync(path.join(out, 'tls.key'), serving.value.keyPem, { mode: 0o600 });
process.stdout.write(`wrote ca.crt, tls.crt and tls.key to ${out}, valid for 30 days\n`);
