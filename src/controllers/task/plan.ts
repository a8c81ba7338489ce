import { reasons } from '../../api/reasons.ts';
import { inherit, runtimeOf, type ScriptSpec } from '../../domain/task-runtime.ts';
import type { WaitsOn } from '../../kernel/outcome.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import type { ResolvedRuntime, TaskPlan } from './manifest.ts';
import type { TaskSnapshot } from './observe.ts';

/** Why a task cannot run, and what its user has to change. */
export interface PlanProblem {
  readonly reason: string;
  readonly message: string;
  readonly on: WaitsOn;
}

/** What the task runs, with every functionRef followed; or what is wrong with its definition. Pure. */
export function planTask(snapshot: TaskSnapshot): Result<TaskPlan, PlanProblem> {
  const { task, definitions, brokenReference, images } = snapshot;
  const [definition] = definitions;
  if (definition === undefined || brokenReference !== undefined) return err(referenceProblem(snapshot));
  const scripts: ScriptSpec[] = [];
  for (const one of definitions) {
    const runtime = runtimeOf(one);
    if (!runtime.ok) return err(problem(one.metadata.name, runtime.error.message));
    if (runtime.value.kind === 'script') {
      scripts.push(runtime.value.script);
      continue;
    }
    if (one === definition) return ok({ task, definition, runtime: runtime.value, images });
    const message = `KeptnTaskDefinition "${one.metadata.name}" is named by a functionRef but runs a container; only deno and python can be referred to`;
    return err(problem(one.metadata.name, message));
  }
  const resolved = resolveCode(scripts.reduce(inherit), snapshot);
  return resolved.ok ? ok({ task, definition, runtime: resolved.value, images }) : resolved;
}

function resolveCode(script: ScriptSpec, { configMap }: TaskSnapshot): Result<ResolvedRuntime, PlanProblem> {
  const { source } = script;
  if (source.kind === 'inline') return ok({ kind: 'script', script, code: source.code });
  if (source.kind !== 'configMap') return ok({ kind: 'script', script, code: undefined });
  if (configMap?.code !== undefined) return ok({ kind: 'script', script, code: configMap.code });
  const message = `ConfigMap "${source.name}" in namespace "${configMap?.namespace ?? ''}" does not exist or has no key "code"; create it with the script under "code"`;
  return err({
    reason: reasons.missingDefinition,
    message,
    on: { kind: 'ConfigMap', name: source.name, field: 'data.code' },
  });
}

function referenceProblem({ task, definitions, brokenReference }: TaskSnapshot): PlanProblem {
  const name = brokenReference?.name ?? task.spec.taskDefinition;
  const path = [...definitions.map(({ metadata }) => metadata.name), name].join('" → "');
  if (brokenReference?.problem === 'cycle') {
    const message = `functionRef goes round in a circle: "${path}"; let one of them carry the code`;
    return {
      reason: reasons.invalidDefinition,
      message,
      on: { kind: 'KeptnTaskDefinition', name, field: 'spec.deno.functionRef' },
    };
  }
  const by = definitions.length === 0 ? '' : `, named by "${path}"`;
  const message = `KeptnTaskDefinition "${name}" does not exist in this namespace nor in Sluice's own${by}; create it or correct the name`;
  return { reason: reasons.missingDefinition, message, on: { kind: 'KeptnTaskDefinition', name } };
}

function problem(name: string, message: string): PlanProblem {
  return {
    reason: reasons.invalidDefinition,
    message,
    on: { kind: 'KeptnTaskDefinition', name, field: 'spec' },
  };
}
