import {
  type KeptnMetricsProvider,
  keptnMetricsProviderSchema,
} from '../../src/api/metrics/v1/keptn-metrics-provider.ts';
import { type Given, parsed } from './parsed.ts';

/** A provider; prometheus unless the test says otherwise. */
export function aProvider(given: Given = {}): KeptnMetricsProvider {
  const usual = {
    metadata: { name: 'backend' },
    spec: { type: 'prometheus', targetServer: 'http://localhost:9090' },
  };
  return parsed(keptnMetricsProviderSchema, usual, given);
}
