import { reasons } from '../../api/reasons.ts';
import type { Action } from '../../domain/action.ts';
import type { Decision } from '../../domain/decision.ts';
import { appCreationRequestManifest, isDiscovered } from '../../domain/discovery.ts';
import { isOfFormer } from '../../domain/incarnation.ts';
import { applyStatus, lifecycleVersion, refTo } from '../../domain/object-ref.ts';
import { done } from '../../kernel/outcome.ts';
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
  const { app, version, unreadableContext } = snapshot;
  if (isOfFormer(app, version)) {
    const name = version?.metadata.name ?? '';
    const reason = `KeptnAppVersion "${name}" of an earlier app of that name is still being removed`;
    const on = [{ kind: 'KeptnAppVersion', name }];
    return { actions: [], outcome: { kind: 'stalled', by: 'child', on, reason } };
  }
  if (version !== undefined) return { actions: currentVersion(snapshot), outcome: done };
  if (unreadableContext !== undefined) {
    // Going on without it would skip the app's checks.
    const on = [{ kind: 'KeptnAppContext', name: app.metadata.name }];
    const reason = `${reasons.invalidDefinition}: KeptnAppContext "${app.metadata.name}": ${unreadableContext}`;
    return { actions: [], outcome: { kind: 'stalled', by: 'user', on, reason } };
  }
  return { actions: [{ kind: 'createIfAbsent', object: appVersionManifest(snapshot) }], outcome: done };
}

function discoverAgain({ app, lostWorkloads, request }: AppSnapshot): Action[] {
  if (!lostWorkloads || request !== undefined || !isDiscovered(app)) return [];
  const { name, namespace = '' } = app.metadata;
  return [{ kind: 'createIfAbsent', object: appCreationRequestManifest(namespace, name, false) }];
}

function currentVersion({ app }: AppSnapshot): Action[] {
  const { version } = app.spec;
  if (app.status?.currentVersion === version) return [];
  const ref = refTo(lifecycleVersion, 'KeptnApp', app.metadata);
  return [applyStatus(ref, { currentVersion: version })];
}
