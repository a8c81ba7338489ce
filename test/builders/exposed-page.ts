import { renderFamilies } from '../../src/observability/exposition.ts';
import { type MetricDefinition, type MetricName, metricNames } from '../../src/observability/metric-names.ts';
import { type Labels, Metrics } from '../../src/observability/metrics.ts';
import type { StoredObjects } from '../../src/server/release-series/stored-objects.ts';
import { keptnEvaluation } from './evaluation-objects.ts';
import { exposedFamilies, type Mood } from './exposed-families.ts';
import { pod } from './gated-pod.ts';
import { renderReleaseSeries } from './stored-objects.ts';
import { keptnTask } from './task-objects.ts';
import { keptnAppVersion, keptnWorkloadVersion } from './version-objects.ts';

/** What a process shows of every metric there is, further on at each call. */
export function exposedPage(mood: Mood, roles: string): () => Promise<string> {
  const metrics = new Metrics();
  let calls = 0;
  return async () => {
    calls += 1;
    for (const name of namesOf(metricNames))
      for (const labels of labelSets(name, mood, roles)) record(metrics, { name, labels, mood, calls });
    const isLeader = roles.includes('controller');
    const stored = (): StoredObjects | undefined => (isLeader ? objects(mood, calls) : undefined);
    const derived = await renderReleaseSeries({ stored, mostObjects: 500 });
    return (
      metrics.render() + derived + (isLeader ? renderFamilies(exposedFamilies(new Date(), mood, calls)) : '')
    );
  };
}

function namesOf<K extends string>(table: Readonly<Record<K, unknown>>): K[] {
  const names: K[] = [];
  for (const name in table) names.push(name);
  return names;
}

/** A value for each label, where a metric below says nothing else. */
const usualLabels: Labels = {
  controller: 'workload-version',
  outcome: 'done',
  action: 'liftGate',
  result: 'changed',
  verb: 'get',
  code: '200',
  resource: 'pods',
  reason: 'ended',
  type: 'prometheus',
  state: 'closed',
  kind: 'task',
  namespace: 'shop',
  definition: 'lint',
  phase: 'AppDeploy',
  level: 'App',
  app: 'shop',
  certificate: 'webhook',
  version: '1.0.0',
  node: '24.0.0',
  sink: 'cloud-events',
};

interface Special {
  readonly well?: readonly Labels[];
  /** In addition to those of a process that is well. */
  readonly inTrouble?: readonly Labels[];
}

const special: Partial<Record<MetricName, Special>> = {
  sluice_reconciles_total: {
    inTrouble: [{ outcome: 'retry' }, { outcome: 'panic' }, { controller: 'archive', outcome: 'retry' }],
  },
  sluice_api_requests_total: { inTrouble: [{ code: '503' }, { code: 'timeout' }] },
  sluice_watch_restarts_total: { inTrouble: [{ reason: 'gone' }] },
  sluice_fetches_total: {
    well: [{ result: 'ok' }],
    inTrouble: [{ result: 'timeout' }, { result: 'unavailable' }],
  },
  sluice_provider_breakers: { inTrouble: [{ state: 'open' }] },
  sluice_gate_wait_seconds: { well: [{ result: 'passed' }] },
  sluice_check_seconds: {
    well: [{ result: 'Succeeded', type: 'pre' }],
    inTrouble: [
      { result: 'Failed', type: 'pre' },
      { result: 'Failed', type: 'post' },
    ],
  },
  sluice_phase_seconds: { well: [{ result: 'Succeeded' }] },
  sluice_version_seconds: { well: [{ result: 'Succeeded' }], inTrouble: [{ result: 'Failed' }] },
  sluice_outbox_retries_total: { well: [], inTrouble: [{ result: 'unavailable' }] },
  sluice_outbox_dead_letters_total: { well: [], inTrouble: [{ result: 'invalid' }] },
  sluice_queue_retries_total: { well: [], inTrouble: [{}] },
};

function labelSets(name: MetricName, mood: Mood, roles: string): Labels[] {
  const { well = [{}], inTrouble = [] } = special[name] ?? {};
  const { labels }: MetricDefinition = metricNames[name];
  return [...well, ...(mood === 'well' ? [] : inTrouble)].map((given) => {
    const all: Labels = { ...usualLabels, roles, ...given };
    return Object.fromEntries(labels.map((label) => [label, all[label] ?? `no sample for ${label}`]));
  });
}

interface Recorded {
  readonly name: MetricName;
  readonly labels: Labels;
  readonly mood: Mood;
  readonly calls: number;
}

function record(metrics: Metrics, { name, labels, mood, calls }: Recorded): void {
  const { type } = metricNames[name];
  const [well, inTrouble] = values(calls)[name] ?? [1, 1];
  const value = mood === 'well' ? well : inTrouble;
  if (type === 'counter') metrics.count(name, labels, value);
  else if (type === 'histogram') metrics.observe(name, labels, value);
  else metrics.set(name, labels, value);
}

/** What is observed or set, when all is well and in trouble; others are 1. */
function values(calls: number): Partial<Record<MetricName, readonly [number, number]>> {
  const now = Date.now() / 1000;
  const day = 86_400;
  const mebibyte = 1024 * 1024;
  return {
    sluice_leader: [1, 0],
    sluice_gate_wait_seconds: [20, 4_000],
    sluice_gate_lift_latency_seconds: [0.03, 5],
    sluice_check_seconds: [12, 12],
    sluice_queue_depth: [3, 1_000],
    sluice_queue_longest_running_seconds: [0.1, 600],
    sluice_cache_unreadable_objects: [0, 2],
    sluice_outbox_waiting_lanes: [0, 3],
    sluice_certificate_expiry_timestamp_seconds: [now + 20 * day, now + 3_600],
    process_start_time_seconds: [1.7e9, 1.7e9 + calls],
    process_resident_memory_bytes: [90 * mebibyte, 250 * mebibyte],
    nodejs_heap_size_used_bytes: [40 * mebibyte, 90 * mebibyte],
    nodejs_eventloop_lag_p99_seconds: [0.02, 1],
    process_cpu_seconds_total: [0.01, 0.2],
  };
}

function time(secondsAgo: number): string {
  return new Date(Date.now() - secondsAgo * 1_000).toISOString().replace(/\.\d+Z$/, 'Z');
}

const ended = (startAgo: number, endAgo: number, status = 'Succeeded') => ({
  status,
  startTime: time(startAgo),
  endTime: time(endAgo),
});

/** A version that went well, the next one after it, and a third on its way; in trouble that one fails after some calls. */
function objects(mood: Mood, calls: number): StoredObjects {
  const third =
    mood === 'in trouble' && calls > 4
      ? ended(60, 1, 'Failed')
      : { status: 'Progressing', startTime: time(60) };
  const versions = [
    { version: '1', previousVersion: '', status: ended(9_000, 8_900) },
    { version: '2', previousVersion: '1', status: ended(5_000, 4_900) },
    { version: '3', previousVersion: '2', status: third },
    { version: '4', previousVersion: '3', status: ended(70, 65, 'Deprecated') },
  ];
  const states = [ended(4_990, 4_980), ended(4_970, 4_960, mood === 'well' ? 'Succeeded' : 'Failed')];
  const running = { status: 'Progressing', startTime: time(30) };
  const check = (index: number) => ({
    metadata: { name: `pre-lint-000000000${index}`, uid: `check-${index}` },
  });
  return {
    appVersions: versions.map(({ version, previousVersion, status }) =>
      keptnAppVersion({
        metadata: { name: `shop-${version}`, uid: `app-${version}` },
        spec: { version, previousVersion },
        status: {
          ...status,
          promotionStatus: status.status,
          promotionTaskStatus: [{ definitionName: 'promote', status: status.status }],
        },
      }),
    ),
    workloadVersions: versions.map(({ version, previousVersion, status }) =>
      keptnWorkloadVersion({ spec: { version, previousVersion }, status }),
    ),
    tasks: [...states, running].map((status, index) => keptnTask({ ...check(index), status })),
    evaluations: [...states, running].map(({ status: overallStatus, ...times }, index) =>
      keptnEvaluation({
        ...check(index),
        spec: { workload: 'shop-cart', workloadVersion: '2', appName: 'shop' },
        status: { overallStatus, ...times },
      }),
    ),
    pods: [pod({ metadata: { creationTimestamp: time(mood === 'well' ? 60 : 7_200) } })],
  };
}
