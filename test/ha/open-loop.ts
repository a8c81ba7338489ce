import { type Spread, spread } from '../../bench/percentile.ts';

/** A request that was not answered as it should be. */
export interface Failure {
  /** When it was due, in seconds since the load began. */
  readonly atSeconds: number;
  readonly why: string;
}

/** What a load met. Latencies count from when a request was due, so that a stall is not hidden. */
export interface LoadReport {
  readonly asked: number;
  readonly perSecond: number;
  readonly failures: readonly Failure[];
  readonly latency: Spread;
}

/** A load that goes on until it is stopped; `stop` waits for the answers that are still to come. */
export interface Load {
  readonly stop: () => Promise<LoadReport>;
}

/** More than this many unanswered requests are no load but a queue: what is due then has failed. */
const mostWaiting = 2_000;

/**
 * Open loop: requests leave on schedule whether or not earlier ones are answered. `ask` gives what is wrong with the
 * answer, undefined when nothing is.
 */
export function startLoad(perSecond: number, ask: (i: number) => Promise<string | undefined>): Load {
  const begin = performance.now();
  const latencies: number[] = [];
  const failures: Failure[] = [];
  const waiting = new Set<Promise<void>>();
  let due = 0;
  const one = async (i: number): Promise<void> => {
    const dueMs = (i * 1000) / perSecond;
    const why =
      waiting.size < mostWaiting ? await ask(i).catch(String) : 'not sent: too many wait for an answer';
    if (why === undefined) latencies.push(performance.now() - begin - dueMs);
    else failures.push({ atSeconds: dueMs / 1000, why });
  };
  const timer = setInterval(() => {
    const elapsedMs = performance.now() - begin;
    for (; (due * 1000) / perSecond <= elapsedMs; due += 1) {
      const asked = one(due).finally(() => waiting.delete(asked));
      waiting.add(asked);
    }
  }, 1);
  return {
    stop: async () => {
      clearInterval(timer);
      const tookMs = performance.now() - begin;
      await Promise.all(waiting);
      return {
        asked: due,
        perSecond: Math.round((due * 1000) / tookMs),
        failures,
        latency: spread(latencies.length > 0 ? latencies : [Number.POSITIVE_INFINITY]),
      };
    },
  };
}

/** What went wrong, how often and when, for people. Pure. */
export function describeFailures(failures: readonly Failure[]): string {
  const byWhy = Map.groupBy(failures, ({ why }) => why.replaceAll(/\d+/g, 'N').slice(0, 200));
  return [...byWhy]
    .map(([why, all]) => {
      const seconds = all.map(({ atSeconds }) => atSeconds).toSorted((a, b) => a - b);
      return `${all.length} from second ${seconds.at(0)?.toFixed(1)} to ${seconds.at(-1)?.toFixed(1)}: ${why}`;
    })
    .join('\n');
}
