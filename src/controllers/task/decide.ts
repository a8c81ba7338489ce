import type { KeptnTask } from '../../api/lifecycle/v1/keptn-task.ts';
import { reasons } from '../../api/reasons.ts';
import type { Action, ObjectRef } from '../../domain/action.ts';
import { type ConditionClaim, formatTime, setConditions } from '../../domain/condition.ts';
import type { Decision } from '../../domain/decision.ts';
import { recordOf } from '../../domain/job-record.ts';
import { lastFailureOf, type ObservedJob, progressOf, verdictOf, waitOf } from '../../domain/job-verdict.ts';
import { jobName } from '../../domain/names.ts';
import { applyStatus, lifecycleVersion, named, refTo } from '../../domain/object-ref.ts';
import { isCompleted } from '../../domain/state.ts';
import { errorMeanings } from '../../kernel/errors.ts';
import { done, type Outcome } from '../../kernel/outcome.ts';
import { codeManifest, jobManifest } from './manifest.ts';
import type { TaskSnapshot } from './observe.ts';
import { planTask } from './plan.ts';

interface TaskStatus {
  readonly status: 'Pending' | 'Progressing' | 'Succeeded' | 'Failed';
  readonly reason: string;
  readonly message: string;
  readonly jobName?: string;
  readonly definitions?: NonNullable<KeptnTask['status']>['definitions'];
}

/**
 * Decides what a KeptnTask does next. A finished task is finished: nothing that happens to its Job afterwards makes
 * it run again. Pure.
 */
export function decideTask(observed: TaskSnapshot): Decision {
  const snapshot = withOwnJob(observed);
  const { task, job, lastFailure } = snapshot;
  if (isCompleted(task.status?.status)) return { actions: expireJob(snapshot), outcome: done };
  if (job !== undefined) return followJob(snapshot, job);
  if (task.status?.jobName) {
    const message = `Job "${task.status.jobName}" was deleted before its result was known; deploy a new version to run the check again`;
    return end(snapshot, { status: 'Failed', reason: reasons.jobDeleted, message });
  }
  if (lastFailure !== undefined && !errorMeanings[lastFailure.error.tag].retryable) {
    const message = `Job "${jobName(task.metadata.name)}" was refused: ${lastFailure.error.message}; correct KeptnTaskDefinition "${task.spec.taskDefinition}" and deploy a new version`;
    return end(snapshot, { status: 'Failed', reason: reasons.jobRefused, message });
  }
  return start(snapshot);
}

/** A Job of the task's name that somebody else made is not its Job: its result proves nothing, and it is left alone. */
function withOwnJob(snapshot: TaskSnapshot): TaskSnapshot {
  const { task, job } = snapshot;
  const isOwn = job?.metadata.ownerReferences?.some(({ uid }) => uid === task.metadata.uid) === true;
  return isOwn ? snapshot : { ...snapshot, job: undefined };
}

function start(snapshot: TaskSnapshot): Decision {
  const plan = planTask(snapshot);
  if (!plan.ok) {
    const { message, reason, on } = plan.error;
    return {
      actions: [record(snapshot, { status: 'Pending', reason, message })],
      outcome: { kind: 'stalled', by: 'user', on: [on], reason: message },
    };
  }
  const code = codeManifest(plan.value);
  const refused = snapshot.lastFailure?.error.message;
  const name = jobName(snapshot.task.metadata.name);
  return {
    actions: [
      ...(refused === undefined ? [] : [record(snapshot, refusal(name, refused))]),
      ...(code === undefined ? [] : [{ kind: 'createIfAbsent', object: code } as const]),
      { kind: 'createIfAbsent', object: jobManifest(plan.value) },
      record(snapshot, {
        status: 'Progressing',
        reason: reasons.running,
        message: `Job "${name}" runs`,
        jobName: name,
        definitions: plan.value.record.definitions,
      }),
    ],
    outcome: waitForJob(name),
  };
}

/** The API server refuses the Job for now: a quota, a policy or a missing permission. */
function refusal(name: string, why: string): TaskStatus {
  const message = `Job "${name}" is refused and tried again: ${why}`;
  return { status: 'Pending', reason: reasons.jobRefused, message };
}

function followJob(snapshot: TaskSnapshot, job: NonNullable<TaskSnapshot['job']>): Decision {
  const { name } = job.metadata;
  const { pods, refusals } = snapshot;
  const observed = { job, pods, refusals };
  const verdict = verdictOf(observed);
  if (verdict === undefined) {
    return { actions: [record(snapshot, runningStatus(observed))], outcome: waitForJob(name) };
  }
  return end(snapshot, { ...verdict, jobName: name });
}

const waitReasons = { 'pod-waits': reasons.podWaits, 'pod-refused': reasons.podRefused } as const;

/** A Job that runs, or whose pod can't start, which is worth saying. */
function runningStatus(observed: ObservedJob): TaskStatus {
  const { name } = observed.job.metadata;
  const wait = waitOf(observed);
  const reason = wait === undefined ? reasons.running : waitReasons[wait.kind];
  const failure = lastFailureOf(observed);
  const again = failure === undefined ? '' : `, its last attempt failed: ${failure}`;
  const message = wait?.message ?? `${progressOf(observed) ?? `Job "${name}" runs`}${again}`;
  return { status: 'Progressing', reason, message, jobName: name };
}

function waitForJob(name: string): Outcome {
  return { kind: 'stalled', by: 'child', on: [{ kind: 'Job', name }], reason: `Job "${name}" runs` };
}

function end(snapshot: TaskSnapshot, status: TaskStatus): Decision {
  return {
    actions: [record(snapshot, status), ...expireJob(snapshot), ...failureEvent(snapshot, status)],
    outcome: done,
  };
}

/** A success is told by the phase that the task is part of. */
function failureEvent(snapshot: TaskSnapshot, { status, message }: TaskStatus): Action[] {
  if (status !== 'Failed') return [];
  return [
    {
      kind: 'emitEvent',
      regarding: taskRef(snapshot),
      type: 'Warning',
      reason: reasons.taskCodeFailed,
      action: 'ReconcileTask',
      note: `task has failed: ${message}`.slice(0, 1000),
    },
  ];
}

/**
 * A Job may expire only once its result is recorded: were it made with a time to live, a controller that is down for
 * longer than that would find neither Job nor result.
 */
function expireJob({ job, definitions }: TaskSnapshot): Action[] {
  if (job === undefined || job.spec.ttlSecondsAfterFinished !== undefined) return [];
  if (job.metadata.deletionTimestamp !== undefined) return [];
  // The definition may be another by now; one made before records were kept has to do.
  const ttlSecondsAfterFinished =
    recordOf(job)?.ttlSecondsAfterFinished ?? definitions[0]?.spec.ttlSecondsAfterFinished ?? 300;
  const ref = refTo('batch/v1', 'Job', job.metadata);
  return [{ kind: 'apply', object: named(ref, { spec: { ttlSecondsAfterFinished } }) }];
}

function taskRef({ task }: TaskSnapshot): ObjectRef {
  return refTo(lifecycleVersion, 'KeptnTask', task.metadata);
}

function record(snapshot: TaskSnapshot, next: TaskStatus): Action {
  const { task, now } = snapshot;
  const { reason, message } = next;
  const job = next.jobName ?? task.status?.jobName;
  const definitions = next.definitions ?? definitionsUsed(snapshot);
  const stamp = { now, generation: task.metadata.generation };
  return applyStatus(taskRef(snapshot), {
    ...(job ? { jobName: job } : {}),
    status: next.status,
    reason,
    message,
    startTime: task.status?.startTime ?? formatTime(now),
    ...(isCompleted(next.status) ? { endTime: formatTime(now) } : {}),
    ...(definitions.length === 0 ? {} : { definitions }),
    conditions: setConditions(task.status?.conditions, claimsOf(next), stamp),
  });
}

/** What the Job was made from; a task that was begun before this was recorded does not know. */
function definitionsUsed({ task, job }: TaskSnapshot): NonNullable<TaskStatus['definitions']> {
  return task.status?.definitions ?? recordOf(job)?.definitions ?? [];
}

/** Ready is true for a task that succeeded, false for one that failed or cannot start (Stalled), unknown while it runs. */
function claimsOf({ status, reason, message }: TaskStatus): ConditionClaim[] {
  const ready = { Succeeded: 'True', Failed: 'False', Pending: 'False', Progressing: 'Unknown' } as const;
  return [
    { type: 'Ready', status: ready[status], reason, message },
    { type: 'Stalled', status: ready[status] === 'False' ? 'True' : 'False', reason, message },
  ];
}
