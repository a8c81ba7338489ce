import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type SQLInputValue, type SQLOutputValue } from 'node:sqlite';
import type { Archive, ArchiveQuery, ArchiveState } from '../domain/dora/archive.ts';
import { isKept, mergeRecords } from '../domain/dora/merge.ts';
import { firstFrom } from '../domain/dora/numbers.ts';
import { type CountedRelease, type ReleaseRecord, releaseRecordSchema } from '../domain/dora/record.ts';
import { failure, type SluiceError } from '../kernel/errors.ts';
import { err, ok, type Result } from '../kernel/result.ts';
import type { Logger } from '../observability/logger.ts';
import { countedColumns, countedRowReader } from './counted-rows.ts';
import { fields } from './lines.ts';
import { migrations } from './sqlite-schema.ts';

/** What an archive in a file needs. */
export interface SqliteArchiveOptions {
  /** The file; its folder is made when it is missing. */
  readonly path: string;
  /** Names a file that is set aside. */
  readonly now: () => Date;
  readonly logger: Logger;
}

/** Calls of a file stop the whole process while they last: another writer is waited for no longer than this. */
const busyMs = 200;

/** Result codes that say that a file is no database, or one that is damaged. Source: sqlite.org/rescode.html. */
const corruptCodes: ReadonlySet<number> = new Set([11, 26]);

/**
 * Keeps releases in a SQLite file, as many as there is room for. A file that is damaged is set aside and a new one begun;
 * any other trouble (no room, no access, a newer version) is an error of that call alone, and the next call tries again.
 */
export class SqliteArchive implements Archive {
  readonly #options: SqliteArchiveOptions;
  #db: DatabaseSync | undefined;
  #sinceMs: number | undefined;
  /** All that the numbers need, in the order of the ends; undefined: to be read. */
  #counted: CountedRelease[] | undefined;
  /** When another process writes, what was read is old. */
  #countedVersion: number | undefined;

  constructor(options: SqliteArchiveOptions) {
    this.#options = options;
  }

  missing(records: readonly ReleaseRecord[]): Promise<Result<readonly ReleaseRecord[], SluiceError>> {
    return this.#run((db) => {
      const find = db.prepare(`SELECT ${fields.join()} FROM releases WHERE uid = ?`);
      return records.filter(
        (record) => !this.#isPast(record) && !isKept(rowRecord(find.get(record.uid)), record),
      );
    });
  }

  put(records: readonly ReleaseRecord[]): Promise<Result<void, SluiceError>> {
    return this.#run((db) => {
      const find = db.prepare(`SELECT ${fields.join()} FROM releases WHERE uid = ?`);
      const marks = fields.map(() => '?').join();
      const insert = db.prepare(`INSERT OR REPLACE INTO releases (${fields.join()}) VALUES (${marks})`);
      inTransaction(db, () => {
        for (const record of records.filter((one) => !this.#isPast(one))) {
          const before = rowRecord(find.get(record.uid));
          insert.run(...columnsOf(mergeRecords(before, record)));
          this.#count(record, before !== undefined);
        }
      });
    });
  }

  counted(): Promise<Result<readonly CountedRelease[], SluiceError>> {
    return this.#run((db) => {
      const version = dataVersion(db);
      if (this.#counted === undefined || version !== this.#countedVersion) this.#counted = readCounted(db);
      this.#countedVersion = version;
      return this.#counted;
    });
  }

  query(query: ArchiveQuery): Promise<Result<readonly ReleaseRecord[], SluiceError>> {
    return this.#run((db) => {
      const { where, values } = conditionsOf(query);
      const select = db.prepare(`SELECT ${fields.join()} FROM releases${where}`);
      const found: ReleaseRecord[] = [];
      for (const row of select.iterate(...values)) {
        const record = rowRecord(row);
        if (record !== undefined) found.push(record);
      }
      return found;
    });
  }

  prune(beforeMs: number): Promise<Result<number, SluiceError>> {
    return this.#run((db) => {
      const { changes } = db.prepare('DELETE FROM releases WHERE endMs < ?').run(beforeMs);
      const sinceMs = Math.max(this.#sinceMs ?? beforeMs, beforeMs);
      db.prepare("INSERT OR REPLACE INTO facts (name, value) VALUES ('sinceMs', ?)").run(sinceMs);
      this.#sinceMs = sinceMs;
      this.#counted = undefined;
      return Number(changes);
    });
  }

  state(): ArchiveState {
    return { kind: 'sqlite', dropped: 0, sinceMs: this.#sinceMs };
  }

  close(): void {
    this.#db?.close();
    this.#db = undefined;
    this.#counted = undefined;
  }

  /** A release that is new takes its place; one that ended anew is rare, and then all are read again. */
  #count(record: ReleaseRecord, isAgain: boolean): void {
    if (isAgain) this.#counted = undefined;
    this.#counted?.splice(firstFrom(this.#counted, record.endMs), 0, countedOf(record));
  }

  /** What was forgotten for its age does not come back from an object that is there still. */
  #isPast({ endMs }: ReleaseRecord): boolean {
    return this.#sinceMs !== undefined && endMs < this.#sinceMs;
  }

  #run<T>(work: (db: DatabaseSync) => T): Promise<Result<T, SluiceError>> {
    try {
      return Promise.resolve(ok(work(this.#open())));
    } catch (thrown) {
      this.#counted = undefined;
      return Promise.resolve(err(this.#explain(thrown)));
    }
  }

  #open(): DatabaseSync {
    if (this.#db !== undefined) return this.#db;
    const { path } = this.#options;
    mkdirSync(dirname(path), { recursive: true });
    try {
      this.#db = openDatabase(path);
    } catch (thrown) {
      if (!corruptCodes.has(codeOf(thrown))) throw thrown;
      this.#setAside();
      this.#db = openDatabase(path);
    }
    const since = this.#db.prepare("SELECT value FROM facts WHERE name = 'sinceMs'").get();
    this.#sinceMs = typeof since?.['value'] === 'number' ? since['value'] : undefined;
    return this.#db;
  }

  #setAside(): void {
    const { path, now, logger } = this.#options;
    const aside = `${path}.corrupt-${now().toISOString().replaceAll(/[:.]/g, '-')}`;
    for (const suffix of ['', '-wal', '-shm'])
      if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix);
    logger.error('the history file is damaged: set aside, and a new one begun', {
      path,
      aside,
      remedy:
        'releases whose objects are there still are recorded again; try "sqlite3 FILE .recover" for the rest',
    });
  }

  #explain(thrown: unknown): SluiceError {
    const { path } = this.#options;
    if (corruptCodes.has(codeOf(thrown))) {
      this.close();
      this.#setAside();
    }
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    return failure('unavailable', `the history file ${path} cannot be used: ${why}`);
  }
}

/** Opens a file and brings it to the present version. Throws what SQLite throws, and for a version that is too new. */
function openDatabase(path: string): DatabaseSync {
  const db = new DatabaseSync(path, { timeout: busyMs });
  try {
    const { user_version: version } = db.prepare('PRAGMA user_version').get() ?? {};
    if (typeof version !== 'number') throw new Error('it has no version');
    if (version > migrations.length)
      throw new Error(
        `it was written by a newer Sluice (format ${version}, known is ${migrations.length}); update this one or name another file`,
      );
    // Readers do not wait for the writer, and a crash costs at most the last record, which its object tells again.
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA quick_check(1)');
    if (db.prepare('PRAGMA quick_check(1)').get()?.['quick_check'] !== 'ok') throw corrupt();
    for (const [index, step] of migrations.entries()) {
      if (index < version) continue;
      inTransaction(db, () => {
        db.exec(`${step}; PRAGMA user_version = ${index + 1}`);
      });
    }
    return db;
  } catch (thrown) {
    db.close();
    throw thrown;
  }
}

function corrupt(): Error {
  return Object.assign(new Error('its check failed'), { errcode: 11 });
}

function inTransaction(db: DatabaseSync, work: () => void): void {
  db.exec('BEGIN IMMEDIATE');
  try {
    work();
    db.exec('COMMIT');
  } catch (thrown) {
    if (db.isTransaction) db.exec('ROLLBACK');
    throw thrown;
  }
}

function codeOf(thrown: unknown): number {
  const code = thrown instanceof Error && 'errcode' in thrown ? thrown.errcode : undefined;
  // Extended codes carry the primary one in their lowest byte.
  return typeof code === 'number' ? code & 0xff : 0;
}

function dataVersion(db: DatabaseSync): number | undefined {
  const version = db.prepare('PRAGMA data_version').get()?.['data_version'];
  return typeof version === 'number' ? version : undefined;
}

function readCounted(db: DatabaseSync): CountedRelease[] {
  const select = db.prepare(`SELECT ${countedColumns.join()} FROM releases ORDER BY endMs`);
  select.setReturnArrays(true);
  const read = countedRowReader();
  const found: CountedRelease[] = [];
  for (const row of select.iterate()) {
    const release = Array.isArray(row) ? read(row) : undefined;
    if (release !== undefined) found.push(release);
  }
  return found;
}

function countedOf(record: ReleaseRecord): CountedRelease {
  const { namespace, app, environment, endMs, result, deployment } = record;
  const { deployedMs, commitMs, commitSource, failure: stage, failedMs, rework, isRollback } = record;
  const known = { namespace, app, environment, endMs, result, deployment };
  return { ...known, deployedMs, commitMs, commitSource, failure: stage, failedMs, rework, isRollback };
}

function conditionsOf({ fromMs, toMs, namespace, app }: ArchiveQuery): {
  readonly where: string;
  readonly values: SQLInputValue[];
} {
  const given = [
    ['endMs >= ?', fromMs],
    ['endMs < ?', toMs],
    ['namespace = ?', namespace],
    ['app = ?', app],
  ] as const;
  const used = given.flatMap(([text, value]) => (value === undefined ? [] : [{ text, value }]));
  if (used.length === 0) return { where: '', values: [] };
  return {
    where: ` WHERE ${used.map(({ text }) => text).join(' AND ')}`,
    values: used.map(({ value }) => value),
  };
}

function columnsOf(record: ReleaseRecord): SQLInputValue[] {
  return fields.map((field) => {
    const value = record[field];
    return typeof value === 'boolean' ? Number(value) : value;
  });
}

type Row = Readonly<Record<string, SQLOutputValue>>;

function rowRecord(row: Row | undefined): ReleaseRecord | undefined {
  if (row === undefined) return undefined;
  const parsed = releaseRecordSchema.safeParse({ ...row, isRollback: row['isRollback'] === 1 });
  return parsed.success ? parsed.data : undefined;
}
