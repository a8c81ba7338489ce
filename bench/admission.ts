import { type ChildProcess, spawn } from 'node:child_process';
import { Agent } from 'node:https';
import { join } from 'node:path';
import { z } from '../src/api/schema.ts';
import { webhookPaths } from '../src/server/admission-routes.ts';
import { cpuMs, crowded, floorPath, type Load, steady, type Target } from './admission-load.ts';
import { rounded } from './percentile.ts';

const phaseMs = 10_000;
const rounds = 3;
const hello = z.object({ port: z.number(), ca: z.string() });

/** A load and what it cost the server. */
type Costed = Load & { readonly cpuMsPerRequest: number };

/** What was measured of the handler; the floor is the same server answering a constant. */
export interface Admission {
  /** Whether the server had one core to itself alone, as `taskset` gives it. */
  readonly isPinned: boolean;
  /** At 200 requests a second, of the least disturbed of three rounds: neighbours on the machine only ever add. */
  readonly floorAt200PerSecond: Costed;
  readonly at200PerSecond: Costed;
  /** 500 connections that ask again at once. */
  readonly with500Connections: Costed;
}

/** Measures the admission handler over real TLS on loopback; its server is a process of its own, on one core. */
export async function measureAdmission(): Promise<Admission> {
  const { isPinned, child, line } = await startPinned(join(import.meta.dirname, 'admission-server.ts'));
  const agent = new Agent({ keepAlive: true, maxSockets: 10 });
  try {
    return {
      isPinned,
      ...(await phases({
        ...hello.parse(JSON.parse(line)),
        agent,
        path: webhookPaths['pods.sluice.keptn.sh'],
      })),
    };
  } finally {
    agent.destroy();
    child.kill();
  }
}

/** A server of a benchmark, and its first line. */
export interface Pinned {
  /** Whether it has one core to itself, as `taskset` gives it. */
  readonly isPinned: boolean;
  readonly child: ChildProcess;
  readonly line: string;
}

/** Starts a script as a process on one core and waits for its first line. */
export async function startPinned(script: string): Promise<Pinned> {
  const isPinned = process.platform === 'linux';
  const [command, args] = isPinned
    ? ['taskset', ['-c', '0', process.execPath, script]]
    : [process.execPath, [script]];
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const line = await new Promise<string>((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => reject(new Error(`the server ended with ${code}`)));
    child.stdout.once('data', (chunk: Buffer) => {
      resolve(chunk.toString('utf8'));
    });
  });
  return { isPinned, child, line };
}

async function phases(target: Target): Promise<Omit<Admission, 'isPinned'>> {
  const floor = { ...target, path: floorPath };
  await steady(target, 2_000);
  const floors: Costed[] = [];
  const handlers: Costed[] = [];
  for (let round = 0; round < rounds; round++) {
    floors.push(await costed(floor, () => steady(floor, phaseMs)));
    handlers.push(await costed(target, () => steady(target, phaseMs)));
  }
  return {
    floorAt200PerSecond: calmest(floors),
    at200PerSecond: calmest(handlers),
    with500Connections: await costed(target, () => crowded(target, phaseMs)),
  };
}

function calmest(loads: readonly Costed[]): Costed {
  return loads.reduce((best, load) => (load.p99 < best.p99 ? load : best));
}

/** Runs a phase and adds what it cost the server. */
async function costed(target: Target, phase: () => Promise<Load>): Promise<Costed> {
  const before = await cpuMs(target);
  const result = await phase();
  const cost = ((await cpuMs(target)) - before) / result.requests;
  return { ...result, cpuMsPerRequest: rounded(cost) };
}
