import { apiPath, resources } from '../src/api/resources.ts';
import type { KubeClient } from '../src/runtime/client.ts';
import { watching } from './watching.ts';
import { make, must } from './world.ts';

const tick = 'bench.sluice/tick';
const everyMs = 200;
const podName = 'floor';

/**
 * The API server's own round trip: from sending a PATCH of a pod's annotation until its watch event arrives. One
 * each 200 ms, until the function that is given is called, which gives the samples in ms.
 */
export async function sampleFloor(
  client: KubeClient,
  namespace: string,
): Promise<() => Promise<readonly number[]>> {
  const path = apiPath(resources.pods, namespace, podName);
  // A gate of its own keeps the pod where it is.
  await make(client, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: podName, namespace },
    spec: { schedulingGates: [{ name: 'bench.sluice/hold' }], containers: [{ name: 'none', image: 'none' }] },
  });
  const arrivals = new Map<string, (atMs: number) => void>();
  const stopWatch = await watching(client, 'pods', namespace, (object, atMs) => {
    const pod = resources.pods.parse(object);
    if (pod.ok) arrivals.get(pod.value.metadata.annotations?.[tick] ?? '')?.(atMs);
  });
  const samples: number[] = [];
  const stopping = Promise.withResolvers<'stop'>();
  const sample = async (id: string): Promise<void> => {
    const arrived = new Promise<number>((resolve) => arrivals.set(id, resolve));
    const sentAt = performance.now();
    must(await client.patch(path, 'merge', { metadata: { annotations: { [tick]: id } } }, 'sluice-bench'));
    samples.push((await arrived) - sentAt);
    arrivals.delete(id);
  };
  const run = async (): Promise<void> => {
    for (let i = 0; ; i++) {
      await sample(String(i));
      const pause = new Promise((wake) => setTimeout(wake, everyMs));
      if ((await Promise.race([pause, stopping.promise])) === 'stop') return;
    }
  };
  const running = run();
  // Told when the sampling ends; until then it must not end the process.
  running.catch(() => undefined);
  return async () => {
    stopping.resolve('stop');
    await running;
    stopWatch();
    must(await client.delete(path, {}));
    return samples;
  };
}
