import type { KeptnEvaluation } from '../../api/lifecycle/v1/keptn-evaluation.ts';
import type { KeptnTask } from '../../api/lifecycle/v1/keptn-task.ts';
import type { ItemStatus } from '../../api/lifecycle/v1/shared.ts';
import { checkName } from '../names.ts';
import { msOf } from '../phase-spans.ts';
import type { CheckPhase } from '../phases.ts';
import { isCompleted } from '../state.ts';
import { shortText } from './attributes.ts';
import type { SpanEvent } from './span.ts';

/** The children of a version that still exist. */
export interface Children {
  readonly tasks: readonly KeptnTask[];
  readonly evaluations: readonly KeptnEvaluation[];
}

/** One attempt of a check, from the version's record and from its child while that exists. */
export interface CheckOnRecord {
  readonly item: ItemStatus;
  /** How many attempts came after it. */
  readonly later: number;
  /** Of the child; undefined when that is gone. */
  readonly uid: string | undefined;
  readonly startMs: number | undefined;
  readonly endMs: number | undefined;
  /** Why it failed, as far as that is known. */
  readonly message: string | undefined;
  /** One for each objective of an evaluation. */
  readonly objectives: readonly Omit<SpanEvent, 'atMs'>[];
}

/**
 * The attempts of one check, the first first: the present one from the version's record, those before it from their
 * children, which have names that are known. One whose child is gone is left out. Pure.
 */
export function attemptsOf(
  ownerUid: string,
  phase: CheckPhase,
  item: ItemStatus,
  children: Children,
): readonly CheckOnRecord[] {
  const { attempt: present = 0, definitionName: definition = '' } = item;
  const former = Array.from({ length: present }, (_, attempt) => {
    const name = checkName({ ownerUid, checkType: phase.checkType, definition, attempt });
    const child = childOf(phase, name, children);
    if (child === undefined) return [];
    const named = { ...child.item, definitionName: definition, name, attempt };
    return [{ ...onRecord(named, child), later: present - attempt }];
  });
  return [...former.flat(), { ...onRecord(item, childOf(phase, item.name ?? '', children)), later: 0 }];
}

interface Child {
  readonly uid: string | undefined;
  readonly item: Pick<ItemStatus, 'status' | 'startTime' | 'endTime'>;
  readonly message: string | undefined;
  readonly objectives: CheckOnRecord['objectives'];
}

function onRecord(item: ItemStatus, child: Child | undefined): Omit<CheckOnRecord, 'later'> {
  const isOver = isCompleted(item.status);
  const failed = item.status === 'Failed' || item.status === 'Warning';
  return {
    item,
    uid: child?.uid,
    startMs: msOf(item.startTime),
    endMs: isOver ? endOf(item, child) : undefined,
    message: failed && child?.message ? shortText(child.message) : undefined,
    objectives: isOver ? (child?.objectives ?? []) : [],
  };
}

/** What is recorded of an end may be less than the child knows; without any it ended when it began. */
function endOf(item: ItemStatus, child: Child | undefined): number | undefined {
  return msOf(item.endTime) ?? msOf(child?.item.endTime) ?? msOf(item.startTime);
}

function childOf(phase: CheckPhase, name: string, { tasks, evaluations }: Children): Child | undefined {
  if (phase.kind === 'tasks') {
    const task = tasks.find(({ metadata }) => metadata.name === name);
    return task && taskChild(task);
  }
  const evaluation = evaluations.find(({ metadata }) => metadata.name === name);
  return evaluation && evaluationChild(evaluation);
}

function taskChild({ metadata, status }: KeptnTask): Child {
  const item = {
    status: status?.status ?? 'Pending',
    startTime: metadata.creationTimestamp,
    endTime: status?.endTime,
  };
  return { uid: metadata.uid, item, message: status?.message, objectives: [] };
}

/** More would not be read. */
const mostObjectives = 32;

function evaluationChild({ metadata, status }: KeptnEvaluation): Child {
  const item = {
    status: status?.overallStatus ?? 'Pending',
    startTime: metadata.creationTimestamp,
    endTime: status?.endTime,
  };
  const objectives = Object.entries(status?.evaluationStatus ?? {})
    .slice(0, mostObjectives)
    .map(([metric, { value, status: state, message }]) => ({
      name: `objective '${metric}' ${state === 'Succeeded' ? 'met' : 'not met'}`,
      attributes: {
        'keptn.metric.name': metric,
        'keptn.metric.value': shortText(value),
        ...(message === undefined ? {} : { 'keptn.metric.message': shortText(message) }),
      },
    }));
  const message = status?.conditions?.find(({ type }) => type === 'Ready')?.message;
  return { uid: metadata.uid, item, message, objectives };
}
