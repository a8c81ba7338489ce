import type { SluiceError } from '../kernel/errors.ts';
import { ok, type Result } from '../kernel/result.ts';
import type { Metrics } from '../observability/metrics.ts';
import { createClient, type KubeClient } from './client.ts';
import { systemClock } from './clock.ts';
import { loadConnector } from './kube.ts';
import { leaseTimes } from './lease.ts';
import { callMeter } from './runtime.ts';

/** The clients of one process: one for its work, one for its lease that gives up sooner. */
export interface Clients {
  readonly client: KubeClient;
  readonly leaseClient: KubeClient;
  readonly close: () => void;
}

/**
 * Connects to the cluster of a kubeconfig, of the environment, or of the pod. `leaseDurationMs` bounds the calls of the
 * lease's client; 15 s when absent. Error: malformed, a kubeconfig that is none.
 */
export function connectClients(
  kubeconfigPath: string | undefined,
  metrics: Metrics,
  leaseDurationMs?: number,
): Result<Clients, SluiceError> {
  const connector = loadConnector({
    clock: systemClock,
    ...(kubeconfigPath === undefined ? {} : { kubeconfigPath }),
  });
  if (!connector.ok) return connector;
  const options = { clock: systemClock, onCall: callMeter(metrics) };
  return ok({
    client: createClient(connector.value, options),
    leaseClient: createClient(connector.value, {
      ...options,
      timeoutMs: leaseTimes(leaseDurationMs).callTimeoutMs,
    }),
    close: () => {
      connector.value.close();
    },
  });
}
