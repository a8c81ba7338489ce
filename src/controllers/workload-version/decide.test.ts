import { expect, test } from 'vitest';
import { pod } from '../../../test/builders/gated-pod.ts';
import { lifecycleConfig } from '../../../test/builders/lifecycle-config.ts';
import { keptnTask, taskDefinition } from '../../../test/builders/task-objects.ts';
import {
  keptnAppVersion,
  keptnWorkload,
  keptnWorkloadVersion,
  openAppVersion,
} from '../../../test/builders/version-objects.ts';
import { keptnWorkloadVersionSchema } from '../../api/lifecycle/v1/keptn-workload-version.ts';
import { z } from '../../api/schema.ts';
import type { Action } from '../../domain/action.ts';
import { plannedChecks } from '../../domain/checks.ts';
import { workloadPhases } from '../../domain/phases.ts';
import { gatedPod } from '../gated-pods.ts';
import { decideWorkloadVersion } from './decide.ts';
import type { WorkloadVersionSnapshot } from './observe.ts';

const now = new Date('2026-01-01T00:10:00Z');
const subject = { kind: 'Deployment', name: 'cart' };
const passed = { preDeploymentStatus: 'Succeeded', preDeploymentEvaluationStatus: 'Succeeded' };
const deploying = {
  ...passed,
  deploymentStatus: 'Progressing',
  status: 'Progressing',
  currentPhase: 'WorkloadDeploy',
};

function snapshot(given: Partial<WorkloadVersionSnapshot> = {}): WorkloadVersionSnapshot {
  const { version = keptnWorkloadVersion() } = given;
  const planned = plannedChecks(version, workloadPhases);
  return {
    version,
    workload: keptnWorkload(),
    appVersion: openAppVersion(),
    appVersionIsCurrent: false,
    siblings: [],
    checks: planned.map((check) => ({ ...check, taskDefinition: taskDefinition() })),
    owner: undefined,
    rollout: { subject, counts: { wanted: 1, total: 1, updated: 1, available: 0 } },
    gatedPods: [pod()].flatMap((one) => gatedPod(one) ?? []),
    config: lifecycleConfig(),
    now,
    ...given,
  };
}

const statusOf = (actions: readonly Action[]): unknown =>
  actions.flatMap((action) => (action.kind === 'applyStatus' ? [action.object['status']] : []))[0];
const isLift = ({ kind }: Action): boolean => kind === 'liftGate';
const podEvents = (actions: readonly Action[]) =>
  actions.flatMap((action) =>
    action.kind === 'emitEvent' && action.regarding.kind === 'Pod' ? [action] : [],
  );
const condition = (type: string, status: string, reason: string) =>
  expect.objectContaining({
    conditions: expect.arrayContaining([expect.objectContaining({ type, status, reason })]),
  });

test('waits for an app that nobody wrote, and says so on the version and on the pod', () => {
  const { actions, outcome } = decideWorkloadVersion(snapshot({ appVersion: undefined }));
  expect(statusOf(actions)).toEqual(condition('Gated', 'True', 'WaitingForApp'));
  expect(podEvents(actions)).toMatchObject([
    { reason: 'WaitingForApp', note: expect.stringContaining('app "shop"') },
  ]);
  expect(outcome).toMatchObject({ kind: 'stalled', by: 'child', on: [{ kind: 'KeptnApp', name: 'shop' }] });
  expect(actions.some(isLift)).toBe(false);
});

test.each([
  ['has not checked yet', {}, 'WaitingForApp', 'child'],
  ['is checking', { preDeploymentStatus: 'Progressing', status: 'Progressing' }, 'WaitingForApp', 'child'],
  ['still evaluates', { preDeploymentStatus: 'Succeeded', status: 'Progressing' }, 'WaitingForApp', 'child'],
  ['failed', { preDeploymentStatus: 'Failed', status: 'Failed' }, 'AppFailed', 'user'],
])('an app that %s holds its workloads', (_what, status, reason, by) => {
  const { actions, outcome } = decideWorkloadVersion(snapshot({ appVersion: keptnAppVersion({ status }) }));
  expect(actions.some(isLift)).toBe(false);
  expect(statusOf(actions)).toEqual(condition('Gated', 'True', reason));
  expect(outcome).toMatchObject({ kind: 'stalled', by });
});

test.each([
  ['the present one, which asks for nothing first', {}, true, true],
  ['an earlier one, whose successor may ask for checks', {}, false, false],
  ['the present one, with tasks before the deployment', { preDeploymentTasks: ['a'] }, true, false],
  ['the present one, with evaluations before it', { preDeploymentEvaluations: ['a'] }, true, false],
  ['the present one, with an app that it depends on', { dependsOn: [{ app: 'db' }] }, true, false],
])('S1: an app version that says nothing yet and is %s', (_what, spec, appVersionIsCurrent, lets) => {
  const appVersion = keptnAppVersion({ spec });
  const { actions } = decideWorkloadVersion(snapshot({ appVersion, appVersionIsCurrent }));
  expect(actions.some(isLift)).toBe(lets);
});

test('L1: a version that was made this moment says within half a second that it waits for its app, and not before', () => {
  const made = (msAgo: number, status?: Readonly<Record<string, unknown>>) =>
    decideWorkloadVersion(
      snapshot({
        version: keptnWorkloadVersion({
          metadata: { annotations: { 'keptn.sh/made-at': new Date(now.getTime() - msAgo).toISOString() } },
          ...(status === undefined ? {} : { status }),
        }),
        appVersion: undefined,
      }),
    );
  expect(made(100)).toMatchObject({ actions: [], outcome: { kind: 'again', afterMs: 400 } });
  expect(made(500).actions).not.toEqual([]);
  expect(made(-10_000).actions).not.toEqual([]);
  expect(made(100, { status: 'Pending' }).actions).not.toEqual([]);
});

test('an app whose checks ended in a warning lets its workloads begin', () => {
  const appVersion = openAppVersion({ status: { preDeploymentStatus: 'Warning' } });
  expect(decideWorkloadVersion(snapshot({ appVersion })).actions.some(isLift)).toBe(true);
});

test('without checks the pod is let go at once: the status is written before the gate is lifted', () => {
  const { actions, outcome } = decideWorkloadVersion(snapshot());
  const kinds = actions.map(({ kind }) => kind);
  expect(kinds.indexOf('applyStatus')).toBeLessThan(kinds.indexOf('liftGate'));
  expect(actions.find(isLift)).toMatchObject({
    pod: { kind: 'Pod', name: 'cart-1-a', namespace: 'shop', uid: 'pod-1' },
  });
  expect(statusOf(actions)).toMatchObject({
    deploymentStatus: 'Progressing',
    deploymentStartTime: '2026-01-01T00:10:00Z',
  });
  expect(outcome).toMatchObject({ kind: 'again', afterMs: 300_000 });
});

test('a check is created before the status that speaks of it, with the context of its workload', () => {
  const version = keptnWorkloadVersion({
    spec: { preDeploymentTasks: ['check'], metadata: { stage: 'dev' } },
    status: { appContextMetadata: { stage: 'prod', team: 'x' } },
  });
  const { actions } = decideWorkloadVersion(snapshot({ version }));
  expect(actions[0]).toMatchObject({
    kind: 'createIfAbsent',
    object: {
      kind: 'KeptnTask',
      metadata: {
        namespace: 'shop',
        ownerReferences: [{ kind: 'KeptnWorkloadVersion', uid: 'workload-version-1', controller: true }],
      },
      spec: {
        taskDefinition: 'check',
        checkType: 'pre',
        retries: 10,
        timeout: '5m',
        context: {
          workloadName: 'shop-cart',
          appName: 'shop',
          appVersion: '',
          workloadVersion: '1',
          taskType: 'pre',
          objectType: 'Workload',
          metadata: { stage: 'dev', team: 'x' },
        },
      },
    },
  });
  expect(actions[1]?.kind).toBe('applyStatus');
});

test('a failed check is told to the pod as a warning with its reason', () => {
  const version = keptnWorkloadVersion({ spec: { preDeploymentTasks: ['check'] } });
  const task = keptnTask({ status: { status: 'Failed', message: 'no database' } });
  const { checks } = snapshot({ version });
  const { actions, outcome } = decideWorkloadVersion(
    snapshot({ version, checks: checks.map((check) => ({ ...check, task })) }),
  );
  expect(podEvents(actions)).toMatchObject([
    { type: 'Warning', reason: 'CheckFailed', note: expect.stringContaining('no database') },
  ]);
  expect(outcome).toEqual({ kind: 'done' });
});

test.each([
  ['in time', '2026-01-01T00:06:00Z', 'Progressing'],
  ['a second before the deadline', '2026-01-01T00:05:01Z', 'Progressing'],
  ['at the deadline', '2026-01-01T00:05:00Z', 'Failed'],
])('a rollout that is not ready %s is %s', (_what, deploymentStartTime, state) => {
  const version = keptnWorkloadVersion({ status: { ...deploying, deploymentStartTime } });
  const { actions, outcome } = decideWorkloadVersion(snapshot({ version }));
  expect(statusOf(actions)).toMatchObject({ deploymentStatus: state });
  if (state === 'Failed') {
    expect(outcome).toEqual({ kind: 'done' });
    expect(statusOf(actions)).toEqual(condition('Ready', 'False', 'RolloutFailed'));
  } else
    expect(outcome).toMatchObject({
      kind: 'again',
      afterMs: Date.parse(deploymentStartTime) + 300_000 - now.getTime(),
    });
});

test('a rollout that its own controller gave up fails at once', () => {
  const version = keptnWorkloadVersion({
    status: { ...deploying, deploymentStartTime: '2026-01-01T00:09:59Z' },
  });
  const counts = { wanted: 1, total: 1, updated: 1, available: 0 };
  const rollout = { subject, counts, failure: { message: 'Degraded: aborted' } };
  const { actions, outcome } = decideWorkloadVersion(snapshot({ version, rollout }));
  expect(statusOf(actions)).toMatchObject({ deploymentStatus: 'Failed', status: 'Failed' });
  expect(statusOf(actions)).toEqual(condition('Ready', 'False', 'RolloutFailed'));
  expect(outcome).toEqual({ kind: 'done' });
});

test('a progress deadline that ends before the timeout is looked at when it ends', () => {
  const version = keptnWorkloadVersion({
    status: { ...deploying, deploymentStartTime: '2026-01-01T00:09:50Z' },
  });
  const counts = { wanted: 1, total: 1, updated: 1, available: 0 };
  const failure = { message: 'no progress within 60 s', afterSeconds: 60 };
  const { outcome } = decideWorkloadVersion(snapshot({ version, rollout: { subject, counts, failure } }));
  expect(outcome).toMatchObject({ kind: 'again', afterMs: 50_000 });
});

test('a rollout that is ready after its deadline, and seen only then, has succeeded', () => {
  const version = keptnWorkloadVersion({
    status: { ...deploying, deploymentStartTime: '2026-01-01T00:00:00Z' },
  });
  const rollout = { subject, counts: { wanted: 1, total: 1, updated: 1, available: 1 } };
  const { actions } = decideWorkloadVersion(snapshot({ version, rollout }));
  expect(statusOf(actions)).toMatchObject({ deploymentStatus: 'Succeeded', status: 'Succeeded' });
});

test('checks that are added after the deployment began do not eat up the time of the next rollout', () => {
  const version = keptnWorkloadVersion({
    spec: { preDeploymentTasks: ['check'] },
    status: { ...deploying, deploymentStartTime: '2026-01-01T00:00:00Z' },
  });
  const held = decideWorkloadVersion(snapshot({ version }));
  expect(statusOf(held.actions)).toMatchObject({ deploymentStatus: 'Pending' });
  expect(Object.keys(z.looseObject({}).parse(statusOf(held.actions)))).not.toContain('deploymentStartTime');
});

test('a newer version of the workload takes the place of one that is not through', () => {
  const workload = keptnWorkload({ spec: { version: '2' } });
  const { actions, outcome } = decideWorkloadVersion(
    snapshot({ workload, version: keptnWorkloadVersion({ status: deploying }) }),
  );
  expect(statusOf(actions)).toMatchObject({
    status: 'Deprecated',
    preDeploymentStatus: 'Succeeded',
    deploymentStatus: 'Deprecated',
  });
  expect(actions.some(isLift)).toBe(false);
  expect(outcome).toEqual({ kind: 'done' });
});

test.each(['Succeeded', 'Failed'])('a newer version leaves one that has %s as it is', (status) => {
  const workload = keptnWorkload({ spec: { version: '2' } });
  const through = { ...deploying, status, deploymentStatus: status };
  const { actions } = decideWorkloadVersion(
    snapshot({ workload, version: keptnWorkloadVersion({ status: through }) }),
  );
  expect(statusOf(actions)).toMatchObject({ status, deploymentStatus: status });
});

test('a version that was replaced and comes back begins anew and ends with times of its own', () => {
  const old = '2025-12-31T00:00:00Z';
  const status = {
    ...passed,
    deploymentStatus: 'Deprecated',
    status: 'Deprecated',
    currentPhase: 'WorkloadDeploy',
    endTime: old,
  };
  const version = keptnWorkloadVersion({ status });
  const rollout = { subject, counts: { wanted: 1, total: 1, updated: 1, available: 1 } };
  const { actions } = decideWorkloadVersion(snapshot({ version, rollout }));
  expect(statusOf(actions)).toMatchObject({ status: 'Succeeded', endTime: '2026-01-01T00:10:00Z' });
});

test('a pod that asks for a check which the version never ran waits, though the version is released', () => {
  const annotations = {
    ...pod().metadata.annotations,
    'keptn.sh/pre-deployment-tasks': 'check',
    'keptn.sh/scheduling-gate-removed': 'true',
  };
  const gatedPods = [pod({ metadata: { annotations } })].flatMap((one) => gatedPod(one) ?? []);
  const { actions } = decideWorkloadVersion(
    snapshot({ gatedPods, version: keptnWorkloadVersion({ status: deploying }) }),
  );
  expect(actions.some(isLift)).toBe(false);
  expect(podEvents(actions)).toHaveLength(1);
});

test('a version that was replaced and comes back waits for its app, also when it is asked twice', () => {
  const status = {
    ...deploying,
    status: 'Deprecated',
    deploymentStatus: 'Deprecated',
    deploymentStartTime: '2025-12-31T00:00:00Z',
  };
  const appVersion = keptnAppVersion();
  const first = decideWorkloadVersion(snapshot({ appVersion, version: keptnWorkloadVersion({ status }) }));
  const written = keptnWorkloadVersionSchema.shape.status.parse(statusOf(first.actions));
  const second = decideWorkloadVersion(
    snapshot({ appVersion, version: { ...keptnWorkloadVersion(), status: written } }),
  );
  expect(second.actions.some(isLift)).toBe(false);
  expect(statusOf(second.actions)).toEqual(condition('Gated', 'True', 'WaitingForApp'));
  const third = decideWorkloadVersion(snapshot({ version: { ...keptnWorkloadVersion(), status: written } }));
  expect(third.actions.some(isLift)).toBe(true);
  expect(statusOf(third.actions)).toMatchObject({ deploymentStatus: 'Progressing' });
});

test('what the app says of itself is passed on to the pods that wait for it', () => {
  const ready = {
    type: 'Ready',
    status: 'False',
    reason: 'CheckFailed',
    message: 'no database',
    lastTransitionTime: '2026-01-01T00:00:00Z',
  };
  const other = { ...ready, type: 'Stalled', message: 'another' };
  const status = { preDeploymentStatus: 'Failed', status: 'Failed', conditions: [other, ready] };
  const { actions } = decideWorkloadVersion(snapshot({ appVersion: keptnAppVersion({ status }) }));
  expect(podEvents(actions)).toMatchObject([
    { reason: 'AppFailed', note: expect.stringContaining('failed: no database') },
  ]);
});

test('L1: a pod that a replaced version leaves behind is told so', () => {
  const { actions } = decideWorkloadVersion(
    snapshot({ workload: keptnWorkload({ spec: { version: '9' } }) }),
  );
  expect(podEvents(actions)).toMatchObject([{ reason: 'Superseded' }]);
});

test('pods of a replaced version are let go again once its checks had passed, and only then', () => {
  const workload = keptnWorkload({ spec: { version: '2' } });
  const deploymentStartTime = '2026-01-01T00:00:00Z';
  const released = keptnWorkloadVersion({ status: { ...deploying, deploymentStartTime } });
  const after = decideWorkloadVersion(snapshot({ workload, version: released }));
  expect(after.actions.some(isLift)).toBe(true);
  expect(statusOf(after.actions)).toEqual(condition('Gated', 'False', 'Superseded'));
  const checking = { ...deploying, preDeploymentStatus: 'Progressing', deploymentStatus: 'Pending' };
  const held = decideWorkloadVersion(
    snapshot({ workload, version: keptnWorkloadVersion({ status: checking }) }),
  );
  expect(held.actions.some(isLift)).toBe(false);
  expect(statusOf(held.actions)).toEqual(condition('Gated', 'True', 'Superseded'));
});

test('a replaced version whose workload is gone does not begin anew', () => {
  const version = keptnWorkloadVersion({ status: { ...deploying, status: 'Deprecated' } });
  expect(decideWorkloadVersion({ ...snapshot({ version }), workload: undefined }).actions).toEqual([]);
});
