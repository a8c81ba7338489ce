import { type BackoffBounds, backoffMs } from './backoff.ts';
import type { CancelTimer, Clock } from './clock.ts';
import type { RandomFraction } from './ids.ts';

/** What a queue needs; the bounds default to 5 ms and 60 s. */
export interface QueueOptions {
  readonly clock: Clock;
  readonly random: RandomFraction;
  readonly backoff?: BackoffBounds;
}

/** Numbers of a queue at one moment; `adds` and `retries` only grow. */
export interface QueueStats {
  readonly depth: number;
  readonly processing: number;
  readonly delayed: number;
  readonly adds: number;
  readonly retries: number;
  readonly longestRunningMs: number;
}

/** Backoff of a key's retries unless told otherwise. */
export const defaultBackoff: BackoffBounds = { firstMs: 5, longestMs: 60_000 };

/**
 * Keys to work on. A key waits at most once, and is never given to two workers at once: one that is added
 * while it is worked on becomes ready again when that work is done. A delayed add wakes its key at the
 * earliest time asked for; a plain add does not cancel it.
 */
export class WorkQueue {
  readonly #clock: Clock;
  readonly #random: RandomFraction;
  readonly #backoff: BackoffBounds;
  /** In order of adding. */
  readonly #ready = new Set<string>();
  readonly #runningSince = new Map<string, number>();
  /** Added while worked on. */
  readonly #dirty = new Set<string>();
  readonly #delayed = new Map<string, { readonly at: number; readonly cancel: CancelTimer }>();
  readonly #failures = new Map<string, number>();
  readonly #takers: ((key: string | undefined) => void)[] = [];
  #onIdle: (() => void)[] = [];
  #stopped = false;
  #adds = 0;
  #retries = 0;

  constructor(options: QueueOptions) {
    this.#clock = options.clock;
    this.#random = options.random;
    this.#backoff = options.backoff ?? defaultBackoff;
  }

  /** Makes the key ready now, or again once the work on it is done. */
  add(key: string): void {
    if (this.#stopped) return;
    this.#adds += 1;
    if (this.#runningSince.has(key)) {
      this.#dirty.add(key);
      return;
    }
    if (this.#ready.has(key)) return;
    const taker = this.#takers.shift();
    if (taker === undefined) this.#ready.add(key);
    else this.#give(key, taker);
  }

  /** Adds the key `afterMs` milliseconds from now; an earlier delayed add of the same key stands. */
  addAfter(key: string, afterMs: number): void {
    if (this.#stopped) return;
    const at = this.#clock.monotonicMs() + afterMs;
    const earlier = this.#delayed.get(key);
    if (earlier !== undefined && earlier.at <= at) return;
    earlier?.cancel();
    const cancel = this.#clock.setTimer(afterMs, () => {
      this.#delayed.delete(key);
      // A timer is cut at the longest that the platform can wait.
      const remainingMs = at - this.#clock.monotonicMs();
      if (remainingMs > 1) this.addAfter(key, remainingMs);
      else this.add(key);
    });
    this.#delayed.set(key, { at, cancel });
  }

  /** Adds the key after its backoff, which grows with each retry until `forget`; never before `atLeastMs`. Gives the delay. */
  retry(key: string, atLeastMs = 0): number {
    const failures = this.failures(key) + 1;
    this.#failures.set(key, failures);
    this.#retries += 1;
    const afterMs = Math.max(atLeastMs, backoffMs(this.#backoff, failures, this.#random));
    this.addAfter(key, afterMs);
    return afterMs;
  }

  /** How many retries the key has had since it was last forgotten. */
  failures(key: string): number {
    return this.#failures.get(key) ?? 0;
  }

  /** Starts the key's backoff anew. */
  forget(key: string): void {
    this.#failures.delete(key);
  }

  /** The next key, as soon as there is one; undefined once the queue is stopped. Call `done` with it afterwards. */
  take(): Promise<string | undefined> {
    if (this.#stopped) return Promise.resolve(undefined);
    const [key] = this.#ready;
    if (key === undefined) return new Promise((resolve) => this.#takers.push(resolve));
    this.#ready.delete(key);
    this.#runningSince.set(key, this.#clock.monotonicMs());
    return Promise.resolve(key);
  }

  /** The work on a taken key has ended, however it did. */
  done(key: string): void {
    this.#runningSince.delete(key);
    if (this.#dirty.delete(key)) this.add(key);
    if (this.#runningSince.size > 0) return;
    for (const resolve of this.#onIdle) resolve();
    this.#onIdle = [];
  }

  /** Gives out nothing more and resolves when no key is being worked on. What waited is dropped: a start reads the world anew. */
  stop(): Promise<void> {
    this.#stopped = true;
    this.#ready.clear();
    this.#dirty.clear();
    for (const { cancel } of this.#delayed.values()) cancel();
    this.#delayed.clear();
    for (const taker of this.#takers.splice(0)) taker(undefined);
    if (this.#runningSince.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#onIdle.push(resolve));
  }

  /** The numbers now. */
  stats(): QueueStats {
    const now = this.#clock.monotonicMs();
    let longestRunningMs = 0;
    for (const since of this.#runningSince.values())
      longestRunningMs = Math.max(longestRunningMs, now - since);
    return {
      depth: this.#ready.size,
      processing: this.#runningSince.size,
      delayed: this.#delayed.size,
      adds: this.#adds,
      retries: this.#retries,
      longestRunningMs,
    };
  }

  #give(key: string, taker: (key: string) => void): void {
    this.#runningSince.set(key, this.#clock.monotonicMs());
    taker(key);
  }
}
