import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { ConfigMap } from '../../../src/api/core/cluster.ts';
import { resources } from '../../../src/api/resources.ts';
import { parseDurationMs } from '../../../src/kernel/duration.ts';
import type { SluiceError } from '../../../src/kernel/errors.ts';
import type { Result } from '../../../src/kernel/result.ts';
import type { Cache } from '../../../src/runtime/cache.ts';
import type { KubeClient } from '../../../src/runtime/client.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { randomFraction } from '../../../src/runtime/ids.ts';
import { Reflector } from '../../../src/runtime/reflector.ts';
import { ObjectStore } from '../../../src/runtime/store.ts';
import { applyRolloutCrd, removeRolloutCrd } from '../../builders/rollout-crd.ts';
import { startWire, type Wire } from './wire.ts';
import {
  applyCrds,
  at,
  configMap,
  connect,
  keptnTask,
  make,
  must,
  newNamespace,
  syncedCache,
} from './world.ts';

const direct = connect();
const cleanups: (() => unknown)[] = [];
let namespace = '';

beforeAll(() => applyCrds(direct));
beforeEach(async () => {
  namespace = await newNamespace(direct, 'reflector');
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});
afterAll(() => {
  direct.close();
});

const names = (cache: Cache): string[] =>
  cache
    .list('configmaps', namespace)
    .map(({ metadata }) => metadata.name)
    .filter((name) => name !== 'kube-root-ca.crt')
    .sort();

async function remove(name: string): Promise<void> {
  must(await direct.delete(at('configmaps', namespace, name), {}));
}

/** A wire, a client through it, and a cache of ConfigMaps that notes why its watch was begun again. */
async function behindProxy(options: { silenceMs?: number } = {}): Promise<{
  wire: Wire;
  client: KubeClient;
  cache: Cache;
  restarts: string[];
}> {
  const wire = await startWire();
  const client = connect(wire.kubeconfig, { listTimeoutMs: 2000 });
  const restarts: string[] = [];
  const cache = await syncedCache(client, ['configmaps'], {
    ...options,
    onRestart: (_, reason) => restarts.push(reason),
  });
  cleanups.push(
    () => wire.close(),
    () => client.close(),
    () => cache.stop(),
  );
  return { wire, client, cache, restarts };
}

test('list and watch show what is there, what is added, changed and deleted', async () => {
  await make(direct, configMap(namespace, 'before', { n: '1' }));
  const cache = await syncedCache(direct, ['configmaps']);
  cleanups.push(() => cache.stop());
  expect(names(cache)).toEqual(['before']);
  await make(direct, configMap(namespace, 'later'));
  await expect.poll(() => names(cache)).toEqual(['before', 'later']);
  must(await direct.patch(at('configmaps', namespace, 'before'), 'merge', { data: { n: '2' } }, 'test'));
  await expect.poll(() => cache.get('configmaps', namespace, 'before')?.data).toEqual({ n: '2' });
  await remove('before');
  await remove('later');
  await expect.poll(() => names(cache)).toEqual([]);
});

test('a list of more objects than a page has is complete', async () => {
  const wanted = Array.from({ length: 25 }, (_, index) => `page-${String(index).padStart(2, '0')}`);
  for (const name of wanted) await make(direct, configMap(namespace, name));
  const small = connect(undefined, { pageSize: 7 });
  const cache = await syncedCache(small, ['configmaps']);
  cleanups.push(
    () => small.close(),
    () => cache.stop(),
  );
  expect(names(cache)).toEqual(wanted);
});

test('a selector narrows what is cached, and an object that leaves it is dropped', async () => {
  const gated = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'labelled', namespace, labels: { mine: 'yes' } },
  };
  const selectors = { configmaps: { labelSelector: 'mine=yes' } };
  const cache = await syncedCache(direct, ['configmaps'], { selectors });
  cleanups.push(() => cache.stop());
  await make(direct, configMap(namespace, 'plain'));
  await make(direct, gated);
  await expect.poll(() => names(cache)).toEqual(['labelled']);
  const unlabel = { metadata: { labels: { mine: 'no' } } };
  must(await direct.patch(at('configmaps', namespace, 'labelled'), 'merge', unlabel, 'test'));
  await expect.poll(() => names(cache)).toEqual([]);
});

test('a cut connection is resumed where it was, without another list', async () => {
  const { wire, cache, restarts } = await behindProxy();
  await make(direct, configMap(namespace, 'before-cut'));
  await expect.poll(() => names(cache)).toEqual(['before-cut']);
  let notified = 0;
  cleanups.push(cache.onChange('configmaps', () => (notified += 1)));
  const atStart = notified;
  wire.cut();
  await make(direct, configMap(namespace, 'while-cut'));
  await expect.poll(() => names(cache), { timeout: 5000 }).toEqual(['before-cut', 'while-cut']);
  expect(restarts).toContain('unavailable');
  expect(notified).toBe(atStart + 1);
});

test('a connection that stalls is given up after the silence allowed, and nothing is lost', async () => {
  await make(direct, configMap(namespace, 'doomed'));
  const { wire, cache, restarts } = await behindProxy({ silenceMs: 1000 });
  expect(names(cache)).toEqual(['doomed']);
  wire.stall();
  await remove('doomed');
  await make(direct, configMap(namespace, 'born'));
  await expect.poll(() => names(cache), { timeout: 10_000 }).toEqual(['born']);
  expect(restarts).toContain('silent');
});

test('a resource version that is too old is answered with 410, and the list is read again', async () => {
  const listed: string[] = [];
  const asked: string[] = [];
  const restarts: string[] = [];
  // The client is the real one; it is only made to resume from the beginning of the world, once.
  const client: KubeClient = {
    ...direct,
    list: (path, options) => {
      listed.push(path);
      return direct.list(path, options);
    },
    watch: (path, options) => {
      const resourceVersion = asked.length === 0 ? '1' : options.resourceVersion;
      asked.push(resourceVersion);
      return direct.watch(path, { ...options, resourceVersion });
    },
  };
  const cache = await syncedCache(client, ['keptntasks'], {
    onRestart: (_, reason) => restarts.push(reason),
  });
  cleanups.push(() => cache.stop());
  await make(direct, keptnTask(namespace, 'after-gone'));
  await expect.poll(() => cache.get('keptntasks', namespace, 'after-gone'), { timeout: 5000 }).toBeDefined();
  expect(restarts).toEqual(['gone']);
  expect(listed).toHaveLength(2);
});

test('an API server that is away for a while costs only that while', async () => {
  const { wire, cache, restarts } = await behindProxy();
  wire.refuse(true);
  await make(direct, configMap(namespace, 'while-away'));
  await expect.poll(() => restarts.length, { timeout: 20_000 }).toBeGreaterThan(5);
  expect(names(cache)).toEqual([]);
  const attempts = wire.connections;
  wire.refuse(false);
  await expect.poll(() => names(cache), { timeout: 15_000 }).toEqual(['while-away']);
  // Backoff, not a storm: a handful of attempts in the seconds of absence.
  expect(attempts).toBeLessThan(25);
});

test('a stored object that does not match its schema is kept aside, and the others are served', async () => {
  // What an older, laxer CRD has let in: here the reader is stricter than the server.
  const strict = (raw: unknown): Result<ConfigMap, SluiceError> => {
    const parsed = resources.configmaps.parse(raw);
    if (!parsed.ok || parsed.value.data?.['timeout'] === undefined) return parsed;
    const timeout = parseDurationMs(parsed.value.data['timeout']);
    return timeout.ok ? parsed : timeout;
  };
  await make(direct, configMap(namespace, 'broken', { timeout: '0garbage' }));
  const store = new ObjectStore<ConfigMap>(strict, () => undefined);
  const reflector = new Reflector({
    client: direct,
    path: at('configmaps', namespace),
    sink: store,
    clock: systemClock,
    random: randomFraction,
  });
  reflector.start();
  cleanups.push(() => reflector.stop());
  await reflector.whenSynced;
  await make(direct, configMap(namespace, 'broken-too', { timeout: 'xx5s' }));
  await make(direct, configMap(namespace, 'fine', { timeout: '5s' }));
  await expect.poll(() => store.get(namespace, 'fine')).toBeDefined();
  expect(store.unreadable(namespace, 'broken')).toContain('"0garbage" is not a duration');
  expect(store.unreadable(namespace, 'broken-too')).toContain('"xx5s" is not a duration');
  expect(store.get(namespace, 'broken')).toBeUndefined();
});

test('a resource that the cluster does not know holds nothing up and is found once it is defined', async () => {
  const restarts: string[] = [];
  const cache = await syncedCache(direct, ['rollouts', 'configmaps'], {
    absentMs: 100,
    onRestart: (_, reason) => restarts.push(reason),
  });
  cleanups.push(() => cache.stop());
  expect(cache.unsynced()).toEqual([]);
  expect(cache.list('rollouts')).toEqual([]);
  await applyRolloutCrd(direct);
  cleanups.push(() => removeRolloutCrd(direct));
  await make(direct, {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    metadata: { name: 'cart', namespace },
  });
  await expect
    .poll(() => cache.list('rollouts', namespace).map(({ metadata }) => metadata.name), { timeout: 30_000 })
    .toEqual(['cart']);
  await removeRolloutCrd(direct);
  await expect.poll(() => cache.list('rollouts', namespace), { timeout: 30_000 }).toEqual([]);
  expect(restarts.filter((reason) => reason !== 'ended')).toEqual([]);
});
