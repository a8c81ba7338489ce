import type { Analysis } from '../../api/metrics/v1/analysis.ts';
import type { KeptnMetric } from '../../api/metrics/v1/keptn-metric.ts';
import type { SluiceError } from '../../kernel/errors.ts';
import { ok, type Result } from '../../kernel/result.ts';
import { expositionContentType, type Family, renderFamilies } from '../../observability/exposition.ts';
import type { Logger } from '../../observability/logger.ts';
import { listenPlain } from '../https.ts';
import { createProbeApp } from '../probe-app.ts';
import { type HttpResponse, httpError, type Route } from '../route.ts';
import { analysisFamilies } from './analysis-families.ts';
import type { LeftOut } from './left-out.ts';
import { metricFamilies } from './metric-families.ts';

/** Port: what is in the cache when somebody asks. */
export interface ExposedObjects {
  readonly metrics: () => readonly KeptnMetric[];
  readonly metric: (namespace: string, name: string) => KeptnMetric | undefined;
  readonly analyses: () => readonly Analysis[];
  /** False until the cache holds everything: until then nothing is said, rather than that something is not there. */
  readonly isSynced: () => boolean;
}

/** Where and what is served. */
export interface ExposedMetricsOptions {
  readonly port: number;
  readonly objects: ExposedObjects;
  readonly logger: Logger;
}

/** A running listener: its port, and its end after letting requests finish for so long. */
export interface ExposedMetrics {
  readonly port: number;
  readonly stop: (graceMs: number) => Promise<void>;
}

/**
 * Serves values of KeptnMetrics and results of Analyses without TLS, for Prometheus and for KEDA. Everything is read from
 * the cache when it is asked for. Error: unavailable, when the port cannot be had.
 */
export async function startExposedMetrics({
  port,
  objects,
  logger,
}: ExposedMetricsOptions): Promise<Result<ExposedMetrics, SluiceError>> {
  const app = createProbeApp(exposedRoutes(objects), (error, path) => {
    logger.error('request threw', { error, path });
  });
  const listener = await listenPlain(app, { port });
  return listener.ok ? ok({ port: listener.value.port, stop: listener.value.stop }) : listener;
}

const valuePath = '/api/v1/metrics';
const leftOutName = 'keptn_series_left_out';

/** GET /metrics for Prometheus and GET /api/v1/metrics/NAMESPACE/METRIC for KEDA and scripts. Pure but for the port. */
export function exposedRoutes(objects: ExposedObjects): readonly Route[] {
  const whenSynced = (answer: () => HttpResponse): HttpResponse =>
    objects.isSynced() ? answer() : httpError(503, 'the cache is not filled yet; ask again in a moment');
  return [
    {
      method: 'GET',
      path: '/metrics',
      handle: () =>
        whenSynced(() => ({ status: 200, body: renderAll(objects), contentType: expositionContentType })),
    },
    {
      method: 'GET',
      path: valuePath,
      below: true,
      handle: ({ path }) => whenSynced(() => oneValue(objects, path)),
    },
  ];
}

function renderAll(objects: ExposedObjects): string {
  const analyses = analysisFamilies(objects.analyses());
  const reserved = [...analyses.families.map(({ name }) => name), 'keptn_metric_value', leftOutName];
  const metrics = metricFamilies(objects.metrics(), reserved);
  const leftOut = leftOutFamily([...metrics.leftOut, ...analyses.leftOut]);
  return renderFamilies([...metrics.families, ...analyses.families, leftOut]);
}

function leftOutFamily(leftOut: readonly LeftOut[]): Family {
  return {
    name: leftOutName,
    type: 'gauge',
    help: 'Series that are not here: collision, two objects would share one; name, Prometheus takes no such name.',
    samples: leftOut.map(({ series, reason, count }) => ({
      labels: { series, reason },
      value: String(count),
    })),
  };
}

/** As Keptn answered, and KEDA reads with valueLocation `value`; what has no value is not found, and says why. */
function oneValue(objects: ExposedObjects, path: string): HttpResponse {
  const [namespace, name, ...more] = path
    .slice(valuePath.length + 1)
    .split('/')
    .map(decoded);
  if (!namespace || !name || more.length > 0) return httpError(404, `write ${valuePath}/NAMESPACE/METRIC`);
  const metric = objects.metric(namespace, name);
  if (metric === undefined) return httpError(404, `there is no KeptnMetric ${namespace}/${name}`);
  const { value, errMsg } = metric.status ?? {};
  if (!value)
    return httpError(
      404,
      `KeptnMetric ${namespace}/${name} has no value: ${errMsg || 'none was fetched yet'}`,
    );
  return { status: 200, body: { metric: name, namespace, value } };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return '';
  }
}
