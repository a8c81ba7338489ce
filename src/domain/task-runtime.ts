import type { KeptnTaskDefinition } from '../api/lifecycle/v1/keptn-task-definition.ts';
import type { RuntimeSpec } from '../api/lifecycle/v1/runtime-spec.ts';
import { failure, type SluiceError } from '../kernel/errors.ts';
import { err, ok, type Result } from '../kernel/result.ts';

/** A script that one of our two runtimes runs. */
export interface ScriptSpec {
  readonly language: 'deno' | 'python';
  readonly source:
    | { readonly kind: 'inline'; readonly code: string }
    | { readonly kind: 'configMap'; readonly name: string }
    | { readonly kind: 'url'; readonly url: string }
    | { readonly kind: 'function'; readonly name: string };
  readonly parameters: Readonly<Record<string, string>>;
  readonly secret?: string;
  readonly commandParameters?: string;
}

type ContainerSpec = NonNullable<KeptnTaskDefinition['spec']['container']>;

/** What a definition runs. */
export type TaskRuntime =
  | { readonly kind: 'container'; readonly container: ContainerSpec }
  | { readonly kind: 'script'; readonly script: ScriptSpec };

/**
 * The one runtime of a definition; the old field `function` means Deno. Error: invalid, naming the field, when there
 * is none, more than one, or a script without exactly one usable source. Pure.
 */
export function runtimeOf(definition: KeptnTaskDefinition): Result<TaskRuntime, SluiceError> {
  const { container, python, deno, function: legacy } = definition.spec;
  const fields = {
    'spec.container': container,
    'spec.python': python,
    'spec.deno': deno,
    'spec.function': legacy,
  };
  const given = Object.entries(fields).flatMap(([field, value]) => (value === undefined ? [] : [field]));
  const name = `KeptnTaskDefinition "${definition.metadata.name}"`;
  if (given.length === 0) {
    return err(
      failure('invalid', `${name} has no runtime: set one of spec.deno, spec.python, spec.container`),
    );
  }
  if (given.length > 1) {
    return err(failure('invalid', `${name} has several runtimes: keep one of ${given.join(' and ')}`));
  }
  if (container !== undefined) return ok({ kind: 'container', container });
  const language = python === undefined ? 'deno' : 'python';
  const script = scriptOf(language, python ?? deno ?? legacy ?? {});
  if (script !== undefined) return ok({ kind: 'script', script });
  const field = python !== undefined ? 'spec.python' : deno !== undefined ? 'spec.deno' : 'spec.function';
  const remedy = `set one of ${field}.inline, ${field}.configMapRef, ${field}.httpRef, ${field}.functionRef`;
  return err(failure('invalid', `${name} has no script: ${remedy}`));
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
  };
}

function sourceOf(spec: RuntimeSpec): ScriptSpec['source'] | undefined {
  if (spec.functionRef?.name) return { kind: 'function', name: spec.functionRef.name };
  if (spec.inline?.code) return { kind: 'inline', code: spec.inline.code };
  if (spec.configMapRef?.name) return { kind: 'configMap', name: spec.configMapRef.name };
  if (spec.httpRef?.url) return { kind: 'url', url: spec.httpRef.url };
  return undefined;
}

/**
 * A script that refers to another definition's, completed by it: code and language are the parent's, the child's
 * parameters win. Pure. Source: Keptn's functionRef.
 */
export function inherit(child: ScriptSpec, parent: ScriptSpec): ScriptSpec {
  const secret = child.secret ?? parent.secret;
  const commandParameters = child.commandParameters ?? parent.commandParameters;
  return {
    language: parent.language,
    source: parent.source,
    parameters: { ...parent.parameters, ...child.parameters },
    ...(secret === undefined ? {} : { secret }),
    ...(commandParameters === undefined ? {} : { commandParameters }),
  };
}
