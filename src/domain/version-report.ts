import { reasons } from '../api/reasons.ts';
import type { ConditionClaim } from './condition.ts';
import type { OpenPhase } from './phase-step.ts';

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
