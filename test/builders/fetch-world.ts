import type { KeptnMetricsProvider } from '../../src/api/metrics/v1/keptn-metrics-provider.ts';
import type { FetchOwner, MetricQuery, Reading } from '../../src/domain/metric-source.ts';
import { failure, type SluiceError } from '../../src/kernel/errors.ts';
import { err, ok, type Result } from '../../src/kernel/result.ts';
import { Metrics } from '../../src/observability/metrics.ts';
import { Fetches, type FetchesOptions } from '../../src/providers/fetches.ts';
import type { Driver, ProviderQuery } from '../../src/providers/provider.ts';
import type { SecretTexts } from '../../src/providers/secrets.ts';
import { ManualClock } from '../../src/runtime/clock.ts';
import { metricsProvider } from './metric-objects.ts';

/** A query that a backend of the test has got. */
export interface Received {
  readonly provider: KeptnMetricsProvider;
  readonly query: ProviderQuery;
  readonly secret: SecretTexts | undefined;
  readonly signal: AbortSignal;
  /** Ends the fetch, and lets what waits for it go on. */
  readonly answer: (value: string | SluiceError) => Promise<void>;
}

/** Fetches on a clock that is moved by hand, from backends that answer when the test says so. */
export class FetchWorld {
  readonly clock = new ManualClock(1_000_000);
  readonly metrics = new Metrics();
  readonly received: Received[] = [];
  readonly woken: string[] = [];
  /** By `<namespace>/<name>`. */
  readonly secrets = new Map<string, SecretTexts>();
  secretReads = 0;
  secretError: SluiceError | undefined;
  opened = 0;
  closed = 0;
  readonly bugs: unknown[] = [];
  readonly fetches: Fetches;
  readonly stopListening: () => void;

  constructor(options: Partial<FetchesOptions> = {}) {
    this.fetches = new Fetches({
      clock: this.clock,
      random: () => 1,
      drivers: {
        prometheus: this.#driver(),
        thanos: { connect: () => err(failure('malformed', 'no token')) },
      },
      openHttp: () => {
        this.opened += 1;
        return ok({ ...unused, close: () => (this.closed += 1) });
      },
      readSecret: async (namespace, name) => {
        this.secretReads += 1;
        return this.secretError ? err(this.secretError) : ok(this.secrets.get(`${namespace}/${name}`));
      },
      metrics: this.metrics,
      onBug: (thrown) => this.bugs.push(thrown),
      ...options,
    });
    this.stopListening = this.fetches.onEnd('keptnmetrics', ({ name }) => this.woken.push(name));
  }

  /** Looks for a metric of that name as its controller would. */
  look(name: string, query: Partial<MetricQuery> = {}, id = '1'): ReturnType<Fetches['look']> {
    const whole: MetricQuery = { provider: metricsProvider(), text: name, purpose: 'metric', ...query };
    return this.fetches.look(ownerOf(name), id, whole);
  }

  /** The texts of queries that are out and not given up. */
  out(): string[] {
    return this.received.filter(({ signal }) => !signal.aborted).map(({ query }) => query.text);
  }

  /** The query of that text that was received last. */
  last(text?: string): Received {
    const found = this.received.findLast(({ query }) => text === undefined || query.text === text);
    if (found === undefined) throw new Error(`${text ?? 'nothing'} was not asked`);
    return found;
  }

  /** Moves the clock, and lets what that sets free go on. */
  async pass(ms: number): Promise<void> {
    this.clock.advance(ms);
    await settled();
  }

  #driver(): Driver {
    return {
      connect: ({ provider, secret }) =>
        ok({
          fetch: (query, signal) =>
            new Promise<Result<Reading, SluiceError>>((resolve) => {
              this.received.push({
                provider,
                query,
                secret,
                signal,
                answer: (value) => {
                  resolve(typeof value === 'string' ? ok({ samples: [value], raw: value }) : err(value));
                  return settled();
                },
              });
            }),
        }),
    };
  }
}

/** The owner that a metric of that name is. */
export function ownerOf(name: string): FetchOwner {
  return { resource: 'keptnmetrics', namespace: 'shop', name };
}

/** Everything that waits for nothing but its turn has had it. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

const nowhere = err(failure('unavailable', 'no backend is meant to be asked'));
const unused = {
  host: 'backend.test',
  send: () => Promise.resolve(nowhere),
  elsewhere: () => nowhere,
};
