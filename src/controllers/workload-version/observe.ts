import type { KeptnAppVersion } from '../../api/lifecycle/v1/keptn-app-version.ts';
import type { KeptnWorkload } from '../../api/lifecycle/v1/keptn-workload.ts';
import type { KeptnWorkloadVersion } from '../../api/lifecycle/v1/keptn-workload-version.ts';
import type { ObjectRef } from '../../domain/action.ts';
import { type FoundCheck, plannedChecks } from '../../domain/checks.ts';
import { appVersionName } from '../../domain/names.ts';
import { failurePhase, workloadPhases } from '../../domain/phases.ts';
import type { ObservedRollout } from '../../domain/rollout.ts';
import type { SluiceError } from '../../kernel/errors.ts';
import { ok, type Result } from '../../kernel/result.ts';
import type { ObjectKey, Reader } from '../../runtime/reader.ts';
import { findChecks } from '../checks.ts';
import { type GatedPod, gatedPod } from '../gated-pods.ts';
import { findAppVersion } from '../release-objects.ts';
import {
  type ControllerSettings,
  type LifecycleConfig,
  readConfig,
  type SettingsScope,
} from '../settings.ts';
import { observeOwner, observeRollout } from './observe-rollout.ts';
import { observeSiblings, type Sibling } from './observe-siblings.ts';

/** All that the decision on a KeptnWorkloadVersion reads. */
export interface WorkloadVersionSnapshot {
  readonly version: KeptnWorkloadVersion;
  /** The KeptnWorkload that it is a version of; undefined when that is gone. */
  readonly workload: KeptnWorkload | undefined;
  /** The newest KeptnAppVersion, not superseded, that contains this version. */
  readonly appVersion: KeptnAppVersion | undefined;
  /** True when that is the version of the KeptnApp as it is now. */
  readonly appVersionIsCurrent: boolean;
  /** The other workloads of that app version. */
  readonly siblings: readonly Sibling[];
  readonly checks: readonly FoundCheck[];
  readonly rollout: ObservedRollout;
  /** What the user deployed, such as the Deployment; undefined while it is unknown, and for a bare pod. */
  readonly owner: ObjectRef | undefined;
  readonly gatedPods: readonly GatedPod[];
  readonly config: LifecycleConfig;
  readonly now: Date;
}

/** Gathers a KeptnWorkloadVersion's snapshot from the cache. */
export function observeWorkloadVersion(settings: ControllerSettings) {
  return async (
    key: ObjectKey,
    reader: Reader,
    now: Date,
  ): Promise<Result<WorkloadVersionSnapshot | undefined, SluiceError>> => {
    const { namespace, name } = key;
    const version = reader.get('keptnworkloadversions', namespace, name);
    if (version === undefined || version.metadata.deletionTimestamp !== undefined) return ok(undefined);
    const planned = plannedChecks(version, [...workloadPhases, failurePhase('Workload')]);
    const appVersion = findAppVersion(reader, version);
    const pods = reader.byIndex('pods', 'workload-version', `${namespace}/${name}`);
    return ok({
      version,
      workload: reader.get('keptnworkloads', namespace, version.spec.workloadName),
      appVersion,
      appVersionIsCurrent: isCurrent(reader, appVersion),
      siblings: observeSiblings(reader, version, appVersion),
      checks: findChecks(reader, { namespace, systemNamespace: settings.systemNamespace }, planned),
      rollout: observeRollout(reader, version),
      owner: observeOwner(reader, version),
      gatedPods: pods.flatMap((pod) => gatedPod(pod) ?? []),
      config: readConfig(reader, settings.systemNamespace, scopeOf(version)),
      now,
    });
  };
}

function scopeOf({ metadata, spec }: KeptnWorkloadVersion): SettingsScope {
  return { namespace: metadata.namespace ?? '', app: spec.app, workload: spec.workloadName };
}

function isCurrent(reader: Reader, appVersion: KeptnAppVersion | undefined): boolean {
  if (appVersion === undefined) return false;
  const app = reader.get('keptnapps', appVersion.metadata.namespace ?? '', appVersion.spec.appName);
  if (app === undefined) return false;
  const { metadata, spec } = app;
  return appVersionName(metadata.name, spec.version, metadata.generation ?? 1) === appVersion.metadata.name;
}
