import { type Condition, conditionsSchema } from '../../api/lifecycle/v1/shared.ts';
import { reasons } from '../../api/reasons.ts';
import { z } from '../../api/schema.ts';
import type { Action } from '../../domain/action.ts';
import { setConditions } from '../../domain/condition.ts';
import type { Decision } from '../../domain/decision.ts';
import { auditActions } from './gate-events.ts';
import type { WorkloadVersionSnapshot } from './observe.ts';

const statusSchema = z.looseObject({ conditions: conditionsSchema.optional() });

/**
 * The same decision in audit mode: whatever it says about the checks is recorded, and no pod waits for it, be it for
 * checks of its own, for its app, or for a version that failed or was replaced. Pure.
 */
export function letGo(decision: Decision, snapshot: WorkloadVersionSnapshot): Decision {
  const lifted = new Set(
    decision.actions.flatMap((action) => (action.kind === 'liftGate' ? [action.pod.name] : [])),
  );
  const waiting = snapshot.gatedPods.filter(({ pod }) => !lifted.has(pod.metadata.name));
  return {
    actions: [
      ...decision.actions.filter((action) => !isHold(action)).map((action) => openGate(action, snapshot)),
      ...auditActions(waiting, snapshot, `enforcement is audit (${snapshot.config.modeFrom})`),
    ],
    outcome: decision.outcome,
  };
}

function isHold(action: Action): boolean {
  return action.kind === 'emitEvent' && action.action === 'HoldGate';
}

/** The status of the version with its gate open: on record are the checks, and that nothing waited for them. */
function openGate(action: Action, { version, config, now }: WorkloadVersionSnapshot): Action {
  if (action.kind !== 'applyStatus') return action;
  const status = statusSchema.parse(action.object['status']);
  const message = `pods are not held while checks run: enforcement is audit (${config.modeFrom})`;
  const claim = { type: 'Gated', status: 'False', reason: reasons.audit, message } as const;
  const stamp = { now, generation: version.metadata.generation };
  const [open] = setConditions(version.status?.conditions, [claim], stamp);
  const isShut = ({ type, status: state }: Condition): boolean => type === 'Gated' && state === 'True';
  const conditions = status.conditions?.map((one) => (isShut(one) && open !== undefined ? open : one));
  return { ...action, object: { ...action.object, status: { ...status, conditions } } };
}
