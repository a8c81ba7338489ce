import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ClusterFault } from './fault.ts';
import { until } from './progress.ts';

/** A process by number and start time: together they cannot name another process after the number is reused. */
export interface ProcessMark {
  readonly pid: number;
  /** Clock ticks since boot, field 22 of /proc/PID/stat. */
  readonly startTicks: string;
}

export interface ProcessCommand {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Reads the start time out of the text of /proc/PID/stat; undefined for a zombie, which is as good as gone. Pure. */
export function parseStartTicks(stat: string): string | undefined {
  // The command name in parentheses may hold spaces and parentheses itself.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // While other threads live on, the process still holds its ports and files.
  const isZombie = fields[0] === 'Z' && Number(fields[17]) <= 1;
  return isZombie || fields[0] === 'X' ? undefined : fields[19];
}

/** Marks a running process; undefined when there is none of that number. */
export function markProcess(pid: number): ProcessMark | undefined {
  try {
    const startTicks = parseStartTicks(readFileSync(`/proc/${pid}/stat`, 'utf8'));
    return startTicks === undefined ? undefined : { pid, startTicks };
  } catch {
    return undefined; // no such process
  }
}

export function isAlive(mark: ProcessMark): boolean {
  return markProcess(mark.pid)?.startTicks === mark.startTicks;
}

/** The processes of one cluster, as files `<name>.pid` in its folder `run`, with logs in `log`. */
export class ProcessTable {
  readonly #runDir: string;
  readonly #logDir: string;

  constructor(clusterDir: string) {
    this.#runDir = path.join(clusterDir, 'run');
    this.#logDir = path.join(clusterDir, 'log');
  }

  logFile(name: string): string {
    return path.join(this.#logDir, `${name}.log`);
  }

  read(name: string): ProcessMark | undefined {
    try {
      const [pid, startTicks] = readFileSync(this.#pidFile(name), 'utf8').trim().split(' ');
      return startTicks === undefined || !/^\d+$/.test(pid ?? '')
        ? undefined
        : { pid: Number(pid), startTicks };
    } catch {
      return undefined; // never started, or stopped
    }
  }

  isRunning(name: string): boolean {
    const mark = this.read(name);
    return mark !== undefined && isAlive(mark);
  }

  /** Names of all processes that were ever recorded and not yet stopped. */
  names(): string[] {
    try {
      const files = readdirSync(this.#runDir).filter((file) => file.endsWith('.pid'));
      return files.map((file) => file.slice(0, -'.pid'.length));
    } catch {
      return []; // no folder yet
    }
  }

  /** Starts a process of its own session that outlives this one, and records it. */
  start(command: ProcessCommand): ProcessMark {
    mkdirSync(this.#runDir, { recursive: true });
    mkdirSync(this.#logDir, { recursive: true });
    const log = openSync(this.logFile(command.name), 'w');
    const child = spawn(command.program, command.args, {
      detached: true,
      stdio: ['ignore', log, log],
      env: { ...process.env, ...command.env },
    });
    closeSync(log);
    child.on('error', () => undefined); // said below, by the missing pid
    child.unref();
    const mark = child.pid === undefined ? undefined : markProcess(child.pid);
    if (mark === undefined) throw this.deathOf(command.name);
    this.record(command.name, mark);
    return mark;
  }

  record(name: string, mark: ProcessMark): void {
    mkdirSync(this.#runDir, { recursive: true });
    writeFileSync(this.#pidFile(name), `${mark.pid} ${mark.startTicks}\n`);
  }

  /** Ends a recorded process (SIGTERM, then SIGKILL after `graceMs`) and waits until it is gone. */
  async stop(name: string, graceMs: number): Promise<void> {
    const mark = this.read(name);
    if (mark !== undefined && !(await endProcess(mark, graceMs))) {
      throw new ClusterFault(
        `process ${name} (${mark.pid})`,
        'it did not end after SIGKILL',
        'Look at it with ps, then try again.',
      );
    }
    rmSync(this.#pidFile(name), { force: true });
  }

  /** The fault that a process ended on its own, with the end of its log. */
  deathOf(name: string): ClusterFault {
    const log = this.logFile(name);
    return new ClusterFault(
      `process ${name}`,
      `it ended on its own:\n${lastLines(log)}`,
      `Read ${log}, then run cluster-down and cluster-up.`,
    );
  }

  #pidFile(name: string): string {
    return path.join(this.#runDir, `${name}.pid`);
  }
}

/** SIGTERM, a grace, SIGKILL, and a wait for the end; true when it is gone. */
export async function endProcess(mark: ProcessMark, graceMs: number): Promise<boolean> {
  for (const [signal, waitMs] of [
    ['SIGTERM', graceMs],
    ['SIGKILL', 10_000],
  ] as const) {
    if (!isAlive(mark)) return true;
    try {
      process.kill(mark.pid, signal);
    } catch {
      // It ended between the look and the signal; the wait below sees that.
    }
    if (await until(() => !isAlive(mark), waitMs)) return true;
  }
  return false;
}

function lastLines(file: string): string {
  try {
    return readFileSync(file, 'utf8')
      .trimEnd()
      .split('\n')
      .slice(-8)
      .map((line) => `    ${line.slice(0, 300)}`)
      .join('\n');
  } catch {
    return '    (no log)';
  }
}
