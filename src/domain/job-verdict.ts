import type { Job } from '../api/core/job.ts';
import type { ContainerStatus, TaskPod } from '../api/core/task-pod.ts';
import { recordOf } from './job-record.ts';
import { logTail } from './log-tail.ts';

/** How a Job ended. */
export interface JobVerdict {
  readonly status: 'Succeeded' | 'Failed';
  /** The Job's own reason, such as BackoffLimitExceeded. */
  readonly reason: string;
  readonly message: string;
}

/** A Job with what is known of its pods. */
export interface ObservedJob {
  readonly job: Job;
  readonly pods: readonly TaskPod[];
  /** Why the Job cannot make a pod, as its controller says in Events, the latest last. */
  readonly refusals: readonly string[];
}

/**
 * How the Job ended, or undefined while it runs. Only conditions that are true count. A Job that is being deleted has
 * ended too, for its pods go with it. Pure. Source: batch/v1 Job conditions.
 */
export function verdictOf(observed: ObservedJob): JobVerdict | undefined {
  const { job } = observed;
  const holds = (type: string) =>
    job.status.conditions?.find((condition) => condition.type === type && condition.status === 'True');
  const complete = holds('Complete') ?? holds('SuccessCriteriaMet');
  if (complete !== undefined) {
    return {
      status: 'Succeeded',
      reason: complete.reason || 'Completed',
      message: complete.message || 'the Job completed',
    };
  }
  const failed = holds('Failed') ?? holds('FailureTarget');
  if (failed !== undefined) {
    const cause = causeOf(observed);
    const message = failed.message || 'the Job failed';
    return {
      status: 'Failed',
      reason: failed.reason || 'Failed',
      message: cause === undefined ? message : `${message}: ${cause}`,
    };
  }
  if (job.metadata.deletionTimestamp === undefined) return undefined;
  return {
    status: 'Failed',
    reason: 'JobDeleted',
    message: `Job "${job.metadata.name}" was deleted while it ran; deploy a new version to run the check again`,
  };
}

/** Why a running Job gets no further, and whether it is its pod that waits or the Job that cannot make one. */
export interface JobWait {
  readonly kind: 'pod-waits' | 'pod-refused';
  readonly message: string;
}

/** Why a running Job does not get on, such as an image that cannot be pulled; undefined when all is well. Pure. */
export function waitOf({ job, pods, refusals }: ObservedJob): JobWait | undefined {
  for (const pod of pods) {
    const message = podWait(pod);
    if (message !== undefined) return { kind: 'pod-waits', message };
  }
  const refusal = refusals.at(-1);
  if (pods.length > 0 || refusal === undefined) return undefined;
  const message = `Job "${job.metadata.name}" cannot make its pod, and tries until its timeout: ${refusal}`;
  return { kind: 'pod-refused', message };
}

/** What a Job with several steps is at, such as `step "smoke" (2 of 3) runs`; undefined for any other. Pure. */
export function progressOf({ job, pods }: ObservedJob): string | undefined {
  const steps = recordOf(job)?.steps ?? [];
  const [pod] = newestFirst(pods);
  const running = containersOf(pod).find(({ state }) => state?.running !== undefined)?.name ?? '';
  const place = steps.indexOf(running);
  return place < 0 ? undefined : `step "${running}" (${place + 1} of ${steps.length}) runs`;
}

/** Reasons of a container that is merely on its way. */
const startingReasons = ['ContainerCreating', 'PodInitializing'];

function podWait(pod: TaskPod): string | undefined {
  for (const { name, state } of containersOf(pod)) {
    const { reason, message } = state?.waiting ?? {};
    if (reason === undefined || startingReasons.includes(reason)) continue;
    const needs = reason === 'CreateContainerConfigError' ? keysNeeded(pod, name) : '';
    return `pod "${pod.metadata.name}" waits: ${reason}${message ? `: ${message}` : ''}${needs}`;
  }
  return undefined;
}

/** The kubelet names the Secret that it misses but not the key, and not where it must be. */
function keysNeeded({ metadata, spec }: TaskPod, container: string): string {
  const all = [...(spec.initContainers ?? []), ...(spec.containers ?? [])];
  const sources = all.find(({ name }) => name === container)?.env?.map(({ valueFrom }) => valueFrom) ?? [];
  const needed = sources.flatMap((source) => [
    ...named('Secret', source?.secretKeyRef),
    ...named('ConfigMap', source?.configMapKeyRef),
  ]);
  if (needed.length === 0) return '';
  return `; namespace "${metadata.namespace ?? ''}" must have ${[...new Set(needed)].join(', ')}`;
}

function named(
  kind: string,
  ref: { name?: string | undefined; key: string; optional?: boolean | undefined } | undefined,
): string[] {
  return ref === undefined || ref.optional === true
    ? []
    : [`${kind} "${ref.name ?? ''}" with key "${ref.key}"`];
}

/**
 * Why the attempt that failed last did: which step, its exit code and the end of its log; undefined when none has
 * failed yet. Pure.
 */
export function lastFailureOf({ job, pods }: ObservedJob): string | undefined {
  const steps = recordOf(job)?.steps ?? [];
  for (const pod of newestFirst(pods)) {
    const containers = containersOf(pod);
    const failed = containers.find(({ state }) => (state?.terminated?.exitCode ?? 0) !== 0);
    if (failed !== undefined) return failureOf(failed, steps, containers.length);
    if (pod.status.phase === 'Failed' && pod.status.message) return pod.status.message;
  }
  return undefined;
}

/** What failed, or what had not ended, or why it never started. */
function causeOf(observed: ObservedJob): string | undefined {
  const failure = lastFailureOf(observed);
  if (failure !== undefined) return failure;
  const progress = progressOf(observed);
  return progress === undefined ? waitOf(observed)?.message : `${progress} still`;
}

function failureOf({ name, state }: ContainerStatus, steps: readonly string[], containers: number): string {
  const { exitCode, reason, message } = state?.terminated ?? { exitCode: 1 };
  const who = steps.includes(name)
    ? `step "${name}" failed with `
    : containers > 1
      ? `container "${name}" failed with `
      : '';
  const code = `${who}exit code ${exitCode}${reason && reason !== 'Error' ? ` (${reason})` : ''}`;
  const tail = logTail(message);
  return tail === undefined ? code : `${code}: ${tail}`;
}

function containersOf(pod: TaskPod | undefined): ContainerStatus[] {
  return [...(pod?.status.initContainerStatuses ?? []), ...(pod?.status.containerStatuses ?? [])];
}

function newestFirst(pods: readonly TaskPod[]): TaskPod[] {
  return pods.toSorted((a, b) =>
    (a.metadata.creationTimestamp ?? '') < (b.metadata.creationTimestamp ?? '') ? 1 : -1,
  );
}
