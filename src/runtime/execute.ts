import type { Action } from '../domain/action.ts';
import type { Archive } from '../domain/dora/archive.ts';
import { failure, type SluiceError } from '../kernel/errors.ts';
import { err, ok, type Result } from '../kernel/result.ts';
import type { Logger } from '../observability/logger.ts';
import type { Metrics } from '../observability/metrics.ts';
import type { Cache } from './cache.ts';
import type { KubeClient } from './client.ts';
import type { Clock } from './clock.ts';
import type { Said } from './emit-event.ts';
import { type ActionPorts, performAction } from './perform.ts';
import { RecentMap } from './recent.ts';
import { ReleaseMeter } from './release-meter.ts';
import { Semaphore } from './semaphore.ts';

/** Whether this process may still act; asked right before each write. */
export type Fence = () => boolean;

/** Called around each action; what it throws ends the reconcile, which is how fault tests crash it. */
export type ActionHook = (
  action: Action,
  moment: 'before' | 'after',
  controller: string,
) => void | Promise<void>;

/** What an executor needs. */
export interface ExecutorOptions {
  readonly client: KubeClient;
  readonly cache: Cache;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Who says so in the Events, such as the pod's name. */
  readonly identity: string;
  readonly fence: Fence;
  /** Where records of releases are kept. */
  readonly archive?: Archive;
  readonly onAction?: ActionHook;
  /** Writes at once; the others wait their turn, which is all the back-pressure there is. Default 50. */
  readonly writesInFlight?: number;
}

/** Actions that changed something, for the log: `liftGate pods/ns/name`. */
export type Changes = readonly string[];

/** The action that failed, why, and what was changed before it. */
export interface ActionFailure {
  readonly error: SluiceError;
  readonly action: string;
  readonly changes: Changes;
}

/** Performs the actions of one decision of a controller. */
export type Execute = (
  controller: string,
  actions: readonly Action[],
) => Promise<Result<Changes, ActionFailure>>;

/** Objects and Events whose last write is remembered, so that it is not repeated; some 2 MB. */
const mostRemembered = 20_000;

/** These do not depend on each other, so a run of them is sent at once: a thousand pods are lifted in one breath. */
const concurrentKinds: ReadonlySet<Action['kind']> = new Set(['liftGate', 'emitEvent']);

/**
 * Builds the only code that writes to the API server on behalf of controllers. Actions run in order, a run of
 * liftGate or of emitEvent together; the first failure stops the rest. A failing Event is logged and passed over:
 * a record never holds a release.
 */
export function createExecutor(options: ExecutorOptions): Execute {
  const { client, cache, clock, identity, fence } = options;
  const said = new RecentMap<Said>(mostRemembered);
  const applied = new RecentMap<string>(mostRemembered);
  const room = new Semaphore(options.writesInFlight ?? 50);
  const meter = new ReleaseMeter(options);
  const write: ActionPorts['write'] = (send) =>
    room.run(() => (fence() ? send() : Promise.resolve(err(failure('unavailable', 'no longer the leader')))));
  return async (controller, actions) => {
    const ports: ActionPorts = {
      client,
      cache,
      now: () => new Date(clock.now()),
      identity,
      archive: options.archive,
      controller,
      fieldManager: `sluice/${controller}`,
      said,
      applied,
      write,
    };
    const changes: string[] = [];
    for (const group of groupActions(actions)) {
      const results = await Promise.all(group.map((action) => perform({ ...options, meter }, ports, action)));
      for (const [index, result] of results.entries()) {
        const action = describeAction(group[index]);
        if (result.ok && result.value) changes.push(action);
        if (!result.ok) return err({ error: result.error, action, changes });
      }
    }
    return ok(changes);
  };
}

async function perform(
  options: ExecutorOptions & { readonly meter: ReleaseMeter },
  ports: ActionPorts,
  action: Action,
): Promise<Result<boolean, SluiceError>> {
  const { logger, metrics, onAction } = options;
  const { controller } = ports;
  await onAction?.(action, 'before', controller);
  const measure = guarded(options, () => options.meter.before(action));
  const result = await performAction(ports, action);
  if (result.ok && result.value) guarded(options, () => measure?.());
  const label = result.ok ? (result.value ? 'changed' : 'unchanged') : result.error.tag;
  metrics.count('sluice_actions_total', { controller, action: action.kind, result: label });
  if (!result.ok && action.kind === 'emitEvent') {
    logger.warn('event not recorded', { controller, reason: action.reason, error: result.error });
    return ok(false);
  }
  await onAction?.(action, 'after', controller);
  return result;
}

/** A measurement that fails is a bug of ours; what is measured goes on. */
function guarded<T>({ logger }: ExecutorOptions, run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    logger.error('measuring threw', { error });
    return undefined;
  }
}

function groupActions(actions: readonly Action[]): Action[][] {
  const groups: Action[][] = [];
  for (const action of actions) {
    const last = groups.at(-1);
    if (last?.[0]?.kind === action.kind && concurrentKinds.has(action.kind)) last.push(action);
    else groups.push([action]);
  }
  return groups;
}

/** Names an action and its object for a log line. Pure. */
export function describeAction(action: Action | undefined): string {
  if (action === undefined) return '';
  switch (action.kind) {
    case 'createIfAbsent':
    case 'apply':
    case 'applyStatus':
      return words(action.kind, action.object.kind, action.object.metadata);
    case 'liftGate':
      return words(action.kind, 'Pod', action.pod);
    case 'deleteOwned':
      return words(action.kind, action.ref.kind, action.ref);
    case 'archive':
      return `archive ${action.records.map(({ namespace, app, version }) => `${namespace}/${app} ${version}`).join()}`;
    case 'emitEvent':
      return `${words(action.kind, action.regarding.kind, action.regarding)} ${action.reason}`;
  }
}

function words(
  verb: string,
  kind: string,
  at: { readonly namespace?: string | undefined; readonly name: string },
): string {
  return `${verb} ${kind} ${at.namespace === undefined ? '' : `${at.namespace}/`}${at.name}`;
}
