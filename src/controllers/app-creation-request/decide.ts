import { annotations, managedByDiscovery, singleService } from '../../api/constants.ts';
import type { Action } from '../../domain/action.ts';
import type { Decision } from '../../domain/decision.ts';
import { lifecycleVersion, refTo } from '../../domain/object-ref.ts';
import { sha256Hex } from '../../kernel/hash.ts';
import { done } from '../../kernel/outcome.ts';
import { appManifest, seenSetManifest } from './manifest.ts';
import type { AppCreationRequestSnapshot } from './observe.ts';

/**
 * Decides when an app's workloads are all there: at once for an app of one workload, else once their set has been the
 * same for a while, at the latest when the discovery time is over. So a slow rollout makes one app version and not
 * several partial ones. Pure.
 */
export function decideAppCreationRequest(snapshot: AppCreationRequestSnapshot): Decision {
  const { request, workloads, now } = snapshot;
  if (isUserOwned(snapshot) || workloads.length === 0) return { actions: [remove(snapshot)], outcome: done };
  const set = setHash(snapshot);
  const { isNew, readyAt } = patience(snapshot, set);
  if (now.getTime() >= readyAt) {
    return { actions: [{ kind: 'apply', object: appManifest(snapshot) }, remove(snapshot)], outcome: done };
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

function isUserOwned({ app }: AppCreationRequestSnapshot): boolean {
  return app !== undefined && app.metadata.labels?.[annotations.managedBy] !== managedByDiscovery;
}

/** Whether this set of workloads is seen for the first time, and when it counts as complete. */
function patience(
  { request, workloads, quietMs, timeoutMs, now }: AppCreationRequestSnapshot,
  set: string,
): { readonly isNew: boolean; readonly readyAt: number } {
  const marks = request.metadata.annotations ?? {};
  const isSingle = marks[annotations.appType] === singleService && workloads.length === 1;
  const isNew = marks[annotations.workloadSet] !== set;
  if (isSingle) return { isNew, readyAt: 0 };
  const since = isNew ? now.getTime() : Date.parse(marks[annotations.workloadSetSince] ?? '');
  const deadline = Date.parse(request.metadata.creationTimestamp ?? now.toISOString()) + timeoutMs;
  // A mark that is no time must not keep the app waiting for ever.
  return { isNew, readyAt: Number.isNaN(since) ? deadline : Math.min(since + quietMs, deadline) };
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
