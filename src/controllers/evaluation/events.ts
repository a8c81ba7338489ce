import { reasons } from '../../api/reasons.ts';
import type { Action, ObjectRef } from '../../domain/action.ts';
import type { Measurement } from './measure.ts';

/** How an evaluation ended, and the objectives that did not hold. */
export interface EvaluationEnd {
  readonly overallStatus: 'Succeeded' | 'Failed';
  readonly failed: readonly Measurement[];
}

/**
 * The Events that end an evaluation, with the reasons and texts that Keptn's users know. A success is told by the phase
 * that it is part of. Pure.
 */
export function endEvents(ref: ObjectRef, { overallStatus, failed }: EvaluationEnd): Action[] {
  if (overallStatus === 'Succeeded') return [];
  const lines = failed.map(
    ({ key, value, message }) =>
      `evaluation of '${key}' failed with value: '${value}' and reason: '${message}'`,
  );
  return [
    event(ref, 'Warning', reasons.evaluationTimeout, 'retryCount exceeded'),
    event(ref, 'Warning', reasons.evaluationFailed, ['evaluation failed', ...lines].join('\n')),
  ];
}

/** Says once why an evaluation cannot begin. Pure. */
export function waitEvent(ref: ObjectRef, reason: string, message: string): Action {
  return event(ref, 'Warning', reason, message);
}

function event(ref: ObjectRef, type: 'Normal' | 'Warning', reason: string, text: string): Action {
  const at = ` / Namespace: ${ref.namespace ?? ''}, Name: ${ref.name}`;
  const note = `Reconcile Evaluation: ${text}${at}`;
  return { kind: 'emitEvent', regarding: ref, type, reason, action: 'ReconcileEvaluation', note };
}
