import type { Job } from '../api/core/job.ts';
import type { TaskPod } from '../api/core/task-pod.ts';

/** How a Job ended. */
export interface JobVerdict {
  readonly status: 'Succeeded' | 'Failed';
  /** The Job's own reason, such as BackoffLimitExceeded. */
  readonly reason: string;
  readonly message: string;
}

/** Longest part of a container's last words that is kept. */
const maxTail = 1500;

/**
 * How the Job ended, or undefined while it runs. Only conditions that are true count. A Job that is being deleted has
 * ended too, for its pods go with it. Pure. Source: batch/v1 Job conditions.
 */
export function verdictOf(job: Job, pods: readonly TaskPod[]): JobVerdict | undefined {
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
    const words = lastWords(pods);
    const message = failed.message || 'the Job failed';
    return {
      status: 'Failed',
      reason: failed.reason || 'Failed',
      message: words === undefined ? message : `${message}: ${words}`,
    };
  }
  if (job.metadata.deletionTimestamp === undefined) return undefined;
  return {
    status: 'Failed',
    reason: 'JobDeleted',
    message: `Job "${job.metadata.name}" was deleted while it ran; deploy a new version to run the check again`,
  };
}

/** Why a pod of a running Job does not start, such as an image that cannot be pulled; undefined when all is well. Pure. */
export function waitOf(pods: readonly TaskPod[]): string | undefined {
  for (const { metadata, status } of pods) {
    for (const container of status.containerStatuses ?? []) {
      const { reason, message } = container.state?.waiting ?? {};
      if (reason === undefined || reason === 'ContainerCreating' || reason === 'PodInitializing') continue;
      return `pod "${metadata.name}" waits: ${reason}${message ? `: ${message}` : ''}`;
    }
  }
  return undefined;
}

/** The end of the log of the container that failed last, or why its pod never started. */
function lastWords(pods: readonly TaskPod[]): string | undefined {
  const newestFirst = pods.toSorted((a, b) =>
    (a.metadata.creationTimestamp ?? '') < (b.metadata.creationTimestamp ?? '') ? 1 : -1,
  );
  for (const { status } of newestFirst) {
    for (const { state } of status.containerStatuses ?? []) {
      const message = state?.terminated?.message?.trim();
      if (message) return message.slice(-maxTail);
    }
  }
  return waitOf(newestFirst);
}
