import type { KeptnAppVersion } from '../api/lifecycle/v1/keptn-app-version.ts';
import type { KeptnWorkloadVersion } from '../api/lifecycle/v1/keptn-workload-version.ts';
import { containsWorkload, memberName } from '../domain/app-match.ts';
import { isAppVersion } from '../domain/facts.ts';
import type { ReleaseObjects, VersionRecord } from '../domain/release-objects.ts';
import { type Index, index } from '../runtime/controller.ts';
import type { Reader } from '../runtime/reader.ts';
import { childrenByOwner } from './check-child.ts';

/** What `releaseOf` finds objects by. */
export const releaseIndexes: readonly Index[] = [
  ...childrenByOwner,
  index('keptnappversions', 'app', ({ metadata, spec }) => [`${metadata.namespace ?? ''}/${spec.appName}`]),
  index('keptnworkloadversions', 'app', ({ metadata, spec }) => [`${metadata.namespace ?? ''}/${spec.app}`]),
];

/** The newest KeptnAppVersion, not superseded, that contains a workload version. Reads only. */
export function findAppVersion(reader: Reader, version: KeptnWorkloadVersion): KeptnAppVersion | undefined {
  return appVersionsOf(reader, version).find(({ status }) => status?.status !== 'Deprecated');
}

/** All that is stored of the release that a version belongs to. Reads only. */
export function releaseOf(reader: Reader, version: KeptnAppVersion | KeptnWorkloadVersion): ReleaseObjects {
  if (isAppVersion(version)) return { app: recordOf(reader, version), workloads: membersOf(reader, version) };
  const app = findAppVersion(reader, version) ?? appVersionsOf(reader, version)[0];
  if (app === undefined) return { app, workloads: [recordOf(reader, version)] };
  return { app: recordOf(reader, app), workloads: membersOf(reader, app) };
}

/** The versions of its app that contain a workload version, the newest first. */
function appVersionsOf(reader: Reader, { metadata, spec }: KeptnWorkloadVersion): KeptnAppVersion[] {
  const candidates = reader
    .byIndex('keptnappversions', 'app', `${metadata.namespace ?? ''}/${spec.app}`)
    .filter((appVersion) => containsWorkload(appVersion.spec, spec));
  return candidates.toSorted((a, b) => {
    const [left = '', right = ''] = [a.metadata.creationTimestamp, b.metadata.creationTimestamp];
    return left < right ? 1 : left > right ? -1 : 0;
  });
}

function membersOf(
  reader: Reader,
  { metadata, spec }: KeptnAppVersion,
): readonly VersionRecord<KeptnWorkloadVersion>[] {
  return (spec.workloads ?? []).flatMap((ref) => {
    const name = memberName(spec.appName, ref);
    const member = reader.get('keptnworkloadversions', metadata.namespace ?? '', name);
    return member === undefined ? [] : [recordOf(reader, member)];
  });
}

function recordOf<V extends KeptnAppVersion | KeptnWorkloadVersion>(
  reader: Reader,
  version: V,
): VersionRecord<V> {
  const { uid = '' } = version.metadata;
  return {
    version,
    tasks: reader.byIndex('keptntasks', 'owner', uid),
    evaluations: reader.byIndex('keptnevaluations', 'owner', uid),
  };
}
