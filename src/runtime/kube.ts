import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent, type RequestOptions } from 'node:https';
import { KubeConfig } from '@kubernetes/client-node/dist/config.js';
import { failure, type SluiceError } from '../kernel/errors.ts';
import { err, ok, type Result } from '../kernel/result.ts';
import type { Clock } from './clock.ts';

/** What one request needs to reach the API server as us. */
export interface Connection {
  readonly server: URL;
  /** Authorization and impersonation headers. */
  readonly headers: Readonly<Record<string, string>>;
  /** Keeps connections open between requests; made anew when the TLS credentials change, open calls stay on the old one. */
  readonly agent: HttpAgent;
}

/** Gives the current connection, and forgets credentials that were refused. */
export interface Connector {
  /** Errors: malformed (kubeconfig), unavailable (a credential plugin failed). */
  connect(): Promise<Result<Connection, SluiceError>>;
  /** Call on 401: the next `connect` reads files and asks plugins again. */
  forgetCredentials(): void;
  /** The namespace of the context or of our own pod, when there is one. */
  readonly namespace: string | undefined;
  close(): void;
}

/** How the cluster is found: a kubeconfig file, else $KUBECONFIG, else ~/.kube/config, else the pod's own account. */
export interface ConnectorOptions {
  readonly kubeconfigPath?: string;
  /** Of the kubeconfig; its current context when absent. */
  readonly context?: string;
  readonly clock: Clock;
}

/** Tokens in files rotate with an hour's overlap; reading them this often is cheap and always in time. */
const credentialsAgeMs = 10_000;

/** A watch holds a connection for minutes, so connections are bounded by what is asked, not here. */
const agentOptions = { keepAlive: true, keepAliveMsecs: 15_000, maxFreeSockets: 32 } as const;

/**
 * Loads the cluster's address and our credentials with the Kubernetes client's own rules (tokens, certificates,
 * exec plugins, OIDC, proxies). This is the only importer of @kubernetes/client-node, and of its config
 * module alone: the whole package costs twice the memory. Errors: malformed. Reads files and environment.
 */
export function loadConnector(options: ConnectorOptions): Result<Connector, SluiceError> {
  const loaded = loadConfig(options);
  if (!loaded.ok) return loaded;
  let config = loaded.value;
  let current: { connection: Connection; tls: string; readAtMs: number } | undefined;
  let reload = false;

  const refresh = async (): Promise<Result<Connection, SluiceError>> => {
    if (reload) {
      const again = loadConfig(options);
      if (!again.ok) return again;
      config = again.value;
      reload = false;
    }
    const credentials = await readCredentials(config);
    if (!credentials.ok) return credentials;
    const { server, request, headers } = credentials.value;
    const tls = JSON.stringify([server.href, tlsOf(request)]);
    const agent = current?.tls === tls ? current.connection.agent : buildAgent(config, server, request);
    current = { connection: { server, headers, agent }, tls, readAtMs: options.clock.monotonicMs() };
    return ok(current.connection);
  };
  let refreshing: Promise<Result<Connection, SluiceError>> | undefined;

  return ok({
    namespace: config.getContextObject(config.getCurrentContext())?.namespace ?? undefined,
    connect: () => {
      if (
        current !== undefined &&
        !reload &&
        options.clock.monotonicMs() - current.readAtMs < credentialsAgeMs
      ) {
        return Promise.resolve(ok(current.connection));
      }
      refreshing ??= refresh().finally(() => {
        refreshing = undefined;
      });
      return refreshing;
    },
    forgetCredentials: () => {
      reload = true;
    },
    close: () => {
      current?.connection.agent.destroy();
    },
  });
}

function loadConfig(options: ConnectorOptions): Result<KubeConfig, SluiceError> {
  const config = new KubeConfig();
  try {
    if (options.kubeconfigPath === undefined) config.loadFromDefault();
    else config.loadFromFile(options.kubeconfigPath);
  } catch (thrown) {
    return err(failure('malformed', `the kubeconfig cannot be read: ${messageOf(thrown)}`));
  }
  if (options.context !== undefined) config.setCurrentContext(options.context);
  if (config.getCurrentCluster() === null) {
    return err(
      failure('malformed', `the kubeconfig has no cluster for context "${config.getCurrentContext()}"`),
    );
  }
  return ok(config);
}

interface Credentials {
  readonly server: URL;
  readonly request: RequestOptions;
  readonly headers: Record<string, string>;
}

async function readCredentials(config: KubeConfig): Promise<Result<Credentials, SluiceError>> {
  const request: RequestOptions = { headers: {} };
  try {
    await config.applyToHTTPSOptions(request);
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(request.headers ?? {})) {
      if (value !== undefined) headers[name] = String(value).trim();
    }
    if (typeof request.auth === 'string') {
      headers['Authorization'] = `Basic ${Buffer.from(request.auth).toString('base64')}`;
    }
    return ok({ server: new URL(config.getCurrentCluster()?.server ?? ''), request, headers });
  } catch (thrown) {
    return err(failure('unavailable', `no credentials for the API server: ${messageOf(thrown)}`));
  }
}

function tlsOf(request: RequestOptions): Record<string, unknown> {
  const { ca, cert, key, servername, rejectUnauthorized } = request;
  return { ca: textOf(ca), cert: textOf(cert), key: textOf(key), servername, rejectUnauthorized };
}

function textOf(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  return Buffer.isBuffer(value) ? value.toString('base64') : JSON.stringify(value);
}

/** A cluster behind a proxy keeps the proxy agent that the client library made. */
function buildAgent(config: KubeConfig, server: URL, request: RequestOptions): HttpAgent {
  const proxied = config.getCurrentCluster()?.proxyUrl;
  if (proxied && request.agent instanceof HttpAgent) return request.agent;
  if (server.protocol === 'http:') return new HttpAgent(agentOptions);
  const { ca, cert, key, servername, rejectUnauthorized } = request;
  return new HttpsAgent({
    ...agentOptions,
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(servername === undefined ? {} : { servername }),
    ...(rejectUnauthorized === undefined ? {} : { rejectUnauthorized }),
  });
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
