import { reasons } from '../../api/reasons.ts';
import type { Action } from '../../domain/action.ts';
import type { Decision } from '../../domain/decision.ts';
import { applyStatus, lifecycleVersion, refTo } from '../../domain/object-ref.ts';
import { done } from '../../kernel/outcome.ts';
import { appVersionManifest } from './manifest.ts';
import type { AppSnapshot } from './observe.ts';

/** Decides which KeptnAppVersion a KeptnApp needs: one for each generation. Pure. */
export function decideApp(snapshot: AppSnapshot): Decision {
  const { app, version, unreadableContext } = snapshot;
  if (version !== undefined) return { actions: currentVersion(snapshot), outcome: done };
  if (unreadableContext !== undefined) {
    // Going on without it would skip the app's checks.
    const on = [{ kind: 'KeptnAppContext', name: app.metadata.name }];
    const reason = `${reasons.invalidDefinition}: KeptnAppContext "${app.metadata.name}": ${unreadableContext}`;
    return { actions: [], outcome: { kind: 'stalled', by: 'user', on, reason } };
  }
  return { actions: [{ kind: 'createIfAbsent', object: appVersionManifest(snapshot) }], outcome: done };
}

function currentVersion({ app }: AppSnapshot): Action[] {
  const { version } = app.spec;
  if (app.status?.currentVersion === version) return [];
  const ref = refTo(lifecycleVersion, 'KeptnApp', app.metadata);
  return [applyStatus(ref, { currentVersion: version })];
}
