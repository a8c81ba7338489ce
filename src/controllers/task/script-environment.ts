import type { KeptnTask } from '../../api/lifecycle/v1/keptn-task.ts';
import type { ScriptSpec } from '../../domain/task-runtime.ts';
import { taskTraceparent } from '../../domain/trace/task-traceparent.ts';

/** A variable of a container, core/v1 EnvVar. */
export interface EnvironmentEntry {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: unknown;
}

/** The variables that a script finds, in the order in which Keptn sets them. `path` is where its code is mounted. Pure. */
export function scriptEnvironment(
  task: KeptnTask,
  script: ScriptSpec,
  path: string | undefined,
): EnvironmentEntry[] {
  const parameters = { ...script.parameters, ...task.spec.parameters.map };
  const sorted = Object.entries(parameters).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const secret = task.spec.secureParameters.secret || script.secret;
  const { source } = script;
  const sha256 = source.kind === 'url' ? source.sha256 : undefined;
  return [
    ...(sorted.length === 0 ? [] : [{ name: 'DATA', value: jsonInOrder(sorted) }]),
    { name: 'KEPTN_CONTEXT', value: contextJson(task) },
    { name: 'CMD_ARGS', value: script.commandParameters ?? '' },
    ...(secret
      ? [{ name: 'SECURE_DATA', valueFrom: { secretKeyRef: { name: secret, key: 'SECURE_DATA' } } }]
      : []),
    { name: 'SCRIPT', value: path ?? (source.kind === 'url' ? source.url : '') },
    ...(sha256 === undefined ? [] : [{ name: 'SCRIPT_SHA256', value: sha256 }]),
    ...traceEnvironment(task, []),
  ];
}

/**
 * TRACEPARENT, so that spans which the task itself makes join the trace of its release; unless the user gave one. Pure.
 * Source: OpenTelemetry, environment variables as context carriers.
 */
export function traceEnvironment(
  task: KeptnTask,
  given: readonly { readonly name: string }[],
): EnvironmentEntry[] {
  const value = taskTraceparent(task);
  if (value === undefined || given.some(({ name }) => name === 'TRACEPARENT')) return [];
  return [{ name: 'TRACEPARENT', value }];
}

/** A JSON object with its keys in this order; a JavaScript object would put those that look like numbers first. */
function jsonInOrder(entries: readonly (readonly [string, string])[]): string {
  return `{${entries.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(',')}}`;
}

/** The context as tasks read it in KEPTN_CONTEXT; the order of its fields is Keptn's. Pure. */
export function contextJson({ spec }: KeptnTask): string {
  const { workloadName, appName, appVersion, workloadVersion, taskType, objectType, metadata } = spec.context;
  return JSON.stringify({
    workloadName: workloadName ?? '',
    appName: appName ?? '',
    appVersion: appVersion ?? '',
    workloadVersion: workloadVersion ?? '',
    taskType: taskType ?? '',
    objectType: objectType ?? '',
    ...(metadata === undefined || Object.keys(metadata).length === 0 ? {} : { metadata }),
  });
}
