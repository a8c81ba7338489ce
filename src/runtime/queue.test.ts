import fc from 'fast-check';
import { expect, test } from 'vitest';
import { backoffMs } from './backoff.ts';
import { ManualClock } from './clock.ts';
import { defaultBackoff, WorkQueue } from './queue.ts';

const half = (): number => 0.5;

function newQueue(): { queue: WorkQueue; clock: ManualClock } {
  const clock = new ManualClock();
  return { queue: new WorkQueue({ clock, random: half }), clock };
}

type Step =
  | { readonly do: 'add' | 'retry' | 'forget' | 'done'; readonly key: string }
  | { readonly do: 'addAfter'; readonly key: string; readonly ms: number }
  | { readonly do: 'take' }
  | { readonly do: 'advance'; readonly ms: number };

const key = fc.constantFrom('a', 'b', 'c');
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constantFrom('add', 'retry', 'forget', 'done'), key }),
  fc.record({ do: fc.constant('addAfter' as const), key, ms: fc.integer({ min: 0, max: 100 }) }),
  fc.record({ do: fc.constant('take' as const) }),
  fc.record({ do: fc.constant('advance' as const), ms: fc.integer({ min: 0, max: 100 }) }),
);

/** What the queue promises, written as plainly as possible. */
class Model {
  now = 0;
  ready: string[] = [];
  readonly running = new Set<string>();
  readonly dirty = new Set<string>();
  readonly delayed = new Map<string, number>();
  readonly failures = new Map<string, number>();

  add(added: string): void {
    if (this.running.has(added)) this.dirty.add(added);
    else if (!this.ready.includes(added)) this.ready.push(added);
  }

  addAfter(added: string, ms: number): void {
    const at = this.now + ms;
    if ((this.delayed.get(added) ?? Number.POSITIVE_INFINITY) <= at) return;
    this.delayed.delete(added);
    this.delayed.set(added, at);
  }

  advance(ms: number): void {
    this.now += ms;
    const due = [...this.delayed].filter(([, at]) => at <= this.now).sort((x, y) => x[1] - y[1]);
    for (const [name] of due) {
      this.delayed.delete(name);
      this.add(name);
    }
  }
}

async function apply(next: Step, model: Model, { queue, clock }: ReturnType<typeof newQueue>): Promise<void> {
  switch (next.do) {
    case 'add':
      queue.add(next.key);
      model.add(next.key);
      break;
    case 'addAfter':
      queue.addAfter(next.key, next.ms);
      model.addAfter(next.key, next.ms);
      break;
    case 'retry': {
      const failures = (model.failures.get(next.key) ?? 0) + 1;
      model.failures.set(next.key, failures);
      model.addAfter(next.key, queue.retry(next.key));
      expect(queue.failures(next.key)).toBe(failures);
      break;
    }
    case 'forget':
      queue.forget(next.key);
      model.failures.delete(next.key);
      break;
    case 'take': {
      const first = model.ready.shift();
      if (first === undefined) return;
      expect(await queue.take()).toBe(first);
      model.running.add(first);
      break;
    }
    case 'done':
      if (!model.running.delete(next.key)) return;
      queue.done(next.key);
      if (model.dirty.delete(next.key)) model.add(next.key);
      break;
    case 'advance':
      clock.advance(next.ms);
      model.advance(next.ms);
      break;
  }
}

test('a queue does what its model does, whatever the order of calls', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const real = newQueue();
      const model = new Model();
      for (const next of steps) {
        await apply(next, model, real);
        const { depth, processing, delayed } = real.queue.stats();
        expect({ depth, processing, delayed }).toEqual({
          depth: model.ready.length,
          processing: model.running.size,
          delayed: model.delayed.size,
        });
      }
    }),
    { numRuns: 500 },
  );
});

test('several workers never have one key at once and lose no add', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(key, { minLength: 1, maxLength: 50 }), async (adds) => {
      const { queue } = newQueue();
      const running = new Set<string>();
      const seen = new Map<string, number>();
      let added = 0;
      const worker = async (): Promise<void> => {
        for (let taken = await queue.take(); taken !== undefined; taken = await queue.take()) {
          expect(running.has(taken)).toBe(false);
          running.add(taken);
          seen.set(taken, added);
          await Promise.resolve();
          running.delete(taken);
          queue.done(taken);
        }
      };
      const workers = [worker(), worker(), worker()];
      const lastAdd = new Map<string, number>();
      for (const name of adds) {
        added += 1;
        lastAdd.set(name, added);
        queue.add(name);
        await Promise.resolve();
      }
      for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
      await queue.stop();
      await Promise.all(workers);
      for (const [name, at] of lastAdd) expect(seen.get(name)).toBeGreaterThanOrEqual(at);
    }),
  );
});

test('retries back off from 5 ms to 60 s, and a forgotten key starts anew', () => {
  const { queue } = newQueue();
  const delays = Array.from({ length: 20 }, () => queue.retry('a'));
  expect(delays.slice(0, 4)).toEqual([3.75, 7.5, 15, 30]);
  expect(delays.at(-1)).toBe(45_000);
  queue.forget('a');
  expect(queue.retry('a')).toBe(3.75);
});

test('a retry waits at least as long as it was told to', () => {
  const { queue, clock } = newQueue();
  expect(queue.retry('a', 7000)).toBe(7000);
  clock.advance(6999);
  expect(queue.stats().depth).toBe(0);
  clock.advance(1);
  expect(queue.stats().depth).toBe(1);
});

test('backoff stays between half of the whole and the whole, and never grows beyond the longest', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 2000 }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (failures, part) => {
        const ms = backoffMs(defaultBackoff, failures, () => part);
        const whole = Math.min(60_000, 5 * 2 ** (failures - 1));
        expect(ms).toBeGreaterThanOrEqual(whole / 2);
        expect(ms).toBeLessThanOrEqual(whole);
      },
    ),
  );
});

test('stopping waits for the key that is worked on and gives out nothing more', async () => {
  const { queue, clock } = newQueue();
  queue.add('a');
  queue.add('b');
  queue.addAfter('c', 10);
  expect(await queue.take()).toBe('a');
  let stopped = false;
  const stopping = queue.stop().then(() => {
    stopped = true;
  });
  await Promise.resolve();
  expect(stopped).toBe(false);
  expect(await queue.take()).toBeUndefined();
  queue.done('a');
  await stopping;
  queue.add('d');
  clock.advance(100);
  expect(queue.stats().depth).toBe(0);
  expect(clock.pendingTimers).toBe(0);
});

test('the longest running key is measured', async () => {
  const { queue, clock } = newQueue();
  queue.add('a');
  await queue.take();
  clock.advance(1234);
  expect(queue.stats().longestRunningMs).toBe(1234);
});
