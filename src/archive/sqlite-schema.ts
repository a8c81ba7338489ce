/**
 * Statements that make a database of one version from that of the version before; the first from an empty file. A step
 * that was released is never edited: add another.
 */
export const migrations: readonly string[] = [
  `CREATE TABLE releases (
    uid TEXT PRIMARY KEY,
    namespace TEXT NOT NULL,
    app TEXT NOT NULL,
    version TEXT NOT NULL,
    revision INTEGER NOT NULL,
    previousVersion TEXT NOT NULL,
    environment TEXT NOT NULL,
    environmentSource TEXT NOT NULL,
    startMs INTEGER,
    endMs INTEGER NOT NULL,
    result TEXT NOT NULL,
    deployment TEXT NOT NULL,
    deployedMs INTEGER,
    commitMs INTEGER,
    commitSource TEXT NOT NULL,
    commitRevision TEXT NOT NULL,
    failure TEXT NOT NULL,
    failedMs INTEGER,
    rework TEXT NOT NULL,
    isRollback INTEGER NOT NULL,
    workloads INTEGER NOT NULL
  ) WITHOUT ROWID`,
  `CREATE INDEX releasesByApp ON releases (namespace, app, endMs);
   CREATE INDEX releasesByEnd ON releases (endMs);
   CREATE TABLE facts (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID`,
];
