import { rounded } from './percentile.ts';

/** The API server's own count of how long the pod webhook took, cumulative. */
export interface WebhookHistogram {
  readonly count: number;
  readonly sumSeconds: number;
  /** Calls that took at most so many seconds, in ascending order. */
  readonly buckets: readonly { readonly atMostSeconds: number; readonly count: number }[];
}

const metric = 'apiserver_admission_webhook_admission_duration_seconds';

/** Reads the histogram of one webhook from the text of `/metrics`; all zero when it was never called. Pure. */
export function readHistogram(metrics: string, webhook: string): WebhookHistogram {
  const buckets = new Map<number, number>();
  let count = 0;
  let sumSeconds = 0;
  for (const line of metrics.split('\n')) {
    if (!line.startsWith(metric) || !line.includes(`name="${webhook}"`)) continue;
    const value = Number(line.slice(line.lastIndexOf(' ') + 1));
    const edge = /le="([^"]+)"/.exec(line)?.[1];
    if (edge !== undefined) {
      const atMost = edge === '+Inf' ? Number.POSITIVE_INFINITY : Number(edge);
      buckets.set(atMost, (buckets.get(atMost) ?? 0) + value);
    } else if (line.startsWith(`${metric}_sum`)) sumSeconds += value;
    else if (line.startsWith(`${metric}_count`)) count += value;
  }
  const sorted = [...buckets].toSorted(([a], [b]) => a - b);
  return {
    count,
    sumSeconds,
    buckets: sorted.map(([atMostSeconds, n]) => ({ atMostSeconds, count: n })),
  };
}

/** The mean, and the edges of the buckets in which median and 99th percentile lie; ms. */
export interface WebhookDuration {
  readonly calls: number;
  readonly meanMs: number;
  readonly p50AtMostMs: number;
  readonly p99AtMostMs: number;
}

/** What happened between two readings. Throws when nothing did. Pure. */
export function durationBetween(before: WebhookHistogram, after: WebhookHistogram): WebhookDuration {
  const calls = after.count - before.count;
  if (calls <= 0) throw new Error('the API server did not call the webhook');
  const edge = (p: number): number => {
    const reached = after.buckets.find(({ atMostSeconds, count }) => {
      const earlier = before.buckets.find((bucket) => bucket.atMostSeconds === atMostSeconds)?.count ?? 0;
      return count - earlier >= p * calls;
    });
    return rounded((reached?.atMostSeconds ?? Number.POSITIVE_INFINITY) * 1000);
  };
  return {
    calls,
    meanMs: rounded(((after.sumSeconds - before.sumSeconds) / calls) * 1000),
    p50AtMostMs: edge(0.5),
    p99AtMostMs: edge(0.99),
  };
}
