import { annotations } from '../../api/constants.ts';
import type { KeptnAppVersion } from '../../api/lifecycle/v1/keptn-app-version.ts';
import type { KeptnWorkloadVersion } from '../../api/lifecycle/v1/keptn-workload-version.ts';
import type { PhaseStatus } from '../phase-step.ts';
import type { Phase } from '../phases.ts';
import { type RunStatus, runOf } from '../runs.ts';
import { isCompleted } from '../state.ts';
import { formatTraceparent, parseTraceparent, spanIdOf, type TraceContext, traceIdOf } from './ids.ts';

/** The phase of an app below which its workloads are recorded. */
const deployPhase = 'AppDeploy';

/** Where a version stands in traces. */
export interface VersionTrace {
  readonly uid: string;
  readonly traceId: string;
  /** What the version's own span is a child of; another process, or another version, has it. */
  readonly parent: TraceContext | undefined;
}

/** The trace of an app version: its own, or the one that its KeptnApp says it continues. Pure. */
export function appTrace({ metadata, spec }: KeptnAppVersion): VersionTrace {
  const { uid = '' } = metadata;
  const parent =
    parseTraceparent(spec.traceId?.['traceparent']) ??
    parseTraceparent(metadata.annotations?.[annotations.traceparent]);
  return { uid, traceId: parent?.traceId ?? traceIdOf(uid), parent };
}

/**
 * The trace of a workload version: that of the app version under which it began, which is on record from then on. One
 * that never had an app has a trace of its own. `appVersion` is the one under which it is about to begin. Pure.
 */
export function workloadTrace(
  { metadata, spec, status }: KeptnWorkloadVersion,
  appVersion?: KeptnAppVersion,
): VersionTrace {
  const { uid = '' } = metadata;
  const parent =
    parseTraceparent(status?.phaseTraceIDs?.[deployPhase]?.['traceparent']) ??
    parseTraceparent(spec.traceId?.['traceparent']) ??
    (appVersion && deployContext(appVersion));
  return { uid, traceId: parent?.traceId ?? traceIdOf(uid), parent };
}

function deployContext(appVersion: KeptnAppVersion): TraceContext {
  const { uid, traceId } = appTrace(appVersion);
  return { traceId, spanId: phaseSpanId(uid, deployPhase, runOf(appVersion.status ?? {})) };
}

/** True for a workload version that is recorded below that app version, in whichever run of it. Pure. */
export function isBelow(workload: KeptnWorkloadVersion, app: KeptnAppVersion): boolean {
  const { parent } = workloadTrace(workload);
  const { uid = '' } = app.metadata;
  const runs = Array.from({ length: runOf(app.status ?? {}) + 1 }, (_, run) => run);
  return runs.some((run) => phaseSpanId(uid, deployPhase, run) === parent?.spanId);
}

/** The span of one run of a version. Pure. */
export function runSpanId(uid: string, run: number): string {
  return spanIdOf(uid, 'run', run);
}

/** The span of a phase in one run of its version. Pure. */
export function phaseSpanId(uid: string, phase: string, run: number): string {
  return spanIdOf(uid, 'phase', phase, run);
}

/** The span of a check, by the name of its KeptnTask or KeptnEvaluation. Pure. */
export function checkSpanId(ownerUid: string, child: string): string {
  return spanIdOf(ownerUid, 'check', child);
}

/** The trace headers of a phase that runs now. Pure. */
export function phaseTraceparent(trace: VersionTrace, phase: string, status: RunStatus | undefined): string {
  const spanId = phaseSpanId(trace.uid, phase, runOf(status ?? {}));
  return formatTraceparent({ traceId: trace.traceId, spanId });
}

type PhaseTraceIds = Readonly<Record<string, Readonly<Record<string, string>>>>;
type TracedStatus = PhaseStatus & RunStatus & { readonly phaseTraceIDs?: PhaseTraceIds | undefined };

/**
 * The field phaseTraceIDs of a version's next status: the headers of the phases that have begun or are over, and of a
 * workload's parent. What is on record of an ended phase stays, and a version that ended without any gets none. Pure.
 */
export function stampPhaseTraces(
  trace: VersionTrace,
  phases: readonly Phase[],
  next: TracedStatus,
  level: 'App' | 'Workload',
): { readonly phaseTraceIDs?: PhaseTraceIds } {
  const { phaseTraceIDs: recorded } = next;
  if (recorded === undefined && next.endTime !== undefined) return {};
  const fresh = phases.flatMap(({ name, field }): [string, Record<string, string>][] => {
    const isOver = isCompleted(next[field]) && recorded?.[name] !== undefined;
    if (isOver || next.phaseTimes?.[name] === undefined) return [];
    return [[name, { traceparent: phaseTraceparent(trace, name, next) }]];
  });
  const parent =
    level === 'App' || trace.parent === undefined
      ? {}
      : { [deployPhase]: { traceparent: formatTraceparent(trace.parent) } };
  const traces = { ...recorded, ...Object.fromEntries(fresh), ...parent };
  return Object.keys(traces).length === 0 ? {} : { phaseTraceIDs: traces };
}
