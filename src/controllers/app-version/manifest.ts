import type { KeptnAppVersion } from '../../api/lifecycle/v1/keptn-app-version.ts';
import type { Action, ObjectRef } from '../../domain/action.ts';
import { checkManifest } from '../../domain/checks.ts';
import { lifecycleVersion, refTo } from '../../domain/object-ref.ts';
import { appTrace, phaseTraceparent } from '../../domain/trace/version-trace.ts';
import type { AppVersionSnapshot } from './observe.ts';

/** Names a KeptnAppVersion. Pure. */
export function appVersionRef({ metadata }: KeptnAppVersion): ObjectRef {
  return refTo(lifecycleVersion, 'KeptnAppVersion', metadata);
}

/** Creates the KeptnTask or KeptnEvaluation of the check with that child name; its context names the span of its phase. Pure. */
export function appCheckOf({ version, checks }: AppVersionSnapshot, childName: string): Action {
  const found = checks.find((check) => check.childName === childName);
  if (found === undefined) throw new Error(`no check is called ${childName}`);
  const owner = { ...appVersionRef(version), metadata: version.metadata };
  const traceparent = phaseTraceparent(appTrace(version), found.phase.name, version.status);
  const context = {
    workloadName: '',
    appName: version.spec.appName,
    appVersion: version.spec.version,
    workloadVersion: '',
    objectType: 'App',
    metadata: { ...version.spec.metadata, traceparent },
  };
  return { kind: 'createIfAbsent', object: checkManifest(owner, found, context) };
}
