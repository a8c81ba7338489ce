import type { KeptnTask } from '../../api/lifecycle/v1/keptn-task.ts';
import type { TaskContainer } from '../../domain/task-runtime.ts';
import { containerSecurity } from './container-security.ts';
import type { ResolvedStep, TaskPlan } from './plan.ts';
import { contextJson, scriptEnvironment, traceEnvironment } from './script-environment.ts';

/** Non-root user and group of the runtime images. */
const runtimeUser = 65_532;
/** What an idle Deno or Python needs; a script that needs more says so in `resources`. */
const runtimeResources = { requests: { cpu: '10m', memory: '64Mi' } };
/** The folder that scripts may write to; the steps of a task share it. */
const scratchVolume = 'tmp';
const codeVolume = 'function-mount';
const scriptPaths = { deno: '/var/data/function.ts', python: '/var/data/function.py' } as const;

/** The key of a step's code in the task's ConfigMap: Keptn's where there is one step only. Pure. */
export function codeKey(step: string | undefined): string {
  return step ?? 'code';
}

/** Containers and volumes of a task's pod: every step but the last is an init container, so they run in order. Pure. */
export function podSpec(plan: TaskPlan, codeConfigMap: string | undefined): Record<string, unknown> {
  const containers = plan.steps.map((step) => containerOf(plan, step));
  const first = containers.slice(0, -1);
  const volumes = volumesOf(plan, codeConfigMap);
  return {
    securityContext: { seccompProfile: { type: 'RuntimeDefault' } },
    ...(first.length === 0 ? {} : { initContainers: first }),
    containers: containers.slice(-1),
    ...(volumes.length === 0 ? {} : { volumes }),
  };
}

function containerOf(plan: TaskPlan, step: ResolvedStep): Record<string, unknown> {
  return step.runtime.kind === 'container'
    ? userContainer(plan, step.name, step.runtime.container)
    : scriptContainer(plan, step.name, step.runtime);
}

/** The user's container as written, with the context, its log as its last words, and what Pod Security asks for. */
function userContainer(
  { task, restricted }: TaskPlan,
  step: string | undefined,
  container: TaskContainer,
): Record<string, unknown> {
  const env = (container.env ?? []).filter(({ name }) => name !== 'KEPTN_CONTEXT');
  return {
    terminationMessagePolicy: 'FallbackToLogsOnError',
    ...container,
    ...(step === undefined ? {} : { name: step }),
    env: [...env, { name: 'KEPTN_CONTEXT', value: contextJson(task) }, ...traceEnvironment(task, env)],
    securityContext: containerSecurity(container.securityContext, restricted),
  };
}

function scriptContainer(
  { task, images }: { readonly task: KeptnTask; readonly images: TaskPlan['images'] },
  step: string | undefined,
  { script, code }: Extract<ResolvedStep['runtime'], { kind: 'script' }>,
): Record<string, unknown> {
  const path = code === undefined ? undefined : scriptPaths[script.language];
  return {
    name: step ?? 'keptn-function-runner',
    image: images[script.language],
    imagePullPolicy: 'IfNotPresent',
    terminationMessagePolicy: 'FallbackToLogsOnError',
    env: scriptEnvironment(task, script, path),
    resources: script.resources ?? runtimeResources,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: runtimeUser,
      runAsGroup: runtimeUser,
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
    volumeMounts: [
      { name: scratchVolume, mountPath: '/tmp' },
      ...(path === undefined
        ? []
        : [{ name: codeVolume, mountPath: path, subPath: codeKey(step), readOnly: true }]),
    ],
  };
}

/** The user's volumes, ours, and an empty folder for each mount that has neither, once each. */
function volumesOf(
  { definition, steps }: TaskPlan,
  codeConfigMap: string | undefined,
): Record<string, unknown>[] {
  const code = codeConfigMap === undefined ? [] : [{ name: codeVolume, configMap: { name: codeConfigMap } }];
  const given = (definition.spec.volumes ?? []).filter(
    ({ name }) => code.length === 0 || name !== codeVolume,
  );
  const known = new Set([...given, ...code].map(({ name }) => name));
  const mounted = steps.flatMap(({ runtime }) =>
    runtime.kind === 'script'
      ? [scratchVolume]
      : (runtime.container.volumeMounts ?? []).map(({ name }) => name),
  );
  const folders = [...new Set(mounted)].filter((name) => !known.has(name));
  return [...given, ...folders.map((name) => ({ name, emptyDir: { sizeLimit: '1Gi' } })), ...code];
}
