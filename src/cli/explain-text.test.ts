import { expect, test } from 'vitest';
import { explainStatus } from './explain-text.ts';

const since = '2026-01-01T00:00:00Z';

test('a failed version says what holds its pods, once, and names its tasks', () => {
  const condition = (type: string, status: 'True' | 'False') => ({
    type,
    status,
    reason: 'CheckFailed',
    message: 'the check failed',
    lastTransitionTime: since,
  });
  const lines = explainStatus('KeptnWorkloadVersion', {
    metadata: { name: 'shop-1' },
    status: {
      status: 'Failed',
      currentPhase: 'WorkloadPreDeployTasks',
      conditions: [condition('Gated', 'True'), condition('Ready', 'False'), condition('Stalled', 'True')],
      preDeploymentTaskStatus: [{ definitionName: 'stock', status: 'Failed', name: 'pre-stock-1' }],
    },
  });
  expect(lines).toEqual([
    '  KeptnWorkloadVersion "shop-1" is Failed in phase WorkloadPreDeployTasks',
    `    its pods are held since ${since}`,
    `    CheckFailed since ${since}: the check failed`,
    '    task stock: Failed (KeptnTask "pre-stock-1")',
  ]);
});

test('a version without a status points at the controller', () => {
  expect(explainStatus('KeptnAppVersion', { metadata: { name: 'shop' } })).toEqual([
    '  KeptnAppVersion "shop" was not looked at yet: is the controller running?',
  ]);
});

test('a version names its evaluations after its tasks', () => {
  const lines = explainStatus('KeptnWorkloadVersion', {
    metadata: { name: 'shop-1' },
    status: {
      status: 'Progressing',
      preDeploymentTaskStatus: [{ definitionName: 'stock', status: 'Succeeded', name: 'pre-stock-1' }],
      preDeploymentEvaluationTaskStatus: [{ definitionName: 'errors', status: 'Progressing', name: 'e-1' }],
      postDeploymentEvaluationTaskStatus: [{ definitionName: 'load', status: 'Pending' }],
    },
  });
  expect(lines.slice(1)).toEqual([
    '    task stock: Succeeded (KeptnTask "pre-stock-1")',
    '    evaluation errors: Progressing (KeptnEvaluation "e-1")',
    '    evaluation load: Pending (not started yet)',
  ]);
});
