import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ClusterFault } from './fault.ts';
import { isAlive, markProcess } from './process-table.ts';
import { say, until } from './progress.ts';

const waitMs = 30 * 60_000;

/** Runs `work` while this process alone holds the lock file; waits for a living holder, takes over from a dead one. */
export async function withLock<T>(file: string, what: string, work: () => Promise<T>): Promise<T> {
  if (!tryLock(file)) {
    const holder = readHolder(file);
    if (holder !== undefined) say(`waiting for process ${holder.pid}, which is ${what}…`);
    if (!(await until(() => tryLock(file), waitMs))) {
      throw new ClusterFault(
        `lock ${file}`,
        `process ${holder?.pid ?? '?'} has held it for 30 minutes`,
        'Look at that process; remove the file if it hangs.',
      );
    }
  }
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

function tryLock(file: string): boolean {
  const self = markProcess(process.pid);
  makeFolder(path.dirname(file));
  try {
    writeFileSync(file, `${process.pid} ${self?.startTicks ?? '0'}\n`, { flag: 'wx' });
    return true;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) {
      throw unwritable(file, error);
    }
    const holder = readHolder(file);
    const isStale = holder === undefined ? isOlderThan(file, 10_000) : !isAlive(holder);
    if (isStale) dropStale(file, holder?.pid);
    return false;
  }
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw unwritable(folder, error);
  }
}

function unwritable(file: string, error: unknown): ClusterFault {
  return new ClusterFault(
    file,
    `it cannot be written: ${String(error)}`,
    'Give this user the folder, or run as its owner.',
  );
}

/** Moves a dead holder's lock aside; puts it back if a living process took it over in the same moment. */
function dropStale(file: string, deadPid: number | undefined): void {
  const aside = `${file}.${process.pid}`;
  try {
    renameSync(file, aside);
    if (readHolder(aside)?.pid === deadPid) rmSync(aside, { force: true });
    else renameSync(aside, file);
  } catch {
    // Another process was faster; the next try sees its lock.
  }
}

/** A lock without a holder's name was cut off while it was written, or is being written right now. */
function isOlderThan(file: string, ageMs: number): boolean {
  try {
    return Date.now() - statSync(file).mtimeMs > ageMs;
  } catch {
    return false; // free again
  }
}

function readHolder(file: string): { pid: number; startTicks: string } | undefined {
  try {
    const [pid, startTicks] = readFileSync(file, 'utf8').trim().split(' ');
    return pid === undefined || startTicks === undefined ? undefined : { pid: Number(pid), startTicks };
  } catch {
    return undefined;
  }
}
