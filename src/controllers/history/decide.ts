import type { KeptnWorkload } from '../../api/lifecycle/v1/keptn-workload.ts';
import type { State } from '../../api/lifecycle/v1/shared.ts';
import type { ObjectMeta } from '../../api/meta.ts';
import type { Action } from '../../domain/action.ts';
import { memberName } from '../../domain/app-match.ts';
import type { Decision } from '../../domain/decision.ts';
import { appVersionName, workloadVersionName } from '../../domain/names.ts';
import { lifecycleVersion, refTo } from '../../domain/object-ref.ts';
import { isCompleted } from '../../domain/state.ts';
import { done, type Outcome } from '../../kernel/outcome.ts';
import type { HistorySnapshot } from './observe.ts';

/** What both kinds of version have in common. */
interface Version {
  readonly metadata: ObjectMeta;
  readonly spec: { readonly version: string; readonly previousVersion?: string | undefined };
  readonly status?: { readonly status: State; readonly endTime?: string | undefined } | undefined;
}

/** So many deletions a decision; the deletions themselves ask for the next, so that other apps get their turn. */
const mostAtOnce = 20;

const recordedWithinMs = 5_000;

/**
 * Decides which finished versions of an app and of its workloads are history that nobody asks for any more. Pure.
 */
export function decideHistory(snapshot: HistorySnapshot): Decision {
  const actions = [...oldVersions(snapshot), ...oldAppVersions(snapshot)];
  return { actions: actions.slice(0, mostAtOnce), outcome: outcomeOf(snapshot) };
}

/** Nothing wakes this controller when a record was made: it takes milliseconds, unless the archive has no room. */
function outcomeOf({ unrecorded }: HistorySnapshot): Outcome {
  if (unrecorded.size === 0) return done;
  return { kind: 'again', afterMs: recordedWithinMs, why: `for the record of ${[...unrecorded].join(', ')}` };
}

function oldAppVersions({ app, appVersions, limit, unrecorded }: HistorySnapshot): Action[] {
  // Without its app they go by garbage collection.
  if (app === undefined) return [];
  const current = currentAppVersion(app);
  const kept = keptAnyway(appVersions, current);
  return beyond(appVersions, limit)
    .filter(({ metadata: { name } }) => !kept.has(name) && !unrecorded.has(name))
    .map((version) => remove('KeptnAppVersion', version));
}

function oldVersions(snapshot: HistorySnapshot): Action[] {
  const { versions, workloads, limit } = snapshot;
  const members = membersOfOpenApps(snapshot);
  const busy = new Set(versions.flatMap((one) => (one.mayHavePods ? [one.version.metadata.name] : [])));
  const byWorkload = Map.groupBy(
    versions.map(({ version }) => version),
    ({ spec }) => spec.workloadName,
  );
  return [...byWorkload].flatMap(([name, all]) => {
    const workload = workloads.find(({ metadata }) => metadata.name === name);
    // Without its workload they go by garbage collection.
    if (workload === undefined) return [];
    const kept = keptAnyway(all, currentVersion(workload));
    return beyond(all, limit)
      .filter(({ metadata }) => ![kept, members, busy].some((names) => names.has(metadata.name)))
      .map((version) => remove('KeptnWorkloadVersion', version));
  });
}

/**
 * The workload versions that the present app version speaks of, any that is not through, since it waits for them, and any
 * without a record, which is made of them.
 */
function membersOfOpenApps({ app, appVersions, unrecorded }: HistorySnapshot): ReadonlySet<string> {
  const current = app === undefined ? undefined : currentAppVersion(app);
  const open = appVersions.filter(
    (one) => one.metadata.name === current || !isFinished(one) || unrecorded.has(one.metadata.name),
  );
  return new Set(
    open.flatMap(({ spec }) => (spec.workloads ?? []).map((ref) => memberName(spec.appName, ref))),
  );
}

function currentAppVersion({ metadata, spec }: NonNullable<HistorySnapshot['app']>): string {
  return appVersionName(metadata.name, spec.version, metadata.generation ?? 1);
}

function currentVersion({ metadata, spec }: KeptnWorkload): string {
  return workloadVersionName(metadata.name, spec.version);
}

/** The present version, the one before it, to which a rollback would go, and all that have not ended. */
function keptAnyway(all: readonly Version[], current: string): ReadonlySet<string> {
  const present = all.find(({ metadata }) => metadata.name === current);
  const before = newestFirst(all).find(
    ({ metadata, spec }) => metadata.name !== current && spec.version === present?.spec.previousVersion,
  );
  const kept = [...all.filter((version) => !isFinished(version)), present, before];
  return new Set(kept.flatMap((version) => (version === undefined ? [] : [version.metadata.name])));
}

/** The finished ones beyond the newest `limit`, oldest first. */
function beyond<V extends Version>(all: readonly V[], limit: number): V[] {
  return newestFirst(all.filter(isFinished)).slice(limit).toReversed();
}

function newestFirst<V extends Version>(versions: readonly V[]): V[] {
  return versions.toSorted((a, b) => {
    const [left, right] = [endOf(a), endOf(b)];
    if (left !== right) return left < right ? 1 : -1;
    return a.metadata.name < b.metadata.name ? 1 : -1;
  });
}

/** A version that was rolled back to is as new as its last end. */
function endOf({ metadata, status }: Version): string {
  return status?.endTime ?? metadata.creationTimestamp ?? '';
}

function isFinished({ status }: Version): boolean {
  return isCompleted(status?.status);
}

function remove(kind: 'KeptnAppVersion' | 'KeptnWorkloadVersion', { metadata }: Version): Action {
  return { kind: 'deleteOwned', ref: refTo(lifecycleVersion, kind, metadata) };
}
