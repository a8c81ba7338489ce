import type { Dashboard } from '../grafana/dashboard.ts';
import { graph, type Panel, query, stat, table } from '../grafana/panel.ts';
import { definitionOf, once, quantile, total } from '../queries.ts';
import { appColumns } from './columns.ts';
import { appGraphTraces, appTraces } from './traces.ts';
import { appVariable, chosenApp, namespaceVariable } from './variables.ts';

const chosen = 'namespace=~"$namespace", app=~"$app"';
/** Tasks and evaluations know the name of their app, not its namespace. */
const chosenTask = 'keptn_deployment_app_name=~"$app", keptn_deployment_task_namespace=~"$namespace"';
const chosenEvaluation =
  'keptn_deployment_app_name=~"$app", keptn_deployment_evaluation_namespace=~"$namespace"';
const version = '{{keptn_deployment_app_name}} {{keptn_deployment_app_version}}';

const states: readonly Panel[] = [
  stat(
    'In progress',
    'count',
    [query(total(once(`keptn_app_active{${chosenApp}}`)), 'in progress')],
    'Versions that have begun and not ended.',
  ),
  ...(['Succeeded', 'Failed', 'Deprecated'] as const).map((state) =>
    stat(
      state,
      'count',
      [query(total(once(`sluice_app_versions{${chosen}, state="${state}"}`)), state)],
      `Stored versions of that state${state === 'Deprecated' ? ': a newer one came before they ended' : ''}.`,
      state === 'Failed' ? { thresholds: [{ from: 1, colour: 'orange' }] } : {},
    ),
  ),
  stat(
    'Promotions',
    'count',
    [query(total(once(`keptn_promotion_count_total{${chosenApp}}`)), 'promotions')],
    'Stored versions for which promotion tasks ran.',
  ),
];

const versions: readonly Panel[] = [
  table(
    'Versions',
    'seconds',
    [query(once(`keptn_app_deploymentduration{${chosenApp}}`), 'took')],
    'Versions that ended and how long each took. A name leads to its trace.',
    {
      columns: { ...appColumns, keptn_deployment_app_previousversion: 'Before', Value: 'Took' },
      links: appTraces,
    },
  ),
  graph(
    'In progress',
    'count',
    [query(`${once(`keptn_app_active{${chosenApp}}`)}`, version)],
    '1 while a version has begun and not ended.',
    { stacked: true, links: appGraphTraces },
  ),
  graph(
    'How long releases take',
    'seconds',
    [query(once(`keptn_app_deploymentduration{${chosenApp}}`), version)],
    'From the start of a version to its end, checks before and after included.',
    { links: appGraphTraces },
  ),
  graph(
    'Time between releases',
    'seconds',
    [query(once(`keptn_app_deploymentinterval{${chosenApp}}`), version, 'no app has had a second version')],
    'From the end of the version before to the end of a version.',
    { links: appGraphTraces },
  ),
  graph(
    'Duration, p50 and p95',
    'seconds',
    [0.5, 0.95].map((share) =>
      query(
        quantile(share, {
          histogram: 'sluice_version_seconds',
          where: `level="App", ${chosen}`,
          by: ['app'],
          window: '$__range',
        }),
        `{{app}} p${share * 100}`,
      ),
    ),
    'Of the versions that ended in the time that is shown.',
  ),
];

const checks: readonly Panel[] = [
  graph(
    'Tasks that run',
    'count',
    [
      query(
        `sum by (definition, keptn_deployment_task_type) (${definitionOf('task', once(`keptn_task_active{${chosenTask}}`))})`,
        '{{definition}} ({{keptn_deployment_task_type}})',
      ),
    ],
    'Tasks of the app and its workloads that have not ended.',
    { stacked: true },
  ),
  graph(
    'Evaluations that run',
    'count',
    [
      query(
        `sum by (definition, keptn_deployment_evaluation_type) (${definitionOf('evaluation', once(`keptn_evaluation_active{${chosenEvaluation}}`))})`,
        '{{definition}} ({{keptn_deployment_evaluation_type}})',
      ),
    ],
    'Evaluations of the app and its workloads that have not ended.',
    { stacked: true },
  ),
  table(
    'Tasks by definition and result',
    'count',
    [
      query(
        `sum by (definition, keptn_deployment_task_type, keptn_deployment_task_status) (${definitionOf('task', once(`keptn_task_count_total{${chosenTask}}`))}) > 0`,
        'tasks',
      ),
    ],
    'Stored tasks that ended, by how.',
    {
      width: 12,
      columns: {
        definition: 'Task',
        keptn_deployment_task_type: 'When',
        keptn_deployment_task_status: 'Result',
        Value: 'How many',
      },
    },
  ),
  table(
    'Evaluations by definition and result',
    'count',
    [
      query(
        `sum by (definition, keptn_deployment_evaluation_type, keptn_deployment_evaluation_status) (${definitionOf('evaluation', once(`keptn_evaluation_count_total{${chosenEvaluation}}`))}) > 0`,
        'evaluations',
      ),
    ],
    'Stored evaluations that ended, by how.',
    {
      width: 12,
      columns: {
        definition: 'Evaluation',
        keptn_deployment_evaluation_type: 'When',
        keptn_deployment_evaluation_status: 'Result',
        Value: 'How many',
      },
    },
  ),
];

const quality: readonly Panel[] = [
  graph(
    'Values of KeptnMetrics',
    'none',
    [query(once('keptn_metric_value{namespace=~"$namespace"}'), '{{namespace}}/{{name}}')],
    'What evaluations read.',
  ),
  graph(
    'Score of the latest Analysis',
    'none',
    [query(once('keptn_analysis_latest_score{namespace=~"$namespace"}'), '{{namespace}}/{{definition}}')],
    'Of each definition, in percent of the highest score.',
  ),
];

/** One app: its versions, how long they took, and its checks. */
export const app: Dashboard = {
  uid: 'sluice-app',
  title: 'Sluice / App',
  description: 'Versions of an app: in progress, how they ended, how long they took, and their checks.',
  lookBack: '7d',
  variables: [namespaceVariable, appVariable],
  markers: [
    {
      title: 'Release begins',
      colour: 'blue',
      ...query(`${once(`keptn_app_active{${chosenApp}}`)} > 0`, version, 'no release is in progress'),
    },
  ],
  rows: [
    { title: 'States', panels: states },
    { title: 'Versions', panels: versions },
    { title: 'Checks', panels: checks },
    { title: 'Quality', panels: quality, folded: true },
  ],
};
