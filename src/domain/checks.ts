import type { KeptnTask } from '../api/lifecycle/v1/keptn-task.ts';
import type { KeptnTaskDefinition } from '../api/lifecycle/v1/keptn-task-definition.ts';
import type { TaskContext } from '../api/lifecycle/v1/shared.ts';
import type { KubeObject } from '../api/meta.ts';
import { reasons } from '../api/reasons.ts';
import type { CheckChild, ObservedCheck } from './advance.ts';
import { checkName } from './names.ts';
import type { CheckPhase, ChecksField, Phase } from './phases.ts';

/** One check that a version asks for, and the deterministic name of its child. */
export interface PlannedCheck {
  readonly phase: CheckPhase;
  readonly definition: string;
  readonly childName: string;
}

/** First attempt; a retry will count on from here. */
const firstAttempt = 0;

/** Every check of a version in the order of its phases. Pure. */
export function plannedChecks(
  ownerUid: string,
  phases: readonly Phase[],
  checks: { readonly [F in ChecksField]?: readonly string[] | undefined },
): PlannedCheck[] {
  return phases.flatMap((phase) => {
    if (phase.kind === 'deploy') return [];
    return (checks[phase.checks] ?? []).map((definition) => {
      const { checkType } = phase;
      const childName = checkName({ ownerUid, checkType, definition, attempt: firstAttempt });
      return { phase, definition, childName };
    });
  });
}

/** A planned check beside what was found of it. */
export interface FoundCheck extends PlannedCheck {
  readonly task?: KeptnTask | undefined;
  readonly taskDefinition?: KeptnTaskDefinition | undefined;
}

/** What the phases need to know of a found check. Pure. */
export function observedCheck(found: FoundCheck): ObservedCheck {
  const { phase, definition, childName, task, taskDefinition } = found;
  return {
    phase: phase.name,
    definition,
    childName,
    defined: taskDefinition !== undefined,
    ...(task === undefined ? {} : { child: childOf(task) }),
  };
}

function childOf({ metadata, status }: KeptnTask): CheckChild {
  return {
    state: status?.status ?? 'Pending',
    startTime: metadata.creationTimestamp,
    endTime: status?.endTime,
    // That a Job runs goes without saying; each new message is an Event on every pod that waits.
    message: status?.reason === reasons.running ? undefined : status?.message,
  };
}

/** The object that a KeptnTask is made for. */
export interface TaskOwner {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string | undefined;
    readonly uid?: string | undefined;
  };
}

/** The KeptnTask of a check: retries, timeout, labels and annotations are its definition's at this moment. Pure. */
export function taskManifest(owner: TaskOwner, found: FoundCheck, context: TaskContext): KubeObject {
  const { phase, definition, childName, taskDefinition } = found;
  const { labels, annotations } = taskDefinition?.metadata ?? {};
  return {
    apiVersion: 'lifecycle.keptn.sh/v1',
    kind: 'KeptnTask',
    metadata: {
      name: childName,
      namespace: owner.metadata.namespace ?? '',
      ...(labels === undefined ? {} : { labels }),
      ...(annotations === undefined ? {} : { annotations: withoutApplied(annotations) }),
      ownerReferences: [
        {
          apiVersion: owner.apiVersion,
          kind: owner.kind,
          name: owner.metadata.name,
          uid: owner.metadata.uid ?? '',
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
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

/** kubectl's record of what it applied belongs to the definition alone. */
function withoutApplied(annotations: Readonly<Record<string, string>>): Record<string, string> {
  const { 'kubectl.kubernetes.io/last-applied-configuration': _applied, ...rest } = annotations;
  return rest;
}
