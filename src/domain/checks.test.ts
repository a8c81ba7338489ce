import { expect, test } from 'vitest';
import { keptnTask, taskDefinition } from '../../test/builders/task-objects.ts';
import { keptnWorkloadVersion } from '../../test/builders/version-objects.ts';
import { observedCheck, plannedChecks, taskManifest } from './checks.ts';
import { appPhases, workloadPhases } from './phases.ts';

const lists = {
  preDeploymentTasks: ['a', 'b'],
  preDeploymentEvaluations: ['e'],
  postDeploymentTasks: ['a'],
  promotionTasks: ['p'],
};
const [first] = plannedChecks('uid-1', workloadPhases, lists);
if (first === undefined) throw new Error('a check is planned');

test('checks are planned in the order of their phases, each with a name of its own', () => {
  const planned = plannedChecks('uid-1', workloadPhases, lists);
  expect(planned.map(({ phase, definition }) => `${phase.checkType} ${definition}`)).toEqual([
    'pre a',
    'pre b',
    'pre-eval e',
    'post a',
  ]);
  expect(new Set(planned.map(({ childName }) => childName)).size).toBe(4);
  expect(plannedChecks('uid-1', workloadPhases, lists)).toEqual(planned);
  expect(plannedChecks('uid-2', workloadPhases, lists)[0]?.childName).not.toBe(planned[0]?.childName);
});

test('promotion is planned where it is a phase', () => {
  const of = (promotion: boolean) =>
    plannedChecks('u', appPhases({ promotion }), lists).map(({ definition }) => definition);
  expect(of(true)).toContain('p');
  expect(of(false)).not.toContain('p');
});

test('a task is made with what its definition says now, but for what kubectl noted on that', () => {
  const definition = taskDefinition({
    metadata: {
      labels: { team: 'x' },
      annotations: { note: 'y', 'kubectl.kubernetes.io/last-applied-configuration': '{}' },
    },
    spec: { deno: { inline: { code: '1' } }, retries: 0, timeout: '7s' },
  });
  const owner = {
    ...keptnWorkloadVersion(),
    apiVersion: 'lifecycle.keptn.sh/v1',
    kind: 'KeptnWorkloadVersion',
  };
  const manifest = taskManifest(owner, { ...first, taskDefinition: definition }, { objectType: 'Workload' });
  expect(manifest).toMatchObject({
    spec: {
      retries: 0,
      timeout: '7s',
      checkType: 'pre',
      context: { taskType: 'pre', objectType: 'Workload' },
    },
  });
  expect(manifest.metadata.labels).toEqual({ team: 'x' });
  expect(manifest.metadata.annotations).toEqual({ note: 'y' });
});

test('a task that says nothing of itself yet is pending; none is no child', () => {
  expect(observedCheck({ ...first, task: keptnTask() })).toMatchObject({
    defined: false,
    child: { state: 'Pending' },
  });
  const seen = observedCheck({ ...first, taskDefinition: taskDefinition() });
  expect(seen.defined).toBe(true);
  expect(Object.keys(seen)).not.toContain('child');
});
