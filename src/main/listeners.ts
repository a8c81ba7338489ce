import type { Settings } from '../config/settings.ts';
import type { SluiceError } from '../kernel/errors.ts';
import { ok, type Result } from '../kernel/result.ts';
import type { Logger } from '../observability/logger.ts';
import type { KubeClient } from '../runtime/client.ts';
import { systemClock } from '../runtime/clock.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { startAdmission } from '../server/admission-on-demand.ts';
import { type Check, certificateCheck } from '../server/health.ts';
import { admissionOptions } from './admission.ts';
import { startMetricsApiRole } from './metrics-api.ts';

/** Which of the TLS listeners a process has. */
export interface WantedListeners {
  readonly admission: boolean;
  readonly metricsApi: boolean;
  /** See `ServeOptions`. */
  readonly webhookUrl?: URL | undefined;
}

/** Running listeners: what readiness hangs on, and their common end. */
export interface Listeners {
  readonly ready: readonly Check[];
  readonly stop: (graceMs: number) => Promise<void>;
}

/** Starts what the API server calls: all that is wanted, or nothing. Error: unavailable, when a port cannot be had. */
export async function startListeners(
  settings: Settings,
  wanted: WantedListeners,
  ports: { readonly client: KubeClient; readonly runtime: Runtime; readonly logger: Logger },
): Promise<Result<Listeners, SluiceError>> {
  const started: Listeners[] = [];
  const stop = async (graceMs: number): Promise<void> => {
    await Promise.all(started.map((listener) => listener.stop(graceMs)));
  };
  if (wanted.admission) {
    const admission = await startAdmission(admissionOptions(settings, wanted.webhookUrl, ports));
    if (!admission.ok) return admission;
    const now = (): Date => new Date(systemClock.now());
    const { notAfter, stop: stopAdmission } = admission.value;
    started.push({ ready: [certificateCheck(notAfter, now)], stop: stopAdmission });
  }
  if (wanted.metricsApi) {
    const metricsApi = await startMetricsApiRole(settings, ports);
    if (!metricsApi.ok) {
      await stop(0);
      return metricsApi;
    }
    started.push(metricsApi.value);
  }
  return ok({ ready: started.flatMap(({ ready }) => ready), stop });
}
