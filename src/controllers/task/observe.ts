import { taskLabel } from '../../api/constants.ts';
import type { Job } from '../../api/core/job.ts';
import type { TaskPod } from '../../api/core/task-pod.ts';
import type { KeptnTask } from '../../api/lifecycle/v1/keptn-task.ts';
import type { KeptnTaskDefinition } from '../../api/lifecycle/v1/keptn-task-definition.ts';
import { jobName } from '../../domain/names.ts';
import { runtimeOf } from '../../domain/task-runtime.ts';
import type { SluiceError } from '../../kernel/errors.ts';
import { ok, type Result } from '../../kernel/result.ts';
import { index, type LastFailure } from '../../runtime/controller.ts';
import type { ObjectKey, Reader } from '../../runtime/reader.ts';
import { findTaskDefinition } from '../checks.ts';
import type { ControllerSettings } from '../settings.ts';

/** How a task finds its Job, whatever that is called, and the pods of its Job. */
export const taskIndexes = [
  index('jobs', 'owner', ({ metadata }) => (metadata.ownerReferences ?? []).map(({ uid }) => uid)),
  index('taskpods', 'job', ({ metadata }) => [
    `${metadata.namespace ?? ''}/${metadata.labels?.[taskLabel] ?? ''}`,
  ]),
];

/** A ConfigMap that a definition takes its code from. */
export interface ObservedCode {
  readonly namespace: string;
  readonly name: string;
  /** The value of its key `code`; undefined when the ConfigMap or the key does not exist. */
  readonly code: string | undefined;
}

/** All that the decision on a KeptnTask reads. */
export interface TaskSnapshot {
  readonly task: KeptnTask;
  /** The definition, then those that it refers to by functionRef, as far as they exist and don't repeat. */
  readonly definitions: readonly KeptnTaskDefinition[];
  /** Name of the definition that a functionRef names and that does not exist or would repeat. */
  readonly brokenReference: { readonly name: string; readonly problem: 'missing' | 'cycle' } | undefined;
  readonly configMap: ObservedCode | undefined;
  readonly job: Job | undefined;
  readonly pods: readonly TaskPod[];
  readonly images: ControllerSettings['images'];
  readonly lastFailure: LastFailure | undefined;
  readonly now: Date;
}

/** Gathers a KeptnTask's snapshot. One live read when its Job is missing from the cache, which may be behind. */
export function observeTask(settings: ControllerSettings) {
  return async (
    { namespace, name }: ObjectKey,
    reader: Reader,
    now: Date,
    lastFailure?: LastFailure,
  ): Promise<Result<TaskSnapshot | undefined, SluiceError>> => {
    const task = reader.get('keptntasks', namespace, name);
    if (task === undefined || task.metadata.deletionTimestamp !== undefined) return ok(undefined);
    const job = await findJob(task, reader);
    if (!job.ok) return job;
    const chain = followReferences(task, reader, settings.systemNamespace);
    const configMap = await findCode(chain.definitions, reader);
    if (!configMap.ok) return configMap;
    return ok({
      task,
      ...chain,
      configMap: configMap.value,
      job: job.value,
      pods: reader.byIndex('taskpods', 'job', `${namespace}/${jobName(name)}`),
      images: settings.images,
      lastFailure,
      now,
    });
  };
}

async function findJob(task: KeptnTask, reader: Reader): Promise<Result<Job | undefined, SluiceError>> {
  const namespace = task.metadata.namespace ?? '';
  // Keptn gave Jobs names of their own; a task that it began keeps the one it recorded, or made without recording it.
  const name = task.status?.jobName || jobName(task.metadata.name);
  const cached = reader.get('jobs', namespace, name) ?? jobOfKeptn(task, reader);
  const mayExist = Boolean(task.status?.jobName) && task.status?.endTime === undefined;
  if (cached !== undefined || !mayExist) return ok(cached);
  return reader.fetch('jobs', namespace, name);
}

/** A Job of the task that nobody recorded: its maker was stopped in between. */
function jobOfKeptn({ metadata, status }: KeptnTask, reader: Reader): Job | undefined {
  if (status?.jobName || metadata.uid === undefined) return undefined;
  return reader.byIndex('jobs', 'owner', metadata.uid)[0];
}

function followReferences(
  task: KeptnTask,
  reader: Reader,
  systemNamespace: string,
): Pick<TaskSnapshot, 'definitions' | 'brokenReference'> {
  const definitions: KeptnTaskDefinition[] = [];
  let next: string | undefined = task.spec.taskDefinition;
  while (next !== undefined) {
    const name: string = next;
    if (definitions.some(({ metadata }) => metadata.name === name)) {
      return { definitions, brokenReference: { name, problem: 'cycle' } };
    }
    const found = findTaskDefinition(reader, task.metadata.namespace ?? '', systemNamespace, name);
    if (found === undefined) return { definitions, brokenReference: { name, problem: 'missing' } };
    definitions.push(found);
    next = functionRefOf(found);
  }
  return { definitions, brokenReference: undefined };
}

function functionRefOf(definition: KeptnTaskDefinition): string | undefined {
  const runtime = runtimeOf(definition);
  if (!runtime.ok || runtime.value.kind !== 'script') return undefined;
  const { source } = runtime.value.script;
  return source.kind === 'function' ? source.name : undefined;
}

/** The code's ConfigMap is read live: few are read, once each, and caching all of a cluster's would cost far more. */
async function findCode(
  definitions: readonly KeptnTaskDefinition[],
  reader: Reader,
): Promise<Result<ObservedCode | undefined, SluiceError>> {
  const last = definitions.at(-1);
  const runtime = last === undefined ? undefined : runtimeOf(last);
  if (last === undefined || !runtime?.ok || runtime.value.kind !== 'script') return ok(undefined);
  const { source } = runtime.value.script;
  if (source.kind !== 'configMap') return ok(undefined);
  const namespace = last.metadata.namespace ?? '';
  const found = await reader.fetch('configmaps', namespace, source.name);
  if (!found.ok) return found;
  return ok({ namespace, name: source.name, code: found.value?.data?.['code'] });
}
