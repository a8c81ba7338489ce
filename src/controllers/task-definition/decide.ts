import type { KeptnTaskDefinition } from '../../api/lifecycle/v1/keptn-task-definition.ts';
import { reasons } from '../../api/reasons.ts';
import { type ConditionClaim, setConditions } from '../../domain/condition.ts';
import type { Decision } from '../../domain/decision.ts';
import { applyStatus, lifecycleVersion, refTo } from '../../domain/object-ref.ts';
import { runtimeOf } from '../../domain/task-runtime.ts';
import { done } from '../../kernel/outcome.ts';

/** All that the decision on a KeptnTaskDefinition reads. */
export interface TaskDefinitionSnapshot {
  readonly definition: KeptnTaskDefinition;
  /** False when the definition that its functionRef names does not exist. */
  readonly referenceExists: boolean;
  readonly now: Date;
}

/**
 * Decides what a definition's status says: whether tasks can run from it, and where its code is. Code is not copied
 * here but when a task begins, so that a change of the definition never reaches a task that runs. Pure.
 */
export function decideTaskDefinition(snapshot: TaskDefinitionSnapshot): Decision {
  const { definition, now } = snapshot;
  const { metadata, status } = definition;
  const configMap = configMapOf(definition);
  const stamp = { now, generation: metadata.generation };
  const next = {
    ...(configMap === undefined ? {} : { function: { configMap } }),
    conditions: setConditions(status?.conditions, [judge(snapshot)], stamp),
  };
  const ref = refTo(lifecycleVersion, 'KeptnTaskDefinition', metadata);
  return { actions: [applyStatus(ref, next)], outcome: done };
}

function judge({ definition, referenceExists }: TaskDefinitionSnapshot): ConditionClaim {
  const runtime = runtimeOf(definition);
  if (!runtime.ok) {
    return {
      type: 'Ready',
      status: 'False',
      reason: reasons.invalidDefinition,
      message: runtime.error.message,
    };
  }
  const script = runtime.value.kind === 'script' ? runtime.value.script : undefined;
  if (script?.source.kind === 'function' && !referenceExists) {
    const message = `KeptnTaskDefinition "${script.source.name}", named by functionRef, does not exist in this namespace nor in Sluice's own`;
    return { type: 'Ready', status: 'False', reason: reasons.missingDefinition, message };
  }
  const what = script === undefined ? 'a container' : `a ${script.language} script`;
  return { type: 'Ready', status: 'True', reason: reasons.valid, message: `tasks run ${what}` };
}

function configMapOf(definition: KeptnTaskDefinition): string | undefined {
  const runtime = runtimeOf(definition);
  if (!runtime.ok || runtime.value.kind !== 'script') return undefined;
  const { source } = runtime.value.script;
  return source.kind === 'configMap' ? source.name : undefined;
}
