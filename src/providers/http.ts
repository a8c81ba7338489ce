import { X509Certificate } from 'node:crypto';
import {
  type ClientRequest,
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls';
import type { KeptnMetricsProvider } from '../api/metrics/v1/keptn-metrics-provider.ts';
import { failure, type SluiceError } from '../kernel/errors.ts';
import { err, ok, type Result } from '../kernel/result.ts';
import { type HttpFields, isStaleConnection, nameTrouble, providerFields } from './http-trouble.ts';

/** One request to a backend. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  /**
   * Below the address of the provider, whose own path stays in front; empty: that address itself. Never leads to another
   * host. May carry a query of its own, which comes before `query`.
   */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: { readonly contentType: string; readonly text: string };
}

/** Where requests go, and how the connection is made. */
export interface HttpTarget {
  /** Empty: the client can only go elsewhere. */
  readonly address: string;
  readonly insecureSkipTlsVerify: boolean;
  /** Sent as X-Scope-OrgID. */
  readonly tenant?: string | undefined;
  /** Trusted beside what the system trusts; `key` is where the Secret holds it, for messages. */
  readonly ca?: { readonly pem: string; readonly key: string } | undefined;
  /** How messages name the fields in which all this was written. */
  readonly fields: HttpFields;
  /** HTTP_PROXY, HTTPS_PROXY and NO_PROXY, in either case. */
  readonly proxyEnv?: Readonly<Record<string, string | undefined>>;
}

/** A complete answer of a backend. */
export interface HttpAnswer {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** Speaks to one backend over connections that are kept. */
export interface HttpClient {
  /** Host and port of the backend, for messages; nothing secret. */
  readonly host: string;
  /**
   * Sends and reads the whole answer, whatever its status; redirects are not followed. Errors: unavailable (naming host
   * and cause, such as an expired certificate), timeout, malformed (the answer is larger than the limit).
   */
  readonly send: (request: HttpRequest, signal: AbortSignal) => Promise<Result<HttpAnswer, SluiceError>>;
  /**
   * A client with the same TLS settings for another address, such as where a token is fetched; without the tenant.
   * `field` names where the address was written. Error: malformed.
   */
  readonly elsewhere: (address: string, field: string) => Result<HttpClient, SluiceError>;
}

/** A client and the end of its connections. */
export interface OwnedHttpClient extends HttpClient {
  /** Closes every connection; requests on their way fail. */
  readonly close: () => void;
}

/** What a client is made of. */
export interface HttpClientOptions {
  readonly provider: KeptnMetricsProvider;
  /** What `caSecretRef` holds: trusted beside what the system trusts. */
  readonly caPem?: string;
  /** HTTP_PROXY, HTTPS_PROXY and NO_PROXY, in either case. */
  readonly proxyEnv?: Readonly<Record<string, string | undefined>>;
}

/** A step query of a day at one minute over hundreds of series fits; beyond is a mistake that must not fill our memory. */
export const largestAnswerBytes = 8 * 1024 * 1024;

const agentOptions = { keepAlive: true, maxFreeSockets: 4, scheduling: 'lifo', timeout: 60_000 } as const;

/**
 * A client for one provider object; connections, TLS settings and tenant are its own. A provider without an address
 * gets a client that can only go elsewhere. Opens no connection. Error: malformed (targetServer, caSecretRef).
 */
export function openHttpClient({
  provider: { spec },
  caPem,
  proxyEnv,
}: HttpClientOptions): Result<OwnedHttpClient, SluiceError> {
  return openHttpTo({
    address: spec.targetServer,
    insecureSkipTlsVerify: spec.insecureSkipTlsVerify,
    tenant: spec.tenant,
    ca: caPem === undefined ? undefined : { pem: caPem, key: spec.caSecretRef?.key ?? 'ca.crt' },
    fields: providerFields,
    ...(proxyEnv && { proxyEnv }),
  });
}

/** A client for any target; connections and TLS settings are its own. Opens no connection. Error: malformed (address, ca). */
export function openHttpTo(target: HttpTarget): Result<OwnedHttpClient, SluiceError> {
  const agents = makeAgents(target);
  if (!agents.ok) return agents;
  const close = (): void => {
    agents.value.http.destroy();
    agents.value.https.destroy();
  };
  const { address, tenant, fields } = target;
  const means = { agents: agents.value, fields };
  if (address === '') return ok({ ...homeless(means), close });
  const client = clientFor(address, fields.address, { ...means, tenant });
  return client.ok ? ok({ ...client.value, close }) : client;
}

interface Agents {
  readonly http: HttpAgent;
  readonly https: HttpsAgent;
}

interface Means {
  readonly agents: Agents;
  readonly fields: HttpFields;
  readonly tenant?: string | undefined;
}

function makeAgents({
  ca,
  fields,
  insecureSkipTlsVerify,
  proxyEnv,
}: HttpTarget): Result<Agents, SluiceError> {
  const context = ca === undefined ? ok(undefined) : trusting(ca.pem, ca.key, fields);
  if (!context.ok) return context;
  const proxied = { ...agentOptions, proxyEnv: { ...proxyEnv } };
  return ok({
    http: new HttpAgent(proxied),
    https: new HttpsAgent({
      ...proxied,
      rejectUnauthorized: !insecureSkipTlsVerify,
      // Made once: reading the system's certificates takes 30 ms, and Node would do it for each connection.
      ...(context.value !== undefined && { secureContext: context.value }),
    }),
  });
}

function trusting(caPem: string, key: string, fields: HttpFields): Result<SecureContext, SluiceError> {
  const blocks = caPem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  try {
    // TLS takes what is no certificate for nothing at all; here it is found while its name is known.
    for (const block of blocks) new X509Certificate(block);
    if (blocks.length > 0)
      return ok(createSecureContext({ ca: [...getCACertificates('default'), ...blocks] }));
  } catch {
    // Said below: what the library says of it names neither Secret nor key.
  }
  return err(
    failure(
      'malformed',
      `${fields.ca}: key "${key}" of the Secret holds no certificates in PEM; put the certificate of the authority there`,
    ),
  );
}

function homeless(means: Means): HttpClient {
  const refused = err(
    failure('malformed', `${means.fields.address} is empty; set it to the address of the backend`),
  );
  return {
    host: 'the backend',
    send: () => Promise.resolve(refused),
    elsewhere: (address, field) => clientFor(address, field, means),
  };
}

function clientFor(address: string, field: string, means: Means): Result<HttpClient, SluiceError> {
  const base = readAddress(address, field);
  if (!base.ok) return base;
  return ok({
    host: base.value.url.host,
    send: (request, signal) => send(base.value, means, request, signal),
    elsewhere: (other, otherField) => clientFor(other, otherField, { ...means, tenant: undefined }),
  });
}

/** An address without the credentials that were written into it, and these as a header. */
interface Base {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
}

function readAddress(address: string, field: string): Result<Base, SluiceError> {
  const url = URL.parse(address.trim());
  if (url === null || !['http:', 'https:'].includes(url.protocol) || url.hostname === '') {
    const remedy = `${field} must be an address such as "https://backend.example:9090"`;
    return err(failure('malformed', remedy));
  }
  const { username, password } = url;
  url.username = '';
  url.password = '';
  url.hash = '';
  if (username === '' && password === '') return ok({ url, headers: {} });
  const credentials = Buffer.from(`${decoded(username)}:${decoded(password)}`).toString('base64');
  return ok({ url, headers: { authorization: `Basic ${credentials}` } });
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

async function send(
  base: Base,
  means: Means,
  request: HttpRequest,
  signal: AbortSignal,
): Promise<Result<HttpAnswer, SluiceError>> {
  const url = addressOf(base.url, request);
  if (!url.ok) return url;
  const headers = {
    accept: 'application/json',
    'accept-encoding': 'identity',
    'user-agent': 'sluice',
    ...(means.tenant && { 'x-scope-orgid': means.tenant }),
    ...base.headers,
    ...(request.body && { 'content-type': request.body.contentType }),
    ...request.headers,
  };
  const call: Call = { url: url.value, request, headers, means, signal };
  const first = await exchange(call);
  // A backend may close a kept connection at the moment we use it again. Every request of ours only reads, or carries an
  // id by which a repetition is known.
  return first.stale ? (await exchange(call)).result : first.result;
}

function addressOf(base: URL, request: HttpRequest): Result<URL, SluiceError> {
  if (request.path === '' && request.query === undefined) return ok(base);
  const url = new URL(base);
  const prefix = base.pathname.replace(/\/+$/, '');
  const [path, own] = splitOnce(request.path, '?');
  if (path !== '') url.pathname = `${prefix}/${path.replace(/^\/+/, '')}`;
  if (url.pathname !== prefix && !url.pathname.startsWith(`${prefix}/`)) {
    return err(
      failure('malformed', `the path ${path} leads out of the address of the provider; remove ".."`),
    );
  }
  for (const [name, value] of new URLSearchParams(own)) url.searchParams.append(name, value);
  for (const [name, value] of Object.entries(request.query ?? {})) url.searchParams.append(name, value);
  return ok(url);
}

function splitOnce(text: string, separator: string): [string, string?] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + separator.length)];
}

interface Call {
  readonly url: URL;
  readonly request: HttpRequest;
  readonly headers: Readonly<Record<string, string>>;
  readonly means: Means;
  readonly signal: AbortSignal;
}

interface Attempt {
  readonly result: Result<HttpAnswer, SluiceError>;
  /** True when a kept connection turned out to be closed. */
  readonly stale: boolean;
}

function exchange(call: Call): Promise<Attempt> {
  const { host } = call.url;
  const { fields } = call.means;
  return new Promise((resolve) => {
    const fail = (thrown: unknown, reused: boolean): void => {
      const error = call.signal.aborted ? timedOut(host, fields) : nameTrouble(host, thrown, fields);
      resolve({ result: err(error), stale: reused && !call.signal.aborted && isStaleConnection(thrown) });
    };
    try {
      const outgoing = start(call);
      outgoing.on('error', (error) => {
        fail(error, outgoing.reusedSocket);
      });
      outgoing.on('response', (response) => {
        readAnswer(host, response).then(
          (result) => {
            resolve({ result, stale: false });
          },
          (thrown: unknown) => {
            fail(thrown, false);
          },
        );
      });
      outgoing.end(call.request.body?.text);
    } catch (thrown) {
      // What cannot be sent at all, such as a header with a line break.
      fail(thrown, false);
    }
  });
}

function start({ url, request, headers, means: { agents }, signal }: Call): ClientRequest {
  const { method, body } = request;
  const length = body && { 'content-length': Buffer.byteLength(body.text) };
  const options = { method, signal, headers: { ...headers, ...length } };
  return url.protocol === 'http:'
    ? httpRequest(url, { ...options, agent: agents.http })
    : httpsRequest(url, { ...options, agent: agents.https });
}

/** By events: to iterate over an answer of some bytes costs more than all else about it. */
function readAnswer(host: string, response: IncomingMessage): Promise<Result<HttpAnswer, SluiceError>> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    response.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= largestAnswerBytes) chunks.push(chunk);
      else {
        resolve(err(tooLarge(host)));
        // The rest is never read.
        response.destroy();
      }
    });
    response.on('error', reject);
    // The last of its events: whoever has an answer by then keeps it.
    response.on('close', () => {
      reject(new Error('the connection was closed within the answer'));
    });
    response.on('end', () => {
      resolve(ok(answerOf(response, Buffer.concat(chunks).toString('utf8'))));
    });
  });
}

function answerOf({ headers: all, statusCode = 0 }: IncomingMessage, text: string): HttpAnswer {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(all)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return { status: statusCode, headers, text };
}

function timedOut(host: string, fields: HttpFields): SluiceError {
  return failure('timeout', `${host} did not answer in time; raise ${fields.timeout} or ask for less`);
}

function tooLarge(host: string): SluiceError {
  const limit = `${largestAnswerBytes / 1024 / 1024} MiB`;
  return failure(
    'malformed',
    `the answer of ${host} is larger than ${limit}; ask for fewer series or samples`,
  );
}
