import type { ResourceName } from '../api/resources.ts';
import type { Archive } from '../domain/dora/archive.ts';
import type { Logger } from '../observability/logger.ts';
import type { Metrics } from '../observability/metrics.ts';
import { Cache } from './cache.ts';
import type { CallObserver, KubeClient, Selectors } from './client.ts';
import type { Clock } from './clock.ts';
import type { AnyController } from './controller.ts';
import { type ActionHook, createExecutor } from './execute.ts';
import type { RandomFraction } from './ids.ts';
import { type ElectionOptions, LeaderElection } from './lease.ts';
import { Manager, watchedResources } from './manager.ts';
import type { Reader } from './reader.ts';
import { remedies } from './settle.ts';

/** What a running process needs. */
export interface RuntimeOptions {
  readonly client: KubeClient;
  readonly controllers: readonly AnyController[];
  readonly clock: Clock;
  readonly random: RandomFraction;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Unique to this process: the holder of the lease and the reporter of Events. */
  readonly identity: string;
  /** Resources to mirror beyond those that controllers watch. */
  readonly alsoMirror?: readonly ResourceName[];
  /** Narrows what is mirrored, such as pods without a node. */
  readonly selectors?: Partial<Readonly<Record<ResourceName, Selectors>>>;
  /** Absent: this process acts without asking anybody. */
  readonly election?: Pick<ElectionOptions, 'client' | 'namespace'> &
    Partial<Pick<ElectionOptions, 'name' | 'durationMs' | 'isFormerSelf'>>;
  readonly onAction?: ActionHook;
  /** Where records of releases are kept. */
  readonly archive?: Archive;
  readonly writesInFlight?: number;
  /** See `Reflector`. */
  readonly silenceMs?: number;
}

/** Caches, election and controllers of one process. */
export interface Runtime {
  readonly reader: Reader;
  /** Resolves when caches are synced and, where no election is held, controllers run. */
  start(): Promise<void>;
  /** Ends controllers for good and gives the lease back; caches go on. */
  standDown(): Promise<void>;
  /** As `standDown`, then ends the caches. */
  stop(): Promise<void>;
  /** Ready means: every cache is synced. Followers are ready too. */
  readiness(): { readonly ready: boolean; readonly waitingFor: readonly ResourceName[] };
  isLeading(): boolean;
}

/** Puts a runtime together; nothing happens before `start`. */
export function createRuntime(options: RuntimeOptions): Runtime {
  const { controllers, metrics, election: electionOptions } = options;
  const cache = buildCache(options);
  const election: LeaderElection | undefined =
    electionOptions === undefined
      ? undefined
      : new LeaderElection({
          ...options,
          ...electionOptions,
          onStart: () => {
            manager.start();
          },
          onStop: () => manager.stop(),
        });
  const isLeading = (): boolean => election?.isLeading() ?? true;
  const execute = createExecutor({ ...options, cache, fence: isLeading });
  const manager = new Manager({ ...options, controllers, cache, execute });
  metrics.onCollect(() => {
    metrics.set('sluice_leader', {}, Number(isLeading()));
    for (const resource of cache.resourceNames()) {
      const { objects, unreadable } = cache.size(resource);
      metrics.set('sluice_cache_objects', { resource }, objects);
      metrics.set('sluice_cache_unreadable_objects', { resource }, unreadable);
    }
  });
  let isOver = false;
  const standDown = async (): Promise<void> => {
    isOver = true;
    await (election?.stop() ?? manager.stop());
  };
  return {
    reader: cache,
    start: async () => {
      cache.start();
      await cache.whenSynced();
      // Asked to end before it had begun.
      if (isOver) return;
      if (election === undefined) manager.start();
      else election.start();
    },
    standDown,
    stop: async () => {
      await standDown();
      await cache.stop();
    },
    readiness: () => {
      const waitingFor = cache.unsynced();
      return { ready: waitingFor.length === 0, waitingFor };
    },
    isLeading,
  };
}

function buildCache(options: RuntimeOptions): Cache {
  const { logger, metrics, alsoMirror = [] } = options;
  return new Cache([...watchedResources(options.controllers), ...alsoMirror], {
    ...options,
    onRestart: (resource, reason, error) => {
      metrics.count('sluice_watch_restarts_total', { resource, reason });
      if (error !== undefined)
        logger.warn('watch interrupted', {
          resource,
          tag: error.tag,
          reason: error.message.trim(),
          remedy: remedies[error.tag],
        });
    },
    onBug: (resource, thrown) => {
      logger.error('watch function threw', { resource, error: thrown });
    },
  });
}

/** Counts and times the calls of a client; give it to `createClient`. */
export function callMeter(metrics: Metrics): CallObserver {
  return ({ verb, code, ms }) => {
    metrics.count('sluice_api_requests_total', { verb, code });
    metrics.observe('sluice_api_request_seconds', { verb }, ms / 1000);
  };
}
