import type { KeptnTaskDefinition } from '../../api/lifecycle/v1/keptn-task-definition.ts';
import { reasons } from '../../api/reasons.ts';
import { type ConditionClaim, setConditions } from '../../domain/condition.ts';
import type { Decision } from '../../domain/decision.ts';
import { applyStatus, lifecycleVersion, refTo } from '../../domain/object-ref.ts';
import { codeConfigMapsOf, stepsOf, type TaskStep } from '../../domain/task-runtime.ts';
import { done } from '../../kernel/outcome.ts';

/** All that the decision on a KeptnTaskDefinition reads. */
export interface TaskDefinitionSnapshot {
  readonly definition: KeptnTaskDefinition;
  /** Names of definitions that a functionRef names and that do not exist. */
  readonly missingReferences: readonly string[];
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

function judge({ definition, missingReferences }: TaskDefinitionSnapshot): ConditionClaim {
  const steps = stepsOf(definition);
  if (!steps.ok) {
    const { message } = steps.error;
    return { type: 'Ready', status: 'False', reason: reasons.invalidDefinition, message };
  }
  const [missing] = missingReferences;
  if (missing !== undefined) {
    const message = `KeptnTaskDefinition "${missing}", named by functionRef, does not exist in this namespace nor in Sluice's own`;
    return { type: 'Ready', status: 'False', reason: reasons.missingDefinition, message };
  }
  return {
    type: 'Ready',
    status: 'True',
    reason: reasons.valid,
    message: `tasks run ${whatOf(steps.value)}`,
  };
}

function whatOf(steps: readonly TaskStep[]): string {
  const [only] = steps;
  if (only?.name !== undefined) return `${steps.length} steps: ${steps.map(({ name }) => name).join(', ')}`;
  return only?.runtime.kind === 'script' ? `a ${only.runtime.script.language} script` : 'a container';
}

/** Keptn names one ConfigMap at most, that of a definition with one runtime. */
function configMapOf(definition: KeptnTaskDefinition): string | undefined {
  return definition.spec.steps === undefined ? codeConfigMapsOf(definition)[0] : undefined;
}
