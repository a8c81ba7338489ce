import type { RandomFraction } from './ids.ts';

/** Bounds of an exponential backoff, milliseconds. */
export interface BackoffBounds {
  readonly firstMs: number;
  readonly longestMs: number;
}

/**
 * How long to wait before attempt number `failures` + 1: doubles from `firstMs` up to `longestMs`, then takes
 * a random part between half and all of it, so that many waiters do not come back at one instant.
 * Pure but for the random fraction passed in.
 */
export function backoffMs(bounds: BackoffBounds, failures: number, random: RandomFraction): number {
  const exponent = Math.min(Math.max(0, failures - 1), 52);
  const whole = Math.min(bounds.longestMs, bounds.firstMs * 2 ** exponent);
  return whole / 2 + (whole / 2) * random();
}
