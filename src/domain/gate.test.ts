import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyStatus, checkNames } from '../../test/builders/arbitrary-status.ts';
import { keptnWorkloadVersion } from '../../test/builders/version-objects.ts';
import type { ItemStatus } from '../api/lifecycle/v1/shared.ts';
import { isReleased } from './gate.ts';

const runs = { numRuns: 3000 };
const names = fc.uniqueArray(fc.constantFrom(...checkNames));
const needs = fc.record({ preTasks: names, preEvaluations: names });
const texts = fc.dictionary(
  fc.constantFrom('keptn.sh/scheduling-gate-removed', 'x', 'keptn.sh/version'),
  fc.string(),
);
const metadata = fc.record({ labels: texts, annotations: texts, deletionTimestamp: fc.constant(undefined) });
const passedBefore = {
  preDeploymentStatus: 'Succeeded',
  preDeploymentEvaluationStatus: 'Succeeded',
} as const;
const started = fc.option(fc.constant('2026-01-01T00:00:00Z'), { nil: undefined });
const anyVersionStatus = fc
  .tuple(anyStatus, started)
  .map(([status, deploymentStartTime]) => ({ ...status, deploymentStartTime }));
const noNeeds = { preTasks: [], preEvaluations: [] };

function succeeded(items: readonly ItemStatus[] | undefined): string[] {
  return (items ?? [])
    .filter(({ status }) => status === 'Succeeded')
    .map(({ definitionName = '' }) => definitionName);
}

test('released means: both phases before the deployment passed and every needed check is recorded as passed', () => {
  fc.assert(
    fc.property(anyVersionStatus, needs, metadata, (status, needed, given) => {
      const isOpen = isReleased({ metadata: given, status }, needed);
      const lenient =
        status.preDeploymentStatus === 'Warning' || status.preDeploymentEvaluationStatus === 'Warning';
      if (!isOpen || lenient) return;
      expect(status).toMatchObject(passedBefore);
      expect(succeeded(status.preDeploymentTaskStatus)).toEqual(expect.arrayContaining([...needed.preTasks]));
      expect(succeeded(status.preDeploymentEvaluationTaskStatus)).toEqual(
        expect.arrayContaining([...needed.preEvaluations]),
      );
      const began = ['Progressing', 'Succeeded', 'Failed', 'Warning'];
      const wasReplaced =
        status.deploymentStatus === 'Deprecated' && status.deploymentStartTime !== undefined;
      expect(wasReplaced || began.includes(status.deploymentStatus ?? '')).toBe(true);
    }),
    runs,
  );
});

test('what anybody writes into labels and annotations makes no difference', () => {
  fc.assert(
    fc.property(anyVersionStatus, needs, metadata, (status, needed, given) => {
      expect(isReleased({ metadata: given, status }, needed)).toBe(
        isReleased({ metadata: {}, status }, needed),
      );
    }),
    runs,
  );
});

test('who needs less is released no later', () => {
  fc.assert(
    fc.property(anyVersionStatus, needs, needs, (status, one, other) => {
      const both = {
        preTasks: [...one.preTasks, ...other.preTasks],
        preEvaluations: [...one.preEvaluations, ...other.preEvaluations],
      };
      if (!isReleased({ metadata: {}, status }, both)) return;
      expect(isReleased({ metadata: {}, status }, one)).toBe(true);
    }),
    runs,
  );
});

test('another passed check takes no release back', () => {
  fc.assert(
    fc.property(anyVersionStatus, needs, fc.constantFrom('new', 'd'), (status, needed, definitionName) => {
      const added: ItemStatus = { definitionName, name: 'z', status: 'Succeeded' };
      const more = { ...status, preDeploymentTaskStatus: [...(status.preDeploymentTaskStatus ?? []), added] };
      if (isReleased({ metadata: {}, status }, needed)) {
        expect(isReleased({ metadata: {}, status: more }, needed)).toBe(true);
      }
    }),
    runs,
  );
});

test.each([
  ['Pending', false],
  ['Progressing', true],
  ['Succeeded', true],
  ['Failed', true],
  ['Warning', true],
  ['Deprecated', false],
  ['Unknown', false],
  [undefined, false],
] as const)('a version whose deployment is %s is released: %s', (deploymentStatus, expected) => {
  const status = { ...passedBefore, ...(deploymentStatus === undefined ? {} : { deploymentStatus }) };
  expect(isReleased(keptnWorkloadVersion({ status }), noNeeds)).toBe(expected);
});

test.each(['preDeploymentStatus', 'preDeploymentEvaluationStatus'])('%s counts', (field) => {
  for (const state of ['Pending', 'Progressing', 'Failed', 'Deprecated', 'Unknown', '']) {
    const status = { ...passedBefore, deploymentStatus: 'Succeeded', [field]: state };
    expect(isReleased(keptnWorkloadVersion({ status }), noNeeds)).toBe(false);
  }
  const status = { ...passedBefore, deploymentStatus: 'Succeeded', [field]: 'Warning' };
  expect(isReleased(keptnWorkloadVersion({ status }), noNeeds)).toBe(true);
});

test('a check that the version never ran holds the pod that asks for it', () => {
  const item = (status: string) => ({ definitionName: 'a', name: 'pre-a', status });
  const version = (phase: string, status: string) =>
    keptnWorkloadVersion({
      status: {
        ...passedBefore,
        deploymentStatus: 'Progressing',
        preDeploymentStatus: phase,
        preDeploymentTaskStatus: [item(status)],
      },
    });
  const asks = (name: string) => ({ preTasks: [name], preEvaluations: [] });
  expect(isReleased(version('Succeeded', 'Succeeded'), asks('a'))).toBe(true);
  expect(isReleased(version('Succeeded', 'Succeeded'), asks('b'))).toBe(false);
  expect(isReleased(version('Succeeded', 'Failed'), asks('a'))).toBe(false);
  expect(isReleased(version('Warning', 'Failed'), asks('a'))).toBe(true);
  expect(isReleased(version('Warning', 'Progressing'), asks('a'))).toBe(false);
  expect(isReleased(version('Succeeded', 'Succeeded'), { preTasks: [], preEvaluations: ['a'] })).toBe(false);
});

test('nothing is released by a version that is unknown, has no status or is being deleted', () => {
  const status = { ...passedBefore, deploymentStatus: 'Succeeded' };
  const metadata = { deletionTimestamp: '2026-01-01T00:00:00Z' };
  expect(isReleased(undefined, noNeeds)).toBe(false);
  expect(isReleased(keptnWorkloadVersion(), noNeeds)).toBe(false);
  expect(isReleased(keptnWorkloadVersion({ status, metadata }), noNeeds)).toBe(false);
  expect(isReleased(keptnWorkloadVersion({ status }), noNeeds)).toBe(true);
});

test('S1, S4: of a replaced version only pods whose checks had passed and whose rollout had begun may start again', () => {
  const deploymentStartTime = '2026-01-01T00:00:00Z';
  const replaced = { ...passedBefore, deploymentStatus: 'Deprecated', status: 'Deprecated' } as const;
  const released = (status: object) => isReleased(keptnWorkloadVersion({ status: { ...status } }), noNeeds);
  expect(released({ ...replaced, deploymentStartTime })).toBe(true);
  expect(released(replaced)).toBe(false);
  for (const state of ['Failed', 'Deprecated', 'Pending', 'Progressing', 'Unknown']) {
    expect(released({ ...replaced, deploymentStartTime, preDeploymentStatus: state })).toBe(false);
    expect(released({ ...replaced, deploymentStartTime, preDeploymentEvaluationStatus: state })).toBe(false);
  }
  const status = { ...replaced, deploymentStartTime };
  expect(isReleased(keptnWorkloadVersion({ status }), { preTasks: ['a'], preEvaluations: [] })).toBe(false);
});

test('S6: no label or annotation makes a replaced version a released one', () => {
  const claims = { 'keptn.sh/scheduling-gate-removed': 'true', deploymentStartTime: '2026-01-01T00:00:00Z' };
  const status = { ...passedBefore, deploymentStatus: 'Deprecated', status: 'Deprecated' };
  const version = keptnWorkloadVersion({ metadata: { labels: claims, annotations: claims }, status });
  expect(isReleased(version, noNeeds)).toBe(false);
});
