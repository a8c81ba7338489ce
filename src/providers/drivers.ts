import type { ProviderType } from '../api/metrics/v1/keptn-metrics-provider.ts';
import { guarded } from './guarded.ts';
import { driver as prometheus } from './prometheus/driver.ts';
import type { Driver } from './provider.ts';

/** Which driver speaks to which type of backend; undefined where a type has none yet. */
export const drivers: Readonly<Partial<Record<ProviderType, Driver>>> = {
  prometheus: guarded(prometheus),
  thanos: guarded(prometheus),
  cortex: guarded(prometheus),
  mimir: guarded(prometheus),
};
