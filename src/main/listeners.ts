import type { Settings } from '../config/settings.ts';
import type { SluiceError } from '../kernel/errors.ts';
import { ok, type Result } from '../kernel/result.ts';
import type { Logger } from '../observability/logger.ts';
import type { Metrics } from '../observability/metrics.ts';
import type { KubeClient } from '../runtime/client.ts';
import { systemClock } from '../runtime/clock.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { startAdmission } from '../server/admission-on-demand.ts';
import { type Check, certificateCheck } from '../server/health.ts';
import { admissionOptions } from './admission.ts';
import { meterCertificate } from './certificates.ts';
import { startExposedMetricsOf } from './exposed-metrics.ts';
import { startMetricsApiRole } from './metrics-api.ts';

/** Which of the listeners a process has, beside those of probes. */
export interface WantedListeners {
  readonly admission: boolean;
  readonly metricsApi: boolean;
  readonly exposedMetrics: boolean;
  /** See `ServeOptions`. */
  readonly webhookUrl?: URL | undefined;
}

/** Running listeners: what readiness hangs on, and their common end. */
export interface Listeners {
  readonly ready: readonly Check[];
  readonly stop: (graceMs: number) => Promise<void>;
}

interface Ports {
  readonly client: KubeClient;
  readonly runtime: Runtime;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

type Start = () => Promise<Result<Listeners, SluiceError>>;

/** Starts all that is wanted, or nothing. Error: unavailable, when a port cannot be had. */
export async function startListeners(
  settings: Settings,
  wanted: WantedListeners,
  ports: Ports,
): Promise<Result<Listeners, SluiceError>> {
  const starts: readonly Start[] = [
    ...(wanted.admission ? [() => admission(settings, wanted, ports)] : []),
    ...(wanted.metricsApi ? [() => startMetricsApiRole(settings, ports)] : []),
    ...(wanted.exposedMetrics ? [() => exposedMetrics(settings, ports)] : []),
  ];
  const started: Listeners[] = [];
  const stop = async (graceMs: number): Promise<void> => {
    await Promise.all(started.map((listener) => listener.stop(graceMs)));
  };
  for (const start of starts) {
    const listener = await start();
    if (!listener.ok) {
      await stop(0);
      return listener;
    }
    started.push(listener.value);
  }
  return ok({ ready: started.flatMap(({ ready }) => ready), stop });
}

async function admission(
  settings: Settings,
  { webhookUrl }: WantedListeners,
  ports: Ports,
): Promise<Result<Listeners, SluiceError>> {
  const started = await startAdmission(admissionOptions(settings, webhookUrl, ports));
  if (!started.ok) return started;
  const { notAfter, stop } = started.value;
  meterCertificate(ports.metrics, 'webhook', notAfter);
  return ok({ ready: [certificateCheck(notAfter, () => new Date(systemClock.now()))], stop });
}

async function exposedMetrics(settings: Settings, ports: Ports): Promise<Result<Listeners, SluiceError>> {
  const started = await startExposedMetricsOf(settings, ports);
  return started.ok ? ok({ ready: [], stop: started.value.stop }) : started;
}
