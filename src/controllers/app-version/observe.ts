import type { KeptnApp } from '../../api/lifecycle/v1/keptn-app.ts';
import type { KeptnAppVersion } from '../../api/lifecycle/v1/keptn-app-version.ts';
import type { KeptnWorkloadVersion } from '../../api/lifecycle/v1/keptn-workload-version.ts';
import type { WorkloadRef } from '../../api/lifecycle/v1/shared.ts';
import { memberName } from '../../domain/app-match.ts';
import { type FoundCheck, plannedChecks } from '../../domain/checks.ts';
import { appPhases, completedPhase, failurePhase, type Phase } from '../../domain/phases.ts';
import { hasPassed } from '../../domain/state.ts';
import type { SluiceError } from '../../kernel/errors.ts';
import { ok, type Result } from '../../kernel/result.ts';
import type { ObjectKey, Reader } from '../../runtime/reader.ts';
import { findChecks } from '../checks.ts';
import { type ControllerSettings, type LifecycleConfig, readConfig } from '../settings.ts';
import { type ObservedDependencies, observeDependencies } from './observe-dependencies.ts';

/** A workload of an app version and its version object, where there is one. */
export interface Member {
  readonly ref: WorkloadRef;
  readonly versionName: string;
  readonly version: KeptnWorkloadVersion | undefined;
}

/** All that the decision on a KeptnAppVersion reads. */
export interface AppVersionSnapshot extends ObservedDependencies {
  readonly version: KeptnAppVersion;
  /** The KeptnApp that it is a version of; undefined when that is gone. */
  readonly app: KeptnApp | undefined;
  readonly members: readonly Member[];
  readonly phases: readonly Phase[];
  readonly checks: readonly FoundCheck[];
  readonly config: LifecycleConfig;
  readonly now: Date;
}

/** Gathers a KeptnAppVersion's snapshot from the cache. */
export function observeAppVersion(settings: ControllerSettings) {
  return async (
    { namespace, name }: ObjectKey,
    reader: Reader,
    now: Date,
  ): Promise<Result<AppVersionSnapshot | undefined, SluiceError>> => {
    const version = reader.get('keptnappversions', namespace, name);
    if (version === undefined || version.metadata.deletionTimestamp !== undefined) return ok(undefined);
    const { appName, workloads = [] } = version.spec;
    const phases = appPhases({ promotion: settings.promotion && !endedWithoutPromotion(version) });
    const planned = plannedChecks(version, [...phases, failurePhase('App')]);
    return ok({
      version,
      app: reader.get('keptnapps', namespace, appName),
      members: workloads.map((ref) => {
        const versionName = memberName(appName, ref);
        return { ref, versionName, version: reader.get('keptnworkloadversions', namespace, versionName) };
      }),
      ...observeDependencies(reader, version),
      phases,
      checks: findChecks(reader, { namespace, systemNamespace: settings.systemNamespace }, planned),
      config: readConfig(reader, settings.systemNamespace, { namespace, app: appName }),
      now,
    });
  };
}

/** A version that was through before promotion was switched on is not promoted afterwards. */
function endedWithoutPromotion({ status }: KeptnAppVersion): boolean {
  return status?.currentPhase === completedPhase && !hasPassed(status.promotionStatus);
}
