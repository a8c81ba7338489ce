import fc from 'fast-check';
import { expect, test } from 'vitest';
import { keptnEvaluation } from '../../../test/builders/evaluation-objects.ts';
import { pod } from '../../../test/builders/gated-pod.ts';
import {
  renderReleaseSeries,
  seriesOf,
  storedAppVersion,
  storedObjects,
  storedTask,
  storedWorkloadVersion,
} from '../../../test/builders/stored-objects.ts';
import { keptnTask } from '../../../test/builders/task-objects.ts';
import { states } from '../../api/lifecycle/v1/shared.ts';
import { objectMetricNames } from '../../observability/object-metric-names.ts';
import { releaseSeries } from './release-series.ts';

const through = storedAppVersion({ start: '10:00:00', end: '10:01:30' });
const appLabels =
  'keptn_deployment_app_name="shop",keptn_deployment_app_version="1.0.0",keptn_deployment_app_namespace="prod",keptn_deployment_app_version_name="shop-1.0.0"';

test('a version of an app that succeeded is counted once, with its duration and as not active', async () => {
  const text = await renderReleaseSeries({
    stored: () => storedObjects({ appVersions: [through] }),
    mostObjects: 500,
  });
  const lines = text.split('\n');
  const ended = `${appLabels},keptn_deployment_app_status="Succeeded"`;
  expect(lines.filter((line) => line.startsWith('keptn_app_count'))).toEqual([
    `keptn_app_count_total{${ended}} 1`,
  ]);
  expect(lines).toContain(`keptn_app_active{${appLabels}} 0`);
  expect(lines).toContain(`keptn_app_duration_seconds_bucket{${ended},le="75"} 0`);
  expect(lines).toContain(`keptn_app_duration_seconds_bucket{${ended},le="100"} 1`);
  expect(lines).toContain(`keptn_app_duration_seconds_bucket{${ended},le="10000"} 1`);
  expect(lines).toContain(`keptn_app_duration_seconds_bucket{${ended},le="+Inf"} 1`);
  expect(lines).toContain(`keptn_app_duration_seconds_sum{${ended}} 90`);
  expect(lines).toContain(
    'keptn_app_deploymentduration{keptn_deployment_app_name="shop",keptn_deployment_app_namespace="prod",keptn_deployment_app_version="1.0.0",keptn_deployment_app_previousversion="",keptn_deployment_app_version_name="shop-1.0.0"} 90',
  );
  expect(lines.filter((line) => line.startsWith('keptn_app_deploymentinterval'))).toEqual([]);
  expect(lines).toContain('keptn_lifecycle_active_total 1');
  expect(lines).toContain('# TYPE keptn_app_duration_seconds histogram');
});

test('a version that runs is active and stands at 0 for both ways to end, so that its end is an increase', async () => {
  const running = storedAppVersion({ start: '10:00:00' });
  expect(await seriesOf({ appVersions: [running] }, ['keptn_app_'])).toEqual([
    `keptn_app_count_total{${appLabels},keptn_deployment_app_status="Succeeded"} 0`,
    `keptn_app_count_total{${appLabels},keptn_deployment_app_status="Failed"} 0`,
    `keptn_app_active{${appLabels}} 1`,
  ]);
});

test('Q-29: a superseded version is neither active nor a deployment', async () => {
  const superseded = storedAppVersion({ start: '10:00:00', end: '10:05:00', status: 'Deprecated' });
  expect(await seriesOf({ appVersions: [superseded] }, ['keptn_app_'])).toEqual([
    `keptn_app_count_total{${appLabels},keptn_deployment_app_status="Deprecated"} 1`,
    `keptn_app_active{${appLabels}} 0`,
  ]);
});

test('a failed version has no place in the histogram of durations', async () => {
  const failed = storedAppVersion({ start: '10:00:00', end: '10:05:00', status: 'Failed' });
  expect(await seriesOf({ appVersions: [failed] }, ['keptn_app_duration_seconds'])).toEqual([]);
  expect(await seriesOf({ appVersions: [failed] }, ['keptn_app_deploymentduration'])).toHaveLength(1);
});

test('Q-29: two revisions of one version have a series each: one in progress hides none that is through', async () => {
  const first = storedAppVersion({ name: 'shop-1.0.0-a', start: '10:00:00', end: '10:01:00' });
  const second = storedAppVersion({ name: 'shop-1.0.0-b', start: '11:00:00' });
  const active = await seriesOf({ appVersions: [first, second] }, ['keptn_app_active']);
  expect(active.map((line) => line.slice(line.indexOf('version_name=')))).toEqual([
    'version_name="shop-1.0.0-a"} 0',
    'version_name="shop-1.0.0-b"} 1',
  ]);
});

test('Q-29: two apps of one name in two namespaces are told apart, and each has its own predecessor', async () => {
  const appVersions = [
    storedAppVersion({ namespace: 'prod', version: '1', start: '10:00:00', end: '10:01:00' }),
    storedAppVersion({ namespace: 'dev', version: '1', start: '08:00:00', end: '08:01:00' }),
    storedAppVersion({
      namespace: 'prod',
      version: '2',
      previousVersion: '1',
      start: '12:00:00',
      end: '12:01:00',
    }),
    storedAppVersion({
      namespace: 'dev',
      version: '2',
      previousVersion: '1',
      start: '12:00:00',
      end: '12:01:00',
    }),
  ];
  const intervals = await seriesOf({ appVersions }, ['keptn_app_deploymentinterval']);
  expect(intervals.map((line) => [/namespace="(\w+)"/.exec(line)?.[1], line.split(' ').at(-1)])).toEqual([
    ['prod', '7200'],
    ['dev', '14400'],
  ]);
});

test.each<readonly [string, Parameters<typeof storedAppVersion>[0][], string[]]>([
  [
    'Q-29: 1.0.10 is no predecessor of a version that names 1.0.1',
    [{ version: '1.0.10', start: '01:00:00', end: '02:00:00' }],
    [],
  ],
  [
    'of two releases of the version before, the last that had ended counts',
    [
      { name: 'a', version: '1.0.1', start: '01:00:00', end: '02:00:00' },
      { name: 'b', version: '1.0.1', start: '03:00:00', end: '04:00:00' },
      { name: 'c', version: '1.0.1', start: '11:00:00', end: '13:00:00' },
    ],
    ['28800'],
  ],
  [
    'a predecessor that was superseded never was released',
    [{ version: '1.0.1', start: '01:00:00', end: '02:00:00', status: 'Deprecated' }],
    [],
  ],
  [
    'a predecessor that failed was there all the same',
    [{ version: '1.0.1', start: '01:00:00', end: '02:00:00', status: 'Failed' }],
    ['36000'],
  ],
])('%s', async (_name, predecessors, expected) => {
  const next = storedAppVersion({
    version: '1.1.0',
    previousVersion: '1.0.1',
    start: '11:30:00',
    end: '12:00:00',
  });
  const appVersions = [...predecessors.map((given) => storedAppVersion(given)), next];
  const intervals = await seriesOf({ appVersions }, ['keptn_app_deploymentinterval']);
  expect(intervals.map((line) => line.split(' ').at(-1))).toEqual(expected);
});

test('a clock that was set back gives a duration of 0', async () => {
  const odd = storedAppVersion({ start: '10:00:00', end: '09:00:00' });
  const [line] = await seriesOf({ appVersions: [odd] }, ['keptn_app_deploymentduration']);
  expect(line).toMatch(/ 0$/);
});

test('promotions are counted where promotion tasks ran, and nowhere else', async () => {
  const promoted = storedAppVersion(
    { version: '2', start: '10:00:00', end: '10:05:00' },
    { promotionStatus: 'Succeeded', promotionTaskStatus: [{ definitionName: 'tell', status: 'Succeeded' }] },
  );
  const lines = await seriesOf({ appVersions: [through, promoted] }, ['keptn_promotion_count_total']);
  expect(lines).toEqual([expect.stringMatching(/app_version="2".*status="Succeeded"} 1$/)]);
});

test('a version of a workload has the series of Keptn', async () => {
  const workloadVersions = [
    storedWorkloadVersion({ version: '1', start: '10:00:00', end: '10:00:40' }),
    storedWorkloadVersion({ version: '2', previousVersion: '1', start: '11:00:00', end: '11:00:40' }),
  ];
  const lines = await seriesOf({ workloadVersions }, ['keptn_deployment_']);
  const labels =
    'keptn_deployment_app_name="shop",keptn_deployment_workload_name="shop-cart",keptn_deployment_workload_version="2",keptn_deployment_workload_namespace="prod",keptn_deployment_workload_version_name="shop-cart-2"';
  const times =
    'keptn_deployment_app_name="shop",keptn_deployment_workload_name="shop-cart",keptn_deployment_workload_namespace="prod",keptn_deployment_workload_version="2",keptn_deployment_workload_previousversion="1",keptn_deployment_workload_version_name="shop-cart-2"';
  expect(lines).toContain(
    `keptn_deployment_count_total{${labels},keptn_deployment_workload_status="Succeeded"} 1`,
  );
  expect(lines).toContain(`keptn_deployment_active{${labels}} 0`);
  expect(lines).toContain(
    `keptn_deployment_duration_seconds_sum{${labels},keptn_deployment_workload_status="Succeeded"} 40`,
  );
  expect(lines).toContain(`keptn_deployment_deploymentduration{${times}} 40`);
  expect(lines).toContain(`keptn_deployment_deploymentinterval{${times}} 3600`);
});

test('Q-29: tasks of one name in two namespaces have a series each; one that runs has no duration', async () => {
  const tasks = [
    storedTask({ namespace: 'a', start: '10:00:00', end: '10:00:07', status: 'Failed' }),
    storedTask({ namespace: 'b', start: '10:00:00' }),
  ];
  const lines = await seriesOf({ tasks }, ['keptn_task_']);
  const labels = (namespace: string): string =>
    `keptn_deployment_app_name="shop",keptn_deployment_app_version="",keptn_deployment_workload_name="shop-cart",keptn_deployment_workload_version="1",keptn_deployment_task_name="pre-check",keptn_deployment_task_type="pre",keptn_deployment_task_namespace="${namespace}"`;
  expect(lines.filter((line) => !line.includes('_bucket'))).toEqual([
    `keptn_task_count_total{${labels('a')},keptn_deployment_task_status="Failed"} 1`,
    `keptn_task_count_total{${labels('b')},keptn_deployment_task_status="Succeeded"} 0`,
    `keptn_task_count_total{${labels('b')},keptn_deployment_task_status="Failed"} 0`,
    `keptn_task_duration_seconds_sum{${labels('a')},keptn_deployment_task_status="Failed"} 7`,
    `keptn_task_duration_seconds_count{${labels('a')},keptn_deployment_task_status="Failed"} 1`,
    `keptn_task_active{${labels('a')}} 0`,
    `keptn_task_active{${labels('b')}} 1`,
  ]);
});

test('a task that was written before v1beta1 has its labels from beside the context', async () => {
  const old = keptnTask({
    metadata: { namespace: 'a' },
    spec: { context: {}, app: 'shop', appVersion: '3', workload: 'shop-cart', workloadVersion: '4' },
  });
  const [line] = await seriesOf({ tasks: [old] }, ['keptn_task_active']);
  expect(line).toContain('app_name="shop",keptn_deployment_app_version="3"');
  expect(line).toContain('workload_name="shop-cart",keptn_deployment_workload_version="4"');
});

test('an evaluation has the series of Keptn', async () => {
  const evaluation = keptnEvaluation({
    metadata: { name: 'pre-eval-x', namespace: 'prod' },
    spec: { appName: 'shop', appVersion: '2', checkType: 'pre-eval' },
    status: {
      overallStatus: 'Succeeded',
      startTime: '2026-03-01T10:00:00Z',
      endTime: '2026-03-01T10:00:12Z',
    },
  });
  const lines = await seriesOf({ evaluations: [evaluation] }, ['keptn_evaluation_']);
  const ofIt =
    /app_name="shop",.*app_version="2",.*evaluation_name="pre-eval-x",.*evaluation_type="pre-eval",.*evaluation_namespace="prod"/;
  expect(lines.every((line) => ofIt.test(line))).toBe(true);
  expect(lines.filter((line) => !line.includes('_bucket')).map((line) => line.split(' ').at(-1))).toEqual([
    '1',
    '12',
    '1',
    '0',
  ]);
});

test('pods that the gate holds are counted by namespace, with the time of the oldest', async () => {
  const at = (creationTimestamp: string): ReturnType<typeof pod> =>
    pod({
      metadata: { name: creationTimestamp, namespace: 'prod', creationTimestamp },
    });
  const pods = [
    at('1970-01-01T00:10:00Z'),
    at('1970-01-01T00:05:00Z'),
    pod({ metadata: { namespace: 'prod' }, spec: { schedulingGates: [] } }),
  ];
  expect(await seriesOf({ pods }, ['sluice_gated'])).toEqual([
    'sluice_gated_pods{namespace="prod"} 2',
    'sluice_gated_pod_oldest_timestamp_seconds{namespace="prod"} 300',
  ]);
});

test('beyond the most objects the newest have series, the others are counted and still counted by state', async () => {
  const tasks = ['01', '03', '02'].map((hour) =>
    storedTask({ name: `t${hour}`, start: `${hour}:00:00`, end: `${hour}:00:01` }),
  );
  const lines = await seriesOf(
    { tasks },
    ['keptn_task_active', 'sluice_tasks', 'sluice_objects_without_series{kind="KeptnTask"}'],
    2,
  );
  expect(lines).toEqual([
    expect.stringContaining('task_name="t03"'),
    expect.stringContaining('task_name="t02"'),
    'sluice_tasks{namespace="prod",definition="check",type="pre",state="Succeeded"} 3',
    'sluice_objects_without_series{kind="KeptnTask"} 1',
  ]);
});

test('where nobody shall be told there is nothing at all', async () => {
  expect(await renderReleaseSeries({ stored: () => undefined, mostObjects: 500 })).toBe('');
});

const versions = fc.array(
  fc.record({
    namespace: fc.constantFrom('a', 'b'),
    version: fc.constantFrom('1', '1.0', '2'),
    previousVersion: fc.constantFrom('', '1', '1.0', '2'),
    status: fc.constantFrom(...states),
    start: fc.constantFrom('01:00:00', '02:00:00'),
    end: fc.option(fc.constantFrom('01:30:00', '02:30:00'), { nil: undefined }),
  }),
  { maxLength: 12 },
);

const name = (index: number): string => `v${index}`;

test('whatever is stored, ended ones are counted as often as there are, the others are active, and a restart agrees', async () => {
  await fc.assert(
    fc.asyncProperty(versions, async (given) => {
      const appVersions = given.map(({ end, ...one }, index) =>
        storedAppVersion({ ...one, name: name(index), ...(end === undefined ? {} : { end }) }),
      );
      const options = { stored: () => storedObjects({ appVersions }), mostObjects: 500 };
      const sums = new Map<string, number>();
      for (const { name: metric, series } of (await releaseSeries(options))?.recorded() ?? [])
        for (const { value } of series) sums.set(metric, (sums.get(metric) ?? 0) + value);
      const ended = given.filter(({ end }) => end !== undefined).length;
      expect(sums.get('keptn_app_count_total') ?? 0).toBe(ended);
      expect(sums.get('keptn_app_active') ?? 0).toBe(given.length - ended);
      expect(sums.get('sluice_app_versions') ?? 0).toBe(given.length);
      expect(sums.get('keptn_app_deploymentinterval') ?? 0).toBeGreaterThanOrEqual(0);
      const text = await renderReleaseSeries(options);
      const series = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
      expect(new Set(series.map((line) => line.slice(0, line.lastIndexOf(' ')))).size).toBe(series.length);
      const again = {
        ...options,
        stored: () => storedObjects({ appVersions: structuredClone(appVersions) }),
      };
      expect(await renderReleaseSeries(again)).toBe(text);
      const none = { ...options, stored: () => storedObjects({}) };
      expect(await renderReleaseSeries(none)).not.toMatch(/keptn_app_/);
    }),
    { numRuns: 100 },
  );
});

test('every name ends as Prometheus wants, Keptn’s two without a unit aside', () => {
  for (const [metric, { type }] of Object.entries(objectMetricNames)) {
    expect(metric.endsWith('_total')).toBe(type === 'counter');
    if (type === 'histogram') expect(metric).toMatch(/_seconds$/);
  }
});
