import type { KeptnTask } from '../../api/lifecycle/v1/keptn-task.ts';
import type { KeptnTaskDefinition } from '../../api/lifecycle/v1/keptn-task-definition.ts';
import { reasons } from '../../api/reasons.ts';
import type { JobRecord } from '../../domain/job-record.ts';
import { inherit, type ScriptSpec, stepsOf, type TaskContainer } from '../../domain/task-runtime.ts';
import type { WaitsOn } from '../../kernel/outcome.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import type { ObservedCode, TaskSnapshot } from './observe.ts';

/** What a step runs once every reference is resolved. */
export type ResolvedRuntime =
  | { readonly kind: 'container'; readonly container: TaskContainer }
  | { readonly kind: 'script'; readonly script: ScriptSpec; readonly code: string | undefined };

/** One step of a task; it has no name where the definition has no `steps`. */
export interface ResolvedStep {
  readonly name: string | undefined;
  readonly runtime: ResolvedRuntime;
}

/** All that a task's objects are made of. */
export interface TaskPlan {
  readonly task: KeptnTask;
  readonly definition: KeptnTaskDefinition;
  /** In the order in which they run; one at least. */
  readonly steps: readonly ResolvedStep[];
  readonly record: JobRecord;
  readonly restricted: boolean;
  readonly images: TaskSnapshot['images'];
}

/** Why a task cannot run, and what its user has to change. */
export interface PlanProblem {
  readonly reason: string;
  readonly message: string;
  readonly on: WaitsOn;
}

/** What the task runs, with every functionRef followed; or what is wrong with its definition. Pure. */
export function planTask(snapshot: TaskSnapshot): Result<TaskPlan, PlanProblem> {
  const { task, definitions, restricted, images } = snapshot;
  const definition = definitions.find(({ metadata }) => metadata.name === task.spec.taskDefinition);
  if (definition === undefined) return err(missing([task.spec.taskDefinition]));
  const declared = stepsOf(definition);
  if (!declared.ok) return err(problem(definition.metadata.name, declared.error.message));
  const steps: ResolvedStep[] = [];
  for (const { name, runtime } of declared.value) {
    const resolved =
      runtime.kind === 'container' ? ok(runtime) : resolve(runtime.script, definition, snapshot);
    if (!resolved.ok) return resolved;
    steps.push({ name, runtime: resolved.value });
  }
  return ok({
    task,
    definition,
    steps,
    record: recordFor(definition, steps, definitions),
    restricted,
    images,
  });
}

function recordFor(
  { spec }: KeptnTaskDefinition,
  steps: readonly ResolvedStep[],
  definitions: readonly KeptnTaskDefinition[],
): JobRecord {
  return {
    definitions: definitions.map(({ metadata: { namespace = '', name, generation } }) => ({
      namespace,
      name,
      ...(generation === undefined ? {} : { generation }),
    })),
    ttlSecondsAfterFinished: spec.ttlSecondsAfterFinished,
    steps: steps.flatMap(({ name }) => (name === undefined ? [] : [name])),
  };
}

/** Follows a script's functionRef to where the code is. */
function resolve(
  script: ScriptSpec,
  definition: KeptnTaskDefinition,
  { definitions, configMaps }: TaskSnapshot,
): Result<ResolvedRuntime, PlanProblem> {
  const path = [definition.metadata.name];
  let [whole, at] = [script, definition];
  while (whole.source.kind === 'function') {
    const { name } = whole.source;
    if (path.includes(name)) return err(circle([...path, name]));
    path.push(name);
    const next = definitions.find(({ metadata }) => metadata.name === name);
    if (next === undefined) return err(missing(path));
    const parent = scriptBehind(next);
    if (!parent.ok) return parent;
    whole = inherit(whole, parent.value);
    at = next;
  }
  return withCode(whole, at.metadata.namespace ?? '', configMaps);
}

/** The script of a definition that a functionRef names. */
function scriptBehind(definition: KeptnTaskDefinition): Result<ScriptSpec, PlanProblem> {
  const { name } = definition.metadata;
  const steps = stepsOf(definition);
  if (!steps.ok) return err(problem(name, steps.error.message));
  const [only] = steps.value;
  if (only?.name === undefined && only?.runtime.kind === 'script') return ok(only.runtime.script);
  const what = only?.name === undefined ? 'a container' : 'several steps';
  const message = `KeptnTaskDefinition "${name}" is named by a functionRef but runs ${what}; only deno and python can be referred to`;
  return err(problem(name, message));
}

function withCode(
  script: ScriptSpec,
  namespace: string,
  configMaps: readonly ObservedCode[],
): Result<ResolvedRuntime, PlanProblem> {
  const { source } = script;
  if (source.kind === 'inline') return ok({ kind: 'script', script, code: source.code });
  if (source.kind !== 'configMap') return ok({ kind: 'script', script, code: undefined });
  const { name } = source;
  const found = configMaps.find((one) => one.namespace === namespace && one.name === name);
  if (found?.code !== undefined) return ok({ kind: 'script', script, code: found.code });
  const message = `ConfigMap "${name}" in namespace "${namespace}" does not exist or has no key "code"; create it with the script under "code"`;
  const on = { kind: 'ConfigMap', namespace, name, field: 'data.code' };
  return err({ reason: reasons.missingDefinition, message, on });
}

function circle(path: readonly string[]): PlanProblem {
  const message = `functionRef goes round in a circle: "${path.join('" → "')}"; let one of them carry the code`;
  const on = { kind: 'KeptnTaskDefinition', name: path.at(-1) ?? '', field: 'spec.deno.functionRef' };
  return { reason: reasons.invalidDefinition, message, on };
}

/** The last name of the path is that of nothing. */
function missing(path: readonly string[]): PlanProblem {
  const name = path.at(-1) ?? '';
  const by = path.length === 1 ? '' : `, named by "${path.join('" → "')}"`;
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
