import type { ProviderType } from '../api/metrics/v1/keptn-metrics-provider.ts';
import { driver as datadog } from './datadog/driver.ts';
import { driver as dql } from './dql/driver.ts';
import { driver as dynatrace } from './dynatrace/driver.ts';
import { driver as elastic } from './elastic/driver.ts';
import { guarded } from './guarded.ts';
import { driver as httpJson } from './http-json/driver.ts';
import { type KubernetesPorts, kubernetesDriver } from './kubernetes/driver.ts';
import { driver as prometheus } from './prometheus/driver.ts';
import type { Driver } from './provider.ts';

/** Which driver speaks to which type of backend; undefined where a type has none yet. */
export const drivers: Readonly<Partial<Record<ProviderType, Driver>>> = {
  prometheus: guarded(prometheus),
  thanos: guarded(prometheus),
  cortex: guarded(prometheus),
  mimir: guarded(prometheus),
  dynatrace: guarded(dynatrace),
  dql: guarded(dql),
  datadog: guarded(datadog),
  elastic: guarded(elastic),
  http: guarded(httpJson),
};

/** As above, with the one type that asks this cluster and needs a way to it. */
export function driversWith(ports: KubernetesPorts): Readonly<Partial<Record<ProviderType, Driver>>> {
  return { ...drivers, kubernetes: guarded(kubernetesDriver(ports)) };
}
