import { taskLabel } from '../../api/constants.ts';
import type { Job } from '../../api/core/job.ts';
import type { TaskPod } from '../../api/core/task-pod.ts';
import type { KeptnTask } from '../../api/lifecycle/v1/keptn-task.ts';
import type { KeptnTaskDefinition } from '../../api/lifecycle/v1/keptn-task-definition.ts';
import { jobName } from '../../domain/names.ts';
import { codeConfigMapsOf, functionRefsOf } from '../../domain/task-runtime.ts';
import type { SluiceError } from '../../kernel/errors.ts';
import { ok, type Result } from '../../kernel/result.ts';
import { index, type LastFailure } from '../../runtime/controller.ts';
import type { ObjectKey, Reader } from '../../runtime/reader.ts';
import { findDefinition } from '../checks.ts';
import type { ControllerSettings } from '../settings.ts';

/** How a task that waits is found, its Job, whatever that is called, and the pods and Events of its Job. */
export const taskIndexes = [
  index('keptntasks', 'waiting', ({ status }) =>
    !status?.jobName && status?.endTime === undefined ? ['yes'] : [],
  ),
  index('jobs', 'owner', ({ metadata }) => (metadata.ownerReferences ?? []).map(({ uid }) => uid)),
  index('jobevents', 'job', ({ metadata, regarding }) => [
    `${metadata.namespace ?? ''}/${regarding?.name ?? ''}`,
  ]),
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
  /** The definition, then those that are reached from it by functionRef, each once, as far as they exist. */
  readonly definitions: readonly KeptnTaskDefinition[];
  readonly configMaps: readonly ObservedCode[];
  readonly job: Job | undefined;
  readonly pods: readonly TaskPod[];
  /** Why the Job cannot make a pod, the latest last. */
  readonly refusals: readonly string[];
  /** True when the namespace enforces Pod Security "restricted". */
  readonly restricted: boolean;
  readonly images: ControllerSettings['images'];
  readonly lastFailure: LastFailure | undefined;
  readonly now: Date;
}

/** Gathers a KeptnTask's snapshot. Live reads only of what the cache does not hold, or holds too late. */
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
    const definitions = reachableDefinitions(task, reader, settings.systemNamespace);
    const begins = job.value === undefined && task.status?.endTime === undefined;
    const configMaps = begins ? await readCode(definitions, reader) : ok([]);
    if (!configMaps.ok) return configMaps;
    const restricted = begins ? await isRestricted(namespace, reader) : ok(false);
    if (!restricted.ok) return restricted;
    return ok({
      task,
      definitions,
      configMaps: configMaps.value,
      job: job.value,
      pods: reader.byIndex('taskpods', 'job', `${namespace}/${jobName(name)}`),
      refusals: refusalsOf(job.value, reader),
      restricted: restricted.value,
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

/** Breadth first, each name once: within one namespace a name always means the same definition, so circles end. */
function reachableDefinitions(
  task: KeptnTask,
  reader: Reader,
  systemNamespace: string,
): KeptnTaskDefinition[] {
  const names = new Set([task.spec.taskDefinition]);
  const found: KeptnTaskDefinition[] = [];
  for (const name of names) {
    const namespaces = { namespace: task.metadata.namespace ?? '', systemNamespace };
    const definition = findDefinition(reader, 'keptntaskdefinitions', namespaces, name);
    if (definition === undefined) continue;
    found.push(definition);
    for (const next of functionRefsOf(definition)) names.add(next);
  }
  return found;
}

/** The code's ConfigMaps are read live: few are read, once each, and caching all of a cluster's would cost far more. */
async function readCode(
  definitions: readonly KeptnTaskDefinition[],
  reader: Reader,
): Promise<Result<ObservedCode[], SluiceError>> {
  const codes: ObservedCode[] = [];
  for (const definition of definitions) {
    const namespace = definition.metadata.namespace ?? '';
    for (const name of codeConfigMapsOf(definition)) {
      const found = await reader.fetch('configmaps', namespace, name);
      if (!found.ok) return found;
      codes.push({ namespace, name, code: found.value?.data?.['code'] });
    }
  }
  return ok(codes);
}

/** A namespace that is missing from the cache is younger than it. */
async function isRestricted(namespace: string, reader: Reader): Promise<Result<boolean, SluiceError>> {
  const cached = reader.get('namespaces', '', namespace);
  const found = cached === undefined ? await reader.fetch('namespaces', '', namespace) : ok(cached);
  if (!found.ok) return found;
  return ok(found.value?.metadata.labels?.['pod-security.kubernetes.io/enforce'] === 'restricted');
}

function refusalsOf(job: Job | undefined, reader: Reader): string[] {
  if (job === undefined) return [];
  const { namespace = '', name, uid } = job.metadata;
  const versionOf = (version: string | undefined): number => Number(version ?? 0);
  return reader
    .byIndex('jobevents', 'job', `${namespace}/${name}`)
    .filter(({ regarding }) => regarding?.uid === uid)
    .toSorted((a, b) => versionOf(a.metadata.resourceVersion) - versionOf(b.metadata.resourceVersion))
    .flatMap(({ note }) => (note === undefined ? [] : [note]));
}
