import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SqliteArchive } from '../src/archive/sqlite.ts';
import { numbersOf, sortedByEnd } from '../src/domain/dora/numbers.ts';
import type { ReleaseRecord } from '../src/domain/dora/record.ts';
import type { DoraFilter, DoraWindow } from '../src/domain/dora/window.ts';
import { silentLogger } from '../src/observability/logger.ts';
import { doraFamilies, longestGaugeMs } from '../src/server/dora/dora-families.ts';
import { type Spread, spread } from './percentile.ts';

const releases = 50_000;
const apps = 50;
const rounds = 30;
const dayMs = 24 * 3_600_000;
const nowMs = Date.UTC(2026, 0, 1);

/** Windows and filters that are asked for in turn. */
const windows = [1, 7, 30, 90, 365, 730];
const filters: readonly DoraFilter[] = [{}, { namespace: 'team-3' }, { namespace: 'team-3', app: 'app-13' }];

/** Processor time of an answer over 50,000 stored releases, in ms, from the question to the five numbers. */
export interface Dora {
  readonly releases: number;
  readonly inMemory: Spread;
  readonly sqlite: Spread;
  /** The first of a process, which reads the file. */
  readonly sqliteFirst: number;
  /** All gauges of a scrape. */
  readonly gauges: Spread;
}

/** Asks for any window and filter, of records in memory and of those in a file. */
export async function measureDora(): Promise<Dora> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-dora-'));
  const archive = new SqliteArchive({
    path: join(folder, 'history.db'),
    now: () => new Date(nowMs),
    logger: silentLogger,
  });
  try {
    const records = Array.from({ length: releases }, (_, index) => release(index));
    const kept = await archive.put(records);
    if (!kept.ok) throw new Error(kept.error.message);
    const sorted = sortedByEnd(records);
    const inMemory = questions().map(({ window, filter }) => timed(() => numbersOf(sorted, window, filter)));
    const sqlite: number[] = [];
    for (const { window, filter } of questions()) sqlite.push(await askFile(archive, window, filter));
    const recent = sorted.filter(({ endMs }) => endMs >= nowMs - longestGaugeMs);
    const gauges = Array.from({ length: rounds }, () => timed(() => doraFamilies(recent, new Date(nowMs))));
    return {
      releases,
      inMemory: spread(inMemory),
      sqlite: spread(sqlite.slice(1)),
      sqliteFirst: sqlite[0] ?? Number.NaN,
      gauges: spread(gauges),
    };
  } finally {
    archive.close();
    rmSync(folder, { recursive: true });
  }
}

async function askFile(archive: SqliteArchive, window: DoraWindow, filter: DoraFilter): Promise<number> {
  const began = process.cpuUsage();
  const found = await archive.counted();
  if (!found.ok) throw new Error(found.error.message);
  const { releases: counted } = numbersOf(found.value, window, filter);
  if (counted.ended === 0) throw new Error('nothing was counted');
  return processorMs(began);
}

/** The longest first, so that the first answer of a process is the hardest. */
function questions(): { readonly window: DoraWindow; readonly filter: DoraFilter }[] {
  const each = windows
    .toReversed()
    .flatMap((days) =>
      filters.map((filter) => ({ window: { fromMs: nowMs - days * dayMs, toMs: nowMs }, filter })),
    );
  return Array.from({ length: rounds }, () => each).flat();
}

function timed(work: () => unknown): number {
  const began = process.cpuUsage();
  if (work() === undefined) throw new Error('nothing was counted');
  return processorMs(began);
}

/** Nothing of it waits, and neighbours do not count. */
function processorMs(began: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(began);
  return (user + system) / 1_000;
}

/** Two years of releases of 50 apps in 10 namespaces; one in ten fails. */
function release(index: number): ReleaseRecord {
  const endMs = nowMs - 1 - Math.floor((index * 730 * dayMs) / releases);
  const fails = index % 10 === 3;
  return {
    uid: `00000000-0000-0000-0000-${String(index).padStart(12, '0')}`,
    namespace: `team-${index % 10}`,
    app: `app-${index % apps}`,
    version: `1.${releases - index}.0`,
    revision: 1,
    previousVersion: `1.${releases - index - 1}.0`,
    environment: 'production',
    environmentSource: 'metadata environment',
    startMs: endMs - 60_000,
    endMs,
    result: fails ? 'failed' : 'succeeded',
    deployment: 'done',
    deployedMs: endMs - 10_000,
    commitMs: index % 3 === 0 ? null : endMs - 3_600_000 - index,
    commitSource: index % 3 === 0 ? '' : 'metadata commit-time',
    commitRevision: '',
    failure: fails ? 'after' : 'none',
    failedMs: fails ? endMs : null,
    rework: index % 10 === 2 ? 'after-failure' : '',
    isRollback: false,
    workloads: 3,
  };
}
