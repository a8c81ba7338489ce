import type { Settings } from '../config/settings.ts';
import { allControllers } from '../controllers/all.ts';
import type { Archive } from '../domain/dora/archive.ts';
import type { Logger } from '../observability/logger.ts';
import type { Metrics } from '../observability/metrics.ts';
import type { Clients } from '../runtime/connect.ts';
import type { AnyController } from '../runtime/controller.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { type History, openHistory } from './history.ts';
import { metricSource } from './metric-source.ts';
import { buildOutbox } from './outbox.ts';

/** The controllers of a process, where they keep what is over, and whom they tell of it. */
export interface Controlling {
  readonly controllers: readonly AnyController[];
  readonly archive: Archive;
  readonly history: History;
  /** Gives them the cache, and the word of who leads. */
  readonly start: (runtime: Runtime) => void;
  readonly stop: () => Promise<void>;
}

interface Ports {
  readonly clients: Clients;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** Hands the controllers their ports: measured values, the archive, the outbox. Opens the archive. */
export async function openControllers(settings: Settings, ports: Ports): Promise<Controlling> {
  const { clients, logger, metrics } = ports;
  const { client } = clients;
  const { outbox, follow } = buildOutbox(settings, { client, logger, metrics });
  const history = await openHistory(settings, { client, logger });
  const { archive } = history;
  const lifecycle = {
    systemNamespace: settings.namespace,
    promotion: settings.promotionTasksEnabled,
    images: { deno: settings.functionRunnerImage, python: settings.pythonRunnerImage },
    discoveryQuietMs: 2_000,
  };
  const source = metricSource(settings, { ...clients, logger, metrics });
  return {
    controllers: allControllers(lifecycle, source, archive, { outbox, receivers: outbox }),
    archive,
    history,
    start: (runtime) => {
      history.start(() => runtime.isLeading());
      follow(runtime.reader);
    },
    stop: async () => {
      await outbox.close();
      history.stop();
    },
  };
}
