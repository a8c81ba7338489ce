import type { Settings } from './config/settings.ts';
import type { SluiceError } from './kernel/errors.ts';
import { productVersion } from './kernel/product-version.ts';
import { ok, type Result } from './kernel/result.ts';
import { admissionResources } from './main/admission-resources.ts';
import type { Controlling } from './main/controlling.ts';
import { startListeners } from './main/listeners.ts';
import { metricsApiResources } from './main/metrics-api.ts';
import { startNumbers } from './main/numbers.ts';
import { createLogger, type Logger } from './observability/logger.ts';
import { Metrics } from './observability/metrics.ts';
import { meterProcess } from './observability/process-meter.ts';
import { systemClock } from './runtime/clock.ts';
import { type Clients, connectClients } from './runtime/connect.ts';
import type { ActionHook } from './runtime/execute.ts';
import { isIdentityOf, processIdentity, randomFraction } from './runtime/ids.ts';
import { createRuntime, type Runtime } from './runtime/runtime.ts';
import { cachesCheck, stoppingCheck } from './server/health.ts';

/** What a process does. */
export type Role = 'webhook' | 'controller' | 'metrics-api';

/** How a process is started beyond its settings. */
export interface ServeOptions {
  readonly roles: readonly Role[];
  /** The address of the webhook when no Service leads to it, such as https://127.0.0.1:9443. */
  readonly webhookUrl?: URL;
  /** False where one process is alone: it acts without a lease. */
  readonly election: boolean;
  /** Standard output when absent. */
  readonly logger?: Logger;
  /** Told of each action; fault tests crash the process there. */
  readonly onAction?: ActionHook;
}

/** A running process. */
export interface Serving {
  readonly runtime: Runtime;
  /** Ends in order: unready, the lease is given back while requests are still answered, then no new ones, running ones finish. */
  readonly stop: () => Promise<void>;
}

const drainMs = 10_000;

/** Builds every room, hands each its ports and starts them. Errors: malformed (kubeconfig), unavailable (a port is taken). */
export async function serve(
  settings: Settings,
  options: ServeOptions,
): Promise<Result<Serving, SluiceError>> {
  const logger = options.logger ?? createLogger(settings.logLevel);
  const metrics = new Metrics();
  meterProcess(metrics, { version: productVersion, roles: options.roles, startedAtMs: systemClock.now() });
  const clients = connectClients(settings.kubeconfigPath, metrics, settings.leaseDurationMs);
  if (!clients.ok) return clients;
  const { client, close } = clients.value;
  const { roles, webhookUrl } = options;
  // Other roles don't hold the code of controllers in memory.
  const controlling = roles.includes('controller')
    ? await (await import('./main/controlling.ts')).openControllers(settings, {
        clients: clients.value,
        logger,
        metrics,
      })
    : undefined;
  const runtime = buildRuntime(settings, options, { clients: clients.value, logger, metrics, controlling });
  controlling?.start(runtime);
  const wanted = {
    admission: roles.includes('webhook'),
    metricsApi: servesMetrics(settings, roles),
    exposedMetrics: settings.exposeKeptnMetrics && roles.includes('controller'),
    webhookUrl,
  };
  const listeners = await startListeners(settings, wanted, { client, runtime, logger, metrics });
  if (!listeners.ok) {
    await controlling?.stop();
    return listeners;
  }
  let isStopping = false;
  const ready = [
    stoppingCheck(() => isStopping),
    cachesCheck(() => runtime.readiness().waitingFor),
    ...listeners.value.ready,
  ];
  const { history } = controlling ?? {};
  const numbers = await startNumbers(settings, { runtime, metrics, logger, ready, history });
  if (!numbers.ok) {
    await controlling?.stop();
    await listeners.value.stop(0);
    return numbers;
  }
  logger.info('started', { roles, namespace: settings.namespace });
  void runtime.start().then(() => {
    logger.info('caches synced', { roles });
  });
  const stop = async (): Promise<void> => {
    isStopping = true;
    logger.info('stopping', { roles });
    // Caches go on: what is asked until the last moment is answered from what is true then.
    await Promise.all([listeners.value.stop(drainMs), runtime.standDown()]);
    await runtime.stop();
    await controlling?.stop();
    await numbers.value();
    close();
  };
  return ok({ runtime, stop });
}

function servesMetrics({ metricsApiEnabled }: Settings, roles: readonly Role[]): boolean {
  return metricsApiEnabled && roles.includes('metrics-api');
}

interface RuntimeParts {
  readonly clients: Clients;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly controlling: Controlling | undefined;
}

function buildRuntime(
  settings: Settings,
  { roles, election, onAction }: ServeOptions,
  { clients, logger, metrics, controlling }: RuntimeParts,
): Runtime {
  const { namespace, leaseDurationMs: durationMs, podName, isNameOurs } = settings;
  return createRuntime({
    client: clients.client,
    controllers: controlling?.controllers ?? [],
    alsoMirror: [
      ...(roles.includes('webhook') ? admissionResources : []),
      ...(servesMetrics(settings, roles) ? metricsApiResources : []),
    ],
    clock: systemClock,
    random: randomFraction,
    logger,
    metrics,
    identity: processIdentity(podName),
    ...(election &&
      controlling && {
        election: {
          client: clients.leaseClient,
          namespace,
          durationMs,
          isFormerSelf: (holder) => isNameOurs && isIdentityOf(podName, holder),
        },
      }),
    ...(onAction && { onAction }),
    ...(controlling && { archive: controlling.archive }),
  });
}
