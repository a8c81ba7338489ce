import { reasons } from '../api/reasons.ts';
import type { Action, ObjectRef } from './action.ts';
import type { ConditionClaim } from './condition.ts';
import type { OpenPhase, PhaseEvent, PhaseStatus } from './phase-step.ts';

/** What a version is called in messages. */
export interface VersionSubject {
  readonly ref: ObjectRef;
  readonly version: string;
  /** `App` or `Workload`. */
  readonly level: 'App' | 'Workload';
}

/** Kubernetes Events for what happened to phases, with the reasons and texts that Keptn's users know. Pure. */
export function phaseEvents(subject: VersionSubject, events: readonly PhaseEvent[]): Action[] {
  const texts = { Started: 'has started', Finished: 'has finished', Failed: 'has failed' } as const;
  return events.map(({ phase, longName, what, attempt }) => ({
    kind: 'emitEvent',
    regarding: subject.ref,
    type: what === 'Failed' ? 'Warning' : 'Normal',
    reason: `${phase}${what}`,
    action: phase,
    note: `${eventNote(subject, longName, texts[what])}${attempt === 0 ? '' : `, Attempt: ${attempt + 1}`}`,
  }));
}

/** The event that ends a version, or none when it had ended before. Pure. */
export function completionEvents(
  subject: VersionSubject,
  previous: PhaseStatus,
  next: PhaseStatus,
): Action[] {
  if (next.endTime === undefined || previous.endTime === next.endTime) return [];
  const failed = next.status === 'Failed';
  return [
    {
      kind: 'emitEvent',
      regarding: subject.ref,
      type: failed ? 'Warning' : 'Normal',
      reason: `${subject.level}Completed${failed ? 'Failed' : 'Finished'}`,
      action: `${subject.level}Completed`,
      note: eventNote(subject, `${subject.level} Completed`, failed ? 'has failed' : 'has finished'),
    },
  ];
}

function eventNote({ ref, version }: VersionSubject, longName: string, text: string): string {
  return `${longName}: ${text} / Namespace: ${ref.namespace ?? ''}, Name: ${ref.name}, Version: ${version}`;
}

const waitReasons: Readonly<Record<OpenPhase['why'], string>> = {
  running: reasons.waitingForTask,
  'missing-definition': reasons.missingDefinition,
  deploying: reasons.waitingForRollout,
  failed: reasons.checkFailed,
};

/** The reason for which a version stands where it stands. Pure. */
export function reasonOf(open: OpenPhase): string {
  if (open.why === 'failed' && open.phase.name === 'AppDeploy') return reasons.workloadFailed;
  if (open.why === 'failed' && open.phase.kind === 'deploy') return reasons.rolloutFailed;
  if (open.why === 'deploying' && open.phase.name === 'AppDeploy') return reasons.waitingForWorkload;
  if (open.why === 'running' && open.phase.kind === 'evaluations') return reasons.waitingForEvaluation;
  return waitReasons[open.why];
}

/** Ready, Progressing and Stalled of a version, from where it stands. Pure. */
export function versionConditions(open: OpenPhase | undefined): ConditionClaim[] {
  if (open === undefined) {
    const message = 'all phases have passed';
    return [
      { type: 'Ready', status: 'True', reason: reasons.completed, message },
      { type: 'Progressing', status: 'False', reason: reasons.completed, message },
      { type: 'Stalled', status: 'False', reason: reasons.completed, message },
    ];
  }
  const reason = reasonOf(open);
  const message = `${open.phase.longName}: ${open.message}`;
  const failed = open.why === 'failed';
  const stalled = failed || open.why === 'missing-definition';
  return [
    { type: 'Ready', status: failed ? 'False' : 'Unknown', reason, message },
    { type: 'Progressing', status: stalled ? 'False' : 'True', reason, message },
    { type: 'Stalled', status: stalled ? 'True' : 'False', reason, message },
  ];
}

/** Conditions of a version that waits for another object before its first phase. Pure. */
export function waitingConditions(reason: string, message: string, stalled: boolean): ConditionClaim[] {
  return [
    { type: 'Ready', status: stalled ? 'False' : 'Unknown', reason, message },
    { type: 'Progressing', status: stalled ? 'False' : 'True', reason, message },
    { type: 'Stalled', status: stalled ? 'True' : 'False', reason, message },
  ];
}
