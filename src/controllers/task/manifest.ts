import { annotations, taskLabel } from '../../api/constants.ts';
import type { KeptnTask } from '../../api/lifecycle/v1/keptn-task.ts';
import type { KubeObject, OwnerReference } from '../../api/meta.ts';
import { recordAnnotation } from '../../domain/job-record.ts';
import { jobName } from '../../domain/names.ts';
import { parseDurationMs } from '../../kernel/duration.ts';
import { sha256Hex } from '../../kernel/hash.ts';
import type { TaskPlan } from './plan.ts';
import { codeKey, podSpec } from './pod.ts';

/**
 * The ConfigMap with the code as it was when the task began, a key for each step, so that a definition which is
 * edited, or belongs to another namespace, changes nothing for a task that runs. Its name follows from its content:
 * code that was corrected before the Job could be made is not the code that was kept first. Undefined when there is
 * no code to keep. Pure.
 */
export function codeManifest({ task, steps }: TaskPlan): KubeObject | undefined {
  const code = steps.flatMap(({ name, runtime }): [string, string][] =>
    runtime.kind === 'script' && runtime.code !== undefined ? [[codeKey(name), runtime.code]] : [],
  );
  if (code.length === 0) return undefined;
  const name = `${jobName(task.metadata.name)}-${sha256Hex(JSON.stringify(code), 10)}`;
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: ownedMetadata(task, name),
    immutable: true,
    data: Object.fromEntries(code),
  };
}

/** The Job of a task. Pure. Source: Keptn's Job, with Pod Security "restricted" for our own runtimes. */
export function jobManifest(plan: TaskPlan): KubeObject {
  const { task, definition, record } = plan;
  const { serviceAccount, automountServiceAccountToken, imagePullSecrets } = definition.spec;
  const { labels = {}, annotations: given = {} } = task.metadata;
  const timeout = parseDurationMs(task.spec.timeout);
  const name = jobName(task.metadata.name);
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      ...ownedMetadata(task, name),
      labels,
      annotations: { ...given, ...contextAnnotations(task), ...recordAnnotation(record) },
    },
    spec: {
      backoffLimit: task.spec.retries,
      ...(timeout.ok ? { activeDeadlineSeconds: Math.max(1, Math.ceil(timeout.value / 1000)) } : {}),
      template: {
        metadata: { labels: { ...labels, [taskLabel]: name }, annotations: given },
        spec: {
          // Never, so that the pod of a failed attempt stays and its last words can be read.
          restartPolicy: 'Never',
          ...(serviceAccount === undefined ? {} : { serviceAccountName: serviceAccount.name }),
          ...(automountServiceAccountToken === undefined
            ? {}
            : { automountServiceAccountToken: automountServiceAccountToken.type }),
          ...(imagePullSecrets === undefined ? {} : { imagePullSecrets }),
          ...podSpec(plan, codeManifest(plan)?.metadata.name),
        },
      },
    },
  };
}

function ownedMetadata(
  { metadata }: KeptnTask,
  name: string,
): KubeObject['metadata'] & { ownerReferences: OwnerReference[] } {
  return {
    name,
    namespace: metadata.namespace ?? '',
    ownerReferences: [
      {
        apiVersion: 'lifecycle.keptn.sh/v1',
        kind: 'KeptnTask',
        name: metadata.name,
        uid: metadata.uid ?? '',
        controller: true,
        blockOwnerDeletion: true,
      },
    ],
  };
}

function contextAnnotations({ metadata, spec }: KeptnTask): Record<string, string> {
  const { appName = '', appVersion = '', workloadName = '', workloadVersion = '' } = spec.context;
  return {
    [annotations.app]: appName,
    [annotations.taskName]: metadata.name,
    [annotations.version]: workloadVersion || appVersion,
    ...(workloadName === '' ? {} : { [annotations.workload]: workloadName }),
  };
}
