import { expect, test } from 'vitest';
import type { PhaseStatus } from './phase-step.ts';
import { stampPhases } from './phase-times.ts';
import { workloadPhases } from './phases.ts';

const at = (second: number): Date => new Date(Date.UTC(2026, 0, 1, 0, 0, second, 5));
const item = { definitionName: 'a', status: 'Progressing' } as const;

function run(steps: readonly PhaseStatus[], first: PhaseStatus = {}): PhaseStatus {
  return steps.reduce<PhaseStatus>(
    (previous, step, i) => ({
      ...step,
      phaseTimes: previous.phaseTimes,
      ...stampPhases(workloadPhases, previous, step, at(i)),
    }),
    first,
  );
}

const checking: PhaseStatus = {
  preDeploymentStatus: 'Progressing',
  preDeploymentTaskStatus: [item],
  currentPhase: 'WorkloadPreDeployTasks',
};
const deploying: PhaseStatus = {
  preDeploymentStatus: 'Succeeded',
  preDeploymentTaskStatus: [item],
  preDeploymentEvaluationStatus: 'Succeeded',
  deploymentStatus: 'Progressing',
  currentPhase: 'WorkloadDeploy',
};

test('a phase begins when it is entered and ends when it is through; one without checks has no times', () => {
  expect(run([checking, checking, deploying, deploying]).phaseTimes).toEqual({
    WorkloadPreDeployTasks: {
      startTime: '2026-01-01T00:00:00.005Z',
      endTime: '2026-01-01T00:00:02.005Z',
    },
    WorkloadDeploy: { startTime: '2026-01-01T00:00:02.005Z' },
  });
});

test('a phase that is asked for again keeps its start and ends anew', () => {
  const failed: PhaseStatus = { ...checking, preDeploymentStatus: 'Failed' };
  const again = run([checking, failed, checking]);
  expect(again.phaseTimes).toEqual({ WorkloadPreDeployTasks: { startTime: '2026-01-01T00:00:00.005Z' } });
});

test('what had begun before times were recorded gets none', () => {
  expect(run([deploying], deploying)).not.toHaveProperty('phaseTimes.WorkloadPreDeployTasks');
  expect(stampPhases(workloadPhases, deploying, deploying, at(9))).toEqual({});
});

test('what was called off never began', () => {
  const calledOff: PhaseStatus = {
    ...checking,
    preDeploymentStatus: 'Failed',
    preDeploymentEvaluationStatus: 'Deprecated',
    deploymentStatus: 'Deprecated',
  };
  expect(Object.keys(run([checking, calledOff]).phaseTimes ?? {})).toEqual(['WorkloadPreDeployTasks']);
});
