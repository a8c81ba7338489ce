import { expect, test } from 'vitest';
import { AppVersionWorld } from '../../test/builders/app-version-world.ts';
import { keptnAppVersion } from '../../test/builders/version-objects.ts';
import { factEvents } from './fact-events.ts';
import { factsOf } from './facts.ts';

const none = {
  pre: [],
  preEvaluations: [],
  post: [],
  postEvaluations: [],
  promotion: [],
  onFailure: [],
};

function eventsOf(version: AppVersionWorld['version']) {
  return factEvents(factsOf(version)).flatMap(({ action }) => (action.kind === 'emitEvent' ? [action] : []));
}

const said = ({ version }: AppVersionWorld): string[] =>
  eventsOf(version).map(({ type, reason }) => `${type} ${reason}`);

function settle(world: AppVersionWorld, state: 'Succeeded' | 'Failed' = 'Succeeded'): void {
  for (let i = 0; i < 6; i += 1) {
    world.children.endAll(state);
    world.perform(world.decide());
  }
}

test('name each phase that begins and ends, once, and none that is empty', () => {
  const world = new AppVersionWorld({ ...none, pre: ['a'] });
  world.perform(world.decide());
  expect(said(world)).toEqual(['Normal AppPreDeployTasksStarted']);
  settle(world);
  world.moveWorkloads('Succeeded');
  settle(world);
  expect(said(world)).toEqual([
    'Normal AppPreDeployTasksStarted',
    'Normal AppPreDeployTasksFinished',
    'Normal AppDeployStarted',
    'Normal AppDeployFinished',
    'Normal AppCompletedFinished',
  ]);
});

test('a failure is a warning, and what was called off is not told', () => {
  const world = new AppVersionWorld({ ...none, pre: ['a'], post: ['b'], onFailure: ['f'] });
  world.perform(world.decide());
  settle(world, 'Failed');
  expect(said(world)).toEqual([
    'Normal AppPreDeployTasksStarted',
    'Warning AppPreDeployTasksFailed',
    'Warning AppCompletedFailed',
    'Normal AppOnFailureTasksStarted',
    'Warning AppOnFailureTasksFailed',
  ]);
});

test('a version that was replaced ends without a word of its own', () => {
  const world = new AppVersionWorld({ ...none, pre: ['a'] });
  world.perform(world.decide());
  world.isReplaced = true;
  settle(world);
  expect(said(world)).toEqual(['Normal AppPreDeployTasksStarted']);
});

test('have the texts of Keptn, the attempt, and times that keep the order', () => {
  const item = { definitionName: 'a', name: 'pre-a-2', status: 'Succeeded', attempt: 1 };
  const time = { startTime: '2026-01-01T00:00:01.250Z', endTime: '2026-01-01T00:00:05.250Z' };
  const version = keptnAppVersion({
    metadata: { namespace: 'prod' },
    status: {
      startTime: '2026-01-01T00:00:01Z',
      preDeploymentStatus: 'Succeeded',
      preDeploymentTaskStatus: [
        { ...item, startTime: '2026-01-01T00:00:03Z', endTime: '2026-01-01T00:00:05Z' },
      ],
      workloadOverallStatus: 'Progressing',
      phaseTimes: { AppPreDeployTasks: time, AppDeploy: { startTime: time.endTime } },
      currentPhase: 'AppDeploy',
    },
  });
  expect(eventsOf(version).map(({ at, note }) => `${at?.slice(17)} ${note}`)).toEqual([
    `01.250001Z App Pre-Deployment Tasks: has started / Namespace: prod, Name: ${version.metadata.name}, Version: 1`,
    `03.000000Z App Pre-Deployment Tasks: has started / Namespace: prod, Name: ${version.metadata.name}, Version: 1, Attempt: 2`,
    `05.250000Z App Pre-Deployment Tasks: has finished / Namespace: prod, Name: ${version.metadata.name}, Version: 1, Attempt: 2`,
    `05.250001Z App Deployment: has started / Namespace: prod, Name: ${version.metadata.name}, Version: 1`,
  ]);
});
