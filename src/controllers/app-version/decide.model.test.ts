import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { AppVersionWorld, type AppWorldChecks } from '../../../test/builders/app-version-world.ts';
import { hasPassed } from '../../domain/state.ts';

/** A failure prints its seed and path; `fc.assert(..., { seed, path })` runs it again. */
const runs = { numRuns: 1250 };
const fewRuns = { numRuns: 500 };
vi.setConfig({ testTimeout: 120_000 });

const tasks = fc.subarray(['a', 'b', 'c'], { maxLength: 2 });
const evaluations = fc.subarray(['d', 'e']);
const checks: fc.Arbitrary<AppWorldChecks> = fc.record({
  pre: tasks,
  preEvaluations: evaluations,
  post: tasks,
  postEvaluations: evaluations,
  promotion: fc.subarray(['p']),
  onFailure: fc.subarray(['f']),
});
const childState = fc.constantFrom('Progressing' as const, 'Succeeded' as const, 'Failed' as const);
const workloadState = fc.constantFrom(
  'Pending' as const,
  'Progressing' as const,
  'Succeeded' as const,
  'Failed' as const,
  'Deprecated' as const,
);
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
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('workload' as const),
      at: fc.nat({ max: 1 }),
      state: workloadState,
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('sweep' as const, 'retry' as const) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
const history = fc.array(step, { maxLength: 20, size: 'max' });
const isFailure = (one: Step) => (one.do === 'child' || one.do === 'workload') && one.state === 'Failed';

function passed(world: AppVersionWorld, check: string): boolean {
  const states = world.children.statesOf(check);
  return states.includes('Succeeded') || (!world.blocking && states.includes('Failed'));
}

/** S1 and S4 in truth, not in what the status says: what workloads begin on has passed. */
function expectEarned(world: AppVersionWorld): void {
  const { status } = world.version;
  const { pre, preEvaluations } = world.checks;
  const needed = hasPassed(status?.preDeploymentStatus) ? pre.map((name) => `pre/${name}`) : [];
  if (hasPassed(status?.preDeploymentEvaluationStatus))
    needed.push(...pre.map((name) => `pre/${name}`), ...preEvaluations.map((name) => `pre-eval/${name}`));
  expect(needed.filter((check) => !passed(world, check))).toEqual([]);
}

/** S2: an attempt is made once, whatever became of it, and there is one for the first time and one for each request. */
function expectNoneRanTwice({ children, retries, version }: AppVersionWorld): void {
  for (const [name, times] of children.made) expect(times, name).toBe(1);
  for (const [check, names] of children.asked) {
    // Tasks after a failure run once more after each, and a workload may fail often.
    if (!check.startsWith('on-failure/'))
      expect(names.size, `${check} ${version.metadata.name}`).toBeLessThanOrEqual(1 + retries);
  }
}

/** Checks after the deployment are asked for when every workload was seen through. */
function expectInOrder(world: AppVersionWorld, wasThrough: boolean): void {
  const later = [...world.children.asked.keys()].filter((check) =>
    /^(post|post-eval|promotion)\//.test(check),
  );
  if (later.length > 0) expect(wasThrough).toBe(true);
}

function take(world: AppVersionWorld, one: Step): void {
  if (one.do === 'reconcile') world.perform(world.decide(one.lagging), one.crashAfter);
  else if (one.do === 'child') world.children.move(one.at, one.state);
  else if (one.do === 'workload') world.moveWorkload(one.at, one.state);
  else if (one.do === 'sweep') world.sweep();
  else world.askRetry();
}

/** Takes every step; true when both workloads were through at some moment. */
function live(world: AppVersionWorld, steps: readonly Step[]): boolean {
  let wasThrough = false;
  for (const one of steps) {
    take(world, one);
    const states = [...world.workloads.values()];
    wasThrough ||= states.length === 2 && states.every((state) => state === 'Succeeded');
    if (one.do !== 'reconcile') continue;
    expectEarned(world);
    expectInOrder(world, wasThrough);
  }
  return wasThrough;
}

/** Reconciles a world in which nothing else happens until it is quiet; the number of rounds that took. */
function rest(world: AppVersionWorld): number {
  for (let round = 0; round < 20; round += 1) {
    const decision = world.decide();
    if (world.isQuiet(decision)) return round;
    world.perform(decision);
    expectEarned(world);
  }
  throw new Error('never at rest');
}

/** Every child ends like this, those too that appear on the way. */
function endChildren(world: AppVersionWorld, state: 'Succeeded' | 'Failed'): void {
  do rest(world);
  while (world.children.endAll(state));
}

test('S1, S2: workloads begin after the checks of their app, no check runs twice, and every world comes to rest', () => {
  fc.assert(
    fc.property(checks, history, fc.boolean(), (given, steps, blocking) => {
      const world = new AppVersionWorld(given);
      world.blocking = blocking;
      live(world, steps);
      // Answers a request, creates, sees what it created, and has nothing left to do.
      expect(rest(world)).toBeLessThanOrEqual(4);
      expect(world.isQuiet(world.decide())).toBe(true);
      world.sweep();
      rest(world);
      expectNoneRanTwice(world);
    }),
    { numRuns: 5000 },
  );
});

test('L2: whatever happened on the way, when everything succeeds the app version is through', () => {
  fc.assert(
    fc.property(checks, history, (given, steps) => {
      const world = new AppVersionWorld(given);
      live(
        world,
        steps.filter((one) => !isFailure(one)),
      );
      endChildren(world, 'Succeeded');
      expect(hasPassed(world.version.status?.preDeploymentEvaluationStatus)).toBe(true);
      world.moveWorkloads('Succeeded');
      endChildren(world, 'Succeeded');
      expect(world.version.status).toMatchObject({ status: 'Succeeded', currentPhase: 'Completed' });
    }),
    runs,
  );
});

test('L2: after any failures a request to run them again brings the app version through', () => {
  fc.assert(
    fc.property(checks, history, (given, steps) => {
      const world = new AppVersionWorld(given);
      live(world, steps);
      world.moveWorkloads('Succeeded');
      // One request for each phase that can fail.
      for (let round = 0; round < 6; round += 1) {
        endChildren(world, 'Succeeded');
        if (world.version.status?.status === 'Failed') world.askRetry();
      }
      endChildren(world, 'Succeeded');
      expect(world.version.status).toMatchObject({ status: 'Succeeded', currentPhase: 'Completed' });
      expectNoneRanTwice(world);
    }),
    runs,
  );
});

test('S4: a failed check of the app lets no workload begin, however often it is asked', () => {
  fc.assert(
    fc.property(checks, history, fc.boolean(), (given, steps, byEvaluation) => {
      const first = byEvaluation
        ? { ...given, pre: [], preEvaluations: ['d', ...given.preEvaluations.filter((name) => name !== 'd')] }
        : { ...given, pre: ['a', ...given.pre.filter((name) => name !== 'a')] };
      const world = new AppVersionWorld(first);
      rest(world);
      world.children.move(0, 'Failed');
      live(
        world,
        steps.filter(({ do: what }) => what !== 'retry'),
      );
      endChildren(world, 'Succeeded');
      const { status } = world.version;
      expect(hasPassed(status?.preDeploymentStatus) && hasPassed(status?.preDeploymentEvaluationStatus)).toBe(
        false,
      );
      expect(status).toMatchObject({ status: 'Failed', workloadOverallStatus: 'Deprecated' });
      const ready = status?.conditions?.find(({ type }) => type === 'Ready');
      expect(ready).toMatchObject({ status: 'False', message: expect.stringContaining('failed') });
    }),
    { numRuns: 2500 },
  );
});

test('L4: a check whose definition is missing holds the app, says which, and keeps no other from running', () => {
  fc.assert(
    fc.property(checks, fc.constantFrom('a', 'b'), history, (given, missing, steps) => {
      const world = new AppVersionWorld({ ...given, pre: ['a', 'b'] });
      world.children.undefinedNames.add(missing);
      live(
        world,
        steps.filter((one) => !isFailure(one)),
      );
      endChildren(world, 'Succeeded');
      expect(hasPassed(world.version.status?.preDeploymentStatus)).toBe(false);
      expect(world.children.statesOf(`pre/${missing === 'a' ? 'b' : 'a'}`)).toEqual(['Succeeded']);
      const stalled = world.version.status?.conditions?.find(({ type }) => type === 'Stalled');
      expect(stalled).toMatchObject({ status: 'True', message: expect.stringContaining(`"${missing}"`) });
      world.children.undefinedNames.clear();
      world.moveWorkloads('Succeeded');
      endChildren(world, 'Succeeded');
      expect(world.version.status?.status).toBe('Succeeded');
    }),
    runs,
  );
});

test('a version that makes way for a newer one makes no further checks and never comes back', () => {
  fc.assert(
    fc.property(checks, history, history, (given, steps, more) => {
      const world = new AppVersionWorld(given);
      live(
        world,
        steps.filter((one) => !isFailure(one)),
      );
      rest(world);
      const wasThrough = world.version.status?.status === 'Succeeded';
      world.isReplaced = true;
      rest(world);
      const { size } = world.children;
      expect(world.version.status?.status).toBe(wasThrough ? 'Succeeded' : 'Deprecated');
      for (const one of more.filter(({ do: what }) => what !== 'sweep')) take(world, one);
      rest(world);
      expect(world.children.size).toBe(size);
      expect(world.version.status?.status).toBe(wasThrough ? 'Succeeded' : 'Deprecated');
    }),
    fewRuns,
  );
});

test('with blocking off failed checks are warnings, and the app goes on', () => {
  fc.assert(
    fc.property(checks, (given) => {
      const world = new AppVersionWorld(given);
      world.blocking = false;
      world.moveWorkloads('Succeeded');
      endChildren(world, 'Failed');
      expect(world.version.status?.status).toBe('Succeeded');
    }),
    fewRuns,
  );
});
