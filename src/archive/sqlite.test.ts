import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { failedRecord, releaseRecord } from '../../test/builders/release-record.ts';
import { createLogger, silentLogger } from '../observability/logger.ts';
import { SqliteArchive } from './sqlite.ts';
import { migrations } from './sqlite-schema.ts';

function newPath(): string {
  return join(mkdtempSync(join(tmpdir(), 'sluice-archive-')), 'below', 'history.db');
}

function open(path: string, logger = silentLogger): SqliteArchive {
  const archive = new SqliteArchive({ path, now: () => new Date('2026-01-01T00:00:00Z'), logger });
  onTestFinished(() => {
    archive.close();
  });
  return archive;
}

async function must<T>(answer: Promise<{ ok: true; value: T } | { ok: false; error: unknown }>): Promise<T> {
  const result = await answer;
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

const first = releaseRecord({ uid: 'a', endMs: 1_000, isRollback: true, rework: 'rollback' });
const second = failedRecord({ uid: 'b', endMs: 2_000, namespace: 'other' });

test('what is kept is kept once, read whole, and there after a restart', async () => {
  const path = newPath();
  const archive = open(path);
  expect(await must(archive.missing([first, second]))).toEqual([first, second]);
  await must(archive.put([second, first]));
  await must(archive.put([first]));
  archive.close();
  const again = open(path);
  expect(await must(again.missing([first, second]))).toEqual([]);
  expect(await must(again.query({}))).toEqual([first, second]);
  expect((await must(again.counted())).map(({ endMs }) => endMs)).toEqual([1_000, 2_000]);
});

test('a query is bounded by time, namespace and app', async () => {
  const archive = open(newPath());
  await must(archive.put([first, second]));
  const uids = async (query: object) => (await must(archive.query(query))).map(({ uid }) => uid);
  expect(await uids({ fromMs: 1_000, toMs: 2_000 })).toEqual(['a']);
  expect(await uids({ namespace: 'other' })).toEqual(['b']);
  expect(await uids({ namespace: 'other', app: 'cart' })).toEqual([]);
});

test('a release that ended anew keeps its failure, and the numbers know both', async () => {
  const archive = open(newPath());
  await must(archive.put([second]));
  await must(archive.counted());
  await must(archive.put([releaseRecord({ uid: 'b', endMs: 9_000, failure: 'after' }), first]));
  expect(await must(archive.counted())).toMatchObject([
    { endMs: 1_000 },
    { endMs: 9_000, result: 'succeeded', failure: 'after', failedMs: 2_000 },
  ]);
});

test('what another process writes is seen', async () => {
  const path = newPath();
  const [one, other] = [open(path), open(path)];
  await must(one.counted());
  await must(other.put([first]));
  expect(await must(one.counted())).toHaveLength(1);
});

test('what was forgotten for its age does not come back', async () => {
  const path = newPath();
  const archive = open(path);
  await must(archive.put([first, second]));
  expect(await must(archive.prune(1_500))).toBe(1);
  await must(archive.put([first]));
  archive.close();
  const again = open(path);
  expect(await must(again.counted())).toHaveLength(1);
  expect(await must(again.missing([first]))).toEqual([]);
  expect(again.state()).toEqual({ kind: 'sqlite', dropped: 0, sinceMs: 1_500 });
});

test('a file of an earlier version is brought up to date, and keeps what it has', async () => {
  const path = join(mkdtempSync(join(tmpdir(), 'sluice-archive-')), 'history.db');
  const old = new DatabaseSync(path);
  old.exec(`${migrations[0] ?? ''}; PRAGMA user_version = 1`);
  const columns = Object.keys(first);
  const values = Object.values(first).map((value) => (typeof value === 'boolean' ? Number(value) : value));
  old
    .prepare(`INSERT INTO releases (${columns.join()}) VALUES (${columns.map(() => '?').join()})`)
    .run(...values);
  old.close();
  expect(await must(open(path).query({}))).toEqual([first]);
});

test('a damaged file is set aside with a clear log, and a new one begun', async () => {
  const path = join(mkdtempSync(join(tmpdir(), 'sluice-archive-')), 'history.db');
  writeFileSync(path, 'this is no database, whatever its name says. '.repeat(100));
  const lines: string[] = [];
  const archive = open(path, createLogger('error', { write: (line) => lines.push(line) }));
  await must(archive.put([first]));
  expect(await must(archive.counted())).toHaveLength(1);
  const aside = readdirSync(join(path, '..')).filter((name) => name.includes('.corrupt-'));
  expect(aside).toEqual(['history.db.corrupt-2026-01-01T00-00-00-000Z']);
  expect(readFileSync(join(path, '..', aside[0] ?? ''), 'utf8')).toContain('no database');
  expect(lines.join()).toContain('set aside');
});

test('a file that is damaged while it is open is set aside too', async () => {
  const path = newPath();
  const archive = open(path);
  await must(archive.put(Array.from({ length: 500 }, (_, n) => releaseRecord({ uid: `u${n}`, endMs: n }))));
  archive.close();
  const bytes = readFileSync(path);
  bytes.fill(0xff, 4_096);
  writeFileSync(path, bytes);
  await must(archive.put([first]));
  expect(await must(archive.counted())).toHaveLength(1);
  expect(readdirSync(join(path, '..')).some((name) => name.includes('.corrupt-'))).toBe(true);
});

test('a file of a newer version is left alone, and says what to do', async () => {
  const path = join(mkdtempSync(join(tmpdir(), 'sluice-archive-')), 'history.db');
  const newer = new DatabaseSync(path);
  newer.exec('PRAGMA user_version = 99');
  newer.close();
  const answer = await open(path).put([first]);
  expect(answer).toMatchObject({ ok: false, error: { tag: 'unavailable' } });
  expect(JSON.stringify(answer)).toContain('newer Sluice');
  expect(readdirSync(join(path, '..')).some((name) => name.includes('.corrupt-'))).toBe(false);
});

test('no room, no access and another writer are errors of that call alone', async () => {
  const path = newPath();
  const blocked = open(join('/proc/version', 'history.db'));
  expect(await blocked.put([first])).toMatchObject({ ok: false, error: { tag: 'unavailable' } });

  const archive = open(path);
  await must(archive.put([first]));
  const other = new DatabaseSync(path);
  other.exec('BEGIN IMMEDIATE');
  expect(await archive.put([second])).toMatchObject({ ok: false, error: { tag: 'unavailable' } });
  expect(await must(archive.counted())).toHaveLength(1);
  other.exec('ROLLBACK');
  other.close();
  await must(archive.put([second]));
  expect(await must(archive.counted())).toHaveLength(2);
});
