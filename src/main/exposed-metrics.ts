import type { Settings } from '../config/settings.ts';
import type { SluiceError } from '../kernel/errors.ts';
import type { Result } from '../kernel/result.ts';
import type { Logger } from '../observability/logger.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { type ExposedMetrics, startExposedMetrics } from '../server/exposed/exposed-metrics.ts';

/** Serves what the controllers' cache knows of metrics and analyses; a standby serves it as well as the leader. */
export function startExposedMetricsOf(
  { keptnMetricsPort: port }: Settings,
  { runtime, logger }: { readonly runtime: Runtime; readonly logger: Logger },
): Promise<Result<ExposedMetrics, SluiceError>> {
  const { reader } = runtime;
  return startExposedMetrics({
    port,
    logger,
    objects: {
      metrics: () => reader.list('keptnmetrics'),
      metric: (namespace, name) => reader.get('keptnmetrics', namespace, name),
      analyses: () => reader.list('analyses'),
      isSynced: () => runtime.readiness().ready,
    },
  });
}
