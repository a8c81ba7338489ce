import { annotations, singleService } from '../../api/constants.ts';
import type { Action } from '../../domain/action.ts';
import type { Decision } from '../../domain/decision.ts';
import { isDiscovered, writeDiscoveredApp } from '../../domain/discovery.ts';
import { workloadName } from '../../domain/names.ts';
import { lifecycleVersion, refTo } from '../../domain/object-ref.ts';
import { sha256Hex } from '../../kernel/hash.ts';
import { done } from '../../kernel/outcome.ts';
import { seenSetManifest } from './manifest.ts';
import type { AppCreationRequestSnapshot } from './observe.ts';

/**
 * An app of one workload is looked at again this soon when that workload is released: long enough to see what is
 * applied in the same breath, too short to be felt.
 */
const aloneQuietMs = 100;

/**
 * Decides when an app's workloads are all there: at once for a workload that is an app of its own, else once their set
 * has been the same for a while, at the latest when the discovery time is over. So a slow rollout makes one app version
 * and not several partial ones, and an app whose workloads all went goes too. Pure.
 */
export function decideAppCreationRequest(snapshot: AppCreationRequestSnapshot): Decision {
  const { request, app, workloads, now } = snapshot;
  const isUsers = app !== undefined && !isDiscovered(app);
  const isNobodys = app === undefined && workloads.length === 0;
  if (isUsers || isNobodys) return { actions: [remove(snapshot)], outcome: done };
  if (app?.metadata.deletionTimestamp !== undefined) {
    const on = [{ kind: 'KeptnApp', name: app.metadata.name }];
    return {
      actions: [],
      outcome: {
        kind: 'stalled',
        by: 'child',
        on,
        reason: `KeptnApp "${app.metadata.name}" is being deleted`,
      },
    };
  }
  const set = setHash(snapshot);
  const { isNew, readyAt } = patience(snapshot, set);
  if (now.getTime() >= readyAt) {
    return { actions: [...appActions(snapshot), remove(snapshot)], outcome: done };
  }
  const remember: Action = { kind: 'apply', object: seenSetManifest(request, set, now.toISOString()) };
  return {
    actions: isNew ? [remember] : [],
    outcome: {
      kind: 'again',
      afterMs: Math.max(1, readyAt - now.getTime()),
      why: `waits for more workloads of app "${request.spec.appName}"; ${workloads.length} so far`,
    },
  };
}

function appActions({ request, app, workloads }: AppCreationRequestSnapshot): Action[] {
  if (app !== undefined && workloads.length === 0)
    return [{ kind: 'deleteOwned', ref: refTo(lifecycleVersion, 'KeptnApp', app.metadata) }];
  const at = { namespace: request.metadata.namespace ?? '', name: request.spec.appName };
  return [writeDiscoveredApp(at, app, workloads)];
}

/** Whether this set of workloads is seen for the first time, and when it counts as complete. */
function patience(
  snapshot: AppCreationRequestSnapshot,
  set: string,
): { readonly isNew: boolean; readonly readyAt: number } {
  const { request, workloads, timeoutMs, now } = snapshot;
  const marks = request.metadata.annotations ?? {};
  const isSingle = marks[annotations.appType] === singleService && workloads.length === 1;
  const isNew = marks[annotations.workloadSet] !== set;
  if (isSingle) return { isNew, readyAt: 0 };
  const since = isNew ? now.getTime() : Date.parse(marks[annotations.workloadSetSince] ?? '');
  const deadline = Date.parse(request.metadata.creationTimestamp ?? now.toISOString()) + timeoutMs;
  // A mark that is no time must not keep the app waiting for ever.
  return { isNew, readyAt: Number.isNaN(since) ? deadline : Math.min(since + quietMsOf(snapshot), deadline) };
}

function quietMsOf({ app, workloads, quietMs }: AppCreationRequestSnapshot): number {
  const [only, ...others] = app?.spec.workloads ?? [];
  const [there] = workloads;
  const isAlone =
    app !== undefined &&
    only !== undefined &&
    others.length === 0 &&
    workloads.length === 1 &&
    there?.metadata.name === workloadName(app.metadata.name, only.name);
  return isAlone ? Math.min(aloneQuietMs, quietMs) : quietMs;
}

function setHash({ workloads }: AppCreationRequestSnapshot): string {
  const members = workloads.map(({ metadata, spec }) => `${metadata.name}\n${spec.version}`);
  return sha256Hex(members.toSorted().join('\n\n'), 16);
}

function remove({ request }: AppCreationRequestSnapshot): Action {
  return {
    kind: 'deleteOwned',
    ref: refTo(lifecycleVersion, 'KeptnAppCreationRequest', request.metadata),
  };
}
