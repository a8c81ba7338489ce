import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inject, vi } from 'vitest';
import type { KubeObject } from '../../../src/api/meta.ts';
import { apiPath, type ResourceName, resources } from '../../../src/api/resources.ts';
import { parseYamlDocuments } from '../../../src/api/yaml.ts';
import type { SluiceError } from '../../../src/kernel/errors.ts';
import type { Result } from '../../../src/kernel/result.ts';
import { silentLogger } from '../../../src/observability/logger.ts';
import { Metrics } from '../../../src/observability/metrics.ts';
import { Cache, type CacheOptions } from '../../../src/runtime/cache.ts';
import { type ClientOptions, createClient, type KubeClient } from '../../../src/runtime/client.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import type { AnyController } from '../../../src/runtime/controller.ts';
import { createExecutor, type Execute, type ExecutorOptions } from '../../../src/runtime/execute.ts';
import { processIdentity, randomFraction } from '../../../src/runtime/ids.ts';
import { loadConnector } from '../../../src/runtime/kube.ts';
import { Manager, watchedResources } from '../../../src/runtime/manager.ts';

/** The value of a result that a test takes for granted; fails the test with the error otherwise. */
export function must<T>(result: Result<T, SluiceError>): T {
  if (!result.ok) throw new Error(`${result.error.tag}: ${result.error.message}`);
  return result.value;
}

/** A client of the real API server, or of what stands before it when another kubeconfig is given. */
export function connect(
  kubeconfigPath: string = inject('kubeconfig'),
  options: Partial<ClientOptions> = {},
): KubeClient {
  const connector = must(loadConnector({ kubeconfigPath, clock: systemClock }));
  return createClient(connector, { clock: systemClock, ...options });
}

/** A new namespace with this prefix. */
export async function newNamespace(client: KubeClient, prefix: string): Promise<string> {
  const name = processIdentity(prefix).replace('_', '-');
  await make(client, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  return name;
}

/** Creates an object as a user would; gives what the server made of it. */
export async function make(client: KubeClient, object: KubeObject): Promise<unknown> {
  const def = Object.values(resources).find(({ kind }) => kind === object.kind);
  if (def === undefined) throw new Error(`no resource for ${object.kind}`);
  return must(await client.create(apiPath(def, object.metadata.namespace), object, 'test'));
}

/** The path of one object. */
export function at(resource: ResourceName, namespace: string, name?: string, subresource?: string): string {
  return apiPath(resources[resource], namespace, name, subresource);
}

/** A ConfigMap, the cheapest object there is. */
export function configMap(namespace: string, name: string, data: Record<string, string> = {}): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace }, data };
}

/** A task of a definition that need not exist. */
export function keptnTask(namespace: string, name: string): KubeObject {
  return {
    apiVersion: 'lifecycle.keptn.sh/v1',
    kind: 'KeptnTask',
    metadata: { name, namespace },
    spec: { taskDefinition: 'none' },
  };
}

/** Installs our CRDs and waits until the server serves them. */
export async function applyCrds(client: KubeClient): Promise<void> {
  for (const file of readdirSync('manifests/crds').filter((name) => name.endsWith('.keptn.sh.yaml'))) {
    const path = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${file.replace(/\.yaml$/, '')}`;
    for (const { object } of must(parseYamlDocuments(readFileSync(join('manifests/crds', file), 'utf8')))) {
      must(await client.apply(path, object, 'test'));
    }
  }
  const served = async (): Promise<boolean> => {
    const lists = await Promise.all(
      Object.values(resources)
        .filter(({ group }) => group.endsWith('keptn.sh'))
        .map((def) => client.get(`${apiPath(def)}?limit=1`)),
    );
    return lists.every(({ ok }) => ok);
  };
  await vi.waitUntil(served, { timeout: 15_000 });
}

/** A cache of the real server that is started and synced. */
export async function syncedCache(
  client: KubeClient,
  names: Iterable<ResourceName>,
  options: Partial<CacheOptions> = {},
): Promise<Cache> {
  const cache = new Cache(names, { client, clock: systemClock, random: randomFraction, ...options });
  cache.start();
  await cache.whenSynced();
  return cache;
}

/** Everything that runs one or more controllers against the real server. */
export interface World {
  readonly cache: Cache;
  readonly execute: Execute;
  readonly manager: Manager;
  readonly metrics: Metrics;
  stop(): Promise<void>;
}

/** Builds and syncs a world; the manager is not started. */
export async function world(
  client: KubeClient,
  controllers: readonly AnyController[],
  options: Partial<ExecutorOptions & CacheOptions> = {},
): Promise<World> {
  const metrics = new Metrics();
  const base = { client, clock: systemClock, random: randomFraction, logger: silentLogger, metrics };
  const cache = new Cache(watchedResources(controllers), { ...base, ...options });
  const execute = createExecutor({ ...base, identity: 'test', fence: () => true, ...options, cache });
  const manager = new Manager({ ...base, ...options, controllers, cache, execute });
  cache.start();
  await cache.whenSynced();
  return {
    cache,
    execute,
    manager,
    metrics,
    stop: async () => {
      await manager.stop();
      await cache.stop();
    },
  };
}
