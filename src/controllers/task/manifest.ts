import { annotations, taskLabel } from '../../api/constants.ts';
import type { KeptnTask } from '../../api/lifecycle/v1/keptn-task.ts';
import type { KeptnTaskDefinition } from '../../api/lifecycle/v1/keptn-task-definition.ts';
import type { KubeObject, OwnerReference } from '../../api/meta.ts';
import { jobName } from '../../domain/names.ts';
import type { ScriptSpec, TaskRuntime } from '../../domain/task-runtime.ts';
import { parseDurationMs } from '../../kernel/duration.ts';

/** Non-root user and group of the runtime images. */
const runtimeUser = 65_532;
const codeKey = 'code';
const scriptPaths = { deno: '/var/data/function.ts', python: '/var/data/function.py' } as const;

/** What a task runs once every reference is resolved. */
export type ResolvedRuntime =
  | Extract<TaskRuntime, { kind: 'container' }>
  | { readonly kind: 'script'; readonly script: ScriptSpec; readonly code: string | undefined };

/** All that a task's objects are made of. */
export interface TaskPlan {
  readonly task: KeptnTask;
  readonly definition: KeptnTaskDefinition;
  readonly runtime: ResolvedRuntime;
  readonly images: { readonly deno: string; readonly python: string };
}

/**
 * The ConfigMap with the code as it was when the task began, so that a definition which is edited, or belongs to
 * another namespace, changes nothing for a task that runs. Undefined when there is no code to keep. Pure.
 */
export function codeManifest({ task, runtime }: TaskPlan): KubeObject | undefined {
  if (runtime.kind !== 'script' || runtime.code === undefined) return undefined;
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: ownedMetadata(task),
    immutable: true,
    data: { [codeKey]: runtime.code },
  };
}

/** The Job of a task. Pure. Source: Keptn's Job, with Pod Security "restricted" for our own runtimes. */
export function jobManifest(plan: TaskPlan): KubeObject {
  const { task, definition } = plan;
  const { serviceAccount, automountServiceAccountToken, imagePullSecrets } = definition.spec;
  const { labels = {}, annotations: given = {} } = task.metadata;
  const timeout = parseDurationMs(task.spec.timeout);
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { ...ownedMetadata(task), labels, annotations: { ...given, ...contextAnnotations(task) } },
    spec: {
      backoffLimit: task.spec.retries,
      ...(timeout.ok ? { activeDeadlineSeconds: Math.max(1, Math.ceil(timeout.value / 1000)) } : {}),
      template: {
        metadata: { labels: { ...labels, [taskLabel]: jobName(task.metadata.name) }, annotations: given },
        spec: {
          // Never, so that the pod of a failed attempt stays and its last words can be read.
          restartPolicy: 'Never',
          ...(serviceAccount === undefined ? {} : { serviceAccountName: serviceAccount.name }),
          ...(automountServiceAccountToken === undefined
            ? {}
            : { automountServiceAccountToken: automountServiceAccountToken.type }),
          ...(imagePullSecrets === undefined ? {} : { imagePullSecrets }),
          ...podOf(plan),
        },
      },
    },
  };
}

function ownedMetadata({
  metadata,
}: KeptnTask): KubeObject['metadata'] & { ownerReferences: OwnerReference[] } {
  return {
    name: jobName(metadata.name),
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

function podOf(plan: TaskPlan): Record<string, unknown> {
  return plan.runtime.kind === 'container'
    ? containerPod(plan.task, plan.runtime.container)
    : scriptPod(plan, plan.runtime);
}

/** The user's container as written, with the context, a folder for each mount, and its log as its last words. */
function containerPod(
  task: KeptnTask,
  container: Extract<ResolvedRuntime, { kind: 'container' }>['container'],
): Record<string, unknown> {
  const env = (container.env ?? []).filter(({ name }) => name !== 'KEPTN_CONTEXT');
  const mounts = [...new Set((container.volumeMounts ?? []).map(({ name }) => name))];
  return {
    securityContext: { seccompProfile: { type: 'RuntimeDefault' } },
    containers: [
      {
        terminationMessagePolicy: 'FallbackToLogsOnError',
        ...container,
        env: [...env, { name: 'KEPTN_CONTEXT', value: contextJson(task) }],
      },
    ],
    ...(mounts.length === 0
      ? {}
      : { volumes: mounts.map((name) => ({ name, emptyDir: { sizeLimit: '1Gi' } })) }),
  };
}

function scriptPod(
  { task, images }: TaskPlan,
  { script, code }: Extract<ResolvedRuntime, { kind: 'script' }>,
): Record<string, unknown> {
  const path = scriptPaths[script.language];
  const mounted = code !== undefined;
  return {
    securityContext: {
      runAsNonRoot: true,
      runAsUser: runtimeUser,
      runAsGroup: runtimeUser,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    containers: [
      {
        name: 'keptn-function-runner',
        image: images[script.language],
        imagePullPolicy: 'IfNotPresent',
        terminationMessagePolicy: 'FallbackToLogsOnError',
        env: scriptEnvironment(task, script, mounted ? path : undefined),
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        },
        volumeMounts: [
          { name: 'tmp', mountPath: '/tmp' },
          ...(mounted ? [{ name: 'function-mount', mountPath: path, subPath: codeKey, readOnly: true }] : []),
        ],
      },
    ],
    volumes: [
      { name: 'tmp', emptyDir: { sizeLimit: '1Gi' } },
      ...(mounted ? [{ name: 'function-mount', configMap: { name: jobName(task.metadata.name) } }] : []),
    ],
  };
}

interface EnvironmentEntry {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: unknown;
}

/** The variables that a script finds, in the order in which Keptn sets them. */
function scriptEnvironment(
  task: KeptnTask,
  script: ScriptSpec,
  path: string | undefined,
): EnvironmentEntry[] {
  const parameters = { ...script.parameters, ...task.spec.parameters.map };
  const sorted = Object.entries(parameters).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const secret = task.spec.secureParameters.secret || script.secret;
  const url = script.source.kind === 'url' ? script.source.url : '';
  return [
    ...(sorted.length === 0 ? [] : [{ name: 'DATA', value: jsonInOrder(sorted) }]),
    { name: 'KEPTN_CONTEXT', value: contextJson(task) },
    { name: 'CMD_ARGS', value: script.commandParameters ?? '' },
    ...(secret
      ? [{ name: 'SECURE_DATA', valueFrom: { secretKeyRef: { name: secret, key: 'SECURE_DATA' } } }]
      : []),
    { name: 'SCRIPT', value: path ?? url },
  ];
}

/** A JSON object with its keys in this order; a JavaScript object would put those that look like numbers first. */
function jsonInOrder(entries: readonly (readonly [string, string])[]): string {
  return `{${entries.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(',')}}`;
}

/** The context as scripts read it; the order of its fields is Keptn's. */
function contextJson({ spec }: KeptnTask): string {
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
