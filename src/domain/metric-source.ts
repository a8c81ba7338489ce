import type { KeptnMetricsProvider } from '../api/metrics/v1/keptn-metrics-provider.ts';
import type { SluiceError } from '../kernel/errors.ts';
import type { Result } from '../kernel/result.ts';

/** One question to one provider. Two equal ones that are due together are asked once. */
export interface MetricQuery {
  readonly provider: KeptnMetricsProvider;
  /** In the language of the provider, arguments filled in. */
  readonly text: string;
  /** Where in the answer the number is, for providers whose answers are trees. */
  readonly metricPath?: string;
  /** The time that is asked about; absent: the moment of the fetch. */
  readonly window?: { readonly recentMs: number } | { readonly fromMs: number; readonly toMs: number };
  /** The distance of samples. Given: all samples are wanted; absent: one value. */
  readonly stepMs?: number;
  /** Whether the value goes into a KeptnMetric or an Analysis: a few backends are asked differently. */
  readonly purpose: 'metric' | 'analysis';
}

/** What a provider answered. */
export interface Reading {
  /**
   * Decimal texts in full precision, never NaN unless the backend said so, the oldest first within a series. One without
   * `stepMs`, at least one with it.
   */
  readonly samples: readonly [string, ...string[]];
  /** What the backend sent, bounded, for people. */
  readonly raw: string;
  /** What a reader of the value should know, such as that there were several series. */
  readonly note?: string;
}

/** How a fetch ended, and when it began. */
export interface Fetched {
  readonly at: Date;
  readonly result: Result<Reading, SluiceError>;
}

/** Whose fetches these are: kind, namespace and name of an object. */
export interface FetchOwner {
  readonly resource: 'keptnmetrics' | 'analyses';
  readonly namespace: string;
  readonly name: string;
}

/**
 * Port: controllers look here for measured values and never wait. The first look for an id begins the fetch; the owner
 * is woken when it has ended, and later looks give its end. Beginning is the only effect, and it reads.
 */
export interface MetricSource {
  /** Undefined: the fetch of that id is on its way. */
  readonly look: (owner: FetchOwner, id: string, query: MetricQuery) => Fetched | undefined;
  /** Drops what is known for an owner but these ids; what is on its way for it alone is given up. */
  readonly keepOnly: (owner: FetchOwner, ids: readonly string[]) => void;
  /** Calls `wake` whenever a fetch of an object of that resource has ended. Gives a function that ends this. */
  readonly onEnd: (
    resource: FetchOwner['resource'],
    wake: (key: { namespace: string; name: string }) => void,
  ) => () => void;
}
