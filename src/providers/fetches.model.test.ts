import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FetchWorld, ownerOf, settled } from '../../test/builders/fetch-world.ts';
import { metricsProvider } from '../../test/builders/metric-objects.ts';
import { failure } from '../kernel/errors.ts';

const names = ['a', 'b', 'c', 'd', 'e', 'f'] as const;
const providers = [0, 1, 2].map((n) =>
  metricsProvider({
    metadata: { name: `p${n}`, uid: `p${n}` },
    spec: { maxConcurrent: n + 1, timeoutSeconds: 5 },
  }),
);
const providerOf = (name: (typeof names)[number]) => providers[names.indexOf(name) % providers.length];

const step = fc.oneof(
  fc.record({ kind: fc.constant('look' as const), name: fc.constantFrom(...names), id: fc.nat({ max: 2 }) }),
  fc.record({ kind: fc.constant('drop' as const), name: fc.constantFrom(...names) }),
  fc.record({ kind: fc.constant('answer' as const), nth: fc.nat({ max: 9 }), fails: fc.boolean() }),
  fc.record({ kind: fc.constant('wait' as const), ms: fc.nat({ max: 8_000 }) }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

async function take(world: FetchWorld, one: Step): Promise<void> {
  if (one.kind === 'look') {
    const provider = providerOf(one.name);
    world.look(one.name, { ...(provider && { provider }), text: `${one.name}${one.id}` }, String(one.id));
  }
  if (one.kind === 'drop') world.fetches.keepOnly(ownerOf(one.name), []);
  if (one.kind === 'wait') world.clock.advance(one.ms);
  await settled();
  const open = world.open();
  if (one.kind === 'answer')
    await open[one.nth % Math.max(1, open.length)]?.answer(one.fails ? failure('unavailable', 'down') : '1');
}

const run = { numRuns: 150 };

test('no provider is ever asked more at once than it takes, whatever happens', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const world = new FetchWorld({ limit: 2 });
      for (const one of steps) {
        await take(world, one);
        expect(world.fetches.size.inFlight).toBeLessThanOrEqual(2 + providers.length);
        for (const { metadata, spec } of providers) {
          const out = world.open().filter(({ provider }) => provider.metadata.name === metadata.name);
          expect(out.length).toBeLessThanOrEqual(spec.maxConcurrent);
        }
      }
    }),
    run,
  );
});

test('all that is looked for ends in time, whatever happened before, and nothing is left when it is dropped', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const world = new FetchWorld();
      for (const one of steps) await take(world, one);
      for (const name of names) await take(world, { kind: 'look', name, id: 9 });
      // Each of at most four that wait in turn takes at most five seconds.
      for (let i = 0; i < 12; i += 1) await world.pass(5_000);
      for (const name of names) {
        const provider = providerOf(name);
        const query = { ...(provider && { provider }), text: `${name}9` };
        expect(world.look(name, query, '9')).toBeDefined();
        world.fetches.keepOnly(ownerOf(name), []);
      }
      await settled();
      expect(world.fetches.size).toMatchObject({ owners: 0, inFlight: 0 });
      await world.pass(400_000);
      expect(world.clock.pendingTimers).toBe(0);
      expect(world.closed).toBe(world.opened);
    }),
    run,
  );
});
