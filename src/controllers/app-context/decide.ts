import { annotations as keys } from '../../api/constants.ts';
import { reasons } from '../../api/reasons.ts';
import { type ConditionClaim, setConditions } from '../../domain/condition.ts';
import type { Decision } from '../../domain/decision.ts';
import { isDefaultContext } from '../../domain/default-context.ts';
import { applyStatus, lifecycleVersion, refTo } from '../../domain/object-ref.ts';
import { done } from '../../kernel/outcome.ts';
import type { AppContextSnapshot } from './observe.ts';

/** Decides what a KeptnAppContext says of itself: for which apps it counts, and what in it does not. Pure. */
export function decideAppContext(snapshot: AppContextSnapshot): Decision {
  const { metadata, status } = snapshot.context;
  const stamp = { now: snapshot.now, generation: metadata.generation };
  const conditions = setConditions(status?.conditions, [judge(snapshot)], stamp);
  return {
    actions: [applyStatus(refTo(lifecycleVersion, 'KeptnAppContext', metadata), { conditions })],
    outcome: done,
  };
}

function judge({ context, defaultName, findings }: AppContextSnapshot): ConditionClaim {
  const { name, annotations } = context.metadata;
  const mark = annotations?.[keys.defaultContext];
  const problems = findings.map(({ reason, message }) => ({ reason, message }));
  if (mark !== undefined && mark !== 'true' && mark !== 'false') {
    const message = `${keys.defaultContext}: "${mark}" has no effect; write "true" to make this the default of the namespace`;
    problems.push({ reason: reasons.invalidSetting, message });
  }
  if (isDefaultContext(context) && defaultName !== name) {
    const message = `is not the default of the namespace: of several contexts annotated ${keys.defaultContext} the first by name counts, which is "${defaultName ?? ''}"; remove the annotation from one of them`;
    problems.push({ reason: reasons.noEffect, message });
  }
  const [first] = problems;
  if (first !== undefined) {
    const message = problems.map((problem) => problem.message).join('; ');
    return { type: 'Ready', status: 'False', reason: first.reason, message };
  }
  const also = defaultName === name ? ', and where another app of the namespace leaves a field out' : '';
  const message = `counts for versions of app "${name}" that are seen from now on${also}`;
  return { type: 'Ready', status: 'True', reason: reasons.valid, message };
}
