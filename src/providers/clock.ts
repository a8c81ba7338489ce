/** Port: time as fetches read it. */
export interface FetchClock {
  /** Wall clock, milliseconds since 1970. */
  now(): number;
  /** Milliseconds since some fixed point; never jumps back. */
  monotonicMs(): number;
  /** Runs `run` once, `afterMs` milliseconds from now, unless what it returns is called first. */
  setTimer(afterMs: number, run: () => void): () => void;
}
