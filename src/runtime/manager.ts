import type { ResourceName } from '../api/resources.ts';
import { errorMeanings, failure, type SluiceError } from '../kernel/errors.ts';
import type { Outcome } from '../kernel/outcome.ts';
import type { Logger } from '../observability/logger.ts';
import type { Metrics } from '../observability/metrics.ts';
import type { Cache } from './cache.ts';
import type { Clock } from './clock.ts';
import type { AnyController, LastFailure } from './controller.ts';
import type { Changes, Execute } from './execute.ts';
import type { RandomFraction } from './ids.ts';
import { WorkQueue } from './queue.ts';
import type { ObjectKey } from './reader.ts';
import { remedies, settle } from './settle.ts';

/** What a manager needs. */
export interface ManagerOptions {
  readonly controllers: readonly AnyController[];
  readonly cache: Cache;
  readonly execute: Execute;
  readonly clock: Clock;
  readonly random: RandomFraction;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** The resources that controllers watch or index, which is what their cache must mirror. Pure. */
export function watchedResources(controllers: readonly AnyController[]): ReadonlySet<ResourceName> {
  const all = controllers.flatMap(({ watches, indexes }) => [...watches, ...indexes]);
  return new Set(all.map(({ resource }) => resource));
}

/** After so many failures of one key in a row, each further one is worth a warning. */
const failuresBeforeWarning = 5;

/**
 * Runs controllers over a shared cache: what changes wakes keys, workers evaluate them and perform the actions.
 * `start` and `stop` may alternate, which is what a leader election does; the cache is not touched by them.
 */
export class Manager {
  readonly #options: ManagerOptions;
  readonly #running: Running[] = [];

  /** Declares the controllers' indexes in the cache. */
  constructor(options: ManagerOptions) {
    this.#options = options;
    for (const { indexes } of options.controllers) for (const index of indexes) index.declare(options.cache);
    options.metrics.onCollect(() => {
      for (const { name, queue } of this.#running) reportQueue(options.metrics, name, queue);
    });
  }

  /** Queues every object that is there and begins to work. The cache must be synced. */
  start(): void {
    for (const controller of this.#options.controllers) this.#running.push(run(this.#options, controller));
  }

  /** Takes no new keys and resolves when those that are worked on have ended. */
  async stop(): Promise<void> {
    await Promise.all(this.#running.splice(0).map((running) => running.stop()));
  }
}

interface Running {
  readonly name: string;
  readonly queue: WorkQueue;
  readonly stop: () => Promise<void>;
}

function run(options: ManagerOptions, controller: AnyController): Running {
  const { cache, clock, random } = options;
  const queue = new WorkQueue({ clock, random });
  const wake = (key: ObjectKey): void => {
    queue.add(textOf(key));
  };
  const unsubscribe = controller.watches.map((watch) => watch.subscribe(cache, wake));
  const shared: Shared = { queue, refusals: new Map() };
  const workers = Array.from({ length: controller.workers }, () => work(options, controller, shared));
  return {
    name: controller.name,
    queue,
    stop: async () => {
      for (const end of unsubscribe) end();
      await queue.stop();
      await Promise.all(workers);
    },
  };
}

/** What the workers of one controller share. */
interface Shared {
  readonly queue: WorkQueue;
  /** Writes that were refused, by key, until the next decision has seen them. */
  readonly refusals: Map<string, LastFailure>;
}

async function work(options: ManagerOptions, controller: AnyController, shared: Shared): Promise<void> {
  const { clock, metrics } = options;
  const { queue, refusals } = shared;
  for (let key = await queue.take(); key !== undefined; key = await queue.take()) {
    const startedAt = clock.monotonicMs();
    const ending = await reconcile(options, controller, keyOf(key), refusals.get(key));
    if (turnToDecision(shared, key, ending)) queue.add(key);
    else settle(queue, key, ending.outcome);
    metrics.count('sluice_reconciles_total', { controller: controller.name, outcome: ending.label });
    const seconds = (clock.monotonicMs() - startedAt) / 1000;
    metrics.observe('sluice_reconcile_seconds', { controller: controller.name }, seconds);
    report(options.logger, controller, { key, ending, failures: queue.failures(key) });
    queue.done(key);
  }
}

/** How one reconcile ended; `label` tells an error of ours (panic) and of the world (failed) from a decided outcome. */
interface Ending {
  readonly outcome: Outcome;
  readonly label: Outcome['kind'] | 'failed' | 'panic';
  readonly changes: Changes;
  /** The action that failed, or `evaluate`. */
  readonly at?: string;
  readonly thrown?: unknown;
}

async function reconcile(
  options: ManagerOptions,
  controller: AnyController,
  key: ObjectKey,
  lastFailure: LastFailure | undefined,
): Promise<Ending> {
  const { cache, clock, execute } = options;
  try {
    const evaluated = await controller.evaluate(key, cache, new Date(clock.now()), lastFailure);
    if (!evaluated.ok) return failed(evaluated.error, 'evaluate', []);
    if (evaluated.value === undefined) return decided({ kind: 'done' }, []);
    const { actions, outcome } = evaluated.value;
    const performed = await execute(controller.name, actions);
    if (!performed.ok) return failed(performed.error.error, performed.error.action, performed.error.changes);
    return decided(outcome, performed.value);
  } catch (thrown) {
    // A thrown exception is a bug of ours. One key must not take the others down with it.
    const error = failure('internal', thrown instanceof Error ? thrown.message : String(thrown));
    return { outcome: { kind: 'retry', error }, label: 'panic', changes: [], thrown };
  }
}

/**
 * Keeps a refused write for the next decision, so that a status can say what was refused. True when that decision is
 * due at once: a write that was refused for good, unless the decision before it had been told already.
 */
function turnToDecision({ refusals }: Shared, key: string, ending: Ending): boolean {
  const { outcome, label, at } = ending;
  const toldBefore = refusals.delete(key);
  if (label !== 'failed' || outcome.kind !== 'retry' || at === undefined || at === 'evaluate') return false;
  const { error } = outcome;
  const forGood = !errorMeanings[error.tag].retryable;
  if (forGood || error.tag === 'forbidden') refusals.set(key, { action: at, error });
  return forGood && !toldBefore;
}

function decided(outcome: Outcome, changes: Changes): Ending {
  return { outcome, label: outcome.kind, changes };
}

function failed(error: SluiceError, at: string, changes: Changes): Ending {
  return { outcome: { kind: 'retry', error }, label: 'failed', changes, at };
}

interface Report {
  readonly key: string;
  readonly ending: Ending;
  readonly failures: number;
}

function report(
  logger: Logger,
  { name: controller, isRoutine = false }: AnyController,
  { key, ending, failures }: Report,
): void {
  const { outcome, label, changes, at, thrown } = ending;
  const { namespace, name } = keyOf(key);
  const fields = { controller, namespace, name, outcome: label };
  if (label === 'panic') {
    logger.error('reconcile threw', { ...fields, error: thrown });
    return;
  }
  if (changes.length > 0) logger[isRoutine ? 'debug' : 'info']('reconciled', { ...fields, changes });
  if (outcome.kind !== 'retry') return;
  const { tag, message } = outcome.error;
  const details = { ...fields, action: at, tag, reason: message, failures, remedy: remedies[tag] };
  if (!errorMeanings[tag].retryable) logger.error('reconcile failed', details);
  else if (failures >= failuresBeforeWarning) logger.warn('reconcile keeps failing', details);
  else logger.debug('reconcile failed', details);
}

function reportQueue(metrics: Metrics, controller: string, queue: WorkQueue): void {
  const { depth, delayed, processing, adds, retries, longestRunningMs } = queue.stats();
  metrics.set('sluice_queue_depth', { controller }, depth);
  metrics.set('sluice_queue_delayed', { controller }, delayed);
  metrics.set('sluice_queue_processing', { controller }, processing);
  metrics.set('sluice_queue_adds_total', { controller }, adds);
  metrics.set('sluice_queue_retries_total', { controller }, retries);
  metrics.set('sluice_queue_longest_running_seconds', { controller }, longestRunningMs / 1000);
}

/** Names have no slash, so this can be taken apart again. */
function textOf(key: ObjectKey): string {
  return `${key.namespace}/${key.name}`;
}

function keyOf(text: string): ObjectKey {
  const slash = text.indexOf('/');
  return { namespace: text.slice(0, slash), name: text.slice(slash + 1) };
}
