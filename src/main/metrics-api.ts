import type { Settings } from '../config/settings.ts';
import type { SluiceError } from '../kernel/errors.ts';
import { ok, type Result } from '../kernel/result.ts';
import type { Logger } from '../observability/logger.ts';
import type { Metrics } from '../observability/metrics.ts';
import { servingNames } from '../pki/serving-names.ts';
import { metricsApiSecretName } from '../pki/stored.ts';
import { apiServiceTrust } from '../runtime/api-service-trust.ts';
import type { KubeClient } from '../runtime/client.ts';
import { systemClock } from '../runtime/clock.ts';
import { delegatedAccess } from '../runtime/delegated-access.ts';
import { watchFrontProxy } from '../runtime/front-proxy.ts';
import { randomFraction } from '../runtime/ids.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { remedies } from '../runtime/settle.ts';
import { type Check, certificateCheck } from '../server/health.ts';
import { customMetricsApiServices, metricsApiServiceName } from '../server/metrics-api/paths.ts';
import { startMetricsApi } from '../server/metrics-api-on-demand.ts';
import { keepingOptions, meterCertificate } from './certificates.ts';

/** What the custom metrics API reads from the cache. */
export const metricsApiResources = ['keptnmetrics'] as const;

/** A running custom metrics API: what its readiness hangs on, and its end. */
export interface MetricsApiRole {
  readonly ready: readonly Check[];
  readonly stop: (graceMs: number) => Promise<void>;
}

interface Ports {
  readonly client: KubeClient;
  readonly runtime: Runtime;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** Starts the custom metrics API over the cache. Error: unavailable, when its port cannot be had. */
export async function startMetricsApiRole(
  settings: Settings,
  ports: Ports,
): Promise<Result<MetricsApiRole, SluiceError>> {
  const { client, logger, runtime } = ports;
  const { reader } = runtime;
  const now = (): Date => new Date(systemClock.now());
  const started = await startMetricsApi({
    port: settings.metricsApiPort,
    view: {
      get: (namespace, name) => reader.get('keptnmetrics', namespace, name),
      list: (namespace) => reader.list('keptnmetrics', namespace),
      unreadable: (namespace, name) => reader.unreadable('keptnmetrics', namespace, name),
    },
    isSynced: () => runtime.readiness().ready,
    access: delegatedAccess(client, systemClock),
    now,
    ...keepingOptions(settings, ports, {
      secretName: metricsApiSecretName,
      wanted: servingNames(`${metricsApiServiceName}.${settings.namespace}.svc`),
      injector: trustOf(settings, ports),
    }),
  });
  if (!started.ok) return started;
  const { believe, notAfter, stop } = started.value;
  meterCertificate(ports.metrics, 'metrics-api', notAfter);
  const onProblem = ({ tag, message }: SluiceError): void => {
    logger.warn('front proxy not known', { tag, reason: message, remedy: remedies[tag] });
  };
  const frontProxy = watchFrontProxy({
    client,
    clock: systemClock,
    random: randomFraction,
    onChange: (proxy) => {
      const believed = believe(proxy);
      if (!believed.ok) onProblem(believed.error);
      else logger.info('front proxy known', { isConfigured: proxy !== undefined });
    },
    onProblem,
  });
  return ok({
    ready: [certificateCheck(notAfter, now), frontProxyCheck(frontProxy.isSynced)],
    stop: async (graceMs) => {
      await frontProxy.stop();
      await stop(graceMs);
    },
  });
}

function trustOf({ namespace }: Settings, { client, logger }: Ports): ReturnType<typeof apiServiceTrust> {
  const service = { namespace, name: metricsApiServiceName };
  return apiServiceTrust(client, customMetricsApiServices, service, (apiService, owner) => {
    logger.info('APIService looked at', { apiService, owner });
  });
}

function frontProxyCheck(isSynced: () => boolean): Check {
  const problem = 'ConfigMap kube-system/extension-apiserver-authentication was not read yet';
  return { name: 'front-proxy', problem: () => (isSynced() ? undefined : problem) };
}
