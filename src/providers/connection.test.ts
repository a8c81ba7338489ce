import { describe, expect, test } from 'vitest';
import { FetchWorld, settled } from '../../test/builders/fetch-world.ts';
import { metricsProvider } from '../../test/builders/metric-objects.ts';
import { failure } from '../kernel/errors.ts';

const withToken = metricsProvider({ spec: { secretKeyRef: { name: 'token', key: 'token' } } });
const withCa = metricsProvider({ spec: { caSecretRef: { name: 'ca' } } });
const wrong = failure('unauthorized', '401');

/** Asks once, answers with the value, and gives the end. */
async function once(world: FetchWorld, id: string, provider = withToken, answer = '1') {
  world.look('a', { provider }, id);
  await settled();
  await world.received.at(-1)?.answer(answer);
  return world.look('a', { provider }, id)?.result;
}

test('a provider without a Secret reads none', async () => {
  const world = new FetchWorld();
  await once(world, '1', metricsProvider());
  expect([world.secretReads, world.last().secret]).toEqual([0, undefined]);
});

test('one connection and one read of the Secret serve many queries', async () => {
  const world = new FetchWorld();
  world.secrets.set('shop/token', { token: 'x' });
  for (const name of ['a', 'b', 'c']) world.look(name, { provider: withToken });
  await settled();
  expect([world.opened, world.secretReads, world.received.length]).toEqual([1, 1, 3]);
  expect(world.last().secret).toEqual({ token: 'x' });
});

test('MQ-9: two provider objects never share a connection, whatever they have in common', async () => {
  const world = new FetchWorld();
  world.secrets.set('shop/token', { token: 'x' });
  const other = metricsProvider({ metadata: { name: 'other', uid: 'o' }, spec: withToken.spec });
  await once(world, '1');
  await once(world, '2', other);
  expect(world.opened).toBe(2);
});

describe('a Secret', () => {
  test('that changed is seen after a few seconds; the old connection is closed', async () => {
    const world = new FetchWorld();
    world.secrets.set('shop/token', { token: 'x' });
    await once(world, '1');
    world.secrets.set('shop/token', { token: 'y' });
    await once(world, '2');
    expect(world.last().secret).toEqual({ token: 'x' });
    await world.pass(5_000);
    await once(world, '3');
    expect(world.last().secret).toEqual({ token: 'y' });
    expect([world.opened, world.closed]).toEqual([2, 1]);
  });

  test('that changed is seen at once when the backend refuses the old one', async () => {
    const world = new FetchWorld();
    world.secrets.set('shop/token', { token: 'x' });
    await once(world, '1');
    world.secrets.set('shop/token', { token: 'y' });
    world.look('a', { provider: withToken }, '2');
    await settled();
    await world.last().answer(wrong);
    expect(world.last().secret).toEqual({ token: 'y' });
    await world.last().answer('2');
    expect(world.look('a', { provider: withToken }, '2')).toMatchObject({ result: { ok: true } });
  });

  test('that is still the same is not tried twice', async () => {
    const world = new FetchWorld();
    world.secrets.set('shop/token', { token: 'x' });
    world.look('a', { provider: withToken });
    await settled();
    await world.last().answer(wrong);
    expect(world.look('a', { provider: withToken })).toMatchObject({
      result: { error: { tag: 'unauthorized' } },
    });
    expect(world.received).toHaveLength(1);
  });

  test('that does not exist is named, the backend is not asked, and it is seen once it is there', async () => {
    const world = new FetchWorld();
    expect(await once(world, '1')).toMatchObject({
      error: {
        tag: 'malformed',
        message:
          'Secret "shop/token", which spec.secretKeyRef names, does not exist; create it or correct spec.secretKeyRef',
      },
    });
    world.secrets.set('shop/token', { token: 'x' });
    await world.pass(5_000);
    expect(await once(world, '2')).toMatchObject({ ok: true });
  });

  test('that cannot be read says why, and is tried again with the next fetch; the backend is not blamed', async () => {
    const world = new FetchWorld();
    world.secretError = failure('unavailable', 'the API server is gone');
    for (const id of ['1', '2', '3', '4'])
      expect(await once(world, id)).toMatchObject({
        error: {
          tag: 'unavailable',
          message: expect.stringContaining('cannot be read: the API server is gone'),
        },
      });
    world.secretError = undefined;
    world.secrets.set('shop/token', { token: 'x' });
    expect(await once(world, '5')).toMatchObject({ ok: true });
  });

  test('of certificates without the key names the key', async () => {
    const world = new FetchWorld();
    world.secrets.set('shop/ca', { other: 'x' });
    expect(await once(world, '1', withCa)).toMatchObject({
      error: { message: 'Secret "shop/ca" has no key "ca.crt"; add it or correct spec.caSecretRef.key' },
    });
  });
});

test('a connection that is replaced is closed when its last query has ended', async () => {
  const world = new FetchWorld();
  world.look('slow');
  await settled();
  const changed = metricsProvider({ metadata: { resourceVersion: '2' } });
  await once(world, '1', changed);
  expect([world.opened, world.closed]).toEqual([2, 0]);
  await world.last('slow').answer('1');
  expect(world.closed).toBe(1);
});
