import { expect, test } from 'vitest';
import { keeperOptions as options, KeeperWorld as World } from '../../test/builders/keeper-world.ts';
import { failure } from '../kernel/errors.ts';
import { createKeeper, type KeeperPorts } from './keeper.ts';
import { defaultPolicy } from './plan.ts';
import { inspectStored } from './stored.ts';

const dayMs = 86_400_000;

test('a first start makes, has trusted, and only then serves', async () => {
  const world = new World();
  const synced = await createKeeper(world.ports(), options).sync();
  expect(synced.ok).toBe(true);
  expect(world.log).toEqual(['write', 'inject', 'serve']);
  const facts = inspectStored(world.stored?.data ?? {});
  expect(facts.serving).toMatchObject({ hasKey: true, signedBy: 'ca', ...options.wanted });
  expect(facts.ca).toMatchObject({ hasKey: true, isCa: true });
});

test('of two replicas that start at once one writes and both serve the same', async () => {
  const world = new World();
  const other = new World();
  const shared: KeeperPorts = { ...other.ports(), store: world.ports().store };
  const results = await Promise.all([
    createKeeper(world.ports(), options).sync(),
    createKeeper(shared, options).sync(),
  ]);
  expect(results.map((result) => result.ok)).toEqual([true, true]);
  expect(world.log.filter((entry) => entry === 'write')).toHaveLength(1);
  expect(world.served).toBe(other.served);
  expect(world.served).toBe(world.stored?.data['tls.crt']);
});

test('through the change of an authority what is served verifies against what is trusted', async () => {
  const world = new World();
  const keeper = createKeeper(world.ports(), options);
  await keeper.sync();
  const first = world.stored?.data['ca.crt'];
  const certificatesInBundle = (): number => world.bundle.split('BEGIN CERTIFICATE').length - 1;

  world.now = new Date(world.now.getTime() + 245 * dayMs);
  await keeper.sync();
  await keeper.sync();
  expect(world.stored?.data['ca.crt.old']).toBe(first);
  expect(certificatesInBundle()).toBe(2);
  expect(inspectStored(world.stored?.data ?? {}).serving?.signedBy).toBe('oldCa');

  world.now = new Date(world.now.getTime() + defaultPolicy.settleMs);
  await keeper.sync();
  expect(inspectStored(world.stored?.data ?? {}).serving?.signedBy).toBe('ca');
  expect(world.served).toBe(world.stored?.data['tls.crt']);
  expect(certificatesInBundle()).toBe(2);

  world.now = new Date(world.now.getTime() + 31 * dayMs);
  await keeper.sync();
  expect(world.stored?.data['ca.crt.old']).toBeUndefined();
  expect(certificatesInBundle()).toBe(1);
});

test('a certificate that expired while nothing ran is replaced at once and says so', async () => {
  const world = new World();
  await createKeeper(world.ports(), options).sync();
  const expired = world.served;
  world.now = new Date(world.now.getTime() + 40 * dayMs);
  world.events.length = 0;
  await createKeeper(world.ports(), options).sync();
  expect(world.served).not.toBe(expired);
  expect(world.events[0]).toMatchObject({
    kind: 'changed',
    change: 'renew-serving',
    reason: 'the serving certificate expired at 2026-01-31T00:00:00.000Z',
  });
});

test('a bundle that somebody dropped is back within ten seconds', async () => {
  const world = new World();
  const keeper = createKeeper(world.ports(), options);
  keeper.start();
  await expect.poll(() => world.timers, { timeout: 4_000 }).toHaveLength(1);
  const { bundle } = world;
  world.bundle = '';
  expect(world.timers[0]?.at).toBe(world.now.getTime() + 10_000);
  world.timers[0]?.call();
  await expect.poll(() => world.bundle, { timeout: 4_000 }).toBe(bundle);
  keeper.stop();
});

test('starting over leaves nothing of what was stored, also where a store merges', async () => {
  const world = new World();
  world.stored = { data: { 'ca.crt.old': 'left over' }, resourceVersion: '1' };
  await createKeeper(world.ports(), options).sync();
  expect(Object.keys(world.stored.data)).toContain('ca.crt.old');
  expect(world.stored.data['ca.crt.old']).toBeUndefined();
});

test('what cannot be read is replaced', async () => {
  const world = new World();
  world.stored = { data: { 'ca.crt': 'nonsense', 'tls.crt': '', 'ca.key': '\u0000' }, resourceVersion: '1' };
  const synced = await createKeeper(world.ports(), options).sync();
  expect(synced.ok).toBe(true);
  expect(inspectStored(world.stored.data).serving?.signedBy).toBe('ca');
});

test('it serves although trust cannot be injected, reports that, and tries again', async () => {
  const world = new World();
  world.injectError = failure('unavailable', 'connection refused');
  const keeper = createKeeper(world.ports(), options);
  keeper.start();
  await expect
    .poll(() => world.events.at(-1), { timeout: 4_000 })
    .toEqual({
      kind: 'failed',
      error: world.injectError,
      retryInMs: 1_000,
    });
  expect(world.served).not.toBe('');
  world.injectError = undefined;
  world.timers.at(-1)?.call();
  await expect.poll(() => world.bundle, { timeout: 4_000 }).toBe(world.stored?.data['ca.crt']);
  keeper.stop();
  expect(world.timers).toEqual([]);
});

test('certificates of somebody else are served as they are, and nothing is written', async () => {
  const world = new World();
  await createKeeper(world.ports(), options).sync();
  const other = new World();
  other.now = new Date(world.now.getTime() + 25 * dayMs);
  other.stored = world.stored;
  await createKeeper(other.ports(), { ...options, isExternal: true }).sync();
  expect(other.log).toEqual(['serve']);
});
