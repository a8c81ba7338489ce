import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { WorkloadVersionWorld, type WorldChecks } from '../../../test/builders/workload-version-world.ts';

/** A failure prints its seed and path; `fc.assert(..., { seed, path })` runs it again. */
const runs = { numRuns: 1250 };
const fewRuns = { numRuns: 500 };
vi.setConfig({ testTimeout: 120_000 });

const tasks = fc.subarray(['a', 'b', 'c'], { maxLength: 2 });
const evaluations = fc.subarray(['d', 'e']);
const checks: fc.Arbitrary<WorldChecks> = fc.record({
  pre: tasks,
  preEvaluations: evaluations,
  post: tasks,
  postEvaluations: evaluations,
  onFailure: fc.subarray(['f']),
});
const childState = fc.constantFrom('Progressing' as const, 'Succeeded' as const, 'Failed' as const);
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('reconcile' as const),
      crashAfter: fc.oneof(fc.constant(99), fc.nat({ max: 8 })),
      lagging: fc.boolean(),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('child' as const), at: fc.nat({ max: 5 }), state: childState }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('pod' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('sweep' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('retry' as const) }) },
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
const history = fc.array(step, { maxLength: 20, size: 'max' });
const isFailure = (one: Step) => one.do === 'child' && one.state === 'Failed';

/** S1 in truth, not in what the status says: each check that must come before has passed, and so had the app's. */
function expectLiftsEarned(world: WorkloadVersionWorld, before: number): void {
  if (world.lifted.length === before) return;
  expect(world.wanted === '1' ? world.mayBegin : world.wasReleased).toBe(true);
  expect(world.havePassed()).toBe(true);
}

/** S2: an attempt is made once, whatever became of it, and there is one for the first time and one for each request. */
function expectNoneRanTwice({ children, retries }: WorkloadVersionWorld): void {
  for (const [name, times] of children.made) expect(times, name).toBe(1);
  for (const [check, names] of children.asked) expect(names.size, check).toBeLessThanOrEqual(1 + retries);
}

function take(world: WorkloadVersionWorld, one: Step): void {
  const before = world.lifted.length;
  if (one.do === 'reconcile') world.perform(world.decide(one.lagging), one.crashAfter);
  else if (one.do === 'child') world.children.move(one.at, one.state);
  else if (one.do === 'pod') world.addPod();
  else if (one.do === 'sweep') world.sweep();
  else if (one.do === 'retry') world.askRetry();
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

/** Every child ends like this, those too that appear on the way. */
function endChildren(world: WorkloadVersionWorld, state: 'Succeeded' | 'Failed'): void {
  do rest(world);
  while (world.children.endAll(state));
}

test('S1, S2: no gate is lifted early, no check runs twice, and every world comes to rest', () => {
  fc.assert(
    fc.property(checks, history, fc.boolean(), (given, steps, blocking) => {
      const world = new WorkloadVersionWorld(given);
      world.blocking = blocking;
      // Left to chance, few histories would come as far as a lift.
      world.setApp('open');
      world.addPod();
      for (const one of steps) take(world, one);
      // Answers a request, creates, sees what it created, and has nothing left to do.
      expect(rest(world)).toBeLessThanOrEqual(4);
      expect(world.isQuiet(world.decide())).toBe(true);
      world.sweep();
      rest(world);
      expectNoneRanTwice(world);
      expect(new Set(world.lifted).size).toBe(world.lifted.length);
    }),
    { numRuns: 5000 },
  );
});

test('L2: whatever happened on the way, when everything succeeds every pod is let go and the version is through', () => {
  fc.assert(
    fc.property(checks, history, (given, steps) => {
      const world = new WorkloadVersionWorld(given);
      world.addPod();
      for (const one of steps.filter((one) => !isFailure(one))) take(world, one);
      world.setApp('open');
      world.wanted = '1';
      endChildren(world, 'Succeeded');
      expect(world.pods.size).toBe(0);
      world.available = 2;
      endChildren(world, 'Succeeded');
      expect(world.version.status).toMatchObject({ status: 'Succeeded', currentPhase: 'Completed' });
      world.addPod();
      rest(world);
      expect(world.pods.size).toBe(0);
    }),
    runs,
  );
});

test('L2: after any failures a request to run them again brings the version through', () => {
  fc.assert(
    fc.property(checks, history, (given, steps) => {
      const world = new WorkloadVersionWorld(given);
      world.addPod();
      for (const one of steps) take(world, one);
      world.setApp('open');
      world.wanted = '1';
      world.available = 2;
      // One request for each phase that can fail.
      for (let round = 0; round < 5; round += 1) {
        endChildren(world, 'Succeeded');
        if (world.version.status?.status === 'Failed') world.askRetry();
      }
      endChildren(world, 'Succeeded');
      expect(world.version.status).toMatchObject({ status: 'Succeeded', currentPhase: 'Completed' });
      expect(world.pods.size).toBe(0);
      expectNoneRanTwice(world);
    }),
    runs,
  );
});

test('S4: a failed check before the deployment keeps every pod, however often it is asked', () => {
  fc.assert(
    fc.property(checks, history, fc.boolean(), (given, steps, byEvaluation) => {
      const first = byEvaluation
        ? { ...given, pre: [], preEvaluations: ['d', ...given.preEvaluations.filter((name) => name !== 'd')] }
        : { ...given, pre: ['a', ...given.pre.filter((name) => name !== 'a')] };
      const world = new WorkloadVersionWorld(first);
      world.setApp('open');
      world.addPod();
      rest(world);
      world.children.move(0, 'Failed');
      for (const one of steps.filter(({ do: what }) => what !== 'retry')) take(world, one);
      expect(world.lifted).toEqual([]);
      world.setApp('open');
      world.wanted = '1';
      endChildren(world, 'Succeeded');
      expect(world.lifted).toEqual([]);
      expect(world.version.status?.status).toBe('Failed');
    }),
    { numRuns: 2500 },
  );
});

test('L4: checks whose definition is missing hold their version, say which, and keep no other from running', () => {
  fc.assert(
    fc.property(checks, fc.constantFrom('a', 'b', 'd'), history, (given, missing, steps) => {
      const world = new WorkloadVersionWorld({ ...given, preEvaluations: ['d'], pre: ['a', 'b'] });
      world.children.undefinedNames.add(missing);
      world.addPod();
      for (const one of steps.filter((one) => !isFailure(one))) take(world, one);
      world.setApp('open');
      world.wanted = '1';
      endChildren(world, 'Succeeded');
      expect(world.lifted).toEqual([]);
      for (const check of missing === 'd'
        ? ['pre/a', 'pre/b']
        : ['pre/a', 'pre/b'].filter((one) => one !== `pre/${missing}`))
        expect(world.children.statesOf(check)).toEqual(['Succeeded']);
      const stalled = world.version.status?.conditions?.find(({ type }) => type === 'Stalled');
      expect(stalled).toMatchObject({ status: 'True', message: expect.stringContaining(`"${missing}"`) });
      expect(world.decide().outcome).toMatchObject({ by: 'user', on: [{ name: missing }] });
      world.children.undefinedNames.clear();
      endChildren(world, 'Succeeded');
      expect(world.pods.size).toBe(0);
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
      endChildren(world, 'Failed');
      expect(world.pods.size).toBe(0);
      expect(world.version.status?.status).toBe('Succeeded');
    }),
    fewRuns,
  );
});

test('a version that was replaced and is wanted again waits for the checks of its app once more', () => {
  fc.assert(
    fc.property(checks, history, (given, steps) => {
      const world = new WorkloadVersionWorld(given);
      world.setApp('open');
      endChildren(world, 'Succeeded');
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
    fewRuns,
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
