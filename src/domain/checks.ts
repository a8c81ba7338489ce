import type { KeptnEvaluation } from '../api/lifecycle/v1/keptn-evaluation.ts';
import type { KeptnEvaluationDefinition } from '../api/lifecycle/v1/keptn-evaluation-definition.ts';
import type { KeptnTask } from '../api/lifecycle/v1/keptn-task.ts';
import type { KeptnTaskDefinition } from '../api/lifecycle/v1/keptn-task-definition.ts';
import type { ItemStatus, TaskContext } from '../api/lifecycle/v1/shared.ts';
import type { KubeObject } from '../api/meta.ts';
import { reasons } from '../api/reasons.ts';
import { checkName } from './names.ts';
import { lifecycleVersion } from './object-ref.ts';
import type { CheckChild, ObservedCheck } from './phase-step.ts';
import type { CheckPhase, ChecksField, ItemsField, Phase } from './phases.ts';

/** One check that a version asks for, and the deterministic name of its child. */
export interface PlannedCheck {
  readonly phase: CheckPhase;
  readonly definition: string;
  readonly childName: string;
  readonly ownerUid: string;
  readonly attempt: number;
  /** The name on record for the first attempt: another than ours where Keptn, which gave random names, made the child. */
  readonly recordedName?: string | undefined;
}

/** The part of a version that says which checks it asks for, and which attempt of each is the present one. */
export interface CheckingVersion {
  readonly metadata: { readonly uid?: string | undefined };
  readonly spec: { readonly [F in ChecksField]?: readonly string[] | undefined };
  readonly status?: { readonly [F in ItemsField]?: readonly ItemStatus[] | undefined } | undefined;
}

/** Every check of a version in the order of its phases, each in its present attempt. Pure. */
export function plannedChecks(version: CheckingVersion, phases: readonly Phase[]): PlannedCheck[] {
  const { metadata, spec, status } = version;
  return phases.flatMap((phase) => {
    if (phase.kind === 'deploy') return [];
    return (spec[phase.checks] ?? []).map((definition) => {
      const { checkType } = phase;
      const item = status?.[phase.items]?.find(({ definitionName }) => definitionName === definition);
      const attempt = item?.attempt ?? 0;
      const ownerUid = metadata.uid ?? '';
      const childName = checkName({ ownerUid, checkType, definition, attempt });
      const recordedName = attempt === 0 ? item?.name : undefined;
      return { phase, definition, childName, ownerUid, attempt, recordedName };
    });
  });
}

/** A planned check beside what was found of it: a task and its definition, or an evaluation and its definition. */
export interface FoundCheck extends PlannedCheck {
  readonly task?: KeptnTask | undefined;
  readonly taskDefinition?: KeptnTaskDefinition | undefined;
  readonly evaluation?: KeptnEvaluation | undefined;
  readonly evaluationDefinition?: KeptnEvaluationDefinition | undefined;
}

/** What the phases need to know of a found check. Pure. */
export function observedCheck(found: FoundCheck): ObservedCheck {
  const { phase, definition, childName, task, evaluation } = found;
  const child = task === undefined ? evaluation && evaluationChild(evaluation) : taskChild(task);
  return {
    phase: phase.name,
    definition,
    childName,
    defined: (found.taskDefinition ?? found.evaluationDefinition) !== undefined,
    ...(child === undefined ? {} : { child }),
  };
}

function evaluationChild({ metadata, status }: KeptnEvaluation): CheckChild {
  return {
    state: status?.overallStatus ?? 'Pending',
    startTime: metadata.creationTimestamp,
    endTime: status?.endTime,
    message: status?.conditions?.find(({ type }) => type === 'Ready')?.message,
  };
}

function taskChild({ metadata, status }: KeptnTask): CheckChild {
  return {
    state: status?.status ?? 'Pending',
    startTime: metadata.creationTimestamp,
    endTime: status?.endTime,
    // That a Job runs goes without saying; each new message is an Event on every pod that waits.
    message: status?.reason === reasons.running ? undefined : status?.message,
  };
}

/** The version object that a check is made for. */
export interface CheckOwner {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string | undefined;
    readonly uid?: string | undefined;
  };
}

/**
 * The KeptnTask or KeptnEvaluation of a check: how often and how long it tries are its definition's at this moment.
 * Pure.
 */
export function checkManifest(owner: CheckOwner, found: FoundCheck, context: TaskContext): KubeObject {
  return found.phase.kind === 'tasks'
    ? taskManifest(owner, found, context)
    : evaluationManifest(owner, found, context);
}

function taskManifest(owner: CheckOwner, found: FoundCheck, context: TaskContext): KubeObject {
  const { phase, definition, taskDefinition } = found;
  const { labels, annotations } = taskDefinition?.metadata ?? {};
  return {
    apiVersion: lifecycleVersion,
    kind: 'KeptnTask',
    metadata: {
      ...ownedBy(owner, found),
      ...(labels === undefined ? {} : { labels }),
      ...(annotations === undefined ? {} : { annotations: withoutApplied(annotations) }),
    },
    spec: {
      taskDefinition: definition,
      checkType: phase.checkType,
      ...(taskDefinition?.spec.retries === undefined ? {} : { retries: taskDefinition.spec.retries }),
      ...(taskDefinition?.spec.timeout === undefined ? {} : { timeout: taskDefinition.spec.timeout }),
      context: { ...context, taskType: phase.checkType },
    },
  };
}

function evaluationManifest(owner: CheckOwner, found: FoundCheck, context: TaskContext): KubeObject {
  const { phase, definition, evaluationDefinition } = found;
  const { retries, retryInterval } = evaluationDefinition?.spec ?? {};
  const { appName = '', appVersion = '', workloadName = '', workloadVersion = '' } = context;
  return {
    apiVersion: lifecycleVersion,
    kind: 'KeptnEvaluation',
    metadata: ownedBy(owner, found),
    spec: {
      evaluationDefinition: definition,
      checkType: phase.checkType,
      appName,
      ...(appVersion === '' ? {} : { appVersion }),
      ...(workloadName === '' ? {} : { workload: workloadName }),
      workloadVersion,
      ...(retries === undefined ? {} : { retries }),
      ...(retryInterval === undefined ? {} : { retryInterval }),
    },
  };
}

function ownedBy(owner: CheckOwner, { childName }: FoundCheck): KubeObject['metadata'] {
  const { apiVersion, kind, metadata } = owner;
  const { name, uid = '' } = metadata;
  return {
    name: childName,
    namespace: metadata.namespace ?? '',
    ownerReferences: [{ apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true }],
  };
}

/** kubectl's record of what it applied belongs to the definition alone. */
function withoutApplied(annotations: Readonly<Record<string, string>>): Record<string, string> {
  const { 'kubectl.kubernetes.io/last-applied-configuration': _applied, ...rest } = annotations;
  return rest;
}
