import type { Analysis } from '../../api/metrics/v1/analysis.ts';
import { reasons } from '../../api/reasons.ts';
import type { Action } from '../../domain/action.ts';
import { analysisRef } from './status.ts';

/** Kubernetes refuses longer notes (events.k8s.io); in bytes. */
const maxNoteBytes = 1024;

/** Said when an Analysis begins. Pure. */
export function startEvent(analysis: Analysis): Action {
  const { name } = analysis.spec.analysisDefinition;
  const note = `measures the objectives of AnalysisDefinition "${name}"`;
  return analysisEvent(analysis, 'Normal', reasons.analysisStarted, note);
}

/** Said about an Analysis; the same words are said once. Pure. */
export function analysisEvent(
  analysis: Analysis,
  type: 'Normal' | 'Warning',
  reason: string,
  text: string,
): Action {
  const regarding = analysisRef(analysis);
  return { kind: 'emitEvent', regarding, type, reason, action: 'ReconcileAnalysis', note: cut(text) };
}

function cut(text: string): string {
  const bytes = new TextEncoder().encode(text);
  if (bytes.length <= maxNoteBytes) return text;
  const whole = new TextDecoder().decode(bytes.subarray(0, maxNoteBytes - 8));
  return `${whole.replace(/\uFFFD$/u, '')}…`;
}
