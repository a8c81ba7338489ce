import type { ObjectiveLook } from './look.ts';

const firstWaitMs = 2_000;
const longestWaitMs = 60_000;

/**
 * When the next round of fetches is due, in milliseconds since 1970: 2 s after the last failed one of this round began,
 * twice that after the next, and so on up to a minute. Undefined while one is on its way, or when none has failed. Pure.
 */
export function nextRoundMs(looks: readonly ObjectiveLook[], round: number): number | undefined {
  if (looks.some(({ kind }) => kind === 'fetching')) return undefined;
  const failedAt = looks.flatMap((look) => (look.kind === 'failed' ? [look.at.getTime()] : []));
  if (failedAt.length === 0) return undefined;
  return Math.max(...failedAt) + Math.min(firstWaitMs * 2 ** Math.min(round - 1, 20), longestWaitMs);
}
