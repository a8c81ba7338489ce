import forge from 'node-forge';
import { issueCa, issueServing, type KeyPair, type Validity } from '../../src/pki/x509.ts';

/** What servers of tests show: all are for localhost, and issued by an authority that no system knows. */
export interface TestCertificates {
  readonly caPem: string;
  readonly valid: KeyPair;
  readonly expired: KeyPair;
  /** For another name. */
  readonly foreign: KeyPair;
  readonly selfSigned: KeyPair;
}

const dayMs = 86_400_000;

/** Makes an authority and what it issued. Takes a second: RSA keys. */
export async function makeCertificates(now = Date.now()): Promise<TestCertificates> {
  const span = (fromDays: number, toDays: number) => ({
    notBefore: new Date(now + fromDays * dayMs),
    notAfter: new Date(now + toDays * dayMs),
  });
  const ca = await issueCa(span(-30, 30));
  const issue = async (name: string, validity: ReturnType<typeof span>): Promise<KeyPair> => {
    const names = { dnsNames: [name], ipAddresses: ['127.0.0.1'] };
    const issued = await issueServing(ca, names, validity);
    if (!issued.ok) throw new Error(issued.error.message);
    return issued.value;
  };
  const [valid, expired, foreign, selfSigned] = await Promise.all([
    issue('localhost', span(-1, 1)),
    issue('localhost', span(-20, -10)),
    issue('elsewhere.example', span(-1, 1)),
    selfSign(span(-1, 1)),
  ]);
  return { caPem: ca.certPem, valid, expired, foreign, selfSigned };
}

/** A certificate that vouches for itself, as many backends make one when they are installed. */
async function selfSign({ notBefore, notAfter }: Validity): Promise<KeyPair> {
  // Its keys alone are of use.
  const { certPem, keyPem } = await issueCa({ notBefore, notAfter });
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forge.pki.certificateFromPem(certPem).publicKey;
  certificate.serialNumber = '01';
  Object.assign(certificate.validity, { notBefore, notAfter });
  const name = [{ name: 'commonName', value: 'localhost' }];
  certificate.setSubject(name);
  certificate.setIssuer(name);
  certificate.setExtensions([{ name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] }]);
  certificate.sign(forge.pki.privateKeyFromPem(keyPem), forge.md.sha256.create());
  return { certPem: forge.pki.certificateToPem(certificate), keyPem };
}
