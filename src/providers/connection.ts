import type { KeptnMetricsProvider } from '../api/metrics/v1/keptn-metrics-provider.ts';
import type { Reading } from '../domain/metric-source.ts';
import { type ErrorTag, failure, type SluiceError } from '../kernel/errors.ts';
import { sha256Hex } from '../kernel/hash.ts';
import { err, ok, type Result } from '../kernel/result.ts';
import { type HttpClientOptions, type OwnedHttpClient, openHttpClient } from './http.ts';
import type { Connected, Driver, ProviderContext, ProviderQuery } from './provider.ts';
import type { Secrets, SecretTexts } from './secrets.ts';

/**
 * Opens connections to the server of a provider object; `caPem` is trusted beside the certificates of the system. Error:
 * malformed, naming the field.
 */
export type OpenHttpClient = (
  provider: KeptnMetricsProvider,
  caPem: string | undefined,
) => Result<OwnedHttpClient, SluiceError>;

/** Opens real connections, through a proxy where the environment names one. */
export function httpOpener(proxyEnv: NonNullable<HttpClientOptions['proxyEnv']>): OpenHttpClient {
  return (provider, caPem) =>
    openHttpClient({ provider, proxyEnv, ...(caPem === undefined ? {} : { caPem }) });
}

/** How a fetch ended; `isAnswer` is false when the backend was not asked. */
export interface Asked {
  readonly result: Result<Reading, SluiceError>;
  readonly isAnswer: boolean;
}

/** A backend that was connected to, with what its credentials were. */
interface Line {
  readonly digest: string;
  readonly connected: Connected;
  readonly http: OwnedHttpClient;
  users: number;
  isRetired: boolean;
}

const refusals: ReadonlySet<ErrorTag> = new Set(['unauthorized', 'forbidden']);

/** What a connection needs. */
export interface ConnectionOptions {
  readonly provider: KeptnMetricsProvider;
  readonly driver: Driver;
  readonly openHttp: OpenHttpClient;
  readonly secrets: Secrets;
  readonly pause: ProviderContext['pause'];
}

/**
 * The way to the backend of one state of a provider object. There is one `Connected` for each content of its Secrets;
 * when that changes, the old one is closed as soon as nobody uses it.
 */
export class Connection {
  readonly #options: ConnectionOptions;
  #line: Line | undefined;
  #isClosed = false;

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  /** Asks the backend, once more with a Secret that was read anew when it refused the credentials. */
  async fetch(query: ProviderQuery, signal: AbortSignal): Promise<Asked> {
    const first = await this.#ask(query, signal);
    const { secretKeyRef } = this.#options.provider.spec;
    if (first.result.ok || !refusals.has(first.result.error.tag) || secretKeyRef?.name === undefined)
      return first;
    const usedBefore = this.#line?.digest;
    // Somebody may have corrected it a moment ago.
    this.#options.secrets.forget();
    const line = await this.#connect();
    return line.ok && line.value.digest !== usedBefore ? this.#ask(query, signal) : first;
  }

  /** Closes connections as soon as nobody uses them. */
  close(): void {
    this.#isClosed = true;
    this.#retire();
  }

  async #ask(query: ProviderQuery, signal: AbortSignal): Promise<Asked> {
    const line = await this.#connect();
    if (!line.ok) return { result: line, isAnswer: false };
    const leave = join(line.value);
    // A driver that does not listen to its signal must not keep connections open.
    signal.addEventListener('abort', leave);
    try {
      return { result: await line.value.connected.fetch(query, signal), isAnswer: true };
    } finally {
      signal.removeEventListener('abort', leave);
      leave();
    }
  }

  async #connect(): Promise<Result<Line, SluiceError>> {
    const texts = await this.#readSecrets();
    if (!texts.ok) return texts;
    const digest = sha256Hex(JSON.stringify(texts.value));
    if (this.#line?.digest === digest) return ok(this.#line);
    const { provider, driver, openHttp, pause } = this.#options;
    const { secret, caPem } = texts.value;
    const http = openHttp(provider, caPem);
    if (!http.ok) return http;
    const connected = driver.connect({ provider, secret, http: http.value, pause });
    if (!connected.ok) {
      http.value.close();
      return connected;
    }
    this.#retire();
    const line: Line = {
      digest,
      connected: connected.value,
      http: http.value,
      users: 0,
      isRetired: this.#isClosed,
    };
    if (!this.#isClosed) this.#line = line;
    return ok(line);
  }

  async #readSecrets(): Promise<
    Result<{ readonly secret?: SecretTexts; readonly caPem?: string }, SluiceError>
  > {
    const { provider, secrets } = this.#options;
    const { secretKeyRef, caSecretRef } = provider.spec;
    const { namespace = '' } = provider.metadata;
    const found: { secret?: SecretTexts; caPem?: string } = {};
    if (secretKeyRef?.name) {
      const secret = await secrets.look(namespace, secretKeyRef.name, 'spec.secretKeyRef');
      if (!secret.ok) return secret;
      found.secret = secret.value;
    }
    if (caSecretRef !== undefined) {
      const secret = await secrets.look(namespace, caSecretRef.name, 'spec.caSecretRef');
      if (!secret.ok) return secret;
      const caPem = secret.value[caSecretRef.key];
      if (caPem === undefined) {
        const message = `Secret "${namespace}/${caSecretRef.name}" has no key "${caSecretRef.key}"; add it or correct spec.caSecretRef.key`;
        return err(failure('malformed', message));
      }
      found.caPem = caPem;
    }
    return ok(found);
  }

  #retire(): void {
    const line = this.#line;
    this.#line = undefined;
    if (line === undefined) return;
    line.isRetired = true;
    closeIfUnused(line);
  }
}

/** Counts a user; gives what takes it away again, once. */
function join(line: Line): () => void {
  line.users += 1;
  let isIn = true;
  return () => {
    if (!isIn) return;
    isIn = false;
    line.users -= 1;
    closeIfUnused(line);
  };
}

function closeIfUnused(line: Line): void {
  if (line.isRetired && line.users === 0) line.http.close();
}
