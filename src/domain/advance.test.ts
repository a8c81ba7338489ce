import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  anyInput,
  anyLists,
  everyPhases,
  observe,
  strictInput,
  taskLists,
} from '../../test/builders/arbitrary-phase-input.ts';
import { anyState, checkNames } from '../../test/builders/arbitrary-status.ts';
import type { State } from '../api/lifecycle/v1/shared.ts';
import { advance } from './advance.ts';
import type { ObservedCheck, PhaseStatus } from './phase-step.ts';
import { type Phase, workloadPhases } from './phases.ts';

const runs = { numRuns: 1000 };
/** For the promises of the product; a failure prints the seed and path that run it again. */
const manyRuns = { numRuns: 10_000 };
const now = new Date('2026-01-01T00:00:00Z');
const later = new Date('2026-01-01T01:00:00Z');
const deployOf = (phases: readonly Phase[]) => phases.find(({ kind }) => kind === 'deploy');

test('is total and gives the same for the same, leaving its input alone', () => {
  fc.assert(
    fc.property(anyInput, (input) => {
      const before = structuredClone(input);
      const one = advance(input);
      expect(input).toEqual(before);
      expect(advance(before)).toEqual(one);
    }),
    runs,
  );
});

test('its own status fed back changes nothing', () => {
  fc.assert(
    fc.property(anyInput, (input) => {
      const one = advance(input);
      const two = advance({ ...input, previous: one.status, now: later });
      expect(two.status).toEqual(one.status);
      // Children that nobody has seen yet are asked for again, by the same name.
      expect(one.create.map(({ check }) => check.childName)).toEqual(
        expect.arrayContaining(two.create.map(({ check }) => check.childName)),
      );
    }),
    runs,
  );
});

test('S4: Succeeded means that every check and the deployment succeeded', () => {
  fc.assert(
    fc.property(strictInput, (input) => {
      const { status } = advance(input);
      if (status.status !== 'Succeeded') return;
      for (const phase of input.phases) {
        expect(status[phase.field]).toBe('Succeeded');
        if (phase.kind === 'deploy') continue;
        for (const name of input.checks[phase.checks] ?? []) {
          const item = status[phase.items]?.find(({ definitionName }) => definitionName === name);
          expect(item?.status).toBe('Succeeded');
        }
      }
    }),
    manyRuns,
  );
});

test('S1, S4: nothing is deployed that has not passed what comes before it', () => {
  fc.assert(
    fc.property(strictInput, (input) => {
      const { status } = advance(input);
      const at = input.phases.findIndex(({ kind }) => kind === 'deploy');
      const passed = input.phases.slice(0, at).every(({ field }) => status[field] === 'Succeeded');
      const deployment = status[deployOf(input.phases)?.field ?? 'deploymentStatus'];
      if (!passed) expect(['Pending', 'Deprecated']).toContain(deployment);
      if (status.preDeploymentStatus === 'Failed') expect(deployment).toBe('Deprecated');
    }),
    manyRuns,
  );
});

test('only the phase that is open makes children, and only defined ones', () => {
  fc.assert(
    fc.property(anyInput, (input) => {
      const { create, open } = advance(input);
      for (const { phase, check } of create) {
        expect(phase).toBe(open?.phase);
        expect(check).toMatchObject({ defined: true });
        expect(check.child).toBeUndefined();
      }
    }),
    runs,
  );
});

const deployment = { state: 'Progressing', message: '', on: [] } as const;
const finalState = fc.constantFrom('Succeeded' as const, 'Failed' as const);
const deployments = fc.constantFrom<State>('Succeeded', 'Failed');
const progress: readonly State[] = ['Pending', 'Progressing'];

test('L2: lost, repeated and reordered observations end in the same place', () => {
  const ends = fc.dictionary(fc.constantFrom(...checkNames), finalState);
  const stages = fc.array(fc.dictionary(fc.constantFrom(...checkNames), fc.nat({ max: 3 })), {
    maxLength: 8,
  });
  fc.assert(
    fc.property(
      fc.constantFrom(...everyPhases),
      taskLists,
      fc.tuple(ends, stages, stages, deployments, fc.boolean()),
      (phases, checks, [end, one, other, deployed, blocking]) => {
        const endOf = (key: string): State => end[key.slice(-1)] ?? 'Succeeded';
        const through = (history: readonly Record<string, number>[]): PhaseStatus => {
          let previous: PhaseStatus = {};
          const step = (state: (key: string) => State | undefined, deployment: State) => {
            const observed = observe(phases, checks, state);
            const seen = { state: deployment, message: '', on: [] };
            previous = advance({
              phases,
              previous,
              checks,
              observed,
              deployment: seen,
              blocking,
              now,
            }).status;
          };
          for (const stage of history) {
            const known = (key: string): State | undefined => {
              const at = stage[key.slice(-1)] ?? 0;
              return at === 3 ? endOf(key) : progress[at - 1];
            };
            step(known, 'Progressing');
          }
          for (const _ of phases) step(endOf, deployed);
          return previous;
        };
        expect(through(one)).toEqual(through(other));
      },
    ),
    manyRuns,
  );
});

test('a phase that has ended keeps its state while observations move on', () => {
  const stages = fc.array(fc.dictionary(fc.constantFrom(...checkNames), anyState), { maxLength: 8 });
  fc.assert(
    fc.property(
      fc.constantFrom(...everyPhases),
      taskLists,
      stages,
      fc.boolean(),
      (phases, checks, history, blocking) => {
        let previous: PhaseStatus = {};
        for (const stage of history) {
          const observed = observe(phases, checks, (key) => stage[key.slice(-1)]);
          const deployment = { state: 'Progressing', message: '', on: [] } as const;
          const next = advance({ phases, previous, checks, observed, deployment, blocking, now }).status;
          for (const { field } of phases) {
            const before = previous[field];
            if (before === 'Failed' || before === 'Succeeded' || before === 'Warning')
              expect(next[field]).toBe(before);
          }
          previous = next;
        }
      },
    ),
    manyRuns,
  );
});

test('a failure on record is not judged again: whatever blocking is later, Failed and Warning stay', () => {
  fc.assert(
    fc.property(anyInput, (input) => {
      const first = advance(input).status;
      const again = (blocking: boolean) =>
        advance({ ...input, previous: first, blocking, now: later }).status;
      for (const { field } of input.phases.filter(({ kind }) => kind !== 'deploy')) {
        const recorded = first[field];
        if (recorded !== 'Failed' && recorded !== 'Warning') continue;
        expect(again(true)[field]).toBe(recorded);
        expect(again(false)[field]).toBe(recorded);
      }
    }),
    runs,
  );
});

test('with blocking off everything that can run ends in Succeeded, failures as warnings', () => {
  const ends = fc.dictionary(fc.constantFrom(...checkNames), finalState);
  fc.assert(
    fc.property(fc.constantFrom(...everyPhases), taskLists, ends, (phases, checks, end) => {
      const observed = observe(phases, checks, (key) => end[key.slice(-1)] ?? 'Succeeded');
      const deployment = { state: 'Succeeded', message: '', on: [] } as const;
      const input = { phases, previous: {}, checks, observed, deployment, now };
      const { status } = advance({ ...input, blocking: false });
      expect(status).toMatchObject({ status: 'Succeeded', currentPhase: 'Completed' });
      for (const phase of phases) {
        const failed =
          phase.kind !== 'deploy' && (checks[phase.checks] ?? []).some((name) => end[name] === 'Failed');
        expect(status[phase.field]).toBe(failed ? 'Warning' : 'Succeeded');
      }
      // Switching blocking on afterwards makes no failure of a warning.
      expect(advance({ ...input, blocking: true, previous: status, now: later }).status).toEqual(status);
    }),
    runs,
  );
});

test('L4: a missing definition keeps no other check from being made, and is named', () => {
  const known = fc.constantFrom<State | undefined>(undefined, 'Pending', 'Progressing', 'Succeeded');
  const found = fc.array(fc.tuple(known, fc.boolean()), { minLength: 3, maxLength: 3 });
  const every = fc.tuple(fc.constantFrom(...everyPhases), anyLists, fc.boolean());
  fc.assert(
    fc.property(every, found, ([phases, lists, blocking], facts) => {
      const checks = { ...lists, preDeploymentTasks: checkNames };
      const byName = new Map<string, (typeof facts)[number] | undefined>(
        checkNames.map((name, at) => [name, facts[at]]),
      );
      const factOf = (name: string) => byName.get(name);
      const observed = observe(phases, checks, (key) => factOf(key.slice(-1))?.[0]).map((one) => ({
        ...one,
        defined: factOf(one.definition)?.[1] ?? true,
      }));
      const { create, open } = advance({ phases, previous: {}, checks, observed, deployment, blocking, now });
      const unmade = checkNames.filter((name) => factOf(name)?.[0] === undefined);
      const missing = unmade.filter((name) => factOf(name)?.[1] === false);
      if (unmade.length === 0) return;
      expect(create.map(({ check }) => check.definition)).toEqual(
        unmade.filter((name) => !missing.includes(name)),
      );
      if (missing.length > 0)
        expect(open).toMatchObject({ why: 'missing-definition', on: missing.map((name) => ({ name })) });
    }),
    manyRuns,
  );
});

const workload = { phases: workloadPhases, previous: {}, blocking: true, now } as const;
const rolling = { state: 'Progressing', message: 'rolls out', on: [] } as const;
function check(definition: string, given: Partial<ObservedCheck> = {}): ObservedCheck {
  return {
    phase: 'WorkloadPreDeployTasks',
    definition,
    childName: `pre-${definition}`,
    defined: true,
    ...given,
  };
}

test('a check whose definition is missing holds, says which, and whose creation would help', () => {
  const input = { ...workload, checks: { preDeploymentTasks: ['a', 'b'] }, deployment: rolling };
  const observed = [check('a', { child: { state: 'Succeeded' } }), check('b', { defined: false })];
  const { status, open, create } = advance({ ...input, observed });
  expect(create).toEqual([]);
  expect(open).toMatchObject({
    why: 'missing-definition',
    on: [{ kind: 'KeptnTaskDefinition', name: 'b' }],
  });
  expect(open?.message).toContain('"b" does not exist');
  expect(status).toMatchObject({ status: 'Progressing', deploymentStatus: 'Pending' });
});

test('an evaluation is made after the tasks have passed, and its failure holds', () => {
  const input = { ...workload, checks: { preDeploymentEvaluations: ['e'] }, deployment: rolling };
  const planned = check('e', { phase: 'WorkloadPreDeployEvaluations' });
  expect(advance({ ...input, observed: [planned] }).create).toMatchObject([{ check: { definition: 'e' } }]);
  const failed = advance({ ...input, observed: [{ ...planned, child: { state: 'Failed' } }] });
  expect(failed.open).toMatchObject({ why: 'failed', message: expect.stringContaining('KeptnEvaluation') });
  expect(failed.status).toMatchObject({
    preDeploymentStatus: 'Succeeded',
    preDeploymentEvaluationStatus: 'Failed',
    deploymentStatus: 'Deprecated',
  });
});

test('a failure waits for the others, names its task and its last words, and calls off what follows', () => {
  const input = { ...workload, checks: { preDeploymentTasks: ['a', 'b'] }, deployment: rolling };
  const failed = check('a', { child: { state: 'Failed', message: 'no database' } });
  const running = advance({ ...input, observed: [failed, check('b', { child: { state: 'Progressing' } })] });
  expect(running).toMatchObject({ open: { why: 'running' }, status: { preDeploymentStatus: 'Progressing' } });
  const over = advance({ ...input, observed: [failed, check('b', { child: { state: 'Succeeded' } })] });
  expect(over.open).toMatchObject({ why: 'failed' });
  expect(over.open?.message).toBe(
    'KeptnTask "pre-a" of definition "a" failed: no database; annotate this version with keptn.sh/retry, or deploy a new one, to run it again',
  );
  expect(over.status).toMatchObject({
    status: 'Failed',
    currentPhase: 'WorkloadPreDeployTasks',
    preDeploymentStatus: 'Failed',
    preDeploymentEvaluationStatus: 'Deprecated',
    deploymentStatus: 'Deprecated',
    postDeploymentStatus: 'Deprecated',
    postDeploymentEvaluationStatus: 'Deprecated',
    endTime: '2026-01-01T00:00:00Z',
  });
});

test('a phase that failed makes no further checks, though their definition appears', () => {
  const input = { ...workload, checks: { preDeploymentTasks: ['a', 'b'] }, deployment: rolling };
  const failed = check('a', { child: { state: 'Failed' } });
  const first = advance({ ...input, observed: [failed, check('b', { defined: false })] });
  expect(first.status.status).toBe('Failed');
  const second = advance({ ...input, previous: first.status, observed: [failed, check('b')] });
  expect(second).toMatchObject({ create: [], status: { status: 'Failed' } });
});

test('a check that is no longer asked for stays on record', () => {
  const observed = [check('a', { child: { state: 'Succeeded' } })];
  const first = advance({
    ...workload,
    checks: { preDeploymentTasks: ['a'] },
    observed,
    deployment: rolling,
  });
  const second = advance({
    ...workload,
    previous: first.status,
    checks: {},
    observed: [],
    deployment: rolling,
  });
  expect(second.status.preDeploymentTaskStatus).toEqual(first.status.preDeploymentTaskStatus);
});
