import { expect, test } from 'vitest';
import { readProviderType } from '../api/metrics/v1/keptn-metrics-provider.ts';
import { drivers } from './drivers.ts';

test('MQ-17: upper and lower case name the same driver, for metrics and analyses alike', () => {
  for (const name of ['prometheus', 'Prometheus', 'PROMETHEUS']) {
    const type = readProviderType(name, 'any');
    expect(type && drivers[type]).toBe(drivers.prometheus);
  }
  expect(readProviderType('my-prometheus-2', 'prometheus')).toBeUndefined();
  expect(readProviderType(undefined, 'Dynatrace')).toBe('dynatrace');
});

test.each(['prometheus', 'thanos', 'cortex', 'mimir', 'dynatrace', 'dql', 'datadog', 'elastic'] as const)(
  '%s has a driver',
  (type) => {
    expect(drivers[type]).toHaveProperty('connect');
  },
);
