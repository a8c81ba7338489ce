import type { Dashboard, LabelVariable } from '../grafana/dashboard.ts';
import { bars, graph, type Panel, query, stat, table } from '../grafana/panel.ts';
import { once } from '../queries.ts';

const chosen = 'namespace=~"$namespace", app=~"$app", environment=~"$environment", window="$window"';
const gauge = (name: string, where = ''): string => once(`sluice_dora_${name}{${chosen}${where}}`);
const app = '{{namespace}}/{{app}} {{environment}}';

const noneFailed = 'no deployment failed';
const noCommits = 'no commit time is known';

const variable = (name: string, title: string, more: Partial<LabelVariable> = {}): LabelVariable => ({
  name,
  title,
  series: 'sluice_dora_deployments',
  label: name,
  ...more,
});

const throughput: readonly Panel[] = [
  stat(
    'Deployments',
    'count',
    [query(`sum(${gauge('deployments')}) or vector(0)`, 'deployments')],
    'Releases that rolled something out and ended within the window.',
  ),
  stat(
    'Deployment frequency',
    'perDay',
    [query(`sum(${gauge('deployments_per_day')}) or vector(0)`, 'a day')],
    'Deployments a day, over the window.',
  ),
  stat(
    'Lead time is known of',
    'share',
    [query(`sum(${gauge('change_lead_time_known')}) / sum(${gauge('deployments')})`, 'of deployments')],
    'Share of the deployments whose commit time is known. What is unknown is not guessed: annotate the commit time, docs/dora.md says how.',
    {
      width: 5,
    },
  ),
  stat(
    'Unknown lead time',
    'count',
    [query(`sum(${gauge('deployments')} - ${gauge('change_lead_time_known')}) or vector(0)`, 'unknown')],
    'Deployments whose commit nobody told.',
    { width: 5 },
  ),
  bars(
    'Change lead time',
    'seconds',
    [
      query(gauge('change_lead_time_seconds', ', quantile="0.5"'), `${app} median`, noCommits),
      query(gauge('change_lead_time_seconds', ', quantile="0.9"'), `${app} p90`, noCommits),
    ],
    'From the commit to the end of its rollout, of the deployments whose commit time is known.',
    { width: 24, height: 7 },
  ),
];

const instability: readonly Panel[] = [
  stat(
    'Change fail rate',
    'share',
    [query(`sum(${gauge('failed_deployments')}) / sum(${gauge('deployments')})`, 'of deployments')],
    'Deployments that failed in or after their rollout, by all deployments.',
    {
      thresholds: [
        { from: 0.05, colour: 'yellow' },
        { from: 0.15, colour: 'red' },
      ],
    },
  ),
  stat(
    'Failed deployments',
    'count',
    [query(`sum(${gauge('failed_deployments')}) or vector(0)`, 'failed')],
    'In or after their rollout.',
  ),
  stat(
    'Stopped before rollout',
    'count',
    [query(`sum(${gauge('stopped_releases')}) or vector(0)`, 'stopped')],
    'Releases that a failed check held before anything was rolled out: no failure of a deployment, but of a release.',
  ),
  stat(
    'Not recovered yet',
    'count',
    [query(`sum(${gauge('unrecovered_deployments')}) or vector(0)`, 'open')],
    'Failed deployments since which no release of the app ended well.',
    { thresholds: [{ from: 1, colour: 'red' }] },
  ),
  stat(
    'Deployment rework rate',
    'share',
    [
      query(
        `sum(${gauge('deployment_rework_ratio')} * ${gauge('deployments')}) / sum(${gauge('deployments')})`,
        'of deployments',
      ),
    ],
    'Deployments that repair what one before broke, by all deployments.',
  ),
  bars(
    'Failed deployment recovery time',
    'seconds',
    [
      query(gauge('failed_deployment_recovery_seconds', ', quantile="0.5"'), `${app} median`, noneFailed),
      query(gauge('failed_deployment_recovery_seconds', ', quantile="0.9"'), `${app} p90`, noneFailed),
    ],
    'From the end of a failed deployment to that of the next release of the app that ended well.',
    { width: 24, height: 7 },
  ),
];

const trends: readonly Panel[] = [
  graph(
    'Deployment frequency',
    'perDay',
    [query(gauge('deployments_per_day'), app)],
    'Deployments a day over the window that ended then.',
  ),
  graph(
    'Change lead time, median',
    'seconds',
    [query(gauge('change_lead_time_seconds', ', quantile="0.5"'), app, noCommits)],
    'A gap: no commit time was known.',
  ),
  graph(
    'Change fail rate',
    'share',
    [query(gauge('change_fail_ratio'), app)],
    'Failed deployments by deployments.',
  ),
  graph(
    'Release fail rate',
    'share',
    [query(gauge('release_fail_ratio'), app)],
    'Failed releases by releases, with those that were stopped before anything was rolled out.',
  ),
  graph(
    'Recovery time, median',
    'seconds',
    [query(gauge('failed_deployment_recovery_seconds', ', quantile="0.5"'), app, noneFailed)],
    'A gap: nothing failed, or nothing has recovered yet.',
  ),
  graph(
    'Deployment rework rate',
    'share',
    [query(gauge('deployment_rework_ratio'), app)],
    'Deployments that repair by deployments.',
  ),
];

const apps: readonly Panel[] = [
  table(
    'By app',
    'none',
    [
      query(gauge('deployments'), 'deployments'),
      query(gauge('change_lead_time_known'), 'known'),
      query(gauge('change_fail_ratio'), 'failed'),
      query(gauge('deployment_rework_ratio'), 'rework'),
      query(gauge('unrecovered_deployments'), 'open'),
    ],
    'Each app and environment. An empty environment is an unknown one.',
    {
      height: 10,
      columns: {
        namespace: 'Namespace',
        app: 'App',
        environment: 'Environment',
        'Value #A': 'Deployments',
        'Value #B': 'Lead time known',
        'Value #C': 'Change fail rate',
        'Value #D': 'Rework rate',
        'Value #E': 'Not recovered',
      },
    },
  ),
  stat(
    'Apps without numbers',
    'count',
    [query(`max(${once('sluice_dora_apps_left_out')}) or vector(0)`, 'left out')],
    'Only the apps with the latest releases have gauges; `sluice dora` and /dora know all.',
    { width: 6 },
  ),
  stat(
    'Releases in the history',
    'count',
    [query(once('sluice_history_releases'), '{{kind}}')],
    'What the numbers are computed from: kept on a volume (sqlite), or a few hundred in ConfigMaps.',
    { width: 6 },
  ),
  stat(
    'Releases that had to go',
    'count',
    [query(once('sluice_history_dropped_releases'), '{{kind}}')],
    'For want of room. Where it is not 0, long windows lack the oldest releases: give the history a volume.',
    { width: 6, thresholds: [{ from: 1, colour: 'yellow' }] },
  ),
  stat(
    'History can be read',
    'none',
    [query(once('sluice_history_up'), '{{kind}}')],
    'Without it there are none of these numbers.',
    { width: 6, words: { '0': 'no', '1': 'yes' } },
  ),
];

/** The five DORA metrics from the cluster's own records. */
export const dora: Dashboard = {
  uid: 'sluice-dora',
  title: 'Sluice / DORA',
  description:
    'Deployment frequency, change lead time, change fail rate, failed deployment recovery time and rework rate, from stored releases. What is unknown is shown as unknown.',
  lookBack: '30d',
  variables: [
    variable('namespace', 'Namespace'),
    variable('app', 'App', { series: 'sluice_dora_deployments{namespace=~"$namespace"}' }),
    variable('environment', 'Environment'),
    variable('window', 'Window', { single: '30d' }),
  ],
  rows: [
    { title: 'Throughput', panels: throughput },
    { title: 'Instability', panels: instability },
    { title: 'By app', panels: apps },
    { title: 'Over time', panels: trends },
  ],
};
