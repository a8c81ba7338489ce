import { createPrivateKey, generateKeyPair, randomBytes, X509Certificate } from 'node:crypto';
import { promisify } from 'node:util';
import forge from 'node-forge';
import { failure, type SluiceError } from '../kernel/errors.ts';
import { err, ok, type Result } from '../kernel/result.ts';

/** A certificate and its private key, both PEM. */
export interface KeyPair {
  readonly certPem: string;
  readonly keyPem: string;
}

/** The span in which a certificate is valid. */
export interface Validity {
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/** What a serving certificate must answer for. */
export interface ServingNames {
  readonly dnsNames: readonly string[];
  readonly ipAddresses: readonly string[];
}

/** What can be read off a certificate. */
export interface CertificateFacts extends Validity, ServingNames {
  readonly isCa: boolean;
}

const rsaBits = 2048;
const makeRsaKeys = promisify(generateKeyPair);

/** Makes an RSA key off the main thread: node-forge would block the event loop for seconds. */
async function newKey(): Promise<{ readonly publicPem: string; readonly privatePem: string }> {
  const keys = await makeRsaKeys('rsa', {
    modulusLength: rsaBits,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  return { publicPem: keys.publicKey, privatePem: keys.privateKey };
}

/** The PEM text with the line ends that everything but forge writes. Pure. */
function pemOf(certificate: forge.pki.Certificate): string {
  return forge.pki.certificateToPem(certificate).replaceAll('\r\n', '\n');
}

/** A positive serial of 127 bits at most (RFC 5280, 4.1.2.2: not negative, 20 bytes or fewer). */
function newSerial(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.toString('hex');
}

/** The name of a subject or issuer. Pure. */
function commonName(value: string): forge.pki.CertificateField[] {
  return [
    { name: 'organizationName', value: 'Sluice' },
    { name: 'commonName', value },
  ];
}

/**
 * Makes a self-signed certificate authority that may issue serving certificates and nothing below itself.
 * The name carries a part of the serial: while one authority replaces another both are trusted, and two
 * of the same name would make verifiers guess. Uses randomness and the thread pool.
 */
export async function issueCa(validity: Validity): Promise<KeyPair> {
  const keys = await newKey();
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forge.pki.publicKeyFromPem(keys.publicPem);
  certificate.serialNumber = newSerial();
  certificate.validity.notBefore = validity.notBefore;
  certificate.validity.notAfter = validity.notAfter;
  const subject = commonName(`sluice-ca-${certificate.serialNumber.slice(0, 8)}`);
  certificate.setSubject(subject);
  certificate.setIssuer(subject);
  certificate.setExtensions([
    { name: 'basicConstraints', critical: true, cA: true, pathLenConstraint: 0 },
    { name: 'keyUsage', critical: true, keyCertSign: true, cRLSign: true },
    { name: 'subjectKeyIdentifier' },
  ]);
  certificate.sign(forge.pki.privateKeyFromPem(keys.privatePem), forge.md.sha256.create());
  return { certPem: pemOf(certificate), keyPem: keys.privatePem };
}

/** Type numbers of RFC 5280 GeneralName. */
const dnsType = 2;
const ipType = 7;

/**
 * Makes a serving certificate signed by `ca`. Names go into the subject alternative names only; clients have
 * not read common names for a decade. Error: malformed, when the authority's PEM cannot be read.
 * Uses randomness and the thread pool.
 */
export async function issueServing(
  ca: KeyPair,
  names: ServingNames,
  validity: Validity,
): Promise<Result<KeyPair, SluiceError>> {
  const keys = await newKey();
  try {
    const authority = forge.pki.certificateFromPem(ca.certPem);
    const certificate = forge.pki.createCertificate();
    certificate.publicKey = forge.pki.publicKeyFromPem(keys.publicPem);
    certificate.serialNumber = newSerial();
    certificate.validity.notBefore = validity.notBefore;
    certificate.validity.notAfter = validity.notAfter;
    certificate.setSubject(commonName('sluice-webhook'));
    certificate.setIssuer(authority.subject.attributes);
    certificate.setExtensions([
      { name: 'basicConstraints', critical: true, cA: false },
      { name: 'keyUsage', critical: true, digitalSignature: true, keyEncipherment: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          ...names.dnsNames.map((value) => ({ type: dnsType, value })),
          ...names.ipAddresses.map((ip) => ({ type: ipType, ip })),
        ],
      },
      { name: 'subjectKeyIdentifier' },
    ]);
    certificate.sign(forge.pki.privateKeyFromPem(ca.keyPem), forge.md.sha256.create());
    return ok({ certPem: pemOf(certificate), keyPem: keys.privatePem });
  } catch (thrown) {
    return err(failure('malformed', `the certificate authority cannot issue: ${String(thrown)}`));
  }
}

/** Parses one certificate of any key type. Undefined when the text is not one. Pure. */
function parse(certPem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(certPem);
  } catch {
    return undefined;
  }
}

/** Splits Node's rendering of the alternative names, such as `DNS:a.b, IP Address:10.0.0.1`. Pure. */
function alternativeNames(text: string | undefined): ServingNames {
  const entries = (text ?? '').split(', ');
  const after = (prefix: string): string[] =>
    entries.filter((entry) => entry.startsWith(prefix)).map((entry) => entry.slice(prefix.length));
  return { dnsNames: after('DNS:'), ipAddresses: after('IP Address:') };
}

/** Reads a PEM certificate of any key type. Error: malformed, when it is not one. Pure. */
export function inspect(certPem: string): Result<CertificateFacts, SluiceError> {
  const certificate = parse(certPem);
  if (certificate === undefined) return err(failure('malformed', 'this is not a PEM certificate'));
  return ok({
    notBefore: certificate.validFromDate,
    notAfter: certificate.validToDate,
    isCa: certificate.ca,
    ...alternativeNames(certificate.subjectAltName),
  });
}

/** True when the private key belongs to the certificate; false also when either cannot be read. Pure. */
export function isKeyOf(keyPem: string, certPem: string): boolean {
  try {
    return parse(certPem)?.checkPrivateKey(createPrivateKey(keyPem)) ?? false;
  } catch {
    return false;
  }
}

/** True when `issuerPem` signed `certPem`; false also when either cannot be read. Pure. */
export function isSignedBy(certPem: string, issuerPem: string): boolean {
  const issuer = parse(issuerPem);
  const certificate = parse(certPem);
  if (issuer === undefined || certificate === undefined) return false;
  return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}
