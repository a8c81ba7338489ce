import { annotations } from '../../api/constants.ts';
import type { KeptnAppVersion } from '../../api/lifecycle/v1/keptn-app-version.ts';
import { reasons } from '../../api/reasons.ts';
import type { Action } from '../../domain/action.ts';
import { advance } from '../../domain/advance.ts';
import { observedCheck } from '../../domain/checks.ts';
import { type ConditionClaim, formatTime, setConditions } from '../../domain/condition.ts';
import type { Decision } from '../../domain/decision.ts';
import { isReleased } from '../../domain/gate.ts';
import { applyStatus } from '../../domain/object-ref.ts';
import type { OpenPhase, PhaseStatus, PhaseStep } from '../../domain/phase-step.ts';
import { failurePhase, workloadPhases } from '../../domain/phases.ts';
import { rolloutName } from '../../domain/retry.ts';
import { answerRetry } from '../../domain/retry-answer.ts';
import { type Restart, stampRestart } from '../../domain/runs.ts';
import { hasPassed } from '../../domain/state.ts';
import { supersede } from '../../domain/supersede.ts';
import { stampPhaseTraces, workloadTrace } from '../../domain/trace/version-trace.ts';
import { reasonOf, versionConditions, waitingConditions } from '../../domain/version-report.ts';
import { done, type Outcome } from '../../kernel/outcome.ts';
import { letGo } from './audit.ts';
import { holdEvents, liftActions } from './gate-events.ts';
import { type Held, holdForWave } from './hold-for-wave.ts';
import { checkOf, versionRef } from './manifest.ts';
import type { WorkloadVersionSnapshot } from './observe.ts';
import { restart } from './restart.ts';
import { timedRollout } from './timed-rollout.ts';

/** The status as it is written: what the phases say, and the fields of this kind alone. */
type Status = PhaseStatus & {
  readonly deploymentStartTime?: string | undefined;
  readonly appContextMetadata?: Readonly<Record<string, string>> | undefined;
  readonly restartedBy?: string | undefined;
  readonly restarts?: readonly Restart[] | undefined;
};

/** Decides what a KeptnWorkloadVersion does next: it waits for its app, moves through its phases, lifts gates. Pure. */
export function decideWorkloadVersion(snapshot: WorkloadVersionSnapshot): Decision {
  const decision = decideByChecks(snapshot);
  return snapshot.config.mode === 'audit' ? letGo(decision, snapshot) : decision;
}

function decideByChecks(snapshot: WorkloadVersionSnapshot): Decision {
  const superseded = supersededBy(snapshot);
  if (superseded !== undefined) return deprecate(snapshot, superseded);
  if (isOver(snapshot)) return { actions: [], outcome: done };
  const again = answer(snapshot) ?? restart(snapshot);
  if (again !== undefined) return again;
  const current = begunAnew(snapshot);
  const held = holdForApp(current) ?? holdForWave(current);
  if (held !== undefined) return patience(current) ?? wait(current, held);
  return proceed(current);
}

/** Replaced, and its workload is gone since: nobody wants it again, and it goes with its workload. */
function isOver({ version, workload }: WorkloadVersionSnapshot): boolean {
  return workload === undefined && version.status?.status === 'Deprecated';
}

/** Takes a failure back where a user asked for it; the rollout's deadline then counts anew. */
function answer({ version, workload, now }: WorkloadVersionSnapshot): Decision | undefined {
  const wanted = workload?.spec.version;
  const answered = answerRetry({
    ref: versionRef(version),
    annotations: version.metadata.annotations,
    status: version.status,
    phases: workloadPhases,
    onFailure: failurePhase('Workload'),
    replacedBy: wanted === undefined || wanted === version.spec.version ? undefined : wanted,
  });
  if (answered === undefined) return undefined;
  const status: Status = {
    ...answered.status,
    ...stampRestart(version.status ?? {}, answered.status, now),
  };
  const { deploymentStartTime, ...anew } = status;
  const kept = answered.again.includes(rolloutName) ? anew : { ...anew, deploymentStartTime };
  return { actions: [applyStatus(versionRef(version), kept), ...answered.actions], outcome: done };
}

/**
 * A version that was replaced before it was through, and is wanted again, begins anew: it waits for its app once more,
 * and neither its end, nor the deadline of its former rollout, nor the trace that it was in counts. Checks that ran stay
 * on record.
 */
function begunAnew(snapshot: WorkloadVersionSnapshot): WorkloadVersionSnapshot {
  const { version } = snapshot;
  if (version.status?.status !== 'Deprecated') return snapshot;
  const {
    currentPhase: _phase,
    endTime: _end,
    deploymentStartTime: _start,
    phaseTimes: _times,
    phaseTraceIDs: _traces,
    ...status
  } = version.status;
  const restarted = stampRestart(version.status, {}, snapshot.now);
  return { ...snapshot, version: { ...version, status: { ...status, ...restarted, status: 'Pending' } } };
}

/** The version that took this one's place before it was through. */
function supersededBy({ version, workload }: WorkloadVersionSnapshot): string | undefined {
  const status = version.status?.status;
  if (status === 'Succeeded' || status === 'Failed') return undefined;
  if (workload === undefined || workload.spec.version === version.spec.version) return undefined;
  return workload.spec.version;
}

/** Pods of a version whose checks had passed may be made again while the next one rolls out; no others. */
function deprecate(snapshot: WorkloadVersionSnapshot, by: string): Decision {
  const { version, gatedPods, now } = snapshot;
  const message = `version "${by}" of the workload took the place of this one before it was through`;
  const status: Status = {
    ...version.status,
    ...supersede({
      phases: workloadPhases,
      previous: version.status ?? {},
      observed: snapshot.checks.map(observedCheck),
      now,
    }),
  };
  const next = { metadata: version.metadata, status };
  const lifted = gatedPods.filter(({ identity }) => isReleased(next, identity));
  const waiting = gatedPods.filter((pod) => !lifted.includes(pod));
  const isGated = !isReleased(next, { preTasks: [], preEvaluations: [] });
  const claims: ConditionClaim[] = [
    { type: 'Gated', status: isGated ? 'True' : 'False', reason: reasons.superseded, message },
    ...waitingConditions(reasons.superseded, message, true),
  ];
  return {
    actions: [
      record(snapshot, status, claims),
      ...liftActions(lifted, snapshot),
      ...holdEvents(waiting, snapshot, reasons.superseded, message),
    ],
    outcome: done,
  };
}

/** Why the version may not begin: its app is unknown, still checking, or failed. Undefined once it has begun. */
function holdForApp({ version, appVersion, appVersionIsCurrent }: WorkloadVersionSnapshot): Held | undefined {
  if (version.status?.currentPhase) return undefined;
  const { app, version: wanted } = version.spec;
  if (appVersion === undefined) {
    const message = `waits for a KeptnAppVersion of app "${app}" that lists version "${wanted}" of this workload`;
    return { reason: reasons.waitingForApp, message, on: [{ kind: 'KeptnApp', name: app }], stalled: false };
  }
  return appVersionIsCurrent && asksNothingFirst(appVersion) ? undefined : holdForAppChecks(appVersion);
}

/**
 * An app version that neither checks anything before the deployment nor waits for another holds nobody, even before its
 * own status says so. Only the present one: its successor may ask for checks.
 */
function asksNothingFirst({ spec }: KeptnAppVersion): boolean {
  const lists = [spec.preDeploymentTasks, spec.preDeploymentEvaluations, spec.dependsOn];
  return lists.every((list) => list === undefined || list.length === 0);
}

function holdForAppChecks(appVersion: KeptnAppVersion): Held | undefined {
  const { preDeploymentStatus, preDeploymentEvaluationStatus, status } = appVersion.status ?? {};
  if (hasPassed(preDeploymentStatus) && hasPassed(preDeploymentEvaluationStatus)) return undefined;
  const { name } = appVersion.metadata;
  const on = [{ kind: 'KeptnAppVersion', name }];
  const said = appVersion.status?.conditions?.find(({ type }) => type === 'Ready')?.message ?? '';
  if (status === 'Failed') {
    const message = `the checks of app version "${name}" failed: ${said}`;
    return { reason: reasons.appFailed, message, on, stalled: true };
  }
  const message = `waits for the pre-deployment checks of app version "${name}"${said ? `: ${said}` : ''}`;
  return { reason: reasons.waitingForApp, message, on, stalled: false };
}

/** The app of a workload comes a moment after it: to say at once that it is waited for would take longer than to wait. */
const patienceMs = 500;

/** What is done for a version that was made this moment and whose app is not there yet. */
function patience({ version, appVersion, now }: WorkloadVersionSnapshot): Decision | undefined {
  if (version.status !== undefined || appVersion !== undefined) return undefined;
  const madeAt = Date.parse(version.metadata.annotations?.[annotations.madeAt] ?? '');
  const leftMs = madeAt + patienceMs - now.getTime();
  // Whatever anybody writes there delays it by no more.
  if (!(leftMs > 0 && leftMs <= patienceMs)) return undefined;
  return { actions: [], outcome: { kind: 'again', afterMs: leftMs, why: 'its app may come any moment' } };
}

function wait(snapshot: WorkloadVersionSnapshot, held: Held): Decision {
  const { reason, message, on, stalled } = held;
  const claims: ConditionClaim[] = [
    { type: 'Gated', status: 'True', reason, message },
    ...waitingConditions(reason, message, stalled),
  ];
  const states = Object.fromEntries(workloadPhases.map(({ field }) => [field, 'Pending']));
  const status = { ...snapshot.version.status, ...states, status: 'Pending' };
  return {
    actions: [record(snapshot, status, claims), ...holdEvents(snapshot.gatedPods, snapshot, reason, message)],
    outcome: { kind: 'stalled', by: stalled ? 'user' : 'child', on, reason: message },
  };
}

function proceed(snapshot: WorkloadVersionSnapshot): Decision {
  const { version, gatedPods } = snapshot;
  const previous: PhaseStatus = version.status ?? {};
  const rollout = timedRollout(snapshot);
  const step = advance({
    phases: workloadPhases,
    onFailure: failurePhase('Workload'),
    previous,
    checks: version.spec,
    observed: snapshot.checks.map(observedCheck),
    deployment: rollout.observed,
    blocking: snapshot.config.blocking,
    now: snapshot.now,
  });
  const status = withDeploymentStart(step, snapshot);
  const next = { metadata: version.metadata, status };
  const lifted = gatedPods.filter(({ identity }) => isReleased(next, identity));
  const waiting = gatedPods.filter((pod) => !lifted.includes(pod));
  const reason = step.open === undefined ? reasons.waitingForTask : reasonOf(step.open);
  const message = step.open?.message ?? 'the pod asks for checks that this version has not passed';
  return {
    actions: [
      ...step.create.map(({ check }) => checkOf(snapshot, check.childName)),
      record(snapshot, traced(snapshot, status), [
        gatedClaim(status, step.open),
        ...versionConditions(step.open),
      ]),
      ...liftActions(lifted, snapshot),
      ...holdEvents(waiting, snapshot, reason, message),
    ],
    outcome: outcomeOf(step.open, rollout.deadlineMs),
  };
}

/** With the trace of the app version under which it began; the one it has then stays. */
function traced({ version, appVersion }: WorkloadVersionSnapshot, status: Status): Status {
  const trace = workloadTrace(version, appVersion);
  return {
    ...status,
    ...stampPhaseTraces(trace, [...workloadPhases, failurePhase('Workload')], status, 'Workload'),
  };
}

/** Whether pods of the version are held: not once both phases before the deployment have passed. */
function gatedClaim(status: Status, open: OpenPhase | undefined): ConditionClaim {
  if (hasPassed(status.preDeploymentStatus) && hasPassed(status.preDeploymentEvaluationStatus)) {
    const message = 'all checks before the deployment have passed';
    return { type: 'Gated', status: 'False', reason: reasons.gateLifted, message };
  }
  const reason = open === undefined ? reasons.waitingForTask : reasonOf(open);
  return { type: 'Gated', status: 'True', reason, message: open?.message ?? '' };
}

/** The start of the deployment phase is recorded while it was entered: the base of its deadline. */
function withDeploymentStart(step: PhaseStep, snapshot: WorkloadVersionSnapshot): Status {
  const { version, now } = snapshot;
  const { deploymentStartTime, ...status }: Status = { ...version.status, ...step.status };
  const entered = status.deploymentStatus !== 'Pending' && status.deploymentStatus !== 'Deprecated';
  return {
    ...status,
    ...fromApp(snapshot),
    ...(entered ? { deploymentStartTime: deploymentStartTime ?? formatTime(now) } : {}),
  };
}

/** What is taken over from the app version under which this one was met first; later ones change nothing. */
function fromApp({ version: { status }, appVersion }: WorkloadVersionSnapshot): Partial<Status> {
  const appContextMetadata = status?.appContextMetadata ?? appVersion?.spec.metadata;
  const metFirst = status?.conditions === undefined ? appVersion?.metadata.name : undefined;
  const restartedBy = status?.restartedBy ?? metFirst;
  return {
    ...(appContextMetadata === undefined ? {} : { appContextMetadata }),
    ...(restartedBy === undefined ? {} : { restartedBy }),
  };
}

function outcomeOf(open: OpenPhase | undefined, deadlineMs: number): Outcome {
  if (open === undefined || open.why === 'failed') return done;
  if (open.why === 'deploying') {
    return { kind: 'again', afterMs: deadlineMs, why: `deadline of the rollout: ${open.message}` };
  }
  const by = open.why === 'running' ? 'child' : 'user';
  return { kind: 'stalled', by, on: open.on, reason: open.message };
}

function record(
  { version, now }: WorkloadVersionSnapshot,
  status: Readonly<Record<string, unknown>>,
  claims: readonly ConditionClaim[],
): Action {
  const stamp = { now, generation: version.metadata.generation };
  const conditions = setConditions(version.status?.conditions, claims, stamp);
  return applyStatus(versionRef(version), { ...status, conditions });
}
