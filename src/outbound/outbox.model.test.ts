import fc from 'fast-check';
import { expect, test } from 'vitest';
import { OutboxWorld, settled } from '../../test/builders/outbox-world.ts';
import { failure, type SluiceError } from '../kernel/errors.ts';
import { parcelsPerSink } from './sink-post.ts';

const apps = ['a', 'b', 'c'] as const;
const sinks = ['x', 'y'] as const;
const answers: readonly (SluiceError | undefined)[] = [
  undefined,
  failure('unavailable', 'down'),
  failure('timeout', 'slow'),
  failure('unavailable', 'busy', 30),
  failure('invalid', 'refused'),
];

type Step =
  | { readonly do: 'happen'; readonly app: (typeof apps)[number]; readonly count: number }
  | { readonly do: 'answer'; readonly sink: (typeof sinks)[number]; readonly at: number }
  | { readonly do: 'hang' | 'release' | 'replace'; readonly sink: (typeof sinks)[number] }
  | { readonly do: 'pass'; readonly ms: number }
  | { readonly do: 'offer-anew' };

const sink = fc.constantFrom(...sinks);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    do: fc.constant('happen' as const),
    app: fc.constantFrom(...apps),
    count: fc.integer({ min: 1, max: 80 }),
  }),
  fc.record({ do: fc.constant('answer' as const), sink, at: fc.nat({ max: answers.length - 1 }) }),
  fc.record({ do: fc.constantFrom('hang' as const, 'release' as const, 'replace' as const), sink }),
  fc.record({ do: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 120_000 }) }),
  fc.constant({ do: 'offer-anew' as const }),
);

/** What a sink took, by lane, in the order of arrival; each id that arrived well is noted once. */
class Observer {
  readonly world = new OutboxWorld('x/0', 'y/0');
  readonly took = new Map<string, string[]>();
  #generation = 0;
  #count = 0;
  readonly #answers = new Map<string, SluiceError | undefined>();

  constructor() {
    for (const name of sinks) this.#watch(name, `${name}/0`);
  }

  #watch(name: string, full: string): void {
    this.world.sink(full).answer = (id) => {
      const answer = this.#answers.get(name);
      if (answer === undefined) {
        const key = `${id.slice(0, 1)}>${name}`;
        this.took.set(key, [...(this.took.get(key) ?? []), id]);
      }
      return answer;
    };
  }

  async play(one: Step): Promise<void> {
    await this.#act(one);
    await this.world.settle();
  }

  #act(one: Step): Promise<void> | undefined {
    switch (one.do) {
      case 'happen':
        return this.#happen(one.app, one.count);
      case 'answer':
        this.#answers.set(one.sink, answers[one.at]);
        return undefined;
      case 'hang':
        return this.#hang(one.sink);
      case 'release':
        return this.#release(one.sink);
      case 'replace':
        return this.#replace(one.sink);
      case 'pass':
        // In smaller steps than a send may take, as nothing ends within a step.
        return this.world.pass(one.ms, 5_000);
      case 'offer-anew':
        for (const app of apps) for (const name of sinks) this.world.offer(app, name);
        return undefined;
    }
  }

  #happen(app: string, count: number): undefined {
    for (let left = count; left > 0; left -= 1) {
      const id = `${app}${String(this.#count++).padStart(6, '0')}`;
      for (const name of sinks) this.world.happen(app, name, id);
    }
  }

  #hang(name: string): undefined {
    for (const [full, scripted] of this.world.sinks) if (full.startsWith(name)) scripted.isHanging = true;
  }

  #release(name: string): undefined {
    for (const [full, scripted] of this.world.sinks) {
      if (!full.startsWith(name)) continue;
      scripted.isHanging = false;
      scripted.release();
    }
  }

  #replace(name: string): undefined {
    this.#generation += 1;
    const others = this.world.plans.filter((plan) => plan.name !== name);
    const full = `${name}/${this.#generation}`;
    this.world.configure(...others.map((plan) => `${plan.name}/${plan.fingerprint}`), full);
    this.#watch(name, full);
  }

  /** Everybody answers well from now on. */
  async recover(): Promise<void> {
    for (const name of sinks) {
      this.#answers.set(name, undefined);
      this.#release(name);
    }
    await settled();
    for (let round = 0; round < 6; round += 1) {
      await this.world.pass(120_000, 5_000);
      await this.play({ do: 'offer-anew' });
    }
  }
}

test('whatever receivers do, each takes each parcel once and in order, or it is dead; what is held stays small', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const observer = new Observer();
      for (const one of steps) {
        await observer.play(one);
        for (const name of sinks) {
          const { held = 0, tracks = 0 } = observer.world.outbox.sizeOf(name) ?? {};
          expect(held).toBeLessThanOrEqual(Math.min(parcelsPerSink, 32 * apps.length));
          expect(tracks).toBeLessThanOrEqual(apps.length);
        }
      }
      await observer.recover();
      expect([...observer.world.open.values()].flat()).toEqual([]);
      for (const took of observer.took.values()) expect(took).toEqual([...new Set(took)].toSorted());
    }),
    { numRuns: 60 },
  );
});
