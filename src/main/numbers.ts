import type { Settings } from '../config/settings.ts';
import type { SluiceError } from '../kernel/errors.ts';
import { ok, type Result } from '../kernel/result.ts';
import type { Logger } from '../observability/logger.ts';
import type { Metrics } from '../observability/metrics.ts';
import { processIdentity } from '../runtime/ids.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { Check } from '../server/health.ts';
import { startProbes } from '../server/probes.ts';
import { releaseSeries, releaseSeriesText } from '../server/release-series/release-series.ts';
import { startMetricExport } from './metric-export.ts';
import { storedObjects } from './release-series.ts';

/** What a process tells of. */
interface NumbersPorts {
  readonly runtime: Runtime;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly ready: readonly Check[];
  /** True: series of stored objects belong to it. */
  readonly isController: boolean;
}

/** Serves probes and metrics, and tells metrics to a collector; gives what ends it. Errors: unavailable (a port), malformed. */
export async function startNumbers(
  settings: Settings,
  { runtime, metrics, logger, ready, isController }: NumbersPorts,
): Promise<Result<() => Promise<void>, SluiceError>> {
  const options = {
    stored: () => (isController ? storedObjects(runtime) : undefined),
    mostObjects: settings.metricsObjects,
  };
  const probes = await startProbes({
    ...settings,
    ready,
    metrics,
    logger,
    derived: () => releaseSeriesText(options),
  });
  if (!probes.ok) return probes;
  const pushing = await startMetricExport(settings, {
    metrics,
    logger,
    identity: processIdentity(settings.podName),
    derived: async () => (await releaseSeries(options))?.recorded() ?? [],
  });
  if (!pushing.ok) {
    await probes.value();
    return pushing;
  }
  return ok(async () => {
    await Promise.all([pushing.value(), probes.value()]);
  });
}
