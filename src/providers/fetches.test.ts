import { describe, expect, test } from 'vitest';
import { FetchWorld, ownerOf, settled } from '../../test/builders/fetch-world.ts';
import { metricsProvider } from '../../test/builders/metric-objects.ts';
import { failure } from '../kernel/errors.ts';

const down = failure('unavailable', 'connection refused');
const named = (name: string, spec: object = {}, metadata: object = {}) =>
  metricsProvider({ metadata: { name, uid: name, ...metadata }, spec: { ...spec } });

test('the first look asks, the end wakes the owner, and later looks give it', async () => {
  const world = new FetchWorld();
  expect(world.look('a')).toBeUndefined();
  expect(world.look('a')).toBeUndefined();
  await settled();
  await world.last('a').answer('5');
  expect(world.woken).toEqual(['a']);
  expect(world.look('a')).toEqual({
    at: new Date(1_000_000),
    result: { ok: true, value: { samples: ['5'], raw: '5' } },
  });
  expect(world.received).toHaveLength(1);
});

test('another id is another fetch, and a window is fixed when it is sent', async () => {
  const world = new FetchWorld();
  world.look('a', { window: { recentMs: 1000 } });
  await settled();
  expect(world.last('a').query).toMatchObject({
    at: new Date(1_000_000),
    window: { from: new Date(999_000), to: new Date(1_000_000) },
  });
  await world.last('a').answer('5');
  world.look('a', { window: { fromMs: 1, toMs: 2 } }, '2');
  await settled();
  expect(world.last('a').query.window).toEqual({ from: new Date(1), to: new Date(2) });
});

test('no more queries are out than the provider takes; those that wait go on as others end', async () => {
  const world = new FetchWorld();
  const provider = metricsProvider({ spec: { maxConcurrent: 2 } });
  for (const name of ['a', 'b', 'c', 'd']) world.look(name, { provider });
  await settled();
  expect(world.out()).toEqual(['a', 'b']);
  await world.last('a').answer('1');
  expect(world.out()).toEqual(['a', 'b', 'c']);
});

test('equal queries of several owners that are due together are asked once', async () => {
  const world = new FetchWorld();
  world.look('a', { text: 'same' });
  world.look('b', { text: 'same' });
  world.look('c', { text: 'same', stepMs: 1000 });
  await settled();
  expect(world.out()).toEqual(['same', 'same']);
  await world.received[0]?.answer('1');
  expect(world.woken).toEqual(['a', 'b']);
});

test('equal texts for two providers are two queries', async () => {
  const world = new FetchWorld();
  world.look('a', { text: 'same', provider: named('one') });
  world.look('b', { text: 'same', provider: named('two') });
  await settled();
  expect(world.received.map(({ provider }) => provider.metadata.name)).toEqual(['one', 'two']);
});

test('one that asks for much does not hold up one that asks for little', async () => {
  const world = new FetchWorld();
  const provider = metricsProvider({ spec: { maxConcurrent: 1 } });
  for (const id of ['1', '2', '3']) world.look('greedy', { provider, text: `greedy-${id}` }, id);
  world.look('modest', { provider });
  await settled();
  await world.last('greedy-1').answer('1');
  await world.last('greedy-2').answer('1');
  expect(world.out()).toEqual(['greedy-1', 'greedy-2', 'modest']);
});

describe('MQ-1: one backend never delays another', () => {
  test('MQ-1: a hanging backend ends in an error after its time, holds only its own metrics and is given up', async () => {
    const world = new FetchWorld({ limit: 2 });
    const hanging = named('hanging', { timeoutSeconds: 3, maxConcurrent: 2 });
    for (const name of ['a', 'b', 'c']) world.look(name, { provider: hanging });
    world.look('healthy', { provider: named('healthy') });
    await settled();
    // The bound over all is used up by the one that hangs, and yet the other is asked.
    expect(world.out()).toEqual(['a', 'b', 'healthy']);
    await world.last('healthy').answer('1');
    expect(world.woken).toEqual(['healthy']);
    await world.pass(3_000);
    expect(world.look('a', { provider: hanging })).toMatchObject({
      result: { error: { tag: 'timeout', message: expect.stringContaining('no answer within 3 s') } },
    });
    expect(world.last('a').signal.aborted).toBe(true);
    // The slots are free again.
    expect(world.out()).toEqual(['healthy', 'c']);
  });

  test('room that comes free under the bound goes round among providers', async () => {
    const world = new FetchWorld({ limit: 3 });
    const [first, second] = [named('first'), named('second')];
    for (const name of ['a', 'b', 'c', 'd']) world.look(name, { provider: first });
    for (const name of ['e', 'f', 'g']) world.look(name, { provider: second });
    await settled();
    expect(world.out()).toEqual(['a', 'b', 'c', 'e']);
    for (const name of ['a', 'b', 'c']) await world.last(name).answer('1');
    expect(world.out().slice(-2)).toEqual(['d', 'f']);
  });
});

describe('a backend that fails is left alone', () => {
  /** Three metrics that fail, which is when it opens. */
  async function broken(): Promise<FetchWorld> {
    const world = new FetchWorld();
    for (const name of ['a', 'b', 'c']) {
      world.look(name);
      await settled();
      await world.last(name).answer(down);
    }
    return world;
  }

  test('after failures in a row: fetches end at once and say why and until when', async () => {
    const world = await broken();
    expect(world.look('d')).toMatchObject({
      result: {
        error: {
          tag: 'unavailable',
          message:
            'it failed 3 times in a row and is left alone until 1970-01-01T00:16:45.000Z; the last failure: connection refused',
        },
      },
    });
    expect(world.received).toHaveLength(3);
  });

  test('what waits for it ends as well, and its owner is woken', async () => {
    const world = new FetchWorld();
    const provider = metricsProvider({ spec: { maxConcurrent: 3 } });
    for (const name of ['a', 'b', 'c', 'waiting']) world.look(name, { provider });
    await settled();
    for (const name of ['a', 'b']) await world.last(name).answer(down);
    world.look('late', { provider });
    await settled();
    await world.last('c').answer(down);
    expect(world.woken).toContain('c');
    expect(world.look('late', { provider })).toBeUndefined();
    await world.last('waiting').answer('1');
    expect(world.woken).toContain('waiting');
  });

  test('then one query tries it, alone; when it succeeds the others follow', async () => {
    const world = await broken();
    await world.pass(5_000);
    for (const name of ['d', 'e', 'f']) world.look(name);
    await settled();
    expect(world.received.map(({ query }) => query.text).slice(3)).toEqual(['d']);
    await world.last('d').answer('1');
    expect(world.received.map(({ query }) => query.text).slice(3)).toEqual(['d', 'e', 'f']);
  });

  test('with pauses that grow while it fails, up to a minute', async () => {
    const world = await broken();
    const pauses: number[] = [];
    for (let id = 2; id < 9; id += 1) {
      let waited = 0;
      while (world.look('d', {}, `${id}.${waited}`) !== undefined) {
        waited += 1;
        await world.pass(1_000);
      }
      await settled();
      pauses.push(waited);
      await world.last('d').answer(down);
    }
    expect(pauses).toEqual([5, 10, 20, 40, 60, 60, 60]);
  });

  test('for as long as it asks to be, when it is asked too often', async () => {
    const world = new FetchWorld();
    world.look('a');
    await settled();
    await world.last('a').answer(failure('too-many-requests', 'slow down', 30));
    await world.pass(29_000);
    expect(world.look('b')).toBeDefined();
    await world.pass(1_000);
    expect(world.look('b', {}, '2')).toBeUndefined();
  });

  test('but not for errors that are answers, and not before they are in a row', async () => {
    const world = new FetchWorld();
    const ends = [down, down, '1', down, down, failure('malformed', 'parse error'), down, down] as const;
    for (const [i, end] of ends.entries()) {
      expect(world.look('a', {}, String(i))).toBeUndefined();
      await settled();
      await world.last('a').answer(end);
    }
    expect(world.look('b')).toBeUndefined();
  });

  test('and is asked at once when its object was changed', async () => {
    const world = await broken();
    expect(world.look('d')).toBeDefined();
    const changed = metricsProvider({ metadata: { resourceVersion: '2' } });
    expect(world.look('d', { provider: changed }, '2')).toBeUndefined();
    await settled();
    expect(world.last('d').provider.metadata.resourceVersion).toBe('2');
  });

  test('a probe that nobody wants any more does not close the way for the next one', async () => {
    const world = await broken();
    await world.pass(5_000);
    world.look('d');
    await settled();
    world.fetches.keepOnly(ownerOf('d'), []);
    await settled();
    world.look('e');
    await settled();
    expect(world.out().at(-1)).toBe('e');
  });

  test('which is counted', async () => {
    const world = await broken();
    const text = world.metrics.render();
    expect(text).toContain('sluice_fetches_total{type="prometheus",result="unavailable"} 3');
    expect(text).toContain('sluice_provider_breakers{state="open"} 1');
    expect(text).toContain('sluice_fetch_seconds_count{type="prometheus"} 3');
    expect(text).toContain('sluice_fetches_in_flight 0');
  });
});

describe('what nobody needs is dropped', () => {
  test('a query that waits is not sent, one that is out is given up, and the room is free at once', async () => {
    const world = new FetchWorld();
    const provider = metricsProvider({ spec: { maxConcurrent: 1 } });
    for (const name of ['a', 'b', 'c']) world.look(name, { provider });
    await settled();
    world.fetches.keepOnly(ownerOf('b'), []);
    world.fetches.keepOnly(ownerOf('a'), []);
    await settled();
    expect(world.out()).toEqual(['c']);
    expect(world.fetches.size).toEqual({ owners: 1, lanes: 1, inFlight: 1 });
  });

  test('a query that another owner shares goes on', async () => {
    const world = new FetchWorld();
    world.look('a', { text: 'same' });
    world.look('b', { text: 'same' });
    await settled();
    world.fetches.keepOnly(ownerOf('a'), []);
    await settled();
    await world.last('same').answer('1');
    expect(world.woken).toEqual(['b']);
  });

  test('ids that are kept stay', async () => {
    const world = new FetchWorld();
    world.look('a', {}, '1');
    world.look('a', { text: 'other' }, '2');
    await settled();
    await world.last('a').answer('1');
    await world.last('other').answer('2');
    world.fetches.keepOnly(ownerOf('a'), ['2']);
    expect(world.look('a', {}, '2')).toMatchObject({ result: { value: { samples: ['2'] } } });
    expect(world.look('a', {}, '1')).toBeUndefined();
  });

  test('a thousand metrics that come and go leave nothing, and connections are closed some time after', async () => {
    const world = new FetchWorld();
    for (let i = 0; i < 1000; i += 1) {
      const provider = named(`p${i % 10}`);
      world.look(`m${i}`, { provider });
      await settled();
      if (i % 2 === 0) await world.last(`m${i}`).answer('1');
      world.fetches.keepOnly(ownerOf(`m${i}`), []);
    }
    await settled();
    expect(world.fetches.size).toEqual({ owners: 0, lanes: 10, inFlight: 0 });
    await world.pass(400_000);
    expect(world.fetches.size).toEqual({ owners: 0, lanes: 0, inFlight: 0 });
    expect([world.opened, world.closed, world.clock.pendingTimers]).toEqual([10, 10, 0]);
  });

  test('who listens no more leaves nothing behind', async () => {
    const world = new FetchWorld();
    world.look('a');
    await settled();
    world.stopListening();
    await settled();
    expect(world.fetches.size).toMatchObject({ owners: 0, inFlight: 0 });
    await world.last('a').answer('1');
    expect(world.woken).toEqual([]);
  });

  test('closing ends everything', async () => {
    const world = new FetchWorld();
    world.look('a');
    await settled();
    world.fetches.close();
    await settled();
    expect(world.last('a').signal.aborted).toBe(true);
    expect([world.fetches.size, world.closed, world.clock.pendingTimers]).toEqual([
      { owners: 0, lanes: 0, inFlight: 0 },
      1,
      0,
    ]);
  });
});

test('a driver that throws is a bug that ends one fetch, and its words are not shown', async () => {
  const world = new FetchWorld({
    drivers: {
      prometheus: {
        connect: () => {
          throw new Error('token abc');
        },
      },
    },
  });
  world.look('a');
  await settled();
  const fetched = world.look('a');
  expect(fetched).toMatchObject({ result: { error: { tag: 'internal' } } });
  expect(JSON.stringify(fetched)).not.toContain('abc');
  expect(world.bugs).toHaveLength(1);
});

test('a type that has no driver, and a driver that refuses the object, end in an error', async () => {
  const world = new FetchWorld();
  world.look('a', { provider: named('x', { type: 'dql' }) });
  world.look('b', { provider: named('y', { type: 'thanos' }) });
  await settled();
  expect(world.look('a')).toMatchObject({ result: { error: { message: 'provider dql not supported' } } });
  expect(world.look('b')).toMatchObject({ result: { error: { message: 'no token' } } });
  expect([world.opened, world.closed]).toEqual([1, 1]);
});
