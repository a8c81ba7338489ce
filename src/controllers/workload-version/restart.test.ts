import { expect, test } from 'vitest';
import { lifecycleConfig } from '../../../test/builders/lifecycle-config.ts';
import {
  keptnAppVersion,
  keptnWorkload,
  keptnWorkloadVersion,
} from '../../../test/builders/version-objects.ts';
import type { WorkloadVersionSnapshot } from './observe.ts';
import { restart } from './restart.ts';

const failed = {
  preDeploymentStatus: 'Failed',
  preDeploymentTaskStatus: [{ definitionName: 'lint', name: 'x', status: 'Failed' }],
  status: 'Failed',
  currentPhase: 'WorkloadPreDeployTasks',
  endTime: '2026-01-01T00:00:00Z',
  conditions: [],
};
const newer = keptnAppVersion({ metadata: { name: 'shop-2', creationTimestamp: '2026-01-01T00:00:01Z' } });

function snapshot(
  status: Record<string, unknown>,
  given: Partial<WorkloadVersionSnapshot> = {},
): WorkloadVersionSnapshot {
  return {
    version: keptnWorkloadVersion({ status }),
    workload: keptnWorkload(),
    appVersion: newer,
    appVersionIsCurrent: false,
    siblings: [],
    checks: [],
    owner: undefined,
    rollout: { subject: { kind: 'Deployment', name: 'cart' }, counts: undefined },
    gatedPods: [],
    config: lifecycleConfig(),
    now: new Date('2026-01-01T00:10:00Z'),
    ...given,
  };
}
const written = (given: WorkloadVersionSnapshot) =>
  restart(given)?.actions.flatMap((action) =>
    action.kind === 'applyStatus' ? [action.object['status']] : [],
  )[0];

test('a version whose checks failed begins again and waits for its app', () => {
  expect(written(snapshot(failed))).toMatchObject({
    status: 'Progressing',
    restartedBy: 'shop-2',
    preDeploymentTaskStatus: [{ definitionName: 'lint', status: 'Pending', attempt: 1 }],
    currentPhase: undefined,
    endTime: undefined,
  });
  expect(restart(snapshot(failed))?.actions[1]).toMatchObject({ kind: 'emitEvent', reason: 'Retried' });
});

test('one that runs already does not wait for the app: its pods may have to be made again', () => {
  const running = {
    ...failed,
    preDeploymentStatus: 'Succeeded',
    preDeploymentEvaluationStatus: 'Succeeded',
    preDeploymentTaskStatus: [],
    deploymentStatus: 'Failed',
    deploymentStartTime: '2026-01-01T00:00:00Z',
    currentPhase: 'WorkloadDeploy',
  };
  expect(written(snapshot(running))).toMatchObject({
    currentPhase: 'WorkloadDeploy',
    deploymentStatus: 'Pending',
    deploymentStartTime: undefined,
  });
});

test.each([
  ['that Keptn left and Sluice has not met', { ...failed, conditions: undefined }, {}],
  ['that nobody wants', failed, { workload: keptnWorkload({ spec: { version: '2' } }) }],
  ['that succeeded', { ...failed, status: 'Succeeded' }, {}],
  ['under the app version for which it began', { ...failed, restartedBy: 'shop-2' }, {}],
])('one %s does not begin again', (_what, status, given) => {
  expect(restart(snapshot(status, given))).toBeUndefined();
});
