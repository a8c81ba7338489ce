import type { Settings } from '../config/settings.ts';
import type { MetricSource } from '../domain/metric-source.ts';
import type { Logger } from '../observability/logger.ts';
import type { Metrics } from '../observability/metrics.ts';
import { httpOpener } from '../providers/connection.ts';
import { drivers } from '../providers/drivers.ts';
import { Fetches } from '../providers/fetches.ts';
import type { KubeClient } from '../runtime/client.ts';
import { systemClock } from '../runtime/clock.ts';
import { randomFraction } from '../runtime/ids.ts';
import { secretReader } from '../runtime/secret-reader.ts';

/** Hands the fetching of values its ports: time, drivers, connections, and reads of the Secrets that providers name. */
export function metricSource(
  { proxyEnv }: Settings,
  { client, logger, metrics }: { client: KubeClient; logger: Logger; metrics: Metrics },
): MetricSource {
  return new Fetches({
    clock: systemClock,
    random: randomFraction,
    drivers,
    openHttp: httpOpener(proxyEnv),
    readSecret: secretReader(client),
    metrics,
    onBug: (error) => {
      logger.error('driver threw', { error });
    },
  });
}
