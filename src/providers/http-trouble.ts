import { failure, type SluiceError } from '../kernel/errors.ts';
import { oneLine } from './one-line.ts';

/** In which fields the settings of a connection were written, as messages name them. */
export interface HttpFields {
  readonly address: string;
  /** The Secret with further certificates. */
  readonly ca: string;
  readonly insecure: string;
  readonly timeout: string;
  /** What goes into headers. */
  readonly headers: string;
}

/** The fields of a KeptnMetricsProvider. */
export const providerFields: HttpFields = {
  address: 'spec.targetServer',
  ca: 'spec.caSecretRef',
  insecure: 'spec.insecureSkipTlsVerify',
  timeout: 'spec.timeoutSeconds',
  headers: 'spec.tenant',
};

const unknownAuthority =
  'is signed by an authority that is not known here; name its certificate in {ca} (or, where nothing matters, set {insecure})';

/** What the codes of sockets, name lookup, TLS and HTTP parsing mean for whoever wrote the settings. */
const causes: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refuses connections; is it running, and is the port in {address} right?',
  ENOTFOUND: 'is a name that no name server knows; is {address} right?',
  EAI_AGAIN: 'cannot be looked up: the name server does not answer',
  ECONNRESET: 'closed the connection before it had answered',
  EPIPE: 'closed the connection before it had answered',
  ETIMEDOUT: 'does not answer; is there a network policy or firewall in between?',
  EHOSTUNREACH: 'cannot be reached: there is no route to it',
  ENETUNREACH: 'cannot be reached: there is no route to it',
  EPROTO: 'does not speak TLS as we do; if it speaks plain HTTP, {address} begins with http://',
  ERR_SSL_WRONG_VERSION_NUMBER: 'does not speak TLS; if it speaks plain HTTP, {address} begins with http://',
  ERR_SSL_PACKET_LENGTH_TOO_LONG:
    'does not speak TLS; if it speaks plain HTTP, {address} begins with http://',
  CERT_HAS_EXPIRED: 'has a certificate that has expired; renew it there',
  CERT_NOT_YET_VALID: 'has a certificate that is not valid yet; compare the clocks of both machines',
  ERR_TLS_CERT_ALTNAME_INVALID:
    'has a certificate for other names; write one of these names into {address}, or have the certificate name this one',
  DEPTH_ZERO_SELF_SIGNED_CERT: `has a certificate that ${unknownAuthority}`,
  SELF_SIGNED_CERT_IN_CHAIN: `has a certificate that ${unknownAuthority}`,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: `has a certificate that ${unknownAuthority}`,
  UNABLE_TO_GET_ISSUER_CERT: `has a certificate that ${unknownAuthority}`,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: `has a certificate that ${unknownAuthority}`,
  INVALID_PURPOSE: 'has a certificate that is not for servers; give it one that is',
  ERR_PROXY_TUNNEL:
    'cannot be reached through the proxy of HTTPS_PROXY; let it through there, or name it in NO_PROXY',
};

const notHttp = 'does not speak HTTP; is the port in {address} right?';

/** Nothing that waiting helps against: what is to be sent is wrong itself. */
const unsendable: Readonly<Record<string, string>> = {
  ERR_INVALID_CHAR:
    'a header for it would hold a character that none may hold, such as a line break; look at the Secret and at {headers}',
  ERR_UNESCAPED_CHARACTERS: 'the path holds a character that none may hold',
};

/**
 * What hinders a request to `host`, with the remedy: unavailable, or malformed where the request itself cannot be sent.
 * Pure. Source of the codes: Node's errors, libuv and OpenSSL.
 */
export function nameTrouble(host: string, thrown: unknown, fields: HttpFields): SluiceError {
  const code = codeOf(thrown);
  const wrong = unsendable[code];
  if (wrong !== undefined) return failure('malformed', `${host} cannot be asked: ${named(wrong, fields)}`);
  const cause = causes[code] ?? (code.startsWith('HPE_') ? notHttp : undefined);
  if (cause !== undefined) return failure('unavailable', `${host} ${named(cause, fields)} (${code})`);
  const detail = thrown instanceof Error ? oneLine(thrown.message, 200) : 'the connection failed';
  return failure('unavailable', `${host} cannot be reached: ${detail}`);
}

function named(text: string, fields: HttpFields): string {
  return text.replaceAll(
    /\{(address|ca|insecure|headers)\}/g,
    (_, field: 'address' | 'ca' | 'insecure' | 'headers') => fields[field],
  );
}

/** Whether a kept connection was closed by the other end, so that a new one may do. Pure. */
export function isStaleConnection(thrown: unknown): boolean {
  return ['ECONNRESET', 'EPIPE'].includes(codeOf(thrown));
}

function codeOf(thrown: unknown): string {
  if (thrown instanceof AggregateError) return codeOf(thrown.errors[0]);
  if (!(thrown instanceof Error) || !('code' in thrown)) return '';
  return typeof thrown.code === 'string' ? thrown.code : '';
}
