import fc from 'fast-check';
import { type ItemStatus, type State, states } from '../../src/api/lifecycle/v1/shared.ts';
import type { PhaseStatus } from '../../src/domain/phase-step.ts';

/** Names that generated checks go by; few, so that lists and records meet. */
export const checkNames = ['a', 'b', 'c'] as const;

/** Any state that can be stored. */
export const anyState = fc.constantFrom(...states);

/** Any state but the one of a failure that was let pass. */
export const strictState = fc.constantFrom(...states.filter((one) => one !== 'Warning'));

const time = fc.option(fc.constantFrom('2026-01-01T00:00:00Z', '2026-01-01T00:01:00Z'), { nil: undefined });
const phaseName = fc.option(fc.constantFrom('WorkloadPreDeployTasks', 'WorkloadDeploy', 'Completed', ''), {
  nil: undefined,
});

function statusOf(states: fc.Arbitrary<State>): fc.Arbitrary<PhaseStatus> {
  const item: fc.Arbitrary<ItemStatus> = fc.record(
    {
      definitionName: fc.constantFrom(...checkNames),
      name: fc.constantFrom('x', 'y'),
      status: states,
      attempt: fc.nat({ max: 2 }),
    },
    { requiredKeys: ['definitionName', 'name', 'status'] },
  );
  const items = fc.option(fc.array(item, { maxLength: 4 }), { nil: undefined });
  const state = fc.option(states, { nil: undefined });
  return fc.record({
    preDeploymentStatus: state,
    preDeploymentEvaluationStatus: state,
    deploymentStatus: state,
    workloadOverallStatus: state,
    postDeploymentStatus: state,
    postDeploymentEvaluationStatus: state,
    promotionStatus: state,
    preDeploymentTaskStatus: items,
    preDeploymentEvaluationTaskStatus: items,
    postDeploymentTaskStatus: items,
    postDeploymentEvaluationTaskStatus: items,
    promotionTaskStatus: items,
    onFailureStatus: state,
    onFailureTaskStatus: items,
    status: state,
    currentPhase: phaseName,
    startTime: time,
    endTime: time,
  });
}

/** Any status that could be read from the API server, plausible or not. */
export const anyStatus = statusOf(anyState);

/** As `anyStatus`, of a version whose failures were never let pass. */
export const anyStrictStatus = statusOf(strictState);
