import type { Lane, Parcel, Receipt } from '../domain/outbox.ts';
import { failure, type SluiceError } from '../kernel/errors.ts';
import { err, type Result } from '../kernel/result.ts';
import type { Metrics } from '../observability/metrics.ts';
import { Breaker } from '../providers/breaker.ts';
import type { FetchClock } from '../providers/clock.ts';
import { withinTime } from '../providers/time-limit.ts';
import type { Sink } from './sink.ts';
import { Track } from './track.ts';

/** What the sending to every sink needs. */
export interface PostOptions {
  readonly clock: FetchClock;
  /** A number in [0, 1), for jitter. */
  readonly random: () => number;
  readonly metrics: Metrics;
  /** Something became of parcels of the lane, or, without one, there is room again for lanes that found none. */
  readonly onNews: (lane: Lane | undefined) => void;
  /** The sink began to fail, failed otherwise, or is well again. */
  readonly onHealth: () => void;
  /** A sink threw, which is a bug. */
  readonly onBug?: ((thrown: unknown) => void) | undefined;
}

/** One send may take so long. */
const sendLimitMs = 10_000;
/** So many lanes are sent of at once. */
const sendsAtOnce = 8;
/** Of all lanes together so many parcels are held. */
export const parcelsPerSink = 1_024;
/** Of so many lanes anything is held, were it only what became of their last parcels. */
const tracksPerSink = 2_048;
/** A parcel that is older than this when its turn comes is given up: whoever is told a day late is told of the past. */
const longestAgeMs = 24 * 3_600_000;
/** What became of parcels that nobody offers again is kept so long where room is wanted. */
const keptMs = 60_000;
const soonMs = 5;
/** What becomes of the parcels of one moment is told together. */
const newsDelayMs = 500;
/** A single failure is nothing to report. */
const failuresToReport = 2;

const retried: ReadonlySet<SluiceError['tag']> = new Set(['unavailable', 'timeout']);

/**
 * Everything about one sink: its lanes, its breaker, how many sends are on their way. Knows nothing of other sinks, so
 * that one that hangs holds up none.
 */
export class SinkPost {
  readonly #options: PostOptions;
  readonly #tracks = new Map<string, Track>();
  readonly #stopping = new AbortController();
  #sink: Sink;
  #breaker: Breaker;
  #inFlight = 0;
  /** Sends on their way, by the sink that sends them. */
  readonly #users = new Map<Sink, number>();
  #hasTurnedAway = false;
  #cancelTimer: (() => void) | undefined;
  /** Ends the waiting of news that are not told yet, by lane. */
  readonly #news = new Map<string, () => void>();
  #failuresInARow = 0;
  #problem: string | undefined;

  constructor(sink: Sink, options: PostOptions) {
    this.#sink = sink;
    this.#options = options;
    this.#breaker = new Breaker(options);
  }

  get sink(): Sink {
    return this.#sink;
  }

  /** Why the sink cannot be told; undefined while it can, as far as anybody knows. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** How much is held, for metrics and for tests that look for leaks. */
  get size(): { readonly tracks: number; readonly held: number; readonly waiting: number } {
    const tracks = [...this.#tracks.values()];
    return {
      tracks: tracks.length,
      held: this.#held(),
      waiting: tracks.filter(({ held }) => held > 0).length,
    };
  }

  /** See `Outbox.offer`. */
  offer(lane: Lane, parcels: readonly Parcel[]): Receipt {
    const key = keyOf(lane);
    // Whoever asks learns them from the receipt.
    this.#dropNews(key);
    const known = this.#tracks.get(key);
    if (known === undefined && parcels.length === 0) return { delivered: [], dead: [] };
    const track = known ?? new Track(lane);
    const nowMs = this.#options.clock.monotonicMs();
    track.offeredAtMs = nowMs;
    const { receipt, isTurnedAway } = track.offer(parcels, this.#roomFor(known));
    this.#hasTurnedAway ||= isTurnedAway;
    if (track.isEmpty) this.#tracks.delete(key);
    else this.#tracks.set(key, track);
    this.#pump();
    return receipt;
  }

  /** The receiver is configured otherwise: what waits is sent its new way, at once. */
  replace(sink: Sink): void {
    const former = this.#sink;
    this.#sink = sink;
    this.#breaker = new Breaker(this.#options);
    this.#failuresInARow = 0;
    this.#setProblem(undefined);
    // What is on its way may still arrive, and would arrive twice if it were cut off.
    if (!this.#users.has(former)) void former.close();
    this.#hurry();
    this.#pump();
  }

  /** Gives everything up. */
  async close(): Promise<void> {
    this.#stopping.abort();
    this.#cancelTimer?.();
    for (const key of this.#news.keys()) this.#dropNews(key);
    this.#tracks.clear();
    await this.#sink.close();
  }

  #roomFor(known: Track | undefined): number {
    if (known === undefined && this.#tracks.size >= tracksPerSink) return 0;
    return parcelsPerSink - this.#held() + (known?.held ?? 0);
  }

  #held(): number {
    let held = 0;
    for (const track of this.#tracks.values()) held += track.held;
    return held;
  }

  /** Sends what may be sent. A lane that got its turn goes to the end. */
  #pump(): void {
    if (this.#stopping.signal.aborted) return;
    const nowMs = this.#options.clock.monotonicMs();
    for (const [key, track] of this.#tracks) {
      if (this.#inFlight >= sendsAtOnce || !this.#breaker.mayEnter) break;
      if (track.dueAtMs === undefined || track.dueAtMs > nowMs) continue;
      this.#tracks.delete(key);
      this.#tracks.set(key, track);
      this.#start(track);
    }
    this.#makeRoom(nowMs);
    this.#armTimer(nowMs);
  }

  #start(track: Track): void {
    const { clock, metrics } = this.#options;
    for (let next = track.peek(); next !== undefined; next = track.peek()) {
      if (clock.now() - next.fact.at.getTime() <= longestAgeMs) break;
      metrics.count('sluice_outbox_dead_letters_total', { sink: this.#sink.name, result: 'too-old' });
      this.#settle(track, next, 'dead');
    }
    const parcel = track.begin();
    if (parcel !== undefined) void this.#send(track, parcel);
  }

  async #send(track: Track, parcel: Parcel): Promise<void> {
    const { clock, metrics } = this.#options;
    const sink = this.#sink;
    const breaker = this.#breaker;
    const wasOpen = isOpen(breaker);
    const leave = breaker.enter();
    this.#inFlight += 1;
    this.#users.set(sink, (this.#users.get(sink) ?? 0) + 1);
    const startedMs = clock.monotonicMs();
    const result = await this.#attempt(sink, parcel);
    this.#inFlight -= 1;
    this.#leave(sink);
    if (this.#stopping.signal.aborted) return;
    leave(result.ok ? 'answered' : result.error);
    const seconds = (clock.monotonicMs() - startedMs) / 1000;
    metrics.observe('sluice_outbox_send_seconds', { sink: sink.name }, seconds);
    if (wasOpen && !isOpen(breaker)) this.#hurry();
    this.#judge(track, parcel, result);
    this.#pump();
  }

  #leave(sink: Sink): void {
    const others = (this.#users.get(sink) ?? 1) - 1;
    if (others > 0) {
      this.#users.set(sink, others);
      return;
    }
    this.#users.delete(sink);
    if (sink !== this.#sink) void sink.close();
  }

  async #attempt(sink: Sink, parcel: Parcel): Promise<Result<void, SluiceError>> {
    const limits = { limitMs: sendLimitMs, signal: this.#stopping.signal };
    try {
      const ended = await withinTime(this.#options.clock, limits, (signal) => sink.send(parcel, signal));
      if (ended !== 'late' && ended !== 'aborted') return ended;
      return err(failure('timeout', `it did not answer within ${sendLimitMs / 1000} s`));
    } catch (thrown) {
      this.#options.onBug?.(thrown);
      return err(failure('internal', 'it could not be told; see the log of the controller'));
    }
  }

  #judge(track: Track, parcel: Parcel, result: Result<void, SluiceError>): void {
    const { clock, random, metrics } = this.#options;
    const { name } = this.#sink;
    if (result.ok) {
      metrics.count('sluice_outbox_delivered_total', { sink: name });
      this.#failuresInARow = 0;
      this.#setProblem(undefined);
      this.#settle(track, parcel, 'delivered');
      return;
    }
    const { tag, message } = result.error;
    this.#failuresInARow += 1;
    const isFinal = !retried.has(tag);
    if (isFinal || this.#failuresInARow >= failuresToReport) this.#setProblem(message);
    if (isFinal) {
      metrics.count('sluice_outbox_dead_letters_total', { sink: name, result: tag });
      this.#settle(track, parcel, 'dead');
      return;
    }
    metrics.count('sluice_outbox_retries_total', { sink: name, result: tag });
    if (track.putBack(clock.monotonicMs(), random())) this.#tellNews(track.lane);
  }

  #settle(track: Track, { fact }: Parcel, became: 'delivered' | 'dead'): void {
    const urgency = track.settle(fact.id, became);
    if (urgency === 'now') this.#tellNews(track.lane);
    else if (urgency === 'soon') this.#tellNewsSoon(track.lane);
  }

  #tellNews(lane: Lane): void {
    this.#dropNews(keyOf(lane));
    this.#options.onNews(lane);
  }

  #tellNewsSoon(lane: Lane): void {
    const key = keyOf(lane);
    if (this.#news.has(key)) return;
    const tell = (): void => {
      this.#tellNews(lane);
    };
    this.#news.set(key, this.#options.clock.setTimer(newsDelayMs, tell));
  }

  #dropNews(key: string): void {
    this.#news.get(key)?.();
    this.#news.delete(key);
  }

  #setProblem(problem: string | undefined): void {
    if (this.#problem === problem) return;
    this.#problem = problem;
    this.#options.onHealth();
  }

  /**
   * Room is made by forgetting what became of parcels where nobody asked for long. Lanes that found none are told once
   * half is free, so that they come all together and not one by one.
   */
  #makeRoom(nowMs: number): void {
    if (!this.#hasTurnedAway) return;
    for (const [key, track] of this.#tracks)
      if (track.isIdle && nowMs - track.offeredAtMs >= keptMs) this.#tracks.delete(key);
    if (this.#held() > parcelsPerSink / 2 || this.#tracks.size >= tracksPerSink) return;
    this.#hasTurnedAway = false;
    this.#options.onNews(undefined);
  }

  #hurry(): void {
    for (const track of this.#tracks.values()) track.hurry();
  }

  /** Looks again when the first pause ends, of a lane or of the whole sink. */
  #armTimer(nowMs: number): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    const { clock } = this.#options;
    const until = this.#breaker.refusal()?.until;
    const openMs = until === undefined ? 0 : until.getTime() - clock.now();
    let waitMs = this.#hasTurnedAway ? keptMs : undefined;
    for (const { dueAtMs } of this.#tracks.values())
      if (dueAtMs !== undefined) waitMs = Math.min(waitMs ?? dueAtMs - nowMs, dueAtMs - nowMs);
    if (waitMs === undefined) return;
    // What is due and cannot go waits for what is on its way, which looks again when it ends.
    if (waitMs <= 0 && openMs <= 0 && this.#inFlight > 0) return;
    // Timers fire a little early, and the breaker opens not a moment before its time: then it is looked again soon.
    this.#cancelTimer = clock.setTimer(Math.max(waitMs, openMs, soonMs), () => {
      this.#pump();
    });
  }
}

function isOpen(breaker: Breaker): boolean {
  return breaker.state !== 'closed';
}

/** No name has a slash. */
function keyOf({ namespace, app }: Lane): string {
  return `${namespace}/${app}`;
}
