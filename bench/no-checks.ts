import { annotations, prechecksGate } from '../src/api/constants.ts';
import { resources } from '../src/api/resources.ts';
import type { KubeClient } from '../src/runtime/client.ts';
import { type Spread, spread } from './percentile.ts';
import { releaseLabel } from './release-log.ts';
import { watching } from './watching.ts';
import { make, newNamespace } from './world.ts';

/** From sending a Deployment until its pod may be scheduled, gated and plain, and what gating added; ms. */
export interface NoChecks {
  readonly added: Spread;
  readonly gated: Spread;
  readonly plain: Spread;
}

const withinMs = 60_000;

/** Waits in a namespace for a pod of a release that no gate holds; gives the moment of its watch event. */
async function lookout(
  client: KubeClient,
  namespace: string,
): Promise<{ schedulable: (release: string) => Promise<number>; stop: () => void }> {
  const seen = new Map<string, PromiseWithResolvers<number>>();
  const of = (release: string): PromiseWithResolvers<number> => {
    const known = seen.get(release) ?? Promise.withResolvers<number>();
    seen.set(release, known);
    return known;
  };
  const stop = await watching(client, 'pods', namespace, (object, atMs) => {
    const pod = resources.pods.parse(object);
    if (!pod.ok) return;
    const release = pod.value.metadata.labels?.[releaseLabel];
    const isGated = pod.value.spec.schedulingGates?.some(({ name }) => name === prechecksGate) ?? false;
    if (release !== undefined && !isGated) of(release).resolve(atMs);
  });
  const schedulable = (release: string): Promise<number> => {
    const late = new Promise<never>((_, reject) => {
      setTimeout(() => reject(new Error(`the pod of ${release} is still held`)), withinMs).unref();
    });
    return Promise.race([of(release).promise, late]);
  };
  return { schedulable, stop };
}

/** `count` single-workload apps without checks, each beside a plain Deployment that nobody gates, one after the other. */
export async function measureNoChecks(client: KubeClient, count: number): Promise<NoChecks> {
  const gatedIn = await newNamespace(client, 'bench-free', { [annotations.optIn]: 'enabled' });
  const plainIn = await newNamespace(client, 'bench-plain', {});
  const [gated, plain] = await Promise.all([lookout(client, gatedIn), lookout(client, plainIn)]);
  const samples = { added: [] as number[], gated: [] as number[], plain: [] as number[] };
  try {
    for (let i = 0; i < count; i += 1) {
      const release = `r-${String(i).padStart(4, '0')}`;
      const plainMs = await timeOf(client, plainIn, release, plain.schedulable);
      const gatedMs = await timeOf(client, gatedIn, release, gated.schedulable);
      samples.plain.push(plainMs);
      samples.gated.push(gatedMs);
      samples.added.push(gatedMs - plainMs);
    }
  } finally {
    gated.stop();
    plain.stop();
  }
  return { added: spread(samples.added), gated: spread(samples.gated), plain: spread(samples.plain) };
}

async function timeOf(
  client: KubeClient,
  namespace: string,
  release: string,
  schedulable: (release: string) => Promise<number>,
): Promise<number> {
  const sentAt = performance.now();
  await make(client, {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: release, namespace },
    spec: {
      selector: { matchLabels: { app: release } },
      template: {
        metadata: {
          labels: { app: release, [releaseLabel]: release },
          annotations: { [annotations.workload]: release, [annotations.version]: '1' },
        },
        spec: { containers: [{ name: 'app', image: 'registry.example/app:1' }] },
      },
    },
  });
  return (await schedulable(release)) - sentAt;
}
