import type { KeptnApp } from '../../api/lifecycle/v1/keptn-app.ts';
import type { KeptnAppVersion } from '../../api/lifecycle/v1/keptn-app-version.ts';
import type { KeptnWorkload } from '../../api/lifecycle/v1/keptn-workload.ts';
import type { KeptnWorkloadVersion } from '../../api/lifecycle/v1/keptn-workload-version.ts';
import type { Archive } from '../../domain/dora/archive.ts';
import { type AppObjects, releasesOf } from '../../domain/dora/releases.ts';
import type { SluiceError } from '../../kernel/errors.ts';
import { ok, type Result } from '../../kernel/result.ts';
import type { ObjectKey, Reader } from '../../runtime/reader.ts';
import { appObjects } from '../app-objects.ts';
import { type ControllerSettings, readConfig } from '../settings.ts';

/** A version of a workload beside what keeps it from being history. */
export interface RecordedVersion {
  readonly version: KeptnWorkloadVersion;
  /** True when pods of it may exist or be made: held ones, those of its ReplicaSet, or of a rollout that is not through. */
  readonly mayHavePods: boolean;
}

/** All that the decision on the history of one app reads. */
export interface HistorySnapshot {
  readonly app: KeptnApp | undefined;
  readonly appVersions: readonly KeptnAppVersion[];
  readonly workloads: readonly KeptnWorkload[];
  readonly versions: readonly RecordedVersion[];
  /** Names of app versions whose record the archive does not have yet: they stay, with their workload versions. */
  readonly unrecorded: ReadonlySet<string>;
  /** How many finished versions are kept of the app and of each of its workloads. */
  readonly limit: number;
}

/** Gathers the history of the app of that name from the cache. */
export function observeHistory(settings: ControllerSettings, archive: Archive) {
  return async (
    { namespace, name }: ObjectKey,
    reader: Reader,
  ): Promise<Result<HistorySnapshot | undefined, SluiceError>> => {
    const app = `${namespace}/${name}`;
    const appVersions = reader.byIndex('keptnappversions', 'app', app);
    const versions = reader.byIndex('keptnworkloadversions', 'app', app);
    if (appVersions.length === 0 && versions.length === 0) return ok(undefined);
    const unrecorded = await findUnrecorded(archive, appObjects({ namespace, name }, reader));
    if (!unrecorded.ok) return unrecorded;
    return ok({
      unrecorded: unrecorded.value,
      app: reader.get('keptnapps', namespace, name),
      appVersions: appVersions.filter(isThere),
      workloads: reader.byIndex('keptnworkloads', 'app', app).filter(isThere),
      versions: versions
        .filter(isThere)
        .map((version) => ({ version, mayHavePods: mayHavePods(version, reader) })),
      limit: readConfig(reader, settings.systemNamespace).versionHistoryLimit,
    });
  };
}

async function findUnrecorded(
  archive: Archive,
  objects: AppObjects,
): Promise<Result<ReadonlySet<string>, SluiceError>> {
  const missing = await archive.missing(releasesOf(objects));
  if (!missing.ok) return missing;
  const uids = new Set(missing.value.map(({ uid }) => uid));
  const versions = objects.versions.filter(({ metadata }) => uids.has(metadata.uid ?? ''));
  return ok(new Set(versions.map(({ metadata }) => metadata.name)));
}

function isThere({
  metadata,
}: {
  readonly metadata: { readonly deletionTimestamp?: string | undefined };
}): boolean {
  return metadata.deletionTimestamp === undefined;
}

function mayHavePods({ metadata, spec }: KeptnWorkloadVersion, reader: Reader): boolean {
  const namespace = metadata.namespace ?? '';
  const held = reader.byIndex('pods', 'workload-version', `${namespace}/${metadata.name}`);
  if (held.length > 0) return true;
  const { kind, name, uid } = spec.resourceReference;
  if (kind === 'ReplicaSet') {
    const set = reader.get('replicasets', namespace, name);
    return set?.metadata.uid === uid && ((set.spec.replicas ?? 1) > 0 || (set.status.replicas ?? 0) > 0);
  }
  return isRollingOut(kind, name, namespace, reader);
}

/** Which pod of a StatefulSet or DaemonSet is of which version is not known here: all count until it has settled. */
function isRollingOut(kind: string, name: string, namespace: string, reader: Reader): boolean {
  if (kind === 'StatefulSet') {
    const status = reader.get('statefulsets', namespace, name)?.status;
    return status !== undefined && status.currentRevision !== status.updateRevision;
  }
  if (kind !== 'DaemonSet') return false;
  const status = reader.get('daemonsets', namespace, name)?.status;
  return status !== undefined && (status.updatedNumberScheduled ?? 0) < (status.desiredNumberScheduled ?? 0);
}
