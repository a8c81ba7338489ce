import { ConfigMapArchive } from '../archive/config-map.ts';
import type { Settings } from '../config/settings.ts';
import type { Archive } from '../domain/dora/archive.ts';
import { renderFamilies } from '../observability/exposition.ts';
import type { Logger } from '../observability/logger.ts';
import type { KubeClient } from '../runtime/client.ts';
import { systemClock } from '../runtime/clock.ts';
import { historyFamilies } from '../server/dora/dora-families.ts';
import { doraRoutes } from '../server/dora/dora-routes.ts';
import type { Route } from '../server/route.ts';

/** The archive of releases, and what is served from it. */
export interface History {
  readonly archive: Archive;
  readonly routes: readonly Route[];
  /** The gauges of the process that leads, so that two replicas do not tell them twice; nothing from others. */
  readonly moreMetrics: () => Promise<string>;
  /** Begins once it is known who leads: before, this process does not. */
  readonly start: (isLeading: () => boolean) => void;
  readonly stop: () => void;
}

interface Ports {
  readonly client: KubeClient;
  readonly logger: Logger;
}

/** What is too old is looked for so often. */
const pruneEveryMs = 3_600_000;
const now = (): Date => new Date(systemClock.now());

/** Opens the archive: a file where the settings name one, else ConfigMaps in Sluice's namespace. */
export async function openHistory(settings: Settings, ports: Ports): Promise<History> {
  let leads = (): boolean => false;
  const archive = await openArchive(settings, { ...ports, isWriter: () => leads() });
  let cancel = (): void => undefined;
  const prune = (): void => {
    cancel = systemClock.setTimer(pruneEveryMs, prune);
    if (leads()) void archive.prune(systemClock.now() - settings.historyRetentionMs);
  };
  return {
    archive,
    routes: doraRoutes({ archive, now }),
    moreMetrics: async () => {
      if (!leads()) return '';
      return renderFamilies(historyFamilies(await archive.counted(), archive.state(), now()));
    },
    start: (isLeading) => {
      leads = isLeading;
      // The first answer of a process is as prompt as the others.
      void archive.counted();
      cancel = systemClock.setTimer(pruneEveryMs, prune);
    },
    stop: () => {
      cancel();
      archive.close();
    },
  };
}

async function openArchive(
  { historyPath, namespace }: Settings,
  { client, logger, isWriter }: Ports & { readonly isWriter: () => boolean },
): Promise<Archive> {
  if (historyPath === undefined)
    return new ConfigMapArchive({ client, namespace, clock: systemClock, logger, isWriter });
  const { SqliteArchive } = await import('../archive/sqlite.ts');
  return new SqliteArchive({ path: historyPath, now, logger });
}
