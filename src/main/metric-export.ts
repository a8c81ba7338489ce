import type { Settings } from '../config/settings.ts';
import type { SluiceError } from '../kernel/errors.ts';
import { productVersion } from '../kernel/product-version.ts';
import { ok, type Result } from '../kernel/result.ts';
import { cicdMetrics } from '../observability/cicd-metrics.ts';
import type { Logger } from '../observability/logger.ts';
import type { Metrics } from '../observability/metrics.ts';
import type { Recorded } from '../observability/series-table.ts';
import { openHttpTo } from '../providers/http.ts';
import { systemClock } from '../runtime/clock.ts';
import { remedies } from '../runtime/settle.ts';

/** What is told, by whom. */
interface MetricExportPorts {
  readonly metrics: Metrics;
  readonly logger: Logger;
  /** Unique to this process. */
  readonly identity: string;
  /** Series that are derived when they are asked for; nothing where nobody shall be told. */
  readonly derived: () => Promise<Iterable<Recorded>>;
}

const field = 'OTEL_EXPORTER_OTLP_METRICS_ENDPOINT';
const fields = { address: field, ca: field, insecure: field, timeout: field, headers: field };

/**
 * Tells all metrics to an OpenTelemetry collector at an interval, where one is named; gives what ends it. The code of it
 * is loaded only then. Error: malformed (the address).
 */
export async function startMetricExport(
  { metricsEndpoint, metricsIntervalMs: intervalMs, proxyEnv }: Settings,
  { metrics, logger, identity, derived }: MetricExportPorts,
): Promise<Result<() => Promise<void>, SluiceError>> {
  if (metricsEndpoint === undefined) return ok(() => Promise.resolve());
  const http = openHttpTo({ address: metricsEndpoint, insecureSkipTlsVerify: false, fields, proxyEnv });
  if (!http.ok) return http;
  const { MetricPush } = await import('../outbound/otlp/metric-push.ts');
  const sinceMs = systemClock.now();
  const push = new MetricPush({
    http: http.value,
    clock: systemClock,
    intervalMs,
    metrics,
    resource: {
      'service.name': 'sluice',
      'service.version': productVersion,
      'service.instance.id': identity,
    },
    sources: async () => {
      const objects = [...(await derived())];
      return [
        { recorded: metrics.collect(), sinceMs },
        { recorded: cicdMetrics(metrics.collect()), sinceMs },
        { recorded: objects, sinceMs: undefined },
        { recorded: cicdMetrics(objects), sinceMs: undefined },
      ];
    },
    onProblem: ({ tag, message }) => {
      logger.warn('metrics not told', { tag, reason: message, remedy: remedies[tag] });
    },
  });
  push.start();
  return ok(() => push.stop());
}
