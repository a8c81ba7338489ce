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
import type { Action } from '../../domain/action.ts';
import { plannedChecks } from '../../domain/checks.ts';
import { workloadPhases } from '../../domain/phases.ts';
import { gatedPod } from '../gated-pods.ts';
import { decideWorkloadVersion } from './decide.ts';
import type { WorkloadVersionSnapshot } from './observe.ts';

const checked = keptnWorkloadVersion({ spec: { preDeploymentTasks: ['lint'] } });
const failed = {
  preDeploymentStatus: 'Failed',
  preDeploymentTaskStatus: [{ definitionName: 'lint', name: 'x', status: 'Failed' }],
  status: 'Failed',
  currentPhase: 'WorkloadPreDeployTasks',
  endTime: '2026-01-01T00:00:00Z',
};

function snapshot(
  mode: 'audit' | 'warn' | 'enforce',
  given: Partial<WorkloadVersionSnapshot> = {},
): WorkloadVersionSnapshot {
  const { version = checked } = given;
  return {
    version,
    workload: keptnWorkload(),
    appVersion: openAppVersion(),
    appVersionIsCurrent: false,
    siblings: [],
    checks: plannedChecks(version, workloadPhases).map((check) => ({
      ...check,
      taskDefinition: taskDefinition(),
    })),
    owner: undefined,
    rollout: { subject: { kind: 'Deployment', name: 'cart' }, counts: undefined },
    gatedPods: [
      pod({ metadata: { name: 'a', uid: 'a' } }),
      pod({ metadata: { name: 'b', uid: 'b' } }),
    ].flatMap((one) => gatedPod(one) ?? []),
    config: lifecycleConfig(mode, { modeFrom: 'keptn.sh/enforcement of Namespace "shop"' }),
    now: new Date('2026-01-01T00:10:00Z'),
    ...given,
  };
}

const lifts = (actions: readonly Action[]): string[] =>
  actions.flatMap((action) => (action.kind === 'liftGate' ? [action.pod.name] : []));
const gated = (actions: readonly Action[]): unknown =>
  actions.flatMap((action) => (action.kind === 'applyStatus' ? [action.object['status']] : []))[0];

test.each<[string, Partial<WorkloadVersionSnapshot>]>([
  ['whose check has not begun', {}],
  ['whose app is not known', { appVersion: undefined }],
  ['whose app still checks', { appVersion: keptnAppVersion() }],
  ['whose app failed', { appVersion: keptnAppVersion({ status: { status: 'Failed' } }) }],
  ['whose definition is missing', { checks: plannedChecks(checked, workloadPhases) }],
  ['that failed before', { version: keptnWorkloadVersion({ spec: checked.spec, status: failed }) }],
  ['that another version replaced', { workload: keptnWorkload({ spec: { version: '2' } }) }],
])('audit lets go the pods of a version %s, each once, and says why', (_what, given) => {
  const { actions } = decideWorkloadVersion(snapshot('audit', given));
  expect(lifts(actions)).toEqual(['a', 'b']);
  const events = actions.filter((action) => action.kind === 'emitEvent' && action.regarding.kind === 'Pod');
  expect(events).toMatchObject([{ reason: 'AuditMode' }, { reason: 'AuditMode' }]);
  expect(JSON.stringify(events)).toContain('keptn.sh/enforcement of Namespace');
  expect(gated(actions)).toMatchObject({
    conditions: expect.arrayContaining([
      expect.objectContaining({ type: 'Gated', status: 'False', reason: 'Audit' }),
    ]),
  });
});

test('audit runs the checks all the same', () => {
  const { actions } = decideWorkloadVersion(snapshot('audit'));
  expect(actions.map(({ kind }) => kind)).toContain('createIfAbsent');
});

test('audit records a failed check as a Warning and goes on', () => {
  const { actions } = decideWorkloadVersion(
    snapshot('audit', {
      checks: plannedChecks(checked, workloadPhases).map((check) => ({
        ...check,
        task: keptnTask({ status: { status: 'Failed' } }),
        taskDefinition: taskDefinition(),
      })),
    }),
  );
  expect(gated(actions)).toMatchObject({ preDeploymentStatus: 'Warning', currentPhase: 'WorkloadDeploy' });
});

test('a failure on record stays one when audit begins, while its pods go', () => {
  const version = keptnWorkloadVersion({ spec: checked.spec, status: failed });
  const { actions } = decideWorkloadVersion(snapshot('audit', { version }));
  expect(gated(actions)).toMatchObject({ preDeploymentStatus: 'Failed', status: 'Failed' });
});

test('the condition that says so keeps the time since when it holds', () => {
  const lastTransitionTime = '2026-01-01T00:00:01Z';
  const condition = { type: 'Gated', status: 'False', reason: 'Audit', message: '', lastTransitionTime };
  const version = keptnWorkloadVersion({ spec: checked.spec, status: { conditions: [condition] } });
  const { actions } = decideWorkloadVersion(snapshot('audit', { version }));
  expect(gated(actions)).toMatchObject({
    conditions: expect.arrayContaining([expect.objectContaining({ type: 'Gated', lastTransitionTime })]),
  });
});

test.each(['warn', 'enforce'] as const)('in mode %s the same pods wait (S1)', (mode) => {
  const { actions } = decideWorkloadVersion(snapshot(mode));
  expect(lifts(actions)).toEqual([]);
});

test('what a pod says of enforcement is not read (S6)', () => {
  const claim = { 'keptn.sh/enforcement': 'audit' };
  const { annotations } = pod().metadata;
  const claiming = pod({ metadata: { annotations: { ...annotations, ...claim }, labels: claim } });
  const gatedPods = [claiming].flatMap((one) => gatedPod(one) ?? []);
  expect(gatedPods).toHaveLength(1);
  expect(lifts(decideWorkloadVersion(snapshot('enforce', { gatedPods })).actions)).toEqual([]);
});
