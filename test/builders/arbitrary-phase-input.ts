import fc from 'fast-check';
import type { State } from '../../src/api/lifecycle/v1/shared.ts';
import type { ObservedCheck, PhaseInput } from '../../src/domain/phase-step.ts';
import { appPhases, type ChecksField, type Phase, workloadPhases } from '../../src/domain/phases.ts';
import { anyState, anyStatus, anyStrictStatus, checkNames, strictState } from './arbitrary-status.ts';

/** The phases of either level. */
export const everyPhases = [workloadPhases, appPhases({ promotion: true }), appPhases({ promotion: false })];

/** The checks that a version asks for. */
export type Checks = { readonly [F in ChecksField]?: readonly string[] };
const names = fc.uniqueArray(fc.constantFrom(...checkNames));
/** Lists of tasks. */
export const taskLists: fc.Arbitrary<Checks> = fc.record(
  { preDeploymentTasks: names, postDeploymentTasks: names, promotionTasks: names },
  { requiredKeys: [] },
);
/** Lists of tasks and evaluations. */
export const anyLists: fc.Arbitrary<Checks> = fc.record(
  {
    preDeploymentTasks: names,
    preDeploymentEvaluations: names,
    postDeploymentTasks: names,
    postDeploymentEvaluations: names,
    promotionTasks: names,
  },
  { requiredKeys: [] },
);

const observedIn = (states: fc.Arbitrary<State>): fc.Arbitrary<ObservedCheck[]> =>
  fc.array(
    fc.record(
      {
        phase: fc.constantFrom(...everyPhases.flat().map(({ name }) => name)),
        definition: fc.constantFrom(...checkNames),
        childName: fc.constantFrom('x', 'y'),
        child: fc.record({ state: states, message: fc.string() }, { requiredKeys: ['state'] }),
        defined: fc.boolean(),
      },
      { requiredKeys: ['phase', 'definition', 'childName', 'defined'] },
    ),
  );
/** What deciders report of a deployment. */
const anyDeployed = fc.constantFrom<State>('Pending', 'Progressing', 'Succeeded', 'Failed', 'Unknown');
/** Anything that the phases could be given, plausible or not. */
export const anyInput: fc.Arbitrary<PhaseInput> = fc.record({
  phases: fc.constantFrom(...everyPhases),
  previous: anyStatus,
  checks: anyLists,
  observed: observedIn(anyState),
  deployment: fc.record({ state: anyDeployed, message: fc.string(), on: fc.constant([]) }),
  blocking: fc.boolean(),
  now: fc.constant(new Date('2026-01-01T00:00:00Z')),
});
/** Inputs in which nothing was ever let pass with a warning. */
export const strictInput = fc
  .tuple(anyInput, anyStrictStatus, observedIn(strictState))
  .map(([input, previous, observed]) => ({ ...input, previous, observed, blocking: true }));

/** One observation of every check: what its child is known to be, or that it is not there. */
export function observe(
  phases: readonly Phase[],
  checks: Checks,
  state: (key: string) => State | undefined,
): ObservedCheck[] {
  return phases.flatMap((phase) => {
    if (phase.kind === 'deploy') return [];
    return (checks[phase.checks] ?? []).map((definition) => {
      const key = `${phase.name}/${definition}`;
      const known = state(key);
      return {
        phase: phase.name,
        definition,
        childName: key,
        defined: true,
        ...(known === undefined ? {} : { child: { state: known } }),
      };
    });
  });
}
