import type { KeptnAppVersion } from '../../api/lifecycle/v1/keptn-app-version.ts';
import { reasons } from '../../api/reasons.ts';
import type { Action } from '../../domain/action.ts';
import { contradictoryMembers } from '../../domain/app-match.ts';
import { setConditions } from '../../domain/condition.ts';
import type { Decision } from '../../domain/decision.ts';
import { deepEqual } from '../../domain/deep-equal.ts';
import { appCreationRequestManifest, isDiscovered } from '../../domain/discovery.ts';
import { isOfFormer } from '../../domain/incarnation.ts';
import { applyStatus, lifecycleVersion, refTo } from '../../domain/object-ref.ts';
import { done } from '../../kernel/outcome.ts';
import { appConditions } from './conditions.ts';
import { appVersionManifest } from './manifest.ts';
import type { AppSnapshot } from './observe.ts';

/**
 * Decides which KeptnAppVersion a KeptnApp needs: one for each generation. A KeptnApp that was found has its workloads
 * looked at again when one of them is gone; one that a user wrote says what it wants to say. Pure.
 */
export function decideApp(snapshot: AppSnapshot): Decision {
  const wanted = decideVersion(snapshot);
  return { ...wanted, actions: [...wanted.actions, ...discoverAgain(snapshot)] };
}

function decideVersion(snapshot: AppSnapshot): Decision {
  const { app, version } = snapshot;
  if (isOfFormer(app, version)) {
    const name = version?.metadata.name ?? '';
    const reason = `KeptnAppVersion "${name}" of an earlier app of that name is still being removed`;
    const on = [{ kind: 'KeptnAppVersion', name }];
    return { actions: [], outcome: { kind: 'stalled', by: 'child', on, reason } };
  }
  if (version !== undefined) return { actions: currentVersion(snapshot, version), outcome: done };
  const unreadable = unreadableContextOf(snapshot);
  if (unreadable !== undefined) {
    // Going on without it would skip the app's checks.
    const on = [{ kind: 'KeptnAppContext', name: unreadable.name }];
    const reason = `${reasons.invalidDefinition}: KeptnAppContext "${unreadable.name}": ${unreadable.why}`;
    return {
      actions: [saysUnreadable(snapshot, reason)],
      outcome: { kind: 'stalled', by: 'user', on, reason },
    };
  }
  return {
    actions: [...contradictions(snapshot), { kind: 'createIfAbsent', object: appVersionManifest(snapshot) }],
    outcome: done,
  };
}

/** An app that lists a workload in two versions waits for ever: only one of them is deployed. */
function contradictions({ app }: AppSnapshot): Action[] {
  const { name: appName } = app.metadata;
  return contradictoryMembers({ appName, workloads: app.spec.workloads }).map((workload) => ({
    kind: 'emitEvent',
    regarding: refTo(lifecycleVersion, 'KeptnApp', app.metadata),
    type: 'Warning',
    reason: reasons.contradiction,
    action: 'ReadWorkloads',
    note: `spec.workloads lists "${workload}" in more than one version, of which only one can be deployed: leave one entry`,
  }));
}

function saysUnreadable({ app }: AppSnapshot, note: string): Action {
  return {
    kind: 'emitEvent',
    regarding: refTo(lifecycleVersion, 'KeptnApp', app.metadata),
    type: 'Warning',
    reason: reasons.invalidDefinition,
    action: 'ReadContext',
    note: note.slice(0, 1000),
  };
}

/** The app's own context, or the default of its namespace, when it is there and could not be read. */
function unreadableContextOf({
  app,
  unreadableContext,
  namespaceDefault,
}: AppSnapshot): { readonly name: string; readonly why: string } | undefined {
  if (unreadableContext !== undefined) return { name: app.metadata.name, why: unreadableContext };
  const { unreadable } = namespaceDefault;
  return unreadable && { name: unreadable.metadata.name, why: unreadable.why };
}

function discoverAgain({ app, lostWorkloads, request }: AppSnapshot): Action[] {
  if (!lostWorkloads || request !== undefined || !isDiscovered(app)) return [];
  const { name, namespace = '' } = app.metadata;
  return [{ kind: 'createIfAbsent', object: appCreationRequestManifest(namespace, name, false) }];
}

function currentVersion({ app, now }: AppSnapshot, version: KeptnAppVersion): Action[] {
  const { generation } = app.metadata;
  const status = {
    currentVersion: app.spec.version,
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    conditions: setConditions(app.status?.conditions, appConditions(version), { now, generation }),
  };
  if (deepEqual(status, app.status)) return [];
  return [applyStatus(refTo(lifecycleVersion, 'KeptnApp', app.metadata), status)];
}
