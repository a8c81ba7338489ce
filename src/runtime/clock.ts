/** Stops a timer that has not fired; afterwards it does nothing. */
export type CancelTimer = () => void;

/** Time, passed in wherever it is read, so that tests move it by hand. */
export interface Clock {
  /** Wall clock, milliseconds since 1970. May jump when the machine's clock is set. */
  now(): number;
  /** Milliseconds since some fixed point; never jumps back. For measuring and for leases. */
  monotonicMs(): number;
  /** Runs `run` once, `afterMs` milliseconds from now, unless it is cancelled first. */
  setTimer(afterMs: number, run: () => void): CancelTimer;
}

/** Node fires a longer timer at once; a wait beyond this is cut, and the caller looks again. */
const longestTimerMs = 2 ** 31 - 1;

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  setTimer(afterMs, run) {
    const timer = setTimeout(run, Math.min(Math.max(0, afterMs), longestTimerMs));
    return () => {
      clearTimeout(timer);
    };
  },
};

/** Resolves after `afterMs` milliseconds of this clock, or at once when the signal is or gets aborted. */
export function wait(clock: Clock, afterMs: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const finish = (): void => {
      cancel();
      signal?.removeEventListener('abort', finish);
      resolve();
    };
    const cancel = clock.setTimer(afterMs, finish);
    signal?.addEventListener('abort', finish);
  });
}

interface ManualTimer {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

/** A clock that moves only when told. Timers fire in order of their time, then of their setting. */
export class ManualClock implements Clock {
  #nowMs: number;
  #order = 0;
  readonly #timers = new Set<ManualTimer>();

  constructor(startMs = 0) {
    this.#nowMs = startMs;
  }

  now(): number {
    return this.#nowMs;
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  setTimer(afterMs: number, run: () => void): CancelTimer {
    const timer = { at: this.#nowMs + Math.max(0, afterMs), order: this.#order++, run };
    this.#timers.add(timer);
    return () => {
      this.#timers.delete(timer);
    };
  }

  /** How many timers are set. */
  get pendingTimers(): number {
    return this.#timers.size;
  }

  /** Moves time forward by `byMs` milliseconds and fires what falls due on the way, each at its own time. */
  advance(byMs: number): void {
    const end = this.#nowMs + byMs;
    for (let next = this.#firstUntil(end); next !== undefined; next = this.#firstUntil(end)) {
      this.#timers.delete(next);
      this.#nowMs = next.at;
      next.run();
    }
    this.#nowMs = end;
  }

  #firstUntil(end: number): ManualTimer | undefined {
    let first: ManualTimer | undefined;
    for (const timer of this.#timers) {
      if (timer.at > end) continue;
      if (
        first === undefined ||
        timer.at < first.at ||
        (timer.at === first.at && timer.order < first.order)
      ) {
        first = timer;
      }
    }
    return first;
  }
}
