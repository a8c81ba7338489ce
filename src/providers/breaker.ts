import type { ErrorTag, SluiceError } from '../kernel/errors.ts';
import type { FetchClock } from './clock.ts';

/** Closed: fetches go out. Open: none does. Half-open: one does, and decides. */
export type BreakerState = 'closed' | 'open' | 'half-open';

/** What a breaker needs. */
export interface BreakerOptions {
  readonly clock: FetchClock;
  /** A number in [0, 1), for jitter. */
  readonly random: () => number;
}

/** After so many failures in a row nothing is sent for a while. */
const failuresToOpen = 3;
const firstPauseMs = 5_000;
/** A backend that is back is noticed within this time. */
const longestPauseMs = 60_000;
const longestWishMs = 300_000;

/** Errors that say that the backend is down or busy; others are its answers. */
const breaking: ReadonlySet<ErrorTag> = new Set(['timeout', 'unavailable', 'too-many-requests']);

/**
 * Keeps fetches from a backend that fails, so that it is left alone and nobody waits for it. Pauses double, and are
 * jittered, until a probe succeeds.
 */
export class Breaker {
  readonly #clock: FetchClock;
  readonly #random: () => number;
  #failures = 0;
  #pauses = 0;
  /** On the monotonic clock; undefined while it is closed. */
  #openUntilMs: number | undefined;
  #isProbing = false;
  #last: SluiceError | undefined;

  constructor({ clock, random }: BreakerOptions) {
    this.#clock = clock;
    this.#random = random;
  }

  get state(): BreakerState {
    if (this.#openUntilMs === undefined) return 'closed';
    return this.#clock.monotonicMs() < this.#openUntilMs ? 'open' : 'half-open';
  }

  /** True when a fetch may go out now. */
  get mayEnter(): boolean {
    return this.state === 'closed' || (this.state === 'half-open' && !this.#isProbing);
  }

  /** Why nothing is sent and until when, while it is open. */
  refusal(): { readonly last: SluiceError; readonly failures: number; readonly until: Date } | undefined {
    if (this.state !== 'open' || this.#last === undefined || this.#openUntilMs === undefined)
      return undefined;
    const leftMs = this.#openUntilMs - this.#clock.monotonicMs();
    return { last: this.#last, failures: this.#failures, until: new Date(this.#clock.now() + leftMs) };
  }

  /** A fetch goes out. Gives what must be called when it has ended: without an error, with it, or `abandoned`. */
  enter(): (end: SluiceError | 'answered' | 'abandoned') => void {
    const isProbe = this.#openUntilMs !== undefined;
    if (isProbe) this.#isProbing = true;
    return (end) => {
      if (isProbe) this.#isProbing = false;
      if (end === 'abandoned') return;
      if (end === 'answered' || !breaking.has(end.tag)) this.#close();
      else this.#count(end, isProbe);
    };
  }

  #close(): void {
    this.#failures = 0;
    this.#pauses = 0;
    this.#openUntilMs = undefined;
    this.#last = undefined;
  }

  #count(error: SluiceError, isProbe: boolean): void {
    this.#failures += 1;
    this.#last = error;
    // One that went out before it opened says nothing new.
    if (this.#openUntilMs !== undefined && !isProbe) return;
    const wishMs = Math.min(longestWishMs, (error.retryAfterSeconds ?? 0) * 1000);
    if (!isProbe && this.#failures < failuresToOpen && wishMs === 0) return;
    const wholeMs = Math.min(longestPauseMs, firstPauseMs * 2 ** this.#pauses);
    this.#pauses += 1;
    const pauseMs = wholeMs / 2 + (wholeMs / 2) * this.#random();
    this.#openUntilMs = this.#clock.monotonicMs() + Math.max(wishMs, pauseMs);
  }
}
