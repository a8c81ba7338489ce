import type { KeptnWorkloadVersion } from '../../api/lifecycle/v1/keptn-workload-version.ts';
import type { Action, ObjectRef } from '../../domain/action.ts';
import { checkManifest } from '../../domain/checks.ts';
import { lifecycleVersion, refTo } from '../../domain/object-ref.ts';
import { phaseTraceparent, workloadTrace } from '../../domain/trace/version-trace.ts';
import type { WorkloadVersionSnapshot } from './observe.ts';

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
