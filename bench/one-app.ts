import { annotations, prechecksGate } from '../src/api/constants.ts';
import { resources } from '../src/api/resources.ts';
import type { KubeClient } from '../src/runtime/client.ts';
import { rounded } from './percentile.ts';
import { watching } from './watching.ts';
import { make, newNamespace } from './world.ts';

/** One release of one app of many workloads. */
export interface OneApp {
  readonly workloads: number;
  /** Seconds from the last check's Job that succeeded to the last gate lifted. */
  readonly lastLiftAfterLastJob: number;
  /** Seconds from the first Deployment sent to the last gate lifted. */
  readonly whole: number;
}

const app = 'mall';
const check = 'check';
const withinMs = 300_000;
const verdicts: ReadonlySet<string> = new Set(['SuccessCriteriaMet', 'Complete']);

/** Counts distinct names until there are enough, and says when the last one came. */
class Tally {
  readonly #seen = new Map<string, number>();
  readonly #wanted: number;
  readonly complete = Promise.withResolvers<number>();

  constructor(wanted: number) {
    this.#wanted = wanted;
  }

  note(name: string, atMs: number): void {
    if (this.#seen.has(name)) return;
    this.#seen.set(name, atMs);
    if (this.#seen.size === this.#wanted) this.complete.resolve(atMs);
  }

  async last(what: string): Promise<number> {
    const late = new Promise<never>((_, reject) => {
      setTimeout(
        () => reject(new Error(`${this.#seen.size} of ${this.#wanted} ${what} in ${withinMs} ms`)),
        withinMs,
      ).unref();
    });
    return Promise.race([this.complete.promise, late]);
  }
}

/** `count` Deployments of one app that nobody wrote a KeptnApp for, each with one task before its deployment. */
export async function measureOneApp(client: KubeClient, count: number): Promise<OneApp> {
  const namespace = await newNamespace(client, 'bench-app', { [annotations.optIn]: 'enabled' });
  await make(client, {
    apiVersion: 'lifecycle.keptn.sh/v1',
    kind: 'KeptnTaskDefinition',
    metadata: { name: check, namespace },
    spec: { container: { name: check, image: 'registry.example/check:1' } },
  });
  const jobs = new Tally(count);
  const lifts = new Tally(count);
  const stopJobs = await watching(client, 'jobs', namespace, (object, atMs) => {
    const job = resources.jobs.parse(object);
    if (!job.ok) return;
    const { metadata, status } = job.value;
    const succeeded = status?.conditions?.some(
      ({ type, status: holds }) => verdicts.has(type) && holds === 'True',
    );
    if (succeeded === true) jobs.note(metadata.name, atMs);
  });
  const stopPods = await watching(client, 'pods', namespace, (object, atMs) => {
    const pod = resources.pods.parse(object);
    if (!pod.ok || pod.value.metadata.labels?.['app'] === undefined) return;
    const isGated = pod.value.spec.schedulingGates?.some(({ name }) => name === prechecksGate) ?? false;
    if (!isGated) lifts.note(pod.value.metadata.name, atMs);
  });
  try {
    const sentAt = performance.now();
    for (let i = 0; i < count; i += 1)
      await make(client, deployment(namespace, `w-${String(i).padStart(4, '0')}`));
    const [lastJob, lastLift] = await Promise.all([
      jobs.last('Jobs succeeded'),
      lifts.last('gates were lifted'),
    ]);
    return {
      workloads: count,
      lastLiftAfterLastJob: rounded((lastLift - lastJob) / 1000),
      whole: rounded((lastLift - sentAt) / 1000),
    };
  } finally {
    stopJobs();
    stopPods();
  }
}

function deployment(namespace: string, name: string): Parameters<typeof make>[1] {
  const asked = {
    [annotations.workload]: name,
    [annotations.app]: app,
    [annotations.version]: '1',
    [annotations.preTasks]: check,
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace },
    spec: {
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name }, annotations: asked },
        spec: { containers: [{ name: 'app', image: 'registry.example/app:1' }] },
      },
    },
  };
}
