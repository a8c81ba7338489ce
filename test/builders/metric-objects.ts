import { type KeptnMetric, keptnMetricSchema } from '../../src/api/metrics/v1/keptn-metric.ts';
import {
  type KeptnMetricsProvider,
  keptnMetricsProviderSchema,
} from '../../src/api/metrics/v1/keptn-metrics-provider.ts';
import { type Given, parsed } from './parsed.ts';

/** The provider `prom` of namespace `shop`, of type prometheus. */
export function metricsProvider(given: Given = {}): KeptnMetricsProvider {
  const metadata = { name: 'prom', uid: 'provider-1', generation: 1, resourceVersion: '1' };
  const spec = { type: 'prometheus', targetServer: 'http://prom.test:9090' };
  return parsed(keptnMetricsProviderSchema, { metadata, spec }, given);
}

/** The metric `errors` of namespace `shop` that asks it every ten seconds, never fetched. */
export function metricOf(given: Given = {}): KeptnMetric {
  const metadata = { name: 'errors', uid: 'metric-1', generation: 1 };
  const spec = { provider: { name: 'prom' }, query: 'up', fetchIntervalSeconds: 10 };
  return parsed(keptnMetricSchema, { metadata, spec }, given);
}
