import type { KeptnMetricsProvider } from '../api/metrics/v1/keptn-metrics-provider.ts';
import type { MetricQuery, Reading } from '../domain/metric-source.ts';
import type { SluiceError } from '../kernel/errors.ts';
import type { Result } from '../kernel/result.ts';
import type { HttpClient } from './http.ts';

/** A query whose window is fixed in time. */
export interface ProviderQuery extends Pick<MetricQuery, 'text' | 'metricPath' | 'stepMs' | 'purpose'> {
  /** The moment of the fetch. */
  readonly at: Date;
  readonly window?: { readonly from: Date; readonly to: Date };
}

/** What a driver works with. */
export interface ProviderContext {
  readonly provider: KeptnMetricsProvider;
  /** What the Secret of the provider holds, by key; undefined where none is named. */
  readonly secret: Readonly<Record<string, string>> | undefined;
  /** Speaks to the backend with the provider's TLS and tenant settings, and to nobody else. */
  readonly http: HttpClient;
  /** Ends after so many milliseconds, or at once when the signal is aborted: for answers that have to be asked for again. */
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
}

/**
 * One kind of backend. `connect` is called once for each state of a provider object and its Secret, so that tokens and
 * connections are never shared between two providers; what it returns is called for each query.
 */
export interface Driver {
  /** Error (malformed): what is wrong with the provider object or its Secret, naming the field or key and the remedy. */
  readonly connect: (context: ProviderContext) => Result<Connected, SluiceError>;
}

/** A backend that can be asked. */
export interface Connected {
  /**
   * Errors by tag: unavailable, timeout, too-many-requests (may work later), unauthorized, forbidden (the Secret is wrong),
   * not-found (no values in query result), malformed (the query or the answer; the message says which).
   */
  readonly fetch: (query: ProviderQuery, signal: AbortSignal) => Promise<Result<Reading, SluiceError>>;
}
