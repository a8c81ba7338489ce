import type { Settings } from '../config/settings.ts';
import type { SluiceError } from '../kernel/errors.ts';
import { ok, type Result } from '../kernel/result.ts';
import type { Logger } from '../observability/logger.ts';
import type { Metrics } from '../observability/metrics.ts';
import { processIdentity } from '../runtime/ids.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { Check } from '../server/health.ts';
import { startProbes } from '../server/probes.ts';
import { releaseSeries } from '../server/release-series/release-series.ts';
import type { History } from './history.ts';
import { startMetricExport } from './metric-export.ts';
import { derivedSeries, storedObjects } from './release-series.ts';

/** What a process tells of. */
interface NumbersPorts {
  readonly runtime: Runtime;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly ready: readonly Check[];
  /** The archive that a controller has; series of stored objects belong to such a process alone. */
  readonly history: History | undefined;
}

/** Serves probes and metrics, and tells metrics to a collector; gives what ends it. Errors: unavailable (a port), malformed. */
export async function startNumbers(
  settings: Settings,
  { runtime, metrics, logger, ready, history }: NumbersPorts,
): Promise<Result<() => Promise<void>, SluiceError>> {
  const probes = await startProbes({
    ...settings,
    ready,
    metrics,
    logger,
    ...(history && { derived: derivedSeries(settings, runtime, history), routes: history.routes }),
  });
  if (!probes.ok) return probes;
  const pushing = await startMetricExport(settings, {
    metrics,
    logger,
    identity: processIdentity(settings.podName),
    derived: async () => {
      const stored = () => (history === undefined ? undefined : storedObjects(runtime));
      const table = await releaseSeries({ stored, mostObjects: settings.metricsObjects });
      return table?.recorded() ?? [];
    },
  });
  if (!pushing.ok) {
    await probes.value();
    return pushing;
  }
  return ok(async () => {
    await Promise.all([pushing.value(), probes.value()]);
  });
}
