import { mergeRecords } from './merge.ts';
import { type CountedRelease, endedWell, isFailedDeployment, type ReleaseRecord } from './record.ts';
import { type DoraFilter, type DoraWindow, daysOf, isOfApp, isOfEnvironment } from './window.ts';

/** Median and 90th percentile (nearest rank) in seconds; null where nothing is known. */
export interface Spread {
  readonly medianSeconds: number | null;
  readonly p90Seconds: number | null;
}

/** How many releases ended in a window, and what became of them. */
export interface ReleaseCounts {
  readonly ended: number;
  /** Rolled something out: the deployments that all five numbers are about. */
  readonly deployed: number;
  /** Held by a failed check before anything was rolled out: failed releases, no failed deployments. */
  readonly stopped: number;
  /** Ended well with nothing new to roll out. */
  readonly checkedAgain: number;
  /** Replaced before they were through. */
  readonly superseded: number;
  /** Failed, and the objects that would tell whether anything was rolled out were gone. */
  readonly unknown: number;
}

/** The five numbers of DORA in one window. What is unknown is counted and not guessed. */
export interface DoraNumbers {
  readonly window: DoraWindow;
  readonly releases: ReleaseCounts;
  readonly deploymentFrequency: { readonly deployments: number; readonly perDay: number };
  /** From the commit to the end of the rollout. `of`: deployments whose rollout was through, rollbacks aside. */
  readonly changeLeadTime: Spread & {
    readonly known: number;
    readonly of: number;
    /** Of those that are known: where their commit times were said. */
    readonly sources: Readonly<Record<string, number>>;
    readonly unknown: { readonly noCommitTime: number; readonly commitAfterDeployment: number };
  };
  /** Deployments that failed in or after their rollout. Null without deployments. */
  readonly changeFailRate: {
    readonly ratio: number | null;
    readonly failed: number;
    readonly of: number;
    /** The same with releases that a check stopped before their rollout, of all that ended and were not replaced. */
    readonly ofReleases: { readonly ratio: number | null; readonly failed: number; readonly of: number };
  };
  /** From a failed deployment to the next release of the app that ended well. `of`: failed deployments. */
  readonly failedDeploymentRecoveryTime: Spread & {
    readonly known: number;
    readonly of: number;
    /** Not recovered yet. */
    readonly open: number;
    readonly unknown: number;
  };
  /** Deployments that repair: marked so, a rollback, or the first after a failed one. Null without deployments. */
  readonly deploymentReworkRate: {
    readonly ratio: number | null;
    readonly rework: number;
    readonly of: number;
    readonly why: {
      readonly marked: number;
      readonly rollback: number;
      readonly afterFailure: number;
    };
  };
}

/**
 * The five numbers of the releases that ended in a window, of those that pass the filter. `records` are all that are
 * known, in any order and each once or more: what ended after the window tells of recoveries. Pure.
 */
export function doraNumbers(
  records: readonly ReleaseRecord[],
  window: DoraWindow,
  filter: DoraFilter = {},
): DoraNumbers {
  const once = new Map<string, ReleaseRecord>();
  for (const record of records) once.set(record.uid, mergeRecords(once.get(record.uid), record));
  return numbersOf(sortedByEnd([...once.values()]), window, filter);
}

/** As `doraNumbers`, of releases that are each there once, sorted by their ends. Pure. */
export function numbersOf(
  sorted: readonly CountedRelease[],
  { fromMs, toMs }: DoraWindow,
  filter: DoraFilter = {},
): DoraNumbers {
  const window = { fromMs, toMs };
  const since = sorted.slice(firstFrom(sorted, fromMs)).filter((release) => isOfApp(release, filter));
  const wanted = (release: CountedRelease): boolean =>
    release.endMs < toMs && isOfEnvironment(release, filter);
  const ended = since.filter(wanted);
  const deployments = ended.filter(({ deployment }) => deployment === 'done');
  const failed = deployments.filter(isFailedDeployment);
  return {
    window,
    releases: countsOf(ended),
    deploymentFrequency: { deployments: deployments.length, perDay: deployments.length / daysOf(window) },
    changeLeadTime: leadTimeOf(deployments),
    changeFailRate: {
      ratio: ratio(failed.length, deployments.length),
      failed: failed.length,
      of: deployments.length,
      ofReleases: failedReleases(ended),
    },
    failedDeploymentRecoveryTime: recoveryOf(since, wanted, failed.length),
    deploymentReworkRate: reworkOf(deployments),
  };
}

/** Releases in the order of their ends. Pure. */
export function sortedByEnd<R extends CountedRelease>(releases: readonly R[]): R[] {
  return releases.toSorted((a, b) => a.endMs - b.endMs);
}

/** Where a release that ended then belongs, before all that ended in the same millisecond. Pure. */
export function firstFrom(sorted: readonly CountedRelease[], endMs: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle]?.endMs ?? Number.POSITIVE_INFINITY) < endMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

function countsOf(ended: readonly CountedRelease[]): ReleaseCounts {
  const counts = { deployed: 0, stopped: 0, checkedAgain: 0, superseded: 0, unknown: 0 };
  for (const record of ended) counts[fateOf(record)] += 1;
  return { ended: ended.length, ...counts };
}

function fateOf({ deployment, result }: CountedRelease): keyof Omit<ReleaseCounts, 'ended'> {
  if (deployment === 'done') return 'deployed';
  if (result === 'superseded') return 'superseded';
  if (result !== 'failed') return 'checkedAgain';
  return deployment === 'unknown' ? 'unknown' : 'stopped';
}

function failedReleases(ended: readonly CountedRelease[]): DoraNumbers['changeFailRate']['ofReleases'] {
  const judged = ended.filter(({ result, deployment }) => result !== 'superseded' || deployment === 'done');
  const failed = judged.filter(({ result, failure }) => result === 'failed' || failure !== 'none').length;
  return { ratio: ratio(failed, judged.length), failed, of: judged.length };
}

function leadTimeOf(deployments: readonly CountedRelease[]): DoraNumbers['changeLeadTime'] {
  const sources: Record<string, number> = {};
  const unknown = { noCommitTime: 0, commitAfterDeployment: 0 };
  const seconds: number[] = [];
  let of = 0;
  for (const { deployedMs, commitMs, commitSource, isRollback } of deployments) {
    // A return to an old commit is no change that waited so long.
    if (deployedMs === null || isRollback) continue;
    of += 1;
    if (commitMs === null) unknown.noCommitTime += 1;
    else if (commitMs > deployedMs) unknown.commitAfterDeployment += 1;
    else {
      seconds.push((deployedMs - commitMs) / 1_000);
      sources[commitSource] = (sources[commitSource] ?? 0) + 1;
    }
  }
  return { ...spreadOf(seconds), known: seconds.length, of, sources, unknown };
}

/** From the newest to the oldest, so that the next good end of each app is known when a failure is met. */
function recoveryOf(
  sorted: readonly CountedRelease[],
  wanted: (record: CountedRelease) => boolean,
  failures: number,
): DoraNumbers['failedDeploymentRecoveryTime'] {
  const nextGood = new Map<string, Map<string, number>>();
  const seconds: number[] = [];
  let open = 0;
  if (failures === 0) return { ...spreadOf([]), known: 0, of: 0, open: 0, unknown: 0 };
  for (const record of sorted.toReversed()) {
    const apps = nextGood.get(record.namespace) ?? new Map<string, number>();
    if (endedWell(record)) nextGood.set(record.namespace, apps.set(record.app, record.endMs));
    if (!isFailedDeployment(record) || !wanted(record)) continue;
    const goodMs = apps.get(record.app);
    if (goodMs === undefined) open += 1;
    else if (record.failedMs !== null && record.failedMs <= goodMs)
      seconds.push((goodMs - record.failedMs) / 1_000);
  }
  const unknown = failures - open - seconds.length;
  return { ...spreadOf(seconds), known: seconds.length, of: failures, open, unknown };
}

function reworkOf(deployments: readonly CountedRelease[]): DoraNumbers['deploymentReworkRate'] {
  const count = (why: ReleaseRecord['rework']): number =>
    deployments.filter(({ rework }) => rework === why).length;
  const why = { marked: count('marked'), rollback: count('rollback'), afterFailure: count('after-failure') };
  const rework = why.marked + why.rollback + why.afterFailure;
  return { ratio: ratio(rework, deployments.length), rework, of: deployments.length, why };
}

function ratio(part: number, of: number): number | null {
  return of === 0 ? null : part / of;
}

function spreadOf(seconds: readonly number[]): Spread {
  const ascending = Float64Array.from(seconds).sort();
  const count = ascending.length;
  const [low, high] = [ascending[Math.ceil(count / 2) - 1], ascending[Math.floor(count / 2)]];
  if (low === undefined || high === undefined) return { medianSeconds: null, p90Seconds: null };
  return {
    medianSeconds: (low + high) / 2,
    p90Seconds: ascending[Math.ceil((count * 90) / 100) - 1] ?? null,
  };
}
