import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { isAlive, markProcess } from './process-table.ts';
import { say, until } from './progress.ts';

const waitMs = 30 * 60_000;

/** Runs `work` while this process alone holds the lock file; waits for a living holder, takes over from a dead one. */
export async function withLock<T>(file: string, what: string, work: () => Promise<T>): Promise<T> {
  mkdirSync(path.dirname(file), { recursive: true });
  if (!tryLock(file)) {
    say(`waiting for process ${readHolder(file)?.pid ?? '?'}, which is ${what}…`);
    await until(() => tryLock(file), waitMs);
  }
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

function tryLock(file: string): boolean {
  const self = markProcess(process.pid);
  try {
    writeFileSync(file, `${process.pid} ${self?.startTicks ?? '0'}\n`, { flag: 'wx' });
    return true;
  } catch {
    const holder = readHolder(file);
    if (holder !== undefined && !isAlive(holder)) dropStale(file, holder.pid);
    return false;
  }
}

/** Moves a dead holder's lock aside; puts it back if a living process took it over in the same moment. */
function dropStale(file: string, deadPid: number): void {
  const aside = `${file}.${process.pid}`;
  try {
    renameSync(file, aside);
    if (readHolder(aside)?.pid === deadPid) rmSync(aside, { force: true });
    else renameSync(aside, file);
  } catch {
    // Another process was faster; the next try sees its lock.
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
