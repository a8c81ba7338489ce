import type { Resources, stepContainerSchema } from '../api/core/container.ts';
import type { KeptnTaskDefinition } from '../api/lifecycle/v1/keptn-task-definition.ts';
import type { RuntimeSpec } from '../api/lifecycle/v1/runtime-spec.ts';
import type { z } from '../api/schema.ts';
import { failure, type SluiceError } from '../kernel/errors.ts';
import { err, ok, type Result } from '../kernel/result.ts';

/** A script that one of our two runtimes runs. */
export interface ScriptSpec {
  readonly language: 'deno' | 'python';
  readonly source:
    | { readonly kind: 'inline'; readonly code: string }
    | { readonly kind: 'configMap'; readonly name: string }
    | { readonly kind: 'url'; readonly url: string; readonly sha256?: string }
    | { readonly kind: 'function'; readonly name: string };
  readonly parameters: Readonly<Record<string, string>>;
  readonly secret?: string;
  readonly commandParameters?: string;
  readonly resources?: Resources;
}

/** A container as its user wrote it; that of a step is named after the step. */
export type TaskContainer = z.infer<typeof stepContainerSchema>;

/** One thing that a definition runs. */
export type TaskRuntime =
  | { readonly kind: 'container'; readonly container: TaskContainer }
  | { readonly kind: 'script'; readonly script: ScriptSpec };

/** One step of a definition. */
export interface TaskStep {
  /** Undefined for the only runtime of a definition without `steps`. */
  readonly name: string | undefined;
  readonly runtime: TaskRuntime;
}

type Spec = KeptnTaskDefinition['spec'];
type Runtimes = { readonly container?: TaskContainer | undefined } & {
  readonly [F in 'python' | 'deno' | 'function']?: RuntimeSpec | undefined;
};

const single = ['container', 'python', 'deno', 'function', 'steps'] as const;

/**
 * What a definition runs, in order: one step without a name where it has no `steps`. The old field `function` means
 * Deno. Error: invalid, naming the field, when there is none, more than one, or a script without a usable source. Pure.
 */
export function stepsOf(definition: KeptnTaskDefinition): Result<readonly TaskStep[], SluiceError> {
  const { spec } = definition;
  const given = single.filter((field) => spec[field] !== undefined).map((field) => `spec.${field}`);
  const name = `KeptnTaskDefinition "${definition.metadata.name}"`;
  if (given.length === 0) {
    const remedy = 'set one of spec.deno, spec.python, spec.container, spec.steps';
    return err(failure('invalid', `${name} has no runtime: ${remedy}`));
  }
  if (given.length > 1) {
    return err(failure('invalid', `${name} has several runtimes: keep one of ${given.join(' and ')}`));
  }
  if (spec.steps !== undefined) return namedSteps(spec.steps, name);
  const runtime = runtimeOf(spec, 'spec', name);
  return runtime.ok ? ok([{ name: undefined, runtime: runtime.value }]) : runtime;
}

function namedSteps(
  steps: NonNullable<Spec['steps']>,
  definition: string,
): Result<readonly TaskStep[], SluiceError> {
  const found: TaskStep[] = [];
  for (const [i, step] of steps.entries()) {
    const runtime = runtimeOf(step, `spec.steps[${i}]`, definition);
    if (!runtime.ok) return runtime;
    found.push({ name: step.name, runtime: runtime.value });
  }
  return ok(found);
}

/** The runtime of a field that has one at most. */
function runtimeOf(runtimes: Runtimes, at: string, definition: string): Result<TaskRuntime, SluiceError> {
  const { container, python, deno, function: legacy } = runtimes;
  if (container !== undefined) return ok({ kind: 'container', container });
  const script = scriptOf(python === undefined ? 'deno' : 'python', python ?? deno ?? legacy ?? {});
  if (script !== undefined) return ok({ kind: 'script', script });
  const field = `${at}.${python !== undefined ? 'python' : legacy === undefined ? 'deno' : 'function'}`;
  const remedy = `set one of ${field}.inline, ${field}.configMapRef, ${field}.httpRef, ${field}.functionRef`;
  return err(failure('invalid', `${definition} has no script: ${remedy}`));
}

/** The script of a runtime field; with several sources the precedence is Keptn's: function, ConfigMap, URL. */
function scriptOf(language: ScriptSpec['language'], spec: RuntimeSpec): ScriptSpec | undefined {
  const source = sourceOf(spec);
  if (source === undefined) return undefined;
  return {
    language,
    source,
    parameters: spec.parameters?.map ?? {},
    ...(spec.secureParameters?.secret ? { secret: spec.secureParameters.secret } : {}),
    ...(spec.cmdParameters ? { commandParameters: spec.cmdParameters } : {}),
    ...(spec.resources === undefined ? {} : { resources: spec.resources }),
  };
}

function sourceOf({
  functionRef,
  inline,
  configMapRef,
  httpRef,
}: RuntimeSpec): ScriptSpec['source'] | undefined {
  if (functionRef?.name) return { kind: 'function', name: functionRef.name };
  if (inline?.code) return { kind: 'inline', code: inline.code };
  if (configMapRef?.name) return { kind: 'configMap', name: configMapRef.name };
  if (!httpRef?.url) return undefined;
  return { kind: 'url', url: httpRef.url, ...(httpRef.sha256 ? { sha256: httpRef.sha256 } : {}) };
}

/** Names of the definitions that a definition refers to by functionRef; none when it cannot be understood. Pure. */
export function functionRefsOf(definition: KeptnTaskDefinition): string[] {
  return sourcesOf(definition, 'function');
}

/** Names of the ConfigMaps that a definition takes code from; none when it cannot be understood. Pure. */
export function codeConfigMapsOf(definition: KeptnTaskDefinition): string[] {
  return sourcesOf(definition, 'configMap');
}

function sourcesOf(definition: KeptnTaskDefinition, kind: 'function' | 'configMap'): string[] {
  const steps = stepsOf(definition);
  const names = (steps.ok ? steps.value : []).flatMap(({ runtime }) =>
    runtime.kind === 'script' && runtime.script.source.kind === kind ? [runtime.script.source.name] : [],
  );
  return [...new Set(names)];
}

/**
 * A script that refers to another definition's, completed by it: code and language are the parent's, the child's
 * parameters win. Pure. Source: Keptn's functionRef.
 */
export function inherit(child: ScriptSpec, parent: ScriptSpec): ScriptSpec {
  const secret = child.secret ?? parent.secret;
  const commandParameters = child.commandParameters ?? parent.commandParameters;
  const resources = child.resources ?? parent.resources;
  return {
    language: parent.language,
    source: parent.source,
    parameters: { ...parent.parameters, ...child.parameters },
    ...(secret === undefined ? {} : { secret }),
    ...(commandParameters === undefined ? {} : { commandParameters }),
    ...(resources === undefined ? {} : { resources }),
  };
}
