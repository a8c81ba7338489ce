import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { WorkloadVersionWorld } from '../../../test/builders/workload-version-world.ts';

const runs = { numRuns: 1000 };
vi.setConfig({ testTimeout: 30_000 });
const names = fc.uniqueArray(fc.constantFrom('a', 'b', 'c'), { maxLength: 2 });
const checks = fc.record({ pre: names, post: names });
const taskState = fc.constantFrom('Progressing' as const, 'Succeeded' as const, 'Failed' as const);
const step = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('reconcile' as const),
      crashAfter: fc.oneof(fc.constant(99), fc.nat({ max: 8 })),
      lagging: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('task' as const), at: fc.nat({ max: 5 }), state: taskState }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('pod' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('want' as const), version: fc.constantFrom('1', '2') }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('rollout' as const), available: fc.nat({ max: 2 }) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('app' as const),
      state: fc.constantFrom('absent', 'checking', 'open', 'failed'),
    }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
const history = fc.array(step, { maxLength: 30 });

/** S1 in truth, not in what the status says: each task that must come before has succeeded, and so had the app's. */
function expectLiftsEarned(world: WorkloadVersionWorld, before: number): void {
  if (world.lifted.length === before) return;
  expect(world.wanted === '1' ? world.mayBegin : world.wasReleased).toBe(true);
  expect(world.havePassed()).toBe(true);
}

function take(world: WorkloadVersionWorld, one: Step): void {
  const before = world.lifted.length;
  if (one.do === 'reconcile') world.perform(world.decide(one.lagging), one.crashAfter);
  else if (one.do === 'task') world.moveTask(one.at, one.state);
  else if (one.do === 'pod') world.addPod();
  else if (one.do === 'want') world.wanted = one.version;
  else if (one.do === 'rollout') world.available = one.available;
  else world.setApp(one.state);
  expectLiftsEarned(world, before);
}

/** Reconciles a world in which nothing else happens until it is quiet; the number of rounds that took. */
function rest(world: WorkloadVersionWorld): number {
  for (let round = 0; round < 20; round += 1) {
    const decision = world.decide();
    if (world.isQuiet(decision)) return round;
    const before = world.lifted.length;
    world.perform(decision);
    expectLiftsEarned(world, before);
  }
  throw new Error('never at rest');
}

/** Every task ends like this, those too that appear on the way. */
function endTasks(world: WorkloadVersionWorld, state: 'Succeeded' | 'Failed'): void {
  for (let round = 0; round < 4; round += 1) {
    rest(world);
    for (let at = 0; at < world.tasks.size; at += 1) world.moveTask(at, state);
  }
  rest(world);
}

test('no gate is lifted early, no check runs twice, and every world comes to rest', () => {
  fc.assert(
    fc.property(checks, history, (given, steps) => {
      const world = new WorkloadVersionWorld(given);
      for (const one of steps) take(world, one);
      // Creates, sees what it created, and has nothing left to do.
      expect(rest(world)).toBeLessThanOrEqual(3);
      expect(world.isQuiet(world.decide())).toBe(true);
      for (const tasks of world.asked.values()) expect(tasks.size).toBe(1);
      expect(new Set(world.lifted).size).toBe(world.lifted.length);
    }),
    runs,
  );
});

test('whatever happened on the way, when everything succeeds every pod is let go and the version is through', () => {
  fc.assert(
    fc.property(checks, history, (given, steps) => {
      const world = new WorkloadVersionWorld(given);
      world.addPod();
      for (const one of steps.filter((one) => one.do !== 'task' || one.state !== 'Failed')) take(world, one);
      world.setApp('open');
      world.wanted = '1';
      endTasks(world, 'Succeeded');
      expect(world.pods.size).toBe(0);
      world.available = 2;
      endTasks(world, 'Succeeded');
      expect(world.version.status).toMatchObject({ status: 'Succeeded', currentPhase: 'Completed' });
      world.addPod();
      rest(world);
      expect(world.pods.size).toBe(0);
    }),
    runs,
  );
});

test('a failed check before the deployment keeps every pod, however often it is asked', () => {
  fc.assert(
    fc.property(checks, history, (given, steps) => {
      const world = new WorkloadVersionWorld({
        ...given,
        pre: ['a', ...given.pre.filter((name) => name !== 'a')],
      });
      world.setApp('open');
      world.addPod();
      rest(world);
      world.moveTask(0, 'Failed');
      for (const one of steps) take(world, one);
      expect(world.lifted).toEqual([]);
      world.setApp('open');
      world.wanted = '1';
      endTasks(world, 'Succeeded');
      expect(world.lifted).toEqual([]);
      expect(world.version.status?.status).toBe('Failed');
    }),
    runs,
  );
});

test('with blocking off a failed check delays its pods but keeps none', () => {
  fc.assert(
    fc.property(checks, (given) => {
      const world = new WorkloadVersionWorld(given);
      world.blocking = false;
      world.setApp('open');
      world.addPod();
      world.available = 2;
      endTasks(world, 'Failed');
      expect(world.pods.size).toBe(0);
      expect(world.version.status?.status).toBe('Succeeded');
    }),
    runs,
  );
});

test('a version that was replaced and is wanted again waits for the checks of its app once more', () => {
  fc.assert(
    fc.property(checks, history, (given, steps) => {
      const world = new WorkloadVersionWorld(given);
      world.setApp('open');
      endTasks(world, 'Succeeded');
      world.wanted = '2';
      rest(world);
      expect(world.version.status?.status).toBe('Deprecated');
      world.setApp('checking');
      world.wanted = '1';
      rest(world);
      world.addPod();
      for (const one of steps.filter((one) => one.do !== 'app')) take(world, one);
      rest(world);
      expect(world.lifted).toEqual([]);
    }),
    runs,
  );
});

test('S1, S4: of a version that was replaced, pods start again if and only if it had been released', () => {
  fc.assert(
    fc.property(checks, history, (given, steps) => {
      const world = new WorkloadVersionWorld(given);
      for (const one of steps) take(world, one);
      rest(world);
      world.wanted = '2';
      rest(world);
      const before = world.lifted.length;
      world.addPod();
      rest(world);
      if (world.version.status?.status !== 'Deprecated') return;
      expect(world.lifted.length > before).toBe(world.wasReleased);
    }),
    runs,
  );
});
