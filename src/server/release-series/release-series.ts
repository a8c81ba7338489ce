import { setImmediate } from 'node:timers/promises';
import { objectMetricNames } from '../../observability/object-metric-names.ts';
import { SeriesTable } from '../../observability/series-table.ts';
import { appVersionSeries } from './app-versions.ts';
import { evaluationSeries, taskSeries } from './checks.ts';
import { newest } from './newest.ts';
import type { ObjectTable, StoredObjects } from './stored-objects.ts';
import { stateSeries } from './stored-states.ts';
import { workloadVersionSeries } from './workload-versions.ts';

/** What series are derived from. */
export interface ReleaseSeriesOptions {
  /** What is stored now; undefined where nobody shall be told: of several replicas the leader alone answers. */
  readonly stored: () => StoredObjects | undefined;
  /** Of how many objects of each kind there are series of their own, the newest first. */
  readonly mostObjects: number;
}

/** So many objects are a few milliseconds of work, and so is a piece of text: then others have their turn. */
const turnsInOneGo = 200;
const pieceLength = 128 * 1024;

/**
 * The series of everything that is stored, each time derived anew: after a restart they are the same, and those of a
 * deleted object are gone. Undefined where nobody shall be told. Lets the event loop turn in between.
 */
export async function releaseSeries(options: ReleaseSeriesOptions): Promise<ObjectTable | undefined> {
  const stored = options.stored();
  if (stored === undefined) return undefined;
  const table: ObjectTable = new SeriesTable(objectMetricNames);
  await inTurns(write(table, stored, options.mostObjects));
  return table;
}

/** The same as Prometheus text, piece by piece; nothing where nobody shall be told. */
export async function* releaseSeriesText(options: ReleaseSeriesOptions): AsyncGenerator<string> {
  const table = await releaseSeries(options);
  let piece = '';
  for (const text of table?.text() ?? []) {
    piece += text;
    if (piece.length < pieceLength) continue;
    yield piece;
    piece = '';
    await setImmediate();
  }
  yield piece;
}

function* write(table: ObjectTable, stored: StoredObjects, most: number): Generator<void> {
  const { appVersions, workloadVersions, tasks, evaluations } = stored;
  table.set('keptn_lifecycle_active_total', {}, 1);
  yield* appVersionSeries(table, newest(appVersions, most), appVersions);
  yield* workloadVersionSeries(table, newest(workloadVersions, most), workloadVersions);
  yield* taskSeries(table, newest(tasks, most));
  yield* evaluationSeries(table, newest(evaluations, most));
  yield* stateSeries(table, stored);
  const kinds = {
    KeptnAppVersion: appVersions,
    KeptnWorkloadVersion: workloadVersions,
    KeptnTask: tasks,
    KeptnEvaluation: evaluations,
  };
  for (const [kind, { length }] of Object.entries(kinds))
    table.set('sluice_objects_without_series', { kind }, Math.max(0, length - most));
}

async function inTurns(work: Iterable<void>): Promise<void> {
  let turns = 0;
  for (const _ of work) {
    turns += 1;
    if (turns % turnsInOneGo === 0) await setImmediate();
  }
}
