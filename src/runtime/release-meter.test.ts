import { describe, expect, test } from 'vitest';
import { keptnEvaluation } from '../../test/builders/evaluation-objects.ts';
import { filledCache } from '../../test/builders/filled-cache.ts';
import { keptnTask } from '../../test/builders/task-objects.ts';
import { keptnAppVersion, keptnWorkloadVersion } from '../../test/builders/version-objects.ts';
import type { KubeObject } from '../api/meta.ts';
import type { ResourceName } from '../api/resources.ts';
import type { Action } from '../domain/action.ts';
import { Metrics } from '../observability/metrics.ts';
import { ManualClock } from './clock.ts';
import { ReleaseMeter } from './release-meter.ts';

const names: readonly ResourceName[] = [
  'keptntasks',
  'keptnevaluations',
  'keptnappversions',
  'keptnworkloadversions',
];

interface World {
  readonly metrics: Metrics;
  readonly meter: ReleaseMeter;
}

function worldOf(objects: { readonly [K in ResourceName]?: readonly object[] }, now: string): World {
  const metrics = new Metrics();
  const cache = filledCache(objects, names, []);
  return { metrics, meter: new ReleaseMeter({ metrics, cache, clock: new ManualClock(Date.parse(now)) }) };
}

function applyStatus(object: KubeObject, status: object): Action {
  return { kind: 'applyStatus', object: { ...object, status } };
}

/** Sum and count of a histogram's only series. */
function measured({ metrics }: World, name: string): readonly string[] {
  return metrics
    .render()
    .split('\n')
    .filter((line) => line.startsWith(`${name}_sum`) || line.startsWith(`${name}_count`));
}

const task: KubeObject = {
  apiVersion: 'lifecycle.keptn.sh/v1',
  kind: 'KeptnTask',
  metadata: { name: 'pre-check', namespace: 'shop' },
};
const started = { status: 'Progressing', startTime: '2026-01-01T00:00:10Z' };
const ended = { ...started, status: 'Succeeded', endTime: '2026-01-01T00:00:17Z' };

describe('a check', () => {
  test('is measured when the write of its end has succeeded, and not before', () => {
    const world = worldOf({ keptntasks: [keptnTask({ status: started })] }, '2026-01-01T00:00:18Z');
    const told = world.meter.before(applyStatus(task, ended));
    expect(measured(world, 'sluice_check_seconds')).toEqual([]);
    told?.();
    const labels = 'kind="task",namespace="shop",definition="check",type="pre",result="Succeeded"';
    expect(measured(world, 'sluice_check_seconds')).toEqual([
      `sluice_check_seconds_sum{${labels}} 7`,
      `sluice_check_seconds_count{${labels}} 1`,
    ]);
  });

  test('is not measured again when its status is written again', () => {
    const world = worldOf({ keptntasks: [keptnTask({ status: ended })] }, '2026-01-01T00:00:18Z');
    expect(world.meter.before(applyStatus(task, ended))).toBeUndefined();
  });

  test('that goes on is not measured', () => {
    const world = worldOf({ keptntasks: [keptnTask({ status: started })] }, '2026-01-01T00:00:18Z');
    expect(world.meter.before(applyStatus(task, started))).toBeUndefined();
  });

  test('of an evaluation is measured by its own state', () => {
    const evaluation = keptnEvaluation({
      status: { overallStatus: 'Progressing', startTime: started.startTime },
    });
    const world = worldOf({ keptnevaluations: [evaluation] }, '2026-01-01T00:00:18Z');
    const object = { ...task, kind: 'KeptnEvaluation' };
    world.meter.before(
      applyStatus(object, { overallStatus: 'Failed', startTime: started.startTime, endTime: ended.endTime }),
    )?.();
    expect(measured(world, 'sluice_check_seconds')[0]).toMatch(/kind="evaluation".*result="Failed"} 7$/);
  });
});

describe('a version', () => {
  const version = keptnWorkloadVersion({
    status: {
      status: 'Progressing',
      startTime: '2026-01-01T00:00:00Z',
      phaseTimes: { WorkloadPreDeployTasks: { startTime: '2026-01-01T00:00:01.000Z' } },
    },
  });
  const object: KubeObject = {
    apiVersion: 'lifecycle.keptn.sh/v1',
    kind: 'KeptnWorkloadVersion',
    metadata: { name: version.metadata.name, namespace: 'shop' },
  };
  const phaseTimes = {
    WorkloadPreDeployTasks: {
      startTime: '2026-01-01T00:00:01.000Z',
      endTime: '2026-01-01T00:00:01.250Z',
    },
  };

  test('has its phases measured one by one, and itself at the end', () => {
    const world = worldOf({ keptnworkloadversions: [version] }, '2026-01-01T00:01:00Z');
    const status = {
      status: 'Failed',
      preDeploymentStatus: 'Failed',
      startTime: '2026-01-01T00:00:00Z',
      endTime: '2026-01-01T00:00:02Z',
      phaseTimes,
    };
    world.meter.before(applyStatus(object, status))?.();
    expect(measured(world, 'sluice_phase_seconds')).toEqual([
      'sluice_phase_seconds_sum{phase="WorkloadPreDeployTasks",result="Failed"} 0.25',
      'sluice_phase_seconds_count{phase="WorkloadPreDeployTasks",result="Failed"} 1',
    ]);
    expect(measured(world, 'sluice_version_seconds')).toEqual([
      'sluice_version_seconds_sum{level="Workload",namespace="shop",app="shop",result="Failed"} 2',
      'sluice_version_seconds_count{level="Workload",namespace="shop",app="shop",result="Failed"} 1',
    ]);
  });

  test('whose end is on record is measured no more', () => {
    const over = keptnWorkloadVersion({
      status: { status: 'Succeeded', endTime: '2026-01-01T00:00:02Z', phaseTimes },
    });
    const world = worldOf({ keptnworkloadversions: [over] }, '2026-01-01T00:01:00Z');
    expect(
      world.meter.before(
        applyStatus(object, { status: 'Succeeded', endTime: '2026-01-01T00:00:02Z', phaseTimes }),
      ),
    ).toBeUndefined();
  });

  test('of an app is measured as one of its level', () => {
    const appVersion = keptnAppVersion({ status: { startTime: '2026-01-01T00:00:00Z' } });
    const world = worldOf({ keptnappversions: [appVersion] }, '2026-01-01T00:01:00Z');
    const named = {
      ...object,
      kind: 'KeptnAppVersion',
      metadata: { name: appVersion.metadata.name, namespace: 'shop' },
    };
    const status = {
      status: 'Succeeded',
      startTime: '2026-01-01T00:00:00Z',
      endTime: '2026-01-01T00:00:30Z',
    };
    world.meter.before(applyStatus(named, status))?.();
    expect(measured(world, 'sluice_version_seconds')[0]).toBe(
      'sluice_version_seconds_sum{level="App",namespace="shop",app="shop",result="Succeeded"} 30',
    );
  });
});

test('what cannot be read, is not in the cache or is no release is passed over', () => {
  const world = worldOf({}, '2026-01-01T00:01:00Z');
  const pod = { apiVersion: 'v1', kind: 'Pod', namespace: 'shop', name: 'a', uid: 'u' };
  expect(world.meter.before({ kind: 'liftGate', pod })).toBeUndefined();
  expect(world.meter.before(applyStatus(task, ended))).toBeUndefined();
  expect(world.meter.before({ kind: 'applyStatus', object: task })).toBeUndefined();
  expect(world.meter.before(applyStatus({ ...task, kind: 'KeptnMetric' }, ended))).toBeUndefined();
});
