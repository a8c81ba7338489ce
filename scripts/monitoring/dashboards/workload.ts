import type { Dashboard } from '../grafana/dashboard.ts';
import { graph, type Panel, query, stat, table } from '../grafana/panel.ts';
import { definitionOf, meanByDefinition, once, total } from '../queries.ts';
import { workloadColumns } from './columns.ts';
import { workloadGraphTraces, workloadTraces } from './traces.ts';
import { appVariable, chosenWorkload, namespaceVariable, workloadVariable } from './variables.ts';

const chosen = 'namespace=~"$namespace", app=~"$app", workload=~"$workload"';
const chosenTask =
  'keptn_deployment_app_name=~"$app", keptn_deployment_workload_name=~"$workload", keptn_deployment_task_namespace=~"$namespace"';
const chosenEvaluation =
  'keptn_deployment_app_name=~"$app", keptn_deployment_workload_name=~"$workload", keptn_deployment_evaluation_namespace=~"$namespace"';
const version = '{{keptn_deployment_workload_name}} {{keptn_deployment_workload_version}}';

const states: readonly Panel[] = [
  stat(
    'In progress',
    'count',
    [query(total(once(`keptn_deployment_active{${chosenWorkload}}`)), 'in progress')],
    'Versions that have begun and not ended.',
  ),
  ...(['Succeeded', 'Failed', 'Deprecated'] as const).map((state) =>
    stat(
      state,
      'count',
      [query(total(once(`sluice_workload_versions{${chosen}, state="${state}"}`)), state)],
      `Stored versions of that state${state === 'Deprecated' ? ': a newer one came before they ended' : ''}.`,
      state === 'Failed' ? { thresholds: [{ from: 1, colour: 'orange' }] } : {},
    ),
  ),
  stat(
    'Pods held in the namespace',
    'count',
    [query(total(once('sluice_gated_pods{namespace=~"$namespace"}')), 'held')],
    'Pods of any workload there that the gate keeps from being scheduled now.',
  ),
];

const versions: readonly Panel[] = [
  table(
    'Versions',
    'seconds',
    [query(once(`keptn_deployment_deploymentduration{${chosenWorkload}}`), 'took')],
    'Versions that ended and how long each took. A name leads to its trace.',
    {
      columns: { ...workloadColumns, keptn_deployment_workload_previousversion: 'Before', Value: 'Took' },
      links: workloadTraces,
    },
  ),
  graph(
    'In progress',
    'count',
    [query(once(`keptn_deployment_active{${chosenWorkload}}`), version)],
    '1 while a version has begun and not ended.',
    { stacked: true, links: workloadGraphTraces },
  ),
  graph(
    'How long releases take',
    'seconds',
    [query(once(`keptn_deployment_deploymentduration{${chosenWorkload}}`), version)],
    'From the start of a version to its end, checks before and after included.',
    { links: workloadGraphTraces },
  ),
  graph(
    'Time between releases',
    'seconds',
    [
      query(
        once(`keptn_deployment_deploymentinterval{${chosenWorkload}}`),
        version,
        'no workload has had a second version',
      ),
    ],
    'From the end of the version before to the end of a version.',
    { links: workloadGraphTraces },
  ),
  graph(
    'Ended, by how',
    'count',
    [
      query(
        `sum by (keptn_deployment_workload_status) (${once(`keptn_deployment_count_total{${chosenWorkload}}`)})`,
        '{{keptn_deployment_workload_status}}',
      ),
    ],
    'Stored versions that ended. It falls when the history limit takes old ones.',
    { stacked: true },
  ),
];

const checks: readonly Panel[] = [
  graph(
    'How long tasks take',
    'seconds',
    [query(meanByDefinition('task', chosenTask), '{{definition}}')],
    'Mean of the stored tasks of each definition.',
  ),
  graph(
    'How long evaluations take',
    'seconds',
    [query(meanByDefinition('evaluation', chosenEvaluation), '{{definition}}')],
    'Mean of the stored evaluations of each definition.',
  ),
  table(
    'Checks that run',
    'none',
    [
      query(
        definitionOf('task', `${once(`keptn_task_active{${chosenTask}}`)} > 0`),
        'tasks',
        'no task is in progress',
      ),
      query(
        `${once(`keptn_evaluation_active{${chosenEvaluation}}`)} > 0`,
        'evaluations',
        'no evaluation is in progress',
      ),
    ],
    'What a version waits for now.',
    {
      columns: {
        definition: 'Check',
        keptn_deployment_workload_name: 'Workload',
        keptn_deployment_workload_version: 'Version',
        keptn_deployment_app_name: 'App',
      },
    },
  ),
];

/** One workload: its versions, how long they took, and its checks. */
export const workload: Dashboard = {
  uid: 'sluice-workload',
  title: 'Sluice / Workload',
  description: 'Versions of a workload: in progress, how they ended, how long they took, and their checks.',
  lookBack: '7d',
  variables: [namespaceVariable, appVariable, workloadVariable],
  markers: [
    {
      title: 'Release begins',
      colour: 'blue',
      ...query(
        `${once(`keptn_deployment_active{${chosenWorkload}}`)} > 0`,
        version,
        'no release is in progress',
      ),
    },
  ],
  rows: [
    { title: 'States', panels: states },
    { title: 'Versions', panels: versions },
    { title: 'Checks', panels: checks },
  ],
};
