import { expect, test } from 'vitest';
import { lifecycleConfig } from '../../../test/builders/lifecycle-config.ts';
import { keptnTask, taskDefinition } from '../../../test/builders/task-objects.ts';
import {
  keptnApp,
  keptnAppVersion,
  keptnWorkloadVersion,
  openAppVersion,
} from '../../../test/builders/version-objects.ts';
import type { Action } from '../../domain/action.ts';
import { plannedChecks } from '../../domain/checks.ts';
import { appPhases } from '../../domain/phases.ts';
import { decideAppVersion } from './decide.ts';
import type { AppVersionSnapshot, Member } from './observe.ts';

const phases = appPhases({ promotion: false });

function member(status?: string): Member {
  const version = status === undefined ? undefined : keptnWorkloadVersion({ status: { status } });
  return { ref: { name: 'cart', version: '1' }, versionName: 'shop-cart-1', version };
}

function snapshot(given: Partial<AppVersionSnapshot> = {}): AppVersionSnapshot {
  const { version = openAppVersion() } = given;
  const planned = plannedChecks(version, given.phases ?? phases);
  return {
    version,
    app: keptnApp(),
    members: [member('Progressing')],
    dependencies: [],
    dependencyCycle: undefined,
    phases,
    checks: planned.map((check) => ({ ...check, taskDefinition: taskDefinition() })),
    config: lifecycleConfig(),
    now: new Date('2026-01-01T00:10:00Z'),
    ...given,
  };
}
const statusOf = (actions: readonly Action[]): unknown =>
  actions.flatMap((action) => (action.kind === 'applyStatus' ? [action.object['status']] : []))[0];
const decided = (given: Partial<AppVersionSnapshot>) => {
  const { actions, outcome } = decideAppVersion(snapshot(given));
  return { status: statusOf(actions), actions, outcome };
};

test.each([
  [[], 'Succeeded'],
  [['Succeeded'], 'Succeeded'],
  [['Succeeded', 'Progressing'], 'Progressing'],
  [['Succeeded', undefined], 'Pending'],
  [['Failed', 'Progressing'], 'Progressing'],
  [['Failed', 'Succeeded'], 'Failed'],
  [['Deprecated'], 'Progressing'],
] as const)('workloads that are %s make the deployment %s', (states, workloadOverallStatus) => {
  const { status } = decided({ members: states.map((state) => member(state)) });
  expect(status).toMatchObject({ workloadOverallStatus });
});

test('a workload that is not there yet is named, with the object that would help', () => {
  const { status, outcome } = decided({ members: [member()] });
  expect(outcome).toMatchObject({
    kind: 'stalled',
    by: 'child',
    on: [{ kind: 'KeptnWorkloadVersion', name: 'shop-cart-1' }],
  });
  expect(JSON.stringify(status)).toContain('KeptnWorkloadVersion \\"shop-cart-1\\"');
  expect(status).toMatchObject({
    workloadStatus: [{ workload: { name: 'cart', version: '1' }, status: 'Pending' }],
  });
});

test('checks of the app come first, in the context of the app, and nothing is deployed meanwhile', () => {
  const version = keptnAppVersion({ spec: { preDeploymentTasks: ['check'], metadata: { stage: 'dev' } } });
  const { actions, status } = decided({ version });
  expect(actions[0]).toMatchObject({
    kind: 'createIfAbsent',
    object: {
      kind: 'KeptnTask',
      metadata: { ownerReferences: [{ kind: 'KeptnAppVersion', uid: 'app-version-1' }] },
      spec: {
        checkType: 'pre',
        context: {
          appName: 'shop',
          appVersion: '1',
          workloadName: '',
          workloadVersion: '',
          objectType: 'App',
          metadata: { stage: 'dev' },
        },
      },
    },
  });
  expect(status).toMatchObject({
    preDeploymentStatus: 'Pending',
    workloadOverallStatus: 'Pending',
    currentPhase: 'AppPreDeployTasks',
  });
});

test('Q-37: an app version of an older generation makes way unless it is through', () => {
  const app = keptnApp({ metadata: { generation: 2 } });
  const { status, outcome } = decided({ app });
  expect(status).toMatchObject({
    status: 'Deprecated',
    preDeploymentStatus: 'Succeeded',
    workloadOverallStatus: 'Deprecated',
    endTime: '2026-01-01T00:10:00Z',
  });
  expect(outcome).toEqual({ kind: 'done' });
  const through = openAppVersion({
    status: { status: 'Succeeded', workloadOverallStatus: 'Succeeded', currentPhase: 'Completed' },
  });
  expect(decided({ app, version: through }).status).not.toMatchObject({ status: 'Deprecated' });
  const over = { ...openAppVersion(), status: JSON.parse(JSON.stringify(status)) };
  expect(decided({ app, version: over }).actions).toEqual([]);
  expect(decided({ version: over }).actions).toEqual([]);
});

test('promotion runs where it is switched on', () => {
  const version = openAppVersion({ spec: { promotionTasks: ['promote'] } });
  const members = [member('Succeeded')];
  expect(decided({ version, members }).status).toMatchObject({ status: 'Succeeded' });
  const withPromotion = decided({ version, members, phases: appPhases({ promotion: true }) });
  expect(withPromotion.status).toMatchObject({ status: 'Progressing', currentPhase: 'PromotionTasks' });
  expect(withPromotion.actions[0]).toMatchObject({ object: { spec: { checkType: 'promotion' } } });
});

test('deciding again on what was written writes the same and says nothing new', () => {
  const first = decided({ members: [member('Succeeded')] });
  const version = {
    ...openAppVersion(),
    status: openAppVersion({ status: JSON.parse(JSON.stringify(first.status)) }).status,
  };
  const second = decided({ version, members: [member('Succeeded')], now: new Date('2026-01-01T01:00:00Z') });
  expect(second.status).toEqual(first.status);
  expect(second.actions).toHaveLength(1);
});

test('what a workload says of itself is passed on', () => {
  const lastTransitionTime = '2026-01-01T00:00:00Z';
  const ready = {
    type: 'Ready',
    status: 'False',
    reason: 'RolloutFailed',
    message: 'too late',
    lastTransitionTime,
  };
  const version = keptnWorkloadVersion({ status: { status: 'Failed', conditions: [ready] } });
  const { status, outcome } = decided({ members: [{ ...member(), version }] });
  expect(status).toMatchObject({ status: 'Failed', workloadOverallStatus: 'Failed' });
  expect(JSON.stringify(status)).toContain('workload \\"cart\\" is Failed: too late');
  expect(outcome).toEqual({ kind: 'done' });
});

test('how a check ends that ran when its app version was replaced is recorded (Q-46)', () => {
  const spec = { preDeploymentTasks: ['check'] };
  const first = decided({ version: keptnAppVersion({ spec }) });
  const begun = keptnAppVersion({ spec, status: JSON.parse(JSON.stringify(first.status)) });
  const checksWith = (status: string) =>
    snapshot({ version: begun }).checks.map((check) => ({
      ...check,
      task: keptnTask({ status: { status } }),
    }));
  const ran = decided({ version: begun, checks: checksWith('Progressing') });
  const progressing = keptnAppVersion({ spec, status: JSON.parse(JSON.stringify(ran.status)) });
  const replaced = decided({
    version: progressing,
    app: keptnApp({ metadata: { generation: 2 } }),
    checks: checksWith('Progressing'),
  });
  const version = keptnAppVersion({ spec, status: JSON.parse(JSON.stringify(replaced.status)) });
  const later = decided({ version, checks: checksWith('Failed') });
  expect(later.status).toMatchObject({
    status: 'Deprecated',
    preDeploymentStatus: 'Deprecated',
    preDeploymentTaskStatus: [{ definitionName: 'check', status: 'Failed' }],
  });
  const written = keptnAppVersion({ spec, status: JSON.parse(JSON.stringify(later.status)) });
  expect(decided({ version: written, checks: checksWith('Failed') }).actions).toEqual([]);
});

test('what is recorded of workloads stays when their objects go', () => {
  const through = decided({ members: [member('Succeeded')] });
  const version = openAppVersion({ status: JSON.parse(JSON.stringify(through.status)) });
  expect(decided({ version, members: [member()] }).status).toMatchObject({
    status: 'Succeeded',
    workloadStatus: [{ status: 'Succeeded' }],
  });
});
