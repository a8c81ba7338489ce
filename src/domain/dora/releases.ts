import type { KeptnAppVersion } from '../../api/lifecycle/v1/keptn-app-version.ts';
import type { KeptnWorkloadVersion } from '../../api/lifecycle/v1/keptn-workload-version.ts';
import type { Keyed } from '../annotations.ts';
import { isCompleted } from '../state.ts';
import { parseVersion } from '../version-range.ts';
import { failureOf } from './failure.ts';
import { deploymentOf, type Member, memberNames, membersOf, rolledOutAt } from './members.ts';
import { isFailedDeployment, type ReleaseRecord } from './record.ts';
import { commitOf, environmentKeys, firstSaid, markedAsRework, type Place, placesOf } from './said.ts';

/** All that is stored of one app. */
export interface AppObjects {
  /** Its app versions, in any order. */
  readonly versions: readonly KeptnAppVersion[];
  /** The workload versions that they list. */
  readonly workloads: readonly KeptnWorkloadVersion[];
  /** The namespace that they are in. */
  readonly namespace: Keyed | undefined;
}

/** A release that was rolled out, and all workloads that run since. */
interface Deployed {
  readonly record: ReleaseRecord;
  readonly names: ReadonlySet<string>;
}

/**
 * The records of an app's ended releases, the oldest first. A release that has not ended has none: it is in no number
 * until it ends or is replaced. Pure.
 */
export function releasesOf({ versions, workloads, namespace }: AppObjects): ReleaseRecord[] {
  const byName = new Map(workloads.map((one) => [one.metadata.name, one]));
  const deployed: Deployed[] = [];
  return versions.toSorted(byAge).flatMap((version) => {
    const members = membersOf(version, byName, deployed.at(-1)?.names ?? new Set());
    const record = recordOf(version, members, deployed, namespace);
    if (record === undefined) return [];
    if (record.deployment === 'done') deployed.push({ record, names: memberNames(version) });
    return [record];
  });
}

function byAge(a: KeptnAppVersion, b: KeptnAppVersion): number {
  const [left, right] = [a, b].map(
    ({ metadata, status }) =>
      `${metadata.creationTimestamp ?? ''} ${status?.startTime ?? ''} ${metadata.name}`,
  );
  return (left ?? '') < (right ?? '') ? -1 : 1;
}

function recordOf(
  version: KeptnAppVersion,
  members: readonly Member[],
  deployed: readonly Deployed[],
  namespace: Keyed | undefined,
): ReleaseRecord | undefined {
  const end = endOf(version);
  if (end === undefined) return undefined;
  const deployment = deploymentOf(version, members);
  const places = placesFor(version, members, namespace);
  const isRollback = deployment === 'done' && isReturn(version, deployed);
  return {
    ...end,
    ...namesOf(version),
    ...environmentOf(places),
    result: resultOf(version, members),
    deployment,
    deployedMs: deployment === 'done' ? (rolledOutAt(version, members) ?? null) : null,
    ...commitFields(places),
    failure: failureOf(version, members, deployment),
    failedMs: version.status?.status === 'Failed' ? end.endMs : null,
    rework: reworkOf(places, deployment, isRollback, deployed),
    isRollback,
    workloads: members.length,
  };
}

/** Undefined for a release that has not ended, or does not say when. */
function endOf({
  metadata: { uid },
  status,
}: KeptnAppVersion): Pick<ReleaseRecord, 'uid' | 'startMs' | 'endMs'> | undefined {
  const endMs = timeOf(status?.endTime);
  if (uid === undefined || endMs === null || !isCompleted(status?.status)) return undefined;
  return { uid, startMs: timeOf(status?.startTime), endMs };
}

function namesOf({
  metadata,
  spec,
}: KeptnAppVersion): Pick<ReleaseRecord, 'namespace' | 'app' | 'version' | 'revision' | 'previousVersion'> {
  const { appName: app, version, revision, previousVersion = '' } = spec;
  return { namespace: metadata.namespace ?? '', app, version, revision, previousVersion };
}

function resultOf({ status }: KeptnAppVersion, members: readonly Member[]): ReleaseRecord['result'] {
  if (status?.status === 'Failed') return 'failed';
  if (status?.status === 'Deprecated') return 'superseded';
  const own = members.filter(({ isReached }) => isReached).map(({ version }) => version?.status);
  const hasWarning = [status, ...own].some((one) =>
    [
      one?.preDeploymentStatus,
      one?.preDeploymentEvaluationStatus,
      one?.postDeploymentStatus,
      one?.postDeploymentEvaluationStatus,
    ].includes('Warning'),
  );
  return hasWarning || status?.status === 'Warning' ? 'warning' : 'succeeded';
}

/** A return to a version that was deployed before, or to a lower one. */
function isReturn({ spec }: KeptnAppVersion, deployed: readonly Deployed[]): boolean {
  const last = deployed.at(-1)?.record.version ?? spec.previousVersion ?? '';
  if (last === '' || last === spec.version) return false;
  if (deployed.some(({ record }) => record.version === spec.version)) return true;
  const [from, to] = [parseVersion(last), parseVersion(spec.version)];
  return from !== undefined && to !== undefined && to.compare(from) < 0;
}

function reworkOf(
  { app, workloads }: Places,
  deployment: ReleaseRecord['deployment'],
  isRollback: boolean,
  deployed: readonly Deployed[],
): ReleaseRecord['rework'] {
  if (deployment !== 'done') return '';
  const marked = markedAsRework([...app, ...workloads]);
  if (marked !== undefined) return marked ? 'marked' : '';
  if (isRollback) return 'rollback';
  const last = deployed.at(-1)?.record;
  return last?.result === 'failed' && isFailedDeployment(last) ? 'after-failure' : '';
}

/** Where things are said of a release: for all of it, for the workloads that it changed, and for its namespace. */
interface Places {
  readonly app: readonly Place[];
  readonly workloads: readonly Place[];
  readonly namespace: readonly Place[];
}

function placesFor(
  version: KeptnAppVersion,
  members: readonly Member[],
  namespace: Keyed | undefined,
): Places {
  const changed = members.filter(({ isNew, isReached }) => isNew || isReached);
  return {
    app: [
      { name: 'metadata', texts: version.spec.metadata ?? {} },
      ...placesOf('KeptnAppVersion', version.metadata),
    ],
    workloads: changed.map((member) => ({
      name: 'metadata of workload',
      texts: member.version?.spec.metadata ?? {},
    })),
    namespace: placesOf('namespace', namespace),
  };
}

function environmentOf(places: Places): Pick<ReleaseRecord, 'environment' | 'environmentSource'> {
  const said = firstSaid([...places.app, ...places.workloads, ...places.namespace], environmentKeys);
  return { environment: said?.value ?? '', environmentSource: said?.source ?? '' };
}

function commitFields({
  app,
  workloads,
}: Places): Pick<ReleaseRecord, 'commitMs' | 'commitSource' | 'commitRevision'> {
  const commit = commitOf(app, workloads);
  return {
    commitMs: commit?.ms ?? null,
    commitSource: commit?.source ?? '',
    commitRevision: commit?.revision ?? '',
  };
}

function timeOf(text: string | undefined): number | null {
  const ms = Date.parse(text ?? '');
  return Number.isNaN(ms) ? null : ms;
}
