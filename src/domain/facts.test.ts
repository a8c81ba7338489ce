import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { AppVersionWorld } from '../../test/builders/app-version-world.ts';
import { keptnAppVersion, keptnWorkloadVersion } from '../../test/builders/version-objects.ts';
import { WorkloadVersionWorld } from '../../test/builders/workload-version-world.ts';
import type { Fact } from './fact.ts';
import { factsOf } from './facts.ts';

vi.setConfig({ testTimeout: 60_000 });
const runs = { numRuns: 400 };

const checks = fc.record({
  pre: fc.subarray(['a', 'b']),
  preEvaluations: fc.subarray(['d']),
  post: fc.subarray(['a', 'c']),
  postEvaluations: fc.subarray(['e']),
  promotion: fc.subarray(['p']),
  onFailure: fc.subarray(['f']),
});
const state = fc.constantFrom('Progressing' as const, 'Succeeded' as const, 'Failed' as const);
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('reconcile' as const),
      crashAfter: fc.oneof(fc.constant(99), fc.nat({ max: 4 })),
      lagging: fc.boolean(),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('child' as const), at: fc.nat({ max: 3 }), state }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('workload' as const), at: fc.nat({ max: 1 }), state }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('retry' as const, 'replace' as const) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
const history = fc.array(step, { maxLength: 30, size: 'max' });

type World = AppVersionWorld | WorkloadVersionWorld;

function take(world: World, one: Step): void {
  if (one.do === 'reconcile') world.perform(world.decide(one.lagging), one.crashAfter);
  else if (one.do === 'child') world.children.move(one.at, one.state);
  else if (one.do === 'retry') world.askRetry();
  else if (one.do === 'workload' && world instanceof AppVersionWorld) world.moveWorkload(one.at, one.state);
  else if (one.do === 'workload' && world instanceof WorkloadVersionWorld)
    world.available = one.state === 'Succeeded' ? 2 : 0;
  else if (world instanceof AppVersionWorld) world.isReplaced = true;
  else world.wanted = world.wanted === '1' ? '2' : '1';
}

function appWorld(given: typeof checks extends fc.Arbitrary<infer T> ? T : never): World {
  return new AppVersionWorld(given);
}

function workloadWorld(given: typeof checks extends fc.Arbitrary<infer T> ? T : never): World {
  const world = new WorkloadVersionWorld(given);
  world.setApp('open');
  return world;
}

/** The end of a version that may begin again. */
function openEnd({ version: { status } }: World): string | undefined {
  const { status: state, endTime } = status ?? {};
  return state === 'Failed' || state === 'Deprecated' ? `${state} ${endTime ?? ''}` : undefined;
}
const idsOf = (facts: readonly Fact[]): string[] => facts.map(({ id }) => id);
const said = ({ kind, phase, check, state: ended }: Fact): string =>
  [
    kind,
    phase?.name,
    phase?.attempt === 0 ? undefined : phase?.attempt,
    check?.definition,
    kind.endsWith('ended') ? ended : undefined,
  ]
    .filter((part) => part !== undefined)
    .join(' ');

/** Ids are unique, times ascend, and causes come first: a version before its phases, these before and after their checks. */
function expectSane(facts: readonly Fact[]): void {
  expect(new Set(idsOf(facts)).size).toBe(facts.length);
  const times = facts.map(({ at }) => at.getTime());
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  for (const [i, fact] of facts.entries()) {
    const before = facts.slice(0, i);
    const { kind, phase, check } = fact;
    // What is done anew comes after the new beginning.
    const restarts = before.filter((one) => one.kind === 'version-started').length - 1;
    if (kind === 'check-started' && (check?.attempt ?? 0) > 0) expect(restarts).toBeGreaterThan(0);
    if (i === 0) expect(kind).toBe('version-started');
    if (check !== undefined || kind === 'phase-ended')
      expect(before.some((one) => one.kind === 'phase-started' && one.phase?.name === phase?.name)).toBe(
        true,
      );
    if (kind === 'check-ended') expect(before.some((one) => isStartOf(one, fact))).toBe(true);
    const endBefore = before.find((one) => one.kind === 'phase-ended' && one.phase?.name === phase?.name);
    if (check !== undefined && endBefore !== undefined) expect(endBefore.state).toBe('Deprecated');
  }
}

const isStartOf = ({ kind, phase, check }: Fact, end: Fact): boolean =>
  kind === 'check-started' &&
  phase?.name === end.phase?.name &&
  check?.definition === end.check?.definition &&
  check?.attempt === end.check?.attempt;

describe.each([
  ['an app version', appWorld],
  ['a workload version', workloadWorld],
])('facts of %s', (_, build) => {
  test('are unique, in the order of time and of causes, and only added to while the version goes on', () => {
    fc.assert(
      fc.property(checks, history, (given, steps) => {
        const world = build(given);
        for (const one of steps) {
          const before = factsOf(world.version);
          const end = openEnd(world);
          take(world, one);
          const after = factsOf(world.version);
          expectSane(after);
          if (end === undefined || end === openEnd(world))
            expect(idsOf(after)).toEqual(expect.arrayContaining(idsOf(before)));
        }
      }),
      runs,
    );
  });

  test('tell each check that was made and each end of one, once the version is through', () => {
    fc.assert(
      fc.property(checks, history, (given, all) => {
        // A check that was made in the last moment before a crash or before its version was replaced may be on no record.
        const steps = all.filter(({ do: what }) => what !== 'replace');
        const world = build({ ...given, onFailure: [] });
        const told = new Set<string>();
        const look = (): void => {
          for (const { kind, check } of factsOf(world.version))
            if (check !== undefined) told.add(`${kind} ${check.name}`);
        };
        for (const one of steps) {
          take(world, one.do === 'reconcile' ? { ...one, crashAfter: 99 } : one);
          look();
        }
        for (let i = 0; i < 40; i += 1) {
          world.children.endAll('Succeeded');
          world.perform(world.decide());
          look();
        }
        const made = [...world.children.made.keys()];
        expect([...told].toSorted()).toEqual(
          made.flatMap((name) => [`check-started ${name}`, `check-ended ${name}`]).toSorted(),
        );
      }),
      runs,
    );
  });
});

const item = (definitionName: string, start: string, end: string, attempt?: number) => ({
  definitionName,
  name: `pre-${definitionName}-1`,
  status: attempt === undefined ? 'Succeeded' : 'Failed',
  startTime: `2026-01-01T00:00:${start}Z`,
  endTime: `2026-01-01T00:00:${end}Z`,
  ...(attempt === undefined ? {} : { attempt }),
});

test('times of checks are within those of their phase', () => {
  const facts = factsOf(
    keptnWorkloadVersion({
      status: {
        startTime: '2026-01-01T00:00:01Z',
        preDeploymentStatus: 'Succeeded',
        preDeploymentTaskStatus: [item('a', '01', '09')],
        phaseTimes: {
          WorkloadPreDeployTasks: {
            startTime: '2026-01-01T00:00:01.250Z',
            endTime: '2026-01-01T00:00:08.500Z',
          },
        },
        currentPhase: 'WorkloadDeploy',
      },
    }),
  );
  expect(facts.map((fact) => `${fact.at.toISOString().slice(17, 23)} ${said(fact)}`)).toEqual([
    '01.250 version-started',
    '01.250 phase-started WorkloadPreDeployTasks',
    '01.250 check-started WorkloadPreDeployTasks a',
    '08.500 check-ended WorkloadPreDeployTasks a Succeeded',
    '08.500 phase-ended WorkloadPreDeployTasks Succeeded',
  ]);
});

test('a version that began before the times of phases were recorded has those that its checks tell', () => {
  const facts = factsOf(
    keptnAppVersion({
      status: {
        startTime: '2026-01-01T00:00:01Z',
        preDeploymentStatus: 'Succeeded',
        preDeploymentTaskStatus: [item('a', '02', '05'), item('b', '03', '04')],
        workloadOverallStatus: 'Succeeded',
        postDeploymentStatus: 'Succeeded',
        postDeploymentTaskStatus: [item('c', '20', '22')],
        status: 'Succeeded',
        currentPhase: 'Completed',
        endTime: '2026-01-01T00:00:22Z',
      },
    }),
  );
  expect(facts.map((fact) => `${fact.at.toISOString().slice(17, 19)} ${said(fact)}`)).toEqual([
    '01 version-started',
    '02 phase-started AppPreDeployTasks',
    '02 check-started AppPreDeployTasks a',
    '03 check-started AppPreDeployTasks b',
    '04 check-ended AppPreDeployTasks b Succeeded',
    '05 check-ended AppPreDeployTasks a Succeeded',
    '05 phase-ended AppPreDeployTasks Succeeded',
    '05 phase-started AppDeploy',
    '20 phase-ended AppDeploy Succeeded',
    '20 phase-started AppPostDeployTasks',
    '20 check-started AppPostDeployTasks c',
    '22 check-ended AppPostDeployTasks c Succeeded',
    '22 phase-ended AppPostDeployTasks Succeeded',
    '22 version-ended Succeeded',
  ]);
});

test('a check that was asked for again begins its phase again, with ids of its own', () => {
  const at = (attempt: number, second: string) =>
    factsOf(
      keptnAppVersion({
        status: {
          startTime: '2026-01-01T00:00:01Z',
          preDeploymentStatus: 'Failed',
          preDeploymentTaskStatus: [item('a', second, second, attempt)],
          phaseTimes: {
            AppPreDeployTasks: {
              startTime: '2026-01-01T00:00:01.250Z',
              endTime: `2026-01-01T00:00:${second}.500Z`,
            },
          },
          status: 'Failed',
          currentPhase: 'AppPreDeployTasks',
          endTime: `2026-01-01T00:00:${second}Z`,
        },
      }),
    );
  const [first, again] = [at(0, '05'), at(1, '09')];
  expect(again.map(said)).toEqual([
    'version-started',
    'phase-started AppPreDeployTasks',
    'phase-started AppPreDeployTasks 1',
    'check-started AppPreDeployTasks 1 a',
    'check-ended AppPreDeployTasks 1 a Failed',
    'phase-ended AppPreDeployTasks 1 Failed',
    'version-ended Failed',
  ]);
  const known = new Set(idsOf(first));
  expect(again.filter(({ id }) => known.has(id)).map(said)).toEqual([
    'version-started',
    'phase-started AppPreDeployTasks',
  ]);
});

test('a version that has not begun has none, and times that nobody can read are passed over', () => {
  expect(factsOf(keptnAppVersion())).toEqual([]);
  expect(factsOf(keptnAppVersion({ status: { startTime: 'yesterday' } }))).toEqual([]);
});
