import type { KeptnAppVersion } from '../../api/lifecycle/v1/keptn-app-version.ts';
import type { State } from '../../api/lifecycle/v1/shared.ts';
import { reasons } from '../../api/reasons.ts';
import type { Action } from '../../domain/action.ts';
import { advance } from '../../domain/advance.ts';
import { observedCheck } from '../../domain/checks.ts';
import { type ConditionClaim, setConditions } from '../../domain/condition.ts';
import type { Decision } from '../../domain/decision.ts';
import { deepEqual } from '../../domain/deep-equal.ts';
import { appVersionName } from '../../domain/names.ts';
import { applyStatus } from '../../domain/object-ref.ts';
import type { ObservedDeployment, OpenPhase, PhaseStatus } from '../../domain/phase-step.ts';
import { failurePhase, type Phase } from '../../domain/phases.ts';
import { restartAskedBy } from '../../domain/restart.ts';
import { answerRetry } from '../../domain/retry-answer.ts';
import { stampRestart } from '../../domain/runs.ts';
import { isCompleted, summarize } from '../../domain/state.ts';
import { supersede } from '../../domain/supersede.ts';
import { appTrace, stampPhaseTraces } from '../../domain/trace/version-trace.ts';
import { versionConditions, waitingConditions } from '../../domain/version-report.ts';
import { done, type Outcome } from '../../kernel/outcome.ts';
import { holdForDependencies } from './hold-for-dependencies.ts';
import { appCheckOf, appVersionRef } from './manifest.ts';
import type { AppVersionSnapshot, Member } from './observe.ts';

type WorkloadStates = NonNullable<NonNullable<AppVersionSnapshot['version']['status']>['workloadStatus']>;

/** Decides what a KeptnAppVersion does next: moves through its phases, or makes way for a newer one. Pure. */
export function decideAppVersion(snapshot: AppVersionSnapshot): Decision {
  const newer = replacedBy(snapshot);
  const state = snapshot.version.status?.status;
  if (newer !== undefined && !isCompleted(state)) return deprecate(snapshot, newer);
  const answered = answer(snapshot, newer);
  if (answered !== undefined) return answered;
  if (state === 'Deprecated') return recordLateEnds(snapshot);
  return holdForDependencies(snapshot) ?? proceed(snapshot, newer);
}

/** The KeptnAppVersion of the app's present generation, when that is another. */
function replacedBy({ version, app }: AppVersionSnapshot): string | undefined {
  if (app === undefined) return undefined;
  const current = appVersionName(app.metadata.name, app.spec.version, app.metadata.generation ?? 1);
  return current === version.metadata.name ? undefined : current;
}

/** Takes a failure back where a user asked for it. */
function answer(
  { version, phases, now }: AppVersionSnapshot,
  newer: string | undefined,
): Decision | undefined {
  const ref = appVersionRef(version);
  const { annotations } = version.metadata;
  const { status } = version;
  const onFailure = failurePhase('App');
  const answered = answerRetry({ ref, annotations, status, phases, onFailure, replacedBy: newer });
  if (answered === undefined) return undefined;
  const next = { ...answered.status, ...stampRestart(status ?? {}, answered.status, now) };
  return { actions: [applyStatus(ref, next), ...answered.actions], outcome: done };
}

/** An app that failed for a workload goes on when that is mended, unless another version took its place meanwhile. */
function phasesOf({ phases }: AppVersionSnapshot, newer: string | undefined): readonly Phase[] {
  if (newer === undefined) return phases;
  return phases.map((phase) => (phase.kind === 'deploy' ? { ...phase, reopens: false } : phase));
}

function deprecate(snapshot: AppVersionSnapshot, by: string): Decision {
  const message = `app version "${by}" took the place of this one before it was through`;
  const claims = waitingConditions(reasons.superseded, message, true);
  return { actions: [record(snapshot, superseded(snapshot), claims)], outcome: done };
}

/** Checks that ran when the version was replaced end later. */
function recordLateEnds(snapshot: AppVersionSnapshot): Decision {
  const { version } = snapshot;
  const status = superseded(snapshot);
  const actions = deepEqual(status, version.status) ? [] : [applyStatus(appVersionRef(version), status)];
  return { actions, outcome: done };
}

function superseded({ version, phases, checks, now }: AppVersionSnapshot): PhaseStatus {
  const previous: PhaseStatus = version.status ?? {};
  return { ...previous, ...supersede({ phases, previous, observed: checks.map(observedCheck), now }) };
}

function proceed(snapshot: AppVersionSnapshot, newer: string | undefined): Decision {
  const { version } = snapshot;
  const previous: PhaseStatus = version.status ?? {};
  const step = advance({
    phases: phasesOf(snapshot, newer),
    onFailure: failurePhase('App'),
    previous,
    checks: version.spec,
    observed: snapshot.checks.map(observedCheck),
    deployment: deploymentOf(snapshot),
    blocking: snapshot.config.blocking,
    now: snapshot.now,
  });
  const workloadStatus = workloadStates(snapshot, step.status.workloadOverallStatus);
  const status = {
    ...version.status,
    ...step.status,
    ...stampRestart(previous, step.status, snapshot.now),
    ...(workloadStatus.length === 0 ? {} : { workloadStatus }),
  };
  return {
    actions: [
      ...step.create.map(({ check }) => appCheckOf(snapshot, check.childName)),
      record(snapshot, traced(snapshot, status), versionConditions(step.open)),
    ],
    outcome: outcomeOf(step.open),
  };
}

function traced<S extends PhaseStatus>({ version, phases }: AppVersionSnapshot, status: S): S {
  const recorded = [...phases, failurePhase('App')];
  return { ...status, ...stampPhaseTraces(appTrace(version), recorded, status, 'App') };
}

/** Each workload's state; once the deployment phase has ended it is a record, whatever becomes of the workloads. */
function workloadStates({ version, members }: AppVersionSnapshot, next: State | undefined): WorkloadStates {
  const { workloadStatus: recorded, workloadOverallStatus: before } = version.status ?? {};
  if (recorded !== undefined && before === next && isCompleted(next)) return recorded;
  return members.map(({ ref, version: member }) => ({ workload: ref, status: stateOf(member, version) }));
}

/**
 * A superseded workload is no failure of the app: the newer version will bring a newer app version with it. Nor is one
 * that failed before this app version was made: it begins again for it.
 */
function stateOf(member: Member['version'], of: KeptnAppVersion): State {
  const state = member?.status?.status ?? 'Pending';
  const beginsAgain = restartAskedBy(member?.status, of) !== undefined;
  return state === 'Deprecated' || beginsAgain ? 'Progressing' : state;
}

/** The deployment phase of an app: all its workloads together. */
function deploymentOf({ members, version: of }: AppVersionSnapshot): ObservedDeployment {
  const state = summarize(
    members.map(({ version }) => stateOf(version, of)),
    members.length,
  );
  const open = members.filter(({ version }) => stateOf(version, of) !== 'Succeeded');
  const message = open.map((member) => describe(member, of)).join('; ');
  const on = open.map(({ versionName }) => ({ kind: 'KeptnWorkloadVersion', name: versionName }));
  return { state, message: message === '' ? 'all workloads are deployed' : message, on };
}

function describe({ ref, versionName, version }: Member, of: KeptnAppVersion): string {
  if (version === undefined) {
    return `workload "${ref.name}" of version "${ref.version}" has not been deployed yet (KeptnWorkloadVersion "${versionName}")`;
  }
  const said = version.status?.conditions?.find(({ type }) => type === 'Ready')?.message;
  return `workload "${ref.name}" is ${stateOf(version, of)}${said ? `: ${said}` : ''}`;
}

function outcomeOf(open: OpenPhase | undefined): Outcome {
  if (open === undefined || open.why === 'failed') return done;
  const by = open.why === 'running' || open.why === 'deploying' ? 'child' : 'user';
  return { kind: 'stalled', by, on: open.on, reason: open.message };
}

function record(
  { version, now }: AppVersionSnapshot,
  status: Readonly<Record<string, unknown>>,
  claims: readonly ConditionClaim[],
): Action {
  const stamp = { now, generation: version.metadata.generation };
  const conditions = setConditions(version.status?.conditions, claims, stamp);
  return applyStatus(appVersionRef(version), { ...status, conditions });
}
