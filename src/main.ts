import type { Settings } from './config/settings.ts';
import { allControllers } from './controllers/all.ts';
import type { Archive } from './domain/dora/archive.ts';
import { noOutbox } from './domain/outbox.ts';
import type { SluiceError } from './kernel/errors.ts';
import { productVersion } from './kernel/product-version.ts';
import { ok, type Result } from './kernel/result.ts';
import { openHistory } from './main/history.ts';
import { startListeners } from './main/listeners.ts';
import { metricSource } from './main/metric-source.ts';
import { metricsApiResources } from './main/metrics-api.ts';
import { derivedSeries } from './main/release-series.ts';
import { createLogger, type Logger } from './observability/logger.ts';
import { Metrics } from './observability/metrics.ts';
import { meterProcess } from './observability/process-meter.ts';
import { systemClock } from './runtime/clock.ts';
import { type Clients, connectClients } from './runtime/connect.ts';
import type { ActionHook } from './runtime/execute.ts';
import { processIdentity, randomFraction } from './runtime/ids.ts';
import { createRuntime, type Runtime } from './runtime/runtime.ts';
import { cachesCheck } from './server/health.ts';
import { startProbes } from './server/probes.ts';

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
  /** Ends in order: no new requests, running ones finish, the lease is given back. */
  readonly stop: () => Promise<void>;
}

const drainMs = 10_000;

/** What admission reads beside what controllers watch. */
export const admissionResources = [
  'replicasets',
  'deployments',
  'statefulsets',
  'daemonsets',
  'keptnworkloadversions',
  'keptnapps',
  'keptnappcontexts',
] as const;

/** Builds every room, hands each its ports and starts them. Errors: malformed (kubeconfig), unavailable (a port is taken). */
export async function serve(
  settings: Settings,
  options: ServeOptions,
): Promise<Result<Serving, SluiceError>> {
  const logger = options.logger ?? createLogger(settings.logLevel);
  const metrics = new Metrics();
  meterProcess(metrics, { version: productVersion, roles: options.roles, startedAtMs: systemClock.now() });
  const clients = connectClients(settings.kubeconfigPath, metrics);
  if (!clients.ok) return clients;
  const { client, close } = clients.value;
  const { roles, webhookUrl } = options;
  const isLeading = (): boolean => runtime.isLeading();
  const history = roles.includes('controller')
    ? await openHistory(settings, { client, logger, isLeading })
    : undefined;
  const archive = history?.archive;
  const runtime: Runtime = buildRuntime(settings, options, {
    clients: clients.value,
    logger,
    metrics,
    archive,
  });
  const wanted = {
    admission: roles.includes('webhook'),
    metricsApi: servesMetrics(settings, roles),
    exposedMetrics: settings.exposeKeptnMetrics && roles.includes('controller'),
    webhookUrl,
  };
  const listeners = await startListeners(settings, wanted, { client, runtime, logger, metrics });
  if (!listeners.ok) return listeners;
  const ready = [cachesCheck(() => runtime.readiness().waitingFor), ...listeners.value.ready];
  const probes = await startProbes({
    ...settings,
    ready,
    metrics,
    logger,
    ...(history && { derived: derivedSeries(settings, runtime, history), routes: history.routes }),
  });
  if (!probes.ok) {
    await listeners.value.stop(0);
    return probes;
  }
  logger.info('started', { roles, namespace: settings.namespace });
  void runtime.start().then(() => {
    logger.info('caches synced', { roles });
  });
  const stop = async (): Promise<void> => {
    await listeners.value.stop(drainMs);
    await runtime.stop();
    await probes.value();
    history?.stop();
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
  readonly archive: Archive | undefined;
}

function buildRuntime(
  settings: Settings,
  { roles, election, onAction }: ServeOptions,
  { clients, logger, metrics, archive }: RuntimeParts,
): Runtime {
  const { namespace, leaseDurationMs: durationMs } = settings;
  const isController = roles.includes('controller');
  const source = metricSource(settings, { ...clients, logger, metrics });
  const lifecycle = {
    systemNamespace: namespace,
    promotion: settings.promotionTasksEnabled,
    images: { deno: settings.functionRunnerImage, python: settings.pythonRunnerImage },
    discoveryQuietMs: 2_000,
  };
  return createRuntime({
    client: clients.client,
    controllers: archive === undefined ? [] : allControllers(lifecycle, source, archive, noOutbox),
    alsoMirror: [
      ...(roles.includes('webhook') ? admissionResources : []),
      ...(servesMetrics(settings, roles) ? metricsApiResources : []),
    ],
    clock: systemClock,
    random: randomFraction,
    logger,
    metrics,
    identity: processIdentity(settings.podName),
    ...(election && isController && { election: { client: clients.leaseClient, namespace, durationMs } }),
    ...(onAction && { onAction }),
    ...(archive && { archive }),
  });
}
