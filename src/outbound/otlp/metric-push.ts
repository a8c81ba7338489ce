import { failure, type SluiceError } from '../../kernel/errors.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import type { Metrics } from '../../observability/metrics.ts';
import type { FetchClock } from '../../providers/clock.ts';
import type { OwnedHttpClient } from '../../providers/http.ts';
import { withinTime } from '../../providers/time-limit.ts';
import { type MetricSource, metricPayloads, type Resource } from './metric-payload.ts';

/** What the pushing of metrics needs. */
export interface MetricPushOptions {
  readonly http: OwnedHttpClient;
  readonly clock: FetchClock;
  readonly intervalMs: number;
  readonly resource: Resource;
  /** All that there is to tell now. */
  readonly sources: () => Promise<readonly MetricSource[]>;
  /** Where pushes are counted. */
  readonly metrics: Metrics;
  /** A push failed after one that had not, or the first one did. */
  readonly onProblem: (error: SluiceError) => void;
}

/** One request may take so long. */
const requestLimitMs = 10_000;

/**
 * Tells a collector all metrics at an interval. One push at a time, one request of it at a time, and nothing is kept of
 * what was not taken: the next push tells the same and more. So a collector that hangs costs one request.
 */
export class MetricPush {
  readonly #options: MetricPushOptions;
  readonly #stopping = new AbortController();
  #cancelTimer: () => void = () => undefined;
  #current: Promise<void> = Promise.resolve();
  #isFailing = false;

  constructor(options: MetricPushOptions) {
    this.#options = options;
  }

  /** Begins; the first push is one interval from now. */
  start(): void {
    const { clock, intervalMs } = this.#options;
    if (this.#stopping.signal.aborted) return;
    this.#cancelTimer = clock.setTimer(intervalMs, () => {
      this.#current = this.#push().then(() => {
        this.start();
      });
    });
  }

  /** Ends at once; a push on its way is cut off. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#cancelTimer();
    await this.#current;
    this.#options.http.close();
  }

  async #push(): Promise<void> {
    const pushed = await this.#sendAll().catch((thrown: unknown) => err(failure('internal', String(thrown))));
    if (this.#stopping.signal.aborted) return;
    const { metrics, onProblem } = this.#options;
    metrics.count('sluice_metric_pushes_total', { result: pushed.ok ? 'ok' : pushed.error.tag });
    if (!pushed.ok && !this.#isFailing) onProblem(pushed.error);
    this.#isFailing = !pushed.ok;
  }

  async #sendAll(): Promise<Result<void, SluiceError>> {
    const { sources, resource, clock } = this.#options;
    for (const text of metricPayloads(await sources(), resource, clock.now())) {
      const sent = await this.#send(text);
      if (!sent.ok) return sent;
    }
    return ok(undefined);
  }

  async #send(text: string): Promise<Result<void, SluiceError>> {
    const { http, clock } = this.#options;
    const { signal } = this.#stopping;
    const body = { contentType: 'application/json', text };
    const answer = await withinTime(clock, { limitMs: requestLimitMs, signal }, (inner) =>
      http.send({ method: 'POST', path: '', body }, inner),
    );
    if (typeof answer === 'string')
      return err(failure('timeout', `${http.host} took no metrics within ${requestLimitMs / 1000} s`));
    if (!answer.ok) return answer;
    const { status } = answer.value;
    if (status >= 200 && status < 300) return ok(undefined);
    return err(failure('unavailable', `${http.host} answered metrics with status ${status}`));
  }
}
