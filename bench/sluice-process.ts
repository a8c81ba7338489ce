import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { repository, systemNamespace } from './world.ts';

/** How a process of Sluice is started. */
export interface StartOptions {
  readonly role: 'controller' | 'webhook';
  readonly kubeconfig: string;
  /** Of the admission listener; the controller has none. */
  readonly admissionPort: number;
}

/** A process of the real bundle that is ready. */
export interface SluiceProcess {
  /** From spawn to a readiness probe that answers 200. */
  readonly readyAfterMs: number;
  /** What the kernel counts as resident, in MiB: VmRSS. */
  readonly residentMib: () => number;
  /** Seconds of processor time that it has used since its start. */
  readonly cpuSeconds: () => number;
  /** Its Prometheus metrics. */
  readonly metrics: () => Promise<string>;
  readonly stop: () => Promise<void>;
}

const logDir = join(repository, 'bench/tmp');
const readyWithinMs = 60_000;

/** Starts one role as its manifest does, NODE_OPTIONS included, and waits until it is ready. */
export async function startSluice({ role, kubeconfig, admissionPort }: StartOptions): Promise<SluiceProcess> {
  const probePort = await freePort();
  const metricsPort = await freePort();
  mkdirSync(logDir, { recursive: true });
  const log = openSync(join(logDir, `${role}.log`), 'w');
  const url = role === 'webhook' ? ['--webhook-url', `https://127.0.0.1:${admissionPort}`] : [];
  const startedAt = performance.now();
  const child = spawn(
    process.execPath,
    [join(repository, 'dist/sluice.mjs'), 'serve', '--roles', role, ...url],
    {
      stdio: ['ignore', log, log],
      env: {
        PATH: process.env['PATH'],
        KUBECONFIG: kubeconfig,
        POD_NAMESPACE: systemNamespace,
        POD_NAME: `bench-${role}`,
        NODE_OPTIONS: nodeOptionsOf(role),
        SLUICE_LISTEN_WEBHOOK: String(admissionPort),
        SLUICE_LISTEN_HEALTH: String(probePort),
        KEPTN_DORA_METRICS_PORT: String(metricsPort),
        SLUICE_LISTEN_KEPTN_METRICS: String(await freePort()),
      },
    },
  );
  while (!(await answers(`http://127.0.0.1:${probePort}/readyz`))) {
    if (child.exitCode !== null || performance.now() - startedAt > readyWithinMs) {
      await stop(child);
      throw new Error(`the ${role} did not become ready: see ${logDir}/${role}.log`);
    }
    await new Promise((wake) => setTimeout(wake, 10));
  }
  return {
    readyAfterMs: performance.now() - startedAt,
    residentMib: () => residentMib(child),
    cpuSeconds: () => cpuSeconds(child),
    metrics: async () => (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text(),
    stop: () => stop(child),
  };
}

function nodeOptionsOf(role: StartOptions['role']): string {
  const manifest = readFileSync(join(repository, `manifests/base/${role}-deployment.yaml`), 'utf8');
  const value = /name: NODE_OPTIONS\s+value: (.+)/.exec(manifest)?.[1];
  if (value === undefined) throw new Error(`the manifest of the ${role} sets no NODE_OPTIONS`);
  return value;
}

function residentMib({ pid }: ChildProcess): number {
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Math.round((Number(kib) / 1024) * 10) / 10;
}

/** The unit of times in /proc on Linux (USER_HZ). */
const ticksASecond = 100;

/** Source: proc_pid_stat(5), utime and stime; the name of the program may hold blanks and ends with a parenthesis. */
function cpuSeconds({ pid }: ChildProcess): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksASecond;
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false; // nobody listens yet
  }
}

function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
  });
}

/** A port of 127.0.0.1 that nobody listens on. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
