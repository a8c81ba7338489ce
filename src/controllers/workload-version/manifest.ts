import type { KeptnWorkloadVersion } from '../../api/lifecycle/v1/keptn-workload-version.ts';
import { reasons } from '../../api/reasons.ts';
import type { Action, ObjectRef } from '../../domain/action.ts';
import { checkManifest } from '../../domain/checks.ts';
import { lifecycleVersion, refTo } from '../../domain/object-ref.ts';
import { phaseTraceparent, workloadTrace } from '../../domain/trace/version-trace.ts';
import type { WorkloadVersionSnapshot } from './observe.ts';

type GatedPods = WorkloadVersionSnapshot['gatedPods'];

/** Names a KeptnWorkloadVersion. Pure. */
export function versionRef({ metadata }: KeptnWorkloadVersion): ObjectRef {
  return refTo(lifecycleVersion, 'KeptnWorkloadVersion', metadata);
}

/** Creates the KeptnTask or KeptnEvaluation of the check with that child name; its context names the span of its phase. Pure. */
export function checkOf({ version, appVersion, checks }: WorkloadVersionSnapshot, childName: string): Action {
  const found = checks.find((check) => check.childName === childName);
  if (found === undefined) throw new Error(`no check is called ${childName}`);
  const { spec, status } = version;
  const owner = { ...versionRef(version), metadata: version.metadata };
  const traceparent = phaseTraceparent(workloadTrace(version, appVersion), found.phase.name, status);
  const context = {
    workloadName: spec.workloadName,
    appName: spec.app,
    appVersion: '',
    workloadVersion: spec.version,
    objectType: 'Workload',
    metadata: { ...status?.appContextMetadata, ...spec.metadata, traceparent },
  };
  return { kind: 'createIfAbsent', object: checkManifest(owner, found, context) };
}

/** Lifts the gate of each pod and says so on it. Pure. */
export function liftActions(pods: GatedPods, version: KeptnWorkloadVersion): Action[] {
  const note = `the checks of version "${version.spec.version}" have passed: the pod may be scheduled`;
  return pods.flatMap(({ pod }): Action[] => [
    { kind: 'liftGate', pod: podRef(pod) },
    {
      kind: 'emitEvent',
      regarding: podRef(pod),
      type: 'Normal',
      reason: reasons.gateLifted,
      action: 'LiftGate',
      note,
    },
  ]);
}

/** Says on each pod what it waits for. Pure. */
export function podWaits(pods: GatedPods, reason: string, message: string): Action[] {
  return pods.map(({ pod }) => ({
    kind: 'emitEvent',
    regarding: podRef(pod),
    type: reason === reasons.checkFailed || reason === reasons.missingDefinition ? 'Warning' : 'Normal',
    reason,
    action: 'HoldGate',
    note: message,
  }));
}

function podRef({ metadata }: GatedPods[number]['pod']): ObjectRef {
  return refTo('v1', 'Pod', metadata);
}
