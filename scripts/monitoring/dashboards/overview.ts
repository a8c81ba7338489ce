import type { Dashboard } from '../grafana/dashboard.ts';
import { bars, graph, type Panel, query, stat, table } from '../grafana/panel.ts';
import { definitionOf, increased, once, quantile, total } from '../queries.ts';
import { appColumns, workloadColumns } from './columns.ts';
import { appTraces, workloadTraces } from './traces.ts';
import { namespaceVariable } from './variables.ts';

const inNamespace = 'namespace=~"$namespace"';
const ofApps = 'keptn_deployment_app_namespace=~"$namespace"';
const ofWorkloads = 'keptn_deployment_workload_namespace=~"$namespace"';

const held = once(`sluice_gated_pods{${inNamespace}}`);
const heldSince = once(`sluice_gated_pod_oldest_timestamp_seconds{${inNamespace}}`);
const nothingHeld = 'no pod is held';
const nothingRuns = 'no release is in progress';

const now: readonly Panel[] = [
  stat(
    'Pods held',
    'count',
    [query(total(held), 'held')],
    'Pods that the gate keeps from being scheduled now.',
  ),
  stat(
    'Held longest',
    'seconds',
    [query(`max(time() - ${heldSince}) or vector(0)`, 'longest')],
    'How long the pod has waited that was held first. `sluice explain pod NAME` says for what.',
    {
      thresholds: [
        { from: 600, colour: 'yellow' },
        { from: 1_800, colour: 'red' },
      ],
    },
  ),
  stat(
    'Apps in progress',
    'count',
    [query(total(once(`keptn_app_active{${ofApps}}`)), 'in progress')],
    'Versions of apps that have begun and not ended.',
  ),
  stat(
    'Workloads in progress',
    'count',
    [query(total(once(`keptn_deployment_active{${ofWorkloads}}`)), 'in progress')],
    'Versions of workloads that have begun and not ended.',
  ),
  stat(
    'Checks that run',
    'count',
    [
      query(total(once(`keptn_task_active{keptn_deployment_task_namespace=~"$namespace"}`)), 'tasks'),
      query(
        total(once(`keptn_evaluation_active{keptn_deployment_evaluation_namespace=~"$namespace"}`)),
        'evaluations',
      ),
    ],
    'Tasks and evaluations that have not ended.',
  ),
  stat(
    'Failed versions on record',
    'count',
    [
      query(total(once(`sluice_app_versions{${inNamespace}, state="Failed"}`)), 'apps'),
      query(total(once(`sluice_workload_versions{${inNamespace}, state="Failed"}`)), 'workloads'),
    ],
    'Stored versions that failed; they go when the history limit of KeptnConfig takes them.',
    { thresholds: [{ from: 1, colour: 'orange' }] },
  ),
];

const waiting: readonly Panel[] = [
  table(
    'Held, by namespace',
    'count',
    [query(held, 'pods', nothingHeld), query(`time() - ${heldSince}`, 'seconds', nothingHeld)],
    'Where pods wait, how many, and how long the first of them has waited, in seconds.',
    { width: 8, columns: { namespace: 'Namespace', 'Value #A': 'Pods', 'Value #B': 'Longest (s)' } },
  ),
  table(
    'Workloads in progress',
    'none',
    [query(`${once(`keptn_deployment_active{${ofWorkloads}}`)} > 0`, 'in progress', nothingRuns)],
    'Versions that are on their way. A name leads to their traces.',
    { width: 16, columns: workloadColumns, links: workloadTraces },
  ),
  table(
    'Checks that run',
    'none',
    [
      query(
        definitionOf(
          'task',
          `${once('keptn_task_active{keptn_deployment_task_namespace=~"$namespace"}')} > 0`,
        ),
        'tasks',
        nothingRuns,
      ),
      query(
        definitionOf(
          'evaluation',
          `${once('keptn_evaluation_active{keptn_deployment_evaluation_namespace=~"$namespace"}')} > 0`,
        ),
        'evaluations',
        'no evaluation is in progress',
      ),
    ],
    'What releases wait for: tasks and evaluations that have not ended, and what they belong to.',
    {
      columns: {
        definition: 'Check',
        keptn_deployment_app_name: 'App',
        keptn_deployment_app_version: 'App version',
        keptn_deployment_workload_name: 'Workload',
        keptn_deployment_workload_version: 'Workload version',
      },
    },
  ),
  table(
    'Failed checks on record',
    'count',
    [
      query(`${once(`sluice_tasks{${inNamespace}, state="Failed"}`)} > 0`, 'tasks', 'no task failed'),
      query(
        `${once(`sluice_evaluations{${inNamespace}, state="Failed"}`)} > 0`,
        'evaluations',
        'no evaluation failed',
      ),
    ],
    'Which definitions have stored tasks or evaluations that failed. `keptn.sh/retry` runs them again.',
    {
      columns: {
        definition: 'Definition',
        namespace: 'Namespace',
        type: 'When',
        'Value #A': 'Tasks',
        'Value #B': 'Evaluations',
      },
    },
  ),
];

const gateWait = { histogram: 'sluice_gate_wait_seconds', window: '1h' };
const liftLatency = { histogram: 'sluice_gate_lift_latency_seconds', window: '1h' };

const gate: readonly Panel[] = [
  graph(
    'Gate wait',
    'seconds',
    [query(quantile(0.5, gateWait), 'p50'), query(quantile(0.95, gateWait), 'p95')],
    'From the creation of a pod to the lifting of its gate, of the pods of an hour. What checks take is most of it.',
  ),
  graph(
    'Gate lift latency',
    'seconds',
    [query(quantile(0.5, liftLatency), 'p50'), query(quantile(0.95, liftLatency), 'p95')],
    'From the end of the last check that a pod waited for to the lifting of its gate: the part that is Sluice’s.',
    { thresholds: [{ from: 1, colour: 'red' }] },
  ),
  graph(
    'Gates lifted',
    'count',
    [query(`sum by (result) ${increased('sluice_gate_wait_seconds_count', '1h')}`, '{{result}}')],
    'Gates lifted within an hour, by why: the checks passed, or failed where they only warn.',
    { stacked: true },
  ),
  graph(
    'Releases that ended',
    'count',
    [
      query(
        `sum by (result) ${increased(`sluice_version_seconds_count{level="App", ${inNamespace}}`, '1h')}`,
        '{{result}}',
      ),
    ],
    'Versions of apps that ended within an hour, by how.',
    { stacked: true },
  ),
];

const checks: readonly Panel[] = [
  graph(
    'Checks that ended',
    'count',
    [
      query(
        `sum by (kind, result) ${increased(`sluice_check_seconds_count{${inNamespace}}`, '1h')}`,
        '{{kind}}s {{result}}',
      ),
    ],
    'Tasks and evaluations that ended within an hour, by how.',
    { stacked: true },
  ),
  bars(
    'Slowest checks',
    'seconds',
    [
      query(
        `topk(10, ${quantile(0.95, { histogram: 'sluice_check_seconds', where: inNamespace, by: ['namespace', 'definition'], window: '$__range' })})`,
        '{{namespace}}/{{definition}}',
      ),
    ],
    'The ten definitions whose checks took longest (95th percentile) in the time that is shown.',
  ),
  graph(
    'Time in each phase',
    'seconds',
    [query(quantile(0.95, { histogram: 'sluice_phase_seconds', by: ['phase'], window: '1h' }), '{{phase}}')],
    'Where a release spends its time: 95th percentile of each phase, of the versions of an hour.',
  ),
  table(
    'Last releases',
    'seconds',
    [query(once(`keptn_app_deploymentduration{${ofApps}}`), 'took')],
    'Versions of apps that ended and how long they took. A name leads to their traces.',
    {
      width: 12,
      columns: { ...appColumns, keptn_deployment_app_previousversion: 'Before', Value: 'Took' },
      links: appTraces,
    },
  ),
];

/** What is held, why and for how long: the page for whoever is on call for releases. */
export const overview: Dashboard = {
  uid: 'sluice-overview',
  title: 'Sluice / Overview',
  description: 'What is held now, for how long, and how releases and their checks go.',
  lookBack: '24h',
  variables: [namespaceVariable],
  rows: [
    { title: 'Now', panels: now },
    { title: 'What waits, and for what', panels: waiting },
    { title: 'The gate', panels: gate },
    { title: 'Checks and phases', panels: checks },
  ],
};
