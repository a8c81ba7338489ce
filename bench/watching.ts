import { apiPath, resources } from '../src/api/resources.ts';
import type { KubeClient } from '../src/runtime/client.ts';
import { must } from './world.ts';

/** Calls `use` with the object of each change in a namespace from now on and the moment it came; gives what ends it. */
export async function watching(
  client: KubeClient,
  resource: 'pods' | 'jobs',
  namespace: string,
  use: (object: unknown, atMs: number) => void,
): Promise<() => void> {
  const path = apiPath(resources[resource], namespace);
  let resourceVersion = must(await client.list(path, { onItem: () => undefined }));
  const stopping = new AbortController();
  const follow = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await client.watch(path, {
        resourceVersion,
        timeoutSeconds: 3_000,
        signal: stopping.signal,
        onEvent: ({ type, object }) => {
          resourceVersion = versionOf(object) ?? resourceVersion;
          if (type === 'ADDED' || type === 'MODIFIED') use(object, performance.now());
        },
      });
    }
  };
  void follow();
  return () => {
    stopping.abort();
  };
}

function versionOf(raw: unknown): string | undefined {
  if (typeof raw !== 'object' || raw === null || !('metadata' in raw)) return undefined;
  const { metadata } = raw;
  if (typeof metadata !== 'object' || metadata === null || !('resourceVersion' in metadata)) return undefined;
  return String(metadata.resourceVersion);
}
