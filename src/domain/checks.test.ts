import { expect, test } from 'vitest';
import { keptnEvaluationDefinition, keptnTask, taskDefinition } from '../../test/builders/task-objects.ts';
import { keptnWorkloadVersion } from '../../test/builders/version-objects.ts';
import { checkManifest, observedCheck, plannedChecks } from './checks.ts';
import { appPhases, workloadPhases } from './phases.ts';

const lists = {
  preDeploymentTasks: ['a', 'b'],
  preDeploymentEvaluations: ['e'],
  postDeploymentTasks: ['a'],
  promotionTasks: ['p'],
};
const version = (uid: string) => ({ metadata: { uid }, spec: lists });
const [first] = plannedChecks(version('uid-1'), workloadPhases);
if (first === undefined) throw new Error('a check is planned');

test('checks are planned in the order of their phases, each with a name of its own', () => {
  const planned = plannedChecks(version('uid-1'), workloadPhases);
  expect(planned.map(({ phase, definition }) => `${phase.checkType} ${definition}`)).toEqual([
    'pre a',
    'pre b',
    'pre-eval e',
    'post a',
  ]);
  expect(new Set(planned.map(({ childName }) => childName)).size).toBe(4);
  expect(plannedChecks(version('uid-1'), workloadPhases)).toEqual(planned);
  expect(plannedChecks(version('uid-2'), workloadPhases)[0]?.childName).not.toBe(planned[0]?.childName);
});

test('promotion is planned where it is a phase', () => {
  const of = (promotion: boolean) =>
    plannedChecks(version('u'), appPhases({ promotion })).map(({ definition }) => definition);
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
  const manifest = checkManifest(owner, { ...first, taskDefinition: definition }, { objectType: 'Workload' });
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

test('a check in a later attempt is another object; a finished one keeps its name', () => {
  const status = {
    preDeploymentTaskStatus: [{ definitionName: 'a', status: 'Pending' as const, attempt: 1 }],
  };
  const planned = plannedChecks({ ...version('uid-1'), status }, workloadPhases);
  expect(planned[0]?.childName).not.toBe(first.childName);
  expect(planned.slice(1)).toEqual(plannedChecks(version('uid-1'), workloadPhases).slice(1));
});

test('an evaluation is made with the attempts of its definition, and says for what it measures', () => {
  const [, , evaluation] = plannedChecks(version('uid-1'), workloadPhases);
  if (evaluation === undefined) throw new Error('an evaluation is planned');
  const owner = {
    ...keptnWorkloadVersion(),
    apiVersion: 'lifecycle.keptn.sh/v1',
    kind: 'KeptnWorkloadVersion',
  };
  const context = { workloadName: 'shop-cart', appName: 'shop', appVersion: '', workloadVersion: '1' };
  const evaluationDefinition = keptnEvaluationDefinition({ spec: { retries: 0, retryInterval: '1s' } });
  expect(checkManifest(owner, { ...evaluation, evaluationDefinition }, context)).toMatchObject({
    kind: 'KeptnEvaluation',
    metadata: { name: evaluation.childName, ownerReferences: [{ controller: true }] },
    spec: {
      evaluationDefinition: 'e',
      checkType: 'pre-eval',
      workload: 'shop-cart',
      workloadVersion: '1',
      retries: 0,
      retryInterval: '1s',
    },
  });
});
