import { expect, test } from 'vitest';
import { lifecycleConfig } from '../../../test/builders/lifecycle-config.ts';
import { keptnWorkloadVersion, openAppVersion } from '../../../test/builders/version-objects.ts';
import { holdForWave } from './hold-for-wave.ts';
import type { WorkloadVersionSnapshot } from './observe.ts';

type Sibling = WorkloadVersionSnapshot['siblings'][number];

/** Another workload of the app: undefined when it was never deployed. */
function sibling(wave: number, status?: Readonly<Record<string, string>>, name = 'db'): Sibling {
  const version = status === undefined ? undefined : keptnWorkloadVersion({ spec: { wave }, status });
  return { ref: { name, version: '7' }, wave, versionName: `shop-${name}-7`, version };
}

function held(wave: number | undefined, siblings: readonly Sibling[], currentPhase = '') {
  const version = keptnWorkloadVersion({
    spec: wave === undefined ? {} : { wave },
    status: { currentPhase },
  });
  const rest = {
    workload: undefined,
    appVersionIsCurrent: false,
    checks: [],
    gatedPods: [],
    now: new Date(0),
  };
  const config = lifecycleConfig();
  const rollout = { subject: { kind: 'Deployment', name: 'cart' }, counts: undefined };
  return holdForWave({
    ...rest,
    config,
    rollout,
    owner: undefined,
    appVersion: openAppVersion(),
    version,
    siblings,
  });
}

const succeeded = { status: 'Succeeded', currentPhase: 'Completed' };
const deploying = { status: 'Progressing', currentPhase: 'WorkloadDeploy' };

test.each([
  ['lower ones have succeeded', 1, [sibling(0, succeeded), sibling(-3, succeeded)]],
  ['others of its wave have not', 1, [sibling(1, deploying), sibling(1)]],
  ['higher ones have failed', 1, [sibling(2, { status: 'Failed' })]],
  ['it is alone', 5, []],
  ['nobody names waves', undefined, [sibling(0, deploying), sibling(0)]],
] as const)('a workload begins when %s', (_what, wave, siblings) => {
  expect(held(wave, siblings)).toBeUndefined();
});

test.each([
  ['rolling out', 1, sibling(0, deploying), 'workload "db" of wave 0 is in phase WorkloadDeploy'],
  [
    'through with its rollout but not with its checks',
    1,
    sibling(0, { status: 'Progressing', currentPhase: 'WorkloadPostDeployTasks' }),
    'is in phase WorkloadPostDeployTasks',
  ],
  ['not begun', 0, sibling(-1, { status: 'Pending' }), 'workload "db" of wave -1 is Pending'],
  ['not deployed', 1, sibling(0), 'workload "db" of wave 0 is not deployed yet'],
  ['superseded', 1, sibling(0, { status: 'Deprecated' }), 'is Deprecated'],
] as const)('it waits while a lower one is %s, and says so', (_what, wave, lower, words) => {
  const hold = held(wave, [lower]);
  expect(hold).toMatchObject({
    reason: 'WaitingForWave',
    stalled: false,
    on: [{ kind: 'KeptnWorkloadVersion', name: 'shop-db-7' }],
  });
  expect(hold?.message).toContain(words);
  expect(hold?.message).toContain(openAppVersion().metadata.name);
});

test('a lower one that failed holds it for good, is named first, and a new version would help', () => {
  const failed = sibling(0, { status: 'Failed', currentPhase: 'WorkloadPreDeployTasks' }, 'queue');
  const hold = held(1, [sibling(0, deploying), failed]);
  expect(hold).toMatchObject({ stalled: true });
  expect(hold?.message).toMatch(
    /lower waves: workload "queue" of wave 0 has failed in phase WorkloadPreDeployTasks, .*release a version/,
  );
});

test('once it has begun it is not held any more', () => {
  expect(held(1, [sibling(0, deploying)], 'WorkloadPreDeployTasks')).toBeUndefined();
});

test('of many only some are named, so that the message fits into an Event', () => {
  const many = Array.from({ length: 200 }, (_, i) => sibling(0, undefined, `w${i}`));
  const hold = held(1, many);
  expect(hold?.on).toHaveLength(200);
  expect(hold?.message).toContain('and 195 more');
  expect(hold?.message.length).toBeLessThan(1000);
});
