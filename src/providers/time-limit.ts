import type { FetchClock } from './clock.ts';

/**
 * Runs `work` until it ends, the time is over or `signal` is aborted, whichever is first. Work that is cut off is told
 * by its own signal, and is not waited for: one that does not listen holds nobody up. What it throws is thrown.
 */
export function withinTime<T>(
  clock: FetchClock,
  { limitMs, signal }: { readonly limitMs: number; readonly signal: AbortSignal },
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T | 'late' | 'aborted'> {
  const inner = new AbortController();
  return new Promise((resolve, reject) => {
    const cut = (why: 'late' | 'aborted'): void => {
      finish();
      resolve(why);
      inner.abort();
    };
    const cancel = clock.setTimer(limitMs, () => {
      cut('late');
    });
    const onAbort = (): void => {
      cut('aborted');
    };
    const finish = (): void => {
      cancel();
      signal.removeEventListener('abort', onAbort);
    };
    signal.addEventListener('abort', onAbort);
    work(inner.signal).then(
      (value) => {
        finish();
        resolve(value);
      },
      (thrown: unknown) => {
        finish();
        reject(thrown instanceof Error ? thrown : new Error(String(thrown)));
      },
    );
    if (signal.aborted) onAbort();
  });
}

/** Ends after so many milliseconds of this clock, or at once when the signal is aborted. */
export function pauseOn(clock: FetchClock) {
  return async (ms: number, signal: AbortSignal): Promise<void> => {
    await withinTime(clock, { limitMs: ms, signal }, () => new Promise<never>(() => undefined));
  };
}
