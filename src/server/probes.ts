import type { SluiceError } from '../kernel/errors.ts';
import { ok, type Result } from '../kernel/result.ts';
import { expositionContentType } from '../observability/exposition.ts';
import type { Logger } from '../observability/logger.ts';
import type { Metrics } from '../observability/metrics.ts';
import { type Check, eventLoopCheck, healthRoutes, metricsRoute } from './health.ts';
import { listenPlain } from './https.ts';
import { createProbeApp } from './probe-app.ts';
import { type Route, StreamedText } from './route.ts';

/** What probes and metrics are served from. */
export interface ProbeOptions {
  readonly healthPort: number;
  readonly metricsPort: number;
  /** What readiness means for this process. */
  readonly ready: readonly Check[];
  readonly metrics: Metrics;
  /** Series that are derived when they are asked for, as Prometheus text. */
  readonly derived?: () => AsyncIterable<string>;
  /** What the port of metrics serves besides. */
  readonly routes?: readonly Route[];
  readonly logger: Logger;
}

/** A longer stand-still of the event loop than this is a hang. */
const stallLimitMs = 10_000;

/** Serves probes and metrics without TLS; gives what ends both listeners. Error: unavailable, when a port cannot be had. */
export async function startProbes(options: ProbeOptions): Promise<Result<() => Promise<void>, SluiceError>> {
  const { logger, ready } = options;
  const eventLoop = eventLoopCheck(stallLimitMs);
  const reportBug = (error: unknown, path: string): void => {
    logger.error('request threw', { error, path });
  };
  const health = await listenPlain(createProbeApp(healthRoutes({ alive: [eventLoop], ready }), reportBug), {
    port: options.healthPort,
  });
  if (!health.ok) return health;
  const render = metricsRoute(() =>
    Promise.resolve({ body: new StreamedText(pieces(options)), contentType: expositionContentType }),
  );
  const numbers = await listenPlain(createProbeApp([render, ...(options.routes ?? [])], reportBug), {
    port: options.metricsPort,
  });
  if (!numbers.ok) {
    await health.value.stop(0);
    return numbers;
  }
  return ok(async () => {
    eventLoop.stop();
    await Promise.all([health.value.stop(0), numbers.value.stop(0)]);
  });
}

async function* pieces({ metrics, derived }: ProbeOptions): AsyncGenerator<string> {
  yield metrics.render();
  if (derived !== undefined) yield* derived();
}
