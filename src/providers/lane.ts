import {
  type KeptnMetricsProvider,
  type ProviderType,
  readProviderType,
} from '../api/metrics/v1/keptn-metrics-provider.ts';
import type { Fetched, MetricQuery } from '../domain/metric-source.ts';
import { failure, type SluiceError } from '../kernel/errors.ts';
import { err, type Result } from '../kernel/result.ts';
import { Breaker, type BreakerState } from './breaker.ts';
import type { FetchClock } from './clock.ts';
import { type Asked, Connection, type OpenHttpClient } from './connection.ts';
import { FairQueue } from './fair-queue.ts';
import type { Driver, ProviderQuery } from './provider.ts';
import { type ReadSecret, Secrets } from './secrets.ts';
import { pauseOn, withinTime } from './time-limit.ts';

/** What fetches of every provider need. */
export interface LaneOptions {
  readonly clock: FetchClock;
  /** A number in [0, 1), for jitter. */
  readonly random: () => number;
  readonly drivers: Readonly<Partial<Record<ProviderType, Driver>>>;
  readonly openHttp: OpenHttpClient;
  readonly readSecret: ReadSecret;
  /** A driver threw, which is a bug. */
  readonly onBug?: (thrown: unknown) => void;
}

/** One query on its way; equal ones share it. */
export interface Job {
  readonly key: string;
  readonly query: MetricQuery;
  readonly abort: AbortController;
  /** Told of the end; empty when nobody wants it any more. */
  readonly subscribers: Set<(fetched: Fetched) => void>;
}

/** How a job ended, for whoever counts. */
export interface JobEnd {
  readonly fetched: Fetched;
  readonly ms: number;
}

/** Everything about one provider object: its queue, its breaker, its connection. Knows nothing of other providers. */
export class Lane {
  readonly #options: LaneOptions;
  readonly #waiting = new FairQueue<Job>();
  readonly #jobs = new Map<string, Job>();
  #provider: KeptnMetricsProvider;
  #connection: Connection | undefined;
  #breaker: Breaker;
  #inFlight = 0;

  constructor(provider: KeptnMetricsProvider, options: LaneOptions) {
    this.#options = options;
    this.#provider = provider;
    this.#breaker = new Breaker(options);
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  get breakerState(): BreakerState {
    return this.#breaker.state;
  }

  get isIdle(): boolean {
    return this.#inFlight === 0 && this.#waiting.isEmpty;
  }

  /** True when a job could be sent now, room elsewhere permitting. */
  get isReady(): boolean {
    const { maxConcurrent } = this.#provider.spec;
    return !this.#waiting.isEmpty && this.#inFlight < maxConcurrent && this.#breaker.mayEnter;
  }

  /** Takes over a newer state of the object: it is connected to anew, and gets a new chance. */
  update(provider: KeptnMetricsProvider): void {
    if (stateOf(provider) === stateOf(this.#provider)) return;
    this.#provider = provider;
    this.#connection?.close();
    this.#connection = undefined;
    this.#breaker = new Breaker(this.#options);
  }

  /** Why a query would end at once: while the backend is left alone. */
  refusal(): SluiceError | undefined {
    const refused = this.#breaker.refusal();
    if (refused === undefined) return undefined;
    const { last, failures, until } = refused;
    const times = failures === 1 ? 'once' : `${failures} times in a row`;
    const message = `it failed ${times} and is left alone until ${until.toISOString()}; the last failure: ${last.message}`;
    return failure(last.tag, message);
  }

  /** Puts a query in the queue, or joins an equal one that is on its way. */
  submit(owner: string, query: MetricQuery, subscriber: (fetched: Fetched) => void): Job {
    const { text, metricPath, window, stepMs, purpose } = query;
    const key = JSON.stringify([stateOf(query.provider), text, metricPath, window, stepMs, purpose]);
    const known = this.#jobs.get(key);
    if (known !== undefined) {
      known.subscribers.add(subscriber);
      return known;
    }
    const job: Job = { key, query, abort: new AbortController(), subscribers: new Set([subscriber]) };
    this.#jobs.set(key, job);
    this.#waiting.push(owner, job);
    return job;
  }

  /** One who waited wants the answer no more; when he was the last, nobody asks. */
  leave(job: Job, subscriber: (fetched: Fetched) => void): void {
    job.subscribers.delete(subscriber);
    if (job.subscribers.size > 0) return;
    this.#drop(job);
    this.#waiting.remove(job);
    job.abort.abort();
  }

  /** Sends the next job, if one may go. Resolves when it has ended; all others are ended too when the backend is left alone. */
  async runNext(): Promise<JobEnd | undefined> {
    const job = this.isReady ? this.#waiting.shift() : undefined;
    if (job === undefined) return undefined;
    const { clock } = this.#options;
    const breaker = this.#breaker;
    const leave = breaker.enter();
    this.#inFlight += 1;
    const at = new Date(clock.now());
    const startedMs = clock.monotonicMs();
    const asked = await this.#ask(job, at);
    this.#inFlight -= 1;
    leave(judge(asked));
    this.#drop(job);
    const fetched = { at, result: asked.result };
    for (const subscriber of job.subscribers) subscriber(fetched);
    if (breaker === this.#breaker) this.#endWaiting();
    return { fetched, ms: clock.monotonicMs() - startedMs };
  }

  /** Gives everything up. */
  close(): void {
    for (const job of this.#jobs.values()) job.abort.abort();
    this.#jobs.clear();
    while (this.#waiting.shift() !== undefined);
    this.#connection?.close();
    this.#connection = undefined;
  }

  /** While the backend is left alone nobody waits for it. */
  #endWaiting(): void {
    const error = this.refusal();
    if (error === undefined) return;
    const fetched = { at: new Date(this.#options.clock.now()), result: err(error) };
    for (let job = this.#waiting.shift(); job !== undefined; job = this.#waiting.shift()) {
      this.#drop(job);
      for (const subscriber of job.subscribers) subscriber(fetched);
    }
  }

  #drop(job: Job): void {
    if (this.#jobs.get(job.key) === job) this.#jobs.delete(job.key);
  }

  async #ask(job: Job, at: Date): Promise<Asked> {
    const { clock, onBug } = this.#options;
    const { timeoutSeconds } = this.#provider.spec;
    const limits = { limitMs: timeoutSeconds * 1000, signal: job.abort.signal };
    try {
      const ended = await withinTime(clock, limits, (signal) => this.#send(timed(job.query, at), signal));
      if (ended === 'aborted')
        return { result: err(failure('gone', 'nobody wants it any more')), isAnswer: false };
      if (ended !== 'late') return ended;
      const message = `no answer within ${timeoutSeconds} s; make the query faster or raise spec.timeoutSeconds of the provider`;
      return { result: err(failure('timeout', message)), isAnswer: true };
    } catch (thrown) {
      onBug?.(thrown);
      return {
        result: err(failure('internal', 'it could not be asked; see the log of the controller')),
        isAnswer: false,
      };
    }
  }

  async #send(query: ProviderQuery, signal: AbortSignal): Promise<Asked> {
    const connection = this.#connect();
    if (!connection.ok) return { result: connection, isAnswer: false };
    return connection.value.fetch(query, signal);
  }

  #connect(): Result<Connection, SluiceError> {
    if (this.#connection !== undefined) return { ok: true, value: this.#connection };
    const { drivers, openHttp, clock, readSecret } = this.#options;
    const { spec, metadata } = this.#provider;
    const type = readProviderType(spec.type, metadata.name);
    const driver = type === undefined ? undefined : drivers[type];
    if (driver === undefined)
      return err(failure('malformed', `provider ${spec.type ?? metadata.name} not supported`));
    const secrets = new Secrets(clock, readSecret);
    this.#connection = new Connection({
      provider: this.#provider,
      driver,
      openHttp,
      secrets,
      pause: pauseOn(clock),
    });
    return { ok: true, value: this.#connection };
  }
}

/** Which state of which incarnation of a provider object. */
function stateOf({ metadata }: KeptnMetricsProvider): string {
  return `${metadata.uid ?? ''}/${metadata.resourceVersion ?? ''}`;
}

/** What the end of a fetch says of the backend; nothing where it was not asked. */
function judge({ result, isAnswer }: Asked): SluiceError | 'answered' | 'abandoned' {
  if (!isAnswer) return 'abandoned';
  return result.ok ? 'answered' : result.error;
}

/** The query with its window fixed in time. */
function timed({ text, metricPath, stepMs, purpose, window }: MetricQuery, at: Date): ProviderQuery {
  return {
    text,
    purpose,
    at,
    ...(metricPath === undefined ? {} : { metricPath }),
    ...(stepMs === undefined ? {} : { stepMs }),
    ...(window === undefined ? {} : { window: fixed(window, at) }),
  };
}

function fixed(window: NonNullable<MetricQuery['window']>, at: Date): { from: Date; to: Date } {
  if ('recentMs' in window) return { from: new Date(at.getTime() - window.recentMs), to: at };
  return { from: new Date(window.fromMs), to: new Date(window.toMs) };
}
