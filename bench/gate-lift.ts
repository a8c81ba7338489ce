import { annotations } from '../src/api/constants.ts';
import { apiPath, resources } from '../src/api/resources.ts';
import { z } from '../src/api/schema.ts';
import type { KubeClient } from '../src/runtime/client.ts';
import { sampleFloor } from './floor.ts';
import { type Spread, spread } from './percentile.ts';
import { isMeasured, ReleaseLog, releaseLabel } from './release-log.ts';
import { watching } from './watching.ts';
import { make, must, newNamespace } from './world.ts';

/** How long it took from a check's Job that has succeeded to its pod that is schedulable, and the floor meanwhile; ms. */
export interface GateLift {
  readonly lift: Spread;
  readonly floor: Spread;
}

const check = 'check';
const optIn = { [annotations.optIn]: 'enabled' };

interface Stage {
  readonly client: KubeClient;
  readonly namespace: string;
  readonly log: ReleaseLog;
}

/**
 * `count` releases, `inFlight` of them at any time, moved by nobody but Kubernetes' own controllers and hollow nodes:
 * the check's pod is scheduled and completes, and the Job controller says that the Job has succeeded.
 */
export function liftInFlight(client: KubeClient, count: number, inFlight: number): Promise<GateLift> {
  return staged(client, async (stage) => {
    let next = 0;
    const lane = async (): Promise<void> => {
      while (next < count) {
        const release = releaseName(next++);
        await deploy(stage, release);
        await stage.log.until(release, isMeasured);
      }
    };
    await Promise.all(Array.from({ length: inFlight }, lane));
    return latencies(stage, count);
  });
}

/**
 * `count` releases that all wait, because the nodes take no pods; then their Jobs are called complete, one after
 * the other, each when the one before was lifted.
 */
export async function liftOneByOne(client: KubeClient, count: number): Promise<GateLift> {
  await cordon(client, true);
  try {
    return await staged(client, async (stage) => {
      const names = Array.from({ length: count }, (_, i) => releaseName(i));
      for (const release of names) await deploy(stage, release);
      for (const release of names)
        await stage.log.until(release, ({ jobName, gated }) => jobName !== undefined && gated === true);
      for (const release of names) {
        await completeJob(stage, stage.log.of(release).jobName ?? '');
        await stage.log.until(release, isMeasured);
      }
      return latencies(stage, count);
    });
  } finally {
    await cordon(client, false);
  }
}

/** A steady stream of releases, each of which is deleted again when some others have followed it. */
export interface Pace {
  readonly perMinute: number;
  readonly seconds: number;
  /** So many releases stay, so that what is stored does not grow. */
  readonly kept: number;
}

/** How long releases of a stream took from sending the Deployment to a pod that is schedulable, and what of it was the lift; ms. */
export interface PacedLift extends GateLift {
  readonly whole: Spread;
}

/** Releases begun at a steady pace, whether or not those before have ended, moved as in `liftInFlight`. */
export async function liftAtPace(client: KubeClient, { perMinute, seconds, kept }: Pace): Promise<PacedLift> {
  const count = Math.round((perMinute * seconds) / 60);
  const whole: number[] = [];
  const lift = await staged(client, async (stage) => {
    const { log, namespace } = stage;
    const beginsAt = performance.now();
    const one = async (i: number): Promise<void> => {
      const dueMs = beginsAt + (i * 60_000) / perMinute - performance.now();
      await new Promise((wake) => setTimeout(wake, Math.max(0, dueMs)));
      const sentAt = performance.now();
      await deploy(stage, releaseName(i));
      const { liftedAt = Number.NaN } = await log.until(releaseName(i), isMeasured);
      whole.push(liftedAt - sentAt);
      if (i >= kept)
        must(await client.delete(apiPath(resources.deployments, namespace, releaseName(i - kept)), {}));
    };
    await Promise.all(Array.from({ length: count }, (_, i) => one(i)));
    return latencies(stage, count);
  });
  return { ...lift, whole: spread(whole) };
}

/** Prepares a namespace with a check, its watches and the floor's sampling; runs; ends what it began. */
async function staged(
  client: KubeClient,
  run: (stage: Stage) => Promise<readonly number[]>,
): Promise<GateLift> {
  const log = new ReleaseLog();
  const namespace = await newNamespace(client, 'bench', optIn);
  const floorNamespace = await newNamespace(client, 'bench-floor', {});
  await make(client, {
    apiVersion: 'lifecycle.keptn.sh/v1',
    kind: 'KeptnTaskDefinition',
    metadata: { name: check, namespace },
    spec: { container: { name: check, image: 'registry.example/check:1' } },
  });
  const stopJobs = await watching(client, 'jobs', namespace, (job, atMs) => log.seeJob(job, atMs));
  const stopPods = await watching(client, 'pods', namespace, (pod, atMs) => log.seePod(pod, atMs));
  const endFloor = await sampleFloor(client, floorNamespace);
  try {
    const samples = await run({ client, namespace, log });
    return { lift: spread(samples), floor: spread(await endFloor()) };
  } finally {
    stopJobs();
    stopPods();
  }
}

function latencies({ log }: Stage, count: number): number[] {
  return Array.from({ length: count }, (_, i) => {
    const { succeededAt, liftedAt } = log.of(releaseName(i));
    if (succeededAt === undefined || liftedAt === undefined)
      throw new Error(`release ${i} ended but its Job or pod was not seen`);
    return liftedAt - succeededAt;
  });
}

function releaseName(index: number): string {
  return `r-${String(index).padStart(4, '0')}`;
}

/** A Deployment of one pod with one check before it. */
async function deploy({ client, namespace }: Stage, release: string): Promise<void> {
  const labels = { app: release, [releaseLabel]: release };
  const asked = {
    [annotations.workload]: release,
    [annotations.version]: '1',
    [annotations.preTasks]: check,
  };
  await make(client, {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: release, namespace },
    spec: {
      selector: { matchLabels: { app: release } },
      template: {
        metadata: { labels, annotations: asked },
        spec: { containers: [{ name: 'app', image: 'registry.example/app:1' }] },
      },
    },
  });
}

const startedSchema = z.object({ status: z.object({ startTime: z.string().optional() }).optional() });

/** Does what the Job controller does at a Job's end. */
async function completeJob({ client, namespace }: Stage, name: string): Promise<void> {
  const path = apiPath(resources.jobs, namespace, name, 'status');
  const now = new Date().toISOString();
  const { startTime = now } = startedSchema.parse(must(await client.get(path))).status ?? {};
  const conditions = ['SuccessCriteriaMet', 'Complete'].map((type) => ({
    type,
    status: 'True',
    reason: 'CompletionsReached',
    lastTransitionTime: now,
    lastProbeTime: now,
  }));
  const status = {
    startTime,
    active: 0,
    ready: 0,
    terminating: 0,
    succeeded: 1,
    completionTime: now,
    conditions,
  };
  must(await client.patch(path, 'merge', { status }, 'sluice-bench'));
}

const nodeSchema = z.object({ metadata: z.object({ name: z.string() }) });

/** Closes or opens all nodes to new pods. */
async function cordon(client: KubeClient, unschedulable: boolean): Promise<void> {
  const names: string[] = [];
  const onItem = (raw: unknown): void => {
    names.push(nodeSchema.parse(raw).metadata.name);
  };
  must(await client.list('/api/v1/nodes', { onItem }));
  for (const name of names)
    must(await client.patch(`/api/v1/nodes/${name}`, 'merge', { spec: { unschedulable } }, 'sluice-bench'));
}
