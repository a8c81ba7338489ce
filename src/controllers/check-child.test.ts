import { expect, test } from 'vitest';
import { filledCache } from '../../test/builders/filled-cache.ts';
import { keptnTask, taskDefinition } from '../../test/builders/task-objects.ts';
import { keptnWorkloadVersion } from '../../test/builders/version-objects.ts';
import type { KeptnWorkloadVersion } from '../api/lifecycle/v1/keptn-workload-version.ts';
import { plannedChecks } from '../domain/checks.ts';
import { workloadPhases } from '../domain/phases.ts';
import { childrenByOwner } from './check-child.ts';
import { findChecks, findDefinition } from './checks.ts';

const names = [
  'keptntasks',
  'keptntaskdefinitions',
  'keptnevaluations',
  'keptnevaluationdefinitions',
] as const;
const spec = { preDeploymentTasks: ['check'] };
const keptns = 'pre-check-12345';
const namespaces = { namespace: 'shop', systemNamespace: 'sluice-system' };

function versionWith(...items: readonly object[]): KeptnWorkloadVersion {
  return keptnWorkloadVersion({ spec, status: { preDeploymentTaskStatus: items } });
}

function taskNamed(name: string, owner = 'workload-version-1', checkType = 'pre'): object {
  const reference = {
    apiVersion: 'lifecycle.keptn.sh/v1',
    kind: 'KeptnWorkloadVersion',
    name: 'v',
    uid: owner,
  };
  return keptnTask({ metadata: { name, ownerReferences: [reference] }, spec: { checkType } });
}

/** The name of the child that is found for the one check, and whether there is one. */
function found(version: KeptnWorkloadVersion, tasks: readonly object[]): { name: string; is: boolean } {
  const cache = filledCache(
    { keptntasks: tasks, keptntaskdefinitions: [taskDefinition()] },
    names,
    childrenByOwner,
  );
  const [check] = findChecks(cache, namespaces, plannedChecks(version, workloadPhases));
  return { name: check?.childName ?? '', is: check?.task !== undefined };
}

const [ours] = plannedChecks(versionWith(), workloadPhases);
const ourName = ours?.childName ?? '';
const recorded = { definitionName: 'check', name: keptns, status: 'Progressing' };

test('a task that Keptn began is followed under the name that Keptn recorded (Q-2)', () => {
  expect(found(versionWith(recorded), [taskNamed(keptns)])).toEqual({ name: keptns, is: true });
});

test('a recorded child that is gone is made anew under our own name, which is found again', () => {
  expect(found(versionWith(recorded), [])).toEqual({ name: ourName, is: false });
  expect(found(versionWith(recorded), [taskNamed(ourName)])).toEqual({ name: ourName, is: true });
});

test('a task that Keptn made and did not come to record is followed too (Q-2)', () => {
  expect(found(versionWith(), [taskNamed(keptns)])).toEqual({ name: keptns, is: true });
});

test.each([
  ['of another owner', taskNamed(keptns, 'another')],
  ['of another phase', taskNamed(keptns, 'workload-version-1', 'post')],
  ['whose name is not of that form', taskNamed('by-hand')],
])('a task %s is not taken for it', (_, task) => {
  expect(found(versionWith(), [task])).toEqual({ name: ourName, is: false });
});

test('a later attempt is another task than the one on record', () => {
  const { name } = found(versionWith({ ...recorded, attempt: 1 }), [taskNamed(keptns)]);
  expect([keptns, ourName]).not.toContain(name);
});

const shared = taskDefinition({
  metadata: { namespace: namespaces.systemNamespace, labels: { of: 'library' } },
});
const broken = { metadata: { name: 'check' }, spec: { retries: 'many' } };
test.each([
  [
    'is found beside what names it',
    [taskDefinition({ metadata: { labels: { of: 'shop' } } }), shared],
    'shop',
  ],
  ['is taken from the library where there is none', [shared], 'library'],
  ['that cannot be read is not replaced by another of its name (Q-9)', [broken, shared], undefined],
])('a definition %s', (_what, definitions, expected) => {
  const cache = filledCache({ keptntaskdefinitions: definitions }, names, childrenByOwner);
  const definition = findDefinition(cache, 'keptntaskdefinitions', namespaces, 'check');
  expect(definition?.metadata.labels?.['of']).toBe(expected);
});
