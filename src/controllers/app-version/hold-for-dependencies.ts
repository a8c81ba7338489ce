import { reasons } from '../../api/reasons.ts';
import { setConditions } from '../../domain/condition.ts';
import type { Decision } from '../../domain/decision.ts';
import { cycleText, type OpenDependency, openDependency } from '../../domain/dependencies.ts';
import { applyStatus } from '../../domain/object-ref.ts';
import { isCompleted } from '../../domain/state.ts';
import { waitingConditions } from '../../domain/version-report.ts';
import type { WaitsOn } from '../../kernel/outcome.ts';
import { appVersionRef } from './manifest.ts';
import type { AppVersionSnapshot } from './observe.ts';

interface Held {
  readonly reason: string;
  readonly message: string;
  readonly on: readonly WaitsOn[];
  /** True when a user has to change something. */
  readonly stalled: boolean;
}

/**
 * The decision on a KeptnAppVersion that may not begin because of an app that it depends on; undefined when none holds
 * it, and once it has begun, so that a dependency that starts a new release does not stop one that is under way. Pure.
 */
export function holdForDependencies(snapshot: AppVersionSnapshot): Decision | undefined {
  const held = hasBegun(snapshot) ? undefined : whyHeld(snapshot);
  return held === undefined ? undefined : wait(snapshot, held);
}

function hasBegun({ version }: AppVersionSnapshot): boolean {
  const { currentPhase, status } = version.status ?? {};
  return Boolean(currentPhase) || isCompleted(status);
}

function whyHeld({ dependencies, dependencyCycle, app, version }: AppVersionSnapshot): Held | undefined {
  const { appName } = version.spec;
  if (dependencyCycle !== undefined) {
    const message = `apps depend on each other: ${cycleText(dependencyCycle)}; take one of them out of spec.dependsOn of a KeptnApp or KeptnAppContext, and raise spec.revision of KeptnApp "${appName}" where its own context was changed`;
    const on = dependencyCycle.slice(0, -1).map(appOf);
    return { reason: reasons.dependencyCycle, message, on, stalled: true };
  }
  const open = dependencies.flatMap((dependency) => openDependency(dependency) ?? []);
  if (open.length === 0) return undefined;
  const isInvalid = open.some((one) => one.isInvalid);
  const reason = isInvalid ? reasons.invalidDependency : reasons.waitingForDependency;
  const remedy = isInvalid ? `; then raise spec.revision of KeptnApp "${app?.metadata.name ?? appName}"` : '';
  const message = `${open.map((one) => one.message).join('; ')}${remedy}`;
  return { reason, message, on: open.map(waitedFor), stalled: isInvalid };
}

function waitedFor({ dependency }: OpenDependency): WaitsOn {
  return { kind: 'KeptnApp', namespace: dependency.namespace, name: dependency.app };
}

function appOf(key: string): WaitsOn {
  const [namespace = '', name = ''] = key.split('/');
  return { kind: 'KeptnApp', namespace, name, field: 'spec.dependsOn' };
}

function wait({ version, phases, now }: AppVersionSnapshot, held: Held): Decision {
  const { reason, message, on, stalled } = held;
  const stamp = { now, generation: version.metadata.generation };
  const claims = waitingConditions(reason, message, stalled);
  const conditions = setConditions(version.status?.conditions, claims, stamp);
  const states = Object.fromEntries(phases.map(({ field }) => [field, 'Pending']));
  const ref = appVersionRef(version);
  return {
    actions: [
      applyStatus(ref, { ...version.status, ...states, status: 'Pending', conditions }),
      {
        kind: 'emitEvent',
        regarding: ref,
        type: stalled ? 'Warning' : 'Normal',
        reason,
        action: 'HoldApp',
        note: message,
      },
    ],
    outcome: { kind: 'stalled', by: stalled ? 'user' : 'child', on, reason: message },
  };
}
