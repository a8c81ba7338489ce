import type { Dashboard } from '../grafana/dashboard.ts';
import { graph, type Panel, query, stat, table } from '../grafana/panel.ts';
import { apiErrors, failedReconciles, increased, once, ours, quantile, share } from '../queries.ts';

const window = '$__rate_interval';
const neverSoFar = 'it has not happened since the process began';

const state: readonly Panel[] = [
  stat(
    'Leaders',
    'count',
    [
      query(
        `sum(${ours('sluice_leader')} and on (job, instance) sluice_build_info{roles=~".*controller.*"}) or vector(0)`,
        'leaders',
      ),
    ],
    'Controllers that act: one. The others wait with their caches filled. 0 for longer than the lease lasts: nothing is released.',
    {
      thresholds: [{ from: 2, colour: 'red' }],
    },
  ),
  stat(
    'Processes',
    'count',
    [query('count by (roles) (sluice_build_info)', '{{roles}}')],
    'What is scraped, by what it does.',
  ),
  stat(
    'Certificate ends in',
    'seconds',
    [query('min by (certificate) (sluice_certificate_expiry_timestamp_seconds) - time()', '{{certificate}}')],
    'They are renewed when a third of their time is left.',
    { width: 6 },
  ),
  stat(
    'Objects that cannot be read',
    'count',
    [query('max(sluice_cache_unreadable_objects)', 'unreadable')],
    'Stored objects that don’t match their schema; nothing happens with them.',
    { thresholds: [{ from: 1, colour: 'red' }], width: 5 },
  ),
  stat(
    'Older objects without series',
    'count',
    [query(`sum(${once('sluice_objects_without_series')}) or vector(0)`, 'left out')],
    'There are more of their kind than SLUICE_METRICS_OBJECTS allows series for; totals by state still count them.',
    { width: 5 },
  ),
  table(
    'Versions',
    'none',
    [query(ours('process_start_time_seconds') + ' * 1000', 'started')],
    'Each process, what it does and when it began.',
    { columns: { instance: 'Instance', roles: 'Roles', Value: 'Began' }, height: 6, width: 12 },
  ),
  table(
    'Builds',
    'count',
    [query('count by (version, node, roles) (sluice_build_info)', 'processes')],
    'During an upgrade there are two versions; afterwards one.',
    {
      columns: { version: 'Sluice', node: 'Node', roles: 'Roles', Value: 'Processes' },
      height: 6,
      width: 12,
    },
  ),
];

const reconciling: readonly Panel[] = [
  graph(
    'Reconciles',
    'perSecond',
    [query(`sum by (controller) (rate(sluice_reconciles_total[${window}]))`, '{{controller}}')],
    'How often each controller looks at an object.',
    { stacked: true },
  ),
  graph(
    'Reconciles that failed',
    'perSecond',
    [
      query(
        `sum by (controller, outcome) (rate(sluice_reconciles_total{${failedReconciles}}[${window}]))`,
        '{{controller}} {{outcome}}',
        neverSoFar,
      ),
    ],
    'retry: a read or write failed and is repeated; failed: it is not; panic: a defect of Sluice.',
  ),
  graph(
    'Reconcile time, p95',
    'seconds',
    [
      query(
        quantile(0.95, { histogram: 'sluice_reconcile_seconds', by: ['controller'], window }),
        '{{controller}}',
      ),
    ],
    'From taking a key to the end of its actions.',
  ),
  graph(
    'Keys that wait',
    'count',
    [query('sum by (controller) (sluice_queue_depth)', '{{controller}}')],
    'What no worker has taken yet. It should fall to 0 after each burst.',
    { stacked: true },
  ),
  graph(
    'Longest running reconcile',
    'seconds',
    [query('max by (controller) (sluice_queue_longest_running_seconds)', '{{controller}}')],
    'Something hangs where this grows.',
  ),
  graph(
    'Keys put back',
    'perSecond',
    [
      query(
        `sum by (controller) (rate(sluice_queue_retries_total[${window}]))`,
        '{{controller}}',
        neverSoFar,
      ),
    ],
    'With a growing pause each.',
  ),
  graph(
    'Actions',
    'perSecond',
    [query(`sum by (action, result) (rate(sluice_actions_total[${window}]))`, '{{action}} {{result}}')],
    'What controllers wrote, and whether it changed anything.',
  ),
  graph(
    'Lift latency, p99',
    'seconds',
    [query(quantile(0.99, { histogram: 'sluice_gate_lift_latency_seconds', window: '1h' }), 'p99')],
    'From the end of the last check of a pod to the lifting of its gate.',
  ),
];

const api: readonly Panel[] = [
  graph(
    'API requests',
    'perSecond',
    [query(`sum by (verb, code) (rate(sluice_api_requests_total[${window}]))`, '{{verb}} {{code}}')],
    'Calls of the Kubernetes API.',
  ),
  graph(
    'API errors',
    'share',
    [query(share('sluice_api_requests_total', { where: apiErrors, window }), 'share of all calls')],
    'Calls that the API server did not answer, or answered with an error of its own.',
    { thresholds: [{ from: 0.05, colour: 'red' }] },
  ),
  graph(
    'API time, p95',
    'seconds',
    [query(quantile(0.95, { histogram: 'sluice_api_request_seconds', by: ['verb'], window }), '{{verb}}')],
    'Of a watch, until its stream began.',
  ),
  graph(
    'Watches begun again',
    'count',
    [
      query(
        `sum by (resource, reason) ${increased('sluice_watch_restarts_total', '1h')}`,
        '{{resource}} {{reason}}',
        'watches end by themselves every few minutes; before that there is none',
      ),
    ],
    'Within an hour. ended is usual; gone, silent and others cost a new list of all objects.',
  ),
  graph(
    'Objects in the cache',
    'count',
    [query('max by (resource) (sluice_cache_objects)', '{{resource}}')],
    'What the memory of a controller grows with.',
  ),
];

const metrics: readonly Panel[] = [
  graph(
    'Fetches of metrics',
    'perSecond',
    [query(`sum by (type, result) (rate(sluice_fetches_total[${window}]))`, '{{type}} {{result}}')],
    'Questions to metric backends, by type of provider and how they ended.',
  ),
  graph(
    'Time of a fetch, p95',
    'seconds',
    [query(quantile(0.95, { histogram: 'sluice_fetch_seconds', by: ['type'], window }), '{{type}}')],
    'A backend that hangs delays its own metrics only.',
  ),
  graph(
    'Providers',
    'count',
    [query('sum by (state) (sluice_provider_breakers)', '{{state}}')],
    'open: left alone for a while after failures.',
    { stacked: true },
  ),
];

const telling: readonly Panel[] = [
  graph(
    'Delivered',
    'perSecond',
    [query(`sum by (sink) (rate(sluice_outbox_delivered_total[${window}]))`, '{{sink}}')],
    'What happened in releases and was told: traces, CloudEvents, CDEvents, chats.',
  ),
  graph(
    'Repeated and given up',
    'count',
    [
      query(
        `sum by (sink, result) ${increased('sluice_outbox_retries_total', '1h')}`,
        '{{sink}} repeated: {{result}}',
        neverSoFar,
      ),
      query(
        `sum by (sink, result) ${increased('sluice_outbox_dead_letters_total', '1h')}`,
        '{{sink}} given up: {{result}}',
        neverSoFar,
      ),
    ],
    'Within an hour. What is given up is lost for that receiver.',
  ),
  graph(
    'Apps that wait to be told of',
    'count',
    [query('max by (sink) (sluice_outbox_waiting_lanes)', '{{sink}}')],
    'It grows while a receiver is down; nothing of a release waits for it.',
  ),
  graph(
    'Time of a delivery, p95',
    'seconds',
    [query(quantile(0.95, { histogram: 'sluice_outbox_send_seconds', by: ['sink'], window }), '{{sink}}')],
    'Of one attempt.',
  ),
];

const processes: readonly Panel[] = [
  graph(
    'Memory',
    'bytes',
    [query(ours('process_resident_memory_bytes'), '{{instance}} {{roles}}')],
    'Resident. The manifests allow 256 MiB.',
  ),
  graph(
    'Heap in use',
    'bytes',
    [query(ours('nodejs_heap_size_used_bytes'), '{{instance}} {{roles}}')],
    'What JavaScript objects take; a saw tooth is usual.',
  ),
  graph(
    'Event loop lag, p99',
    'seconds',
    [query(ours('nodejs_eventloop_lag_p99_seconds'), '{{instance}} {{roles}}')],
    'How long anything waits that is due at once.',
    { thresholds: [{ from: 0.25, colour: 'red' }] },
  ),
  graph(
    'Processor',
    'none',
    [query(ours(`rate(process_cpu_seconds_total[${window}])`), '{{instance}} {{roles}}')],
    'In cores.',
  ),
];

/** How Sluice itself is: for whoever runs it. */
export const health: Dashboard = {
  uid: 'sluice-health',
  title: 'Sluice / Health',
  description:
    'Sluice’s own processes: leader, certificates, reconciling, the API server, fetching, telling, memory.',
  lookBack: '6h',
  variables: [],
  rows: [
    { title: 'State', panels: state },
    { title: 'Reconciling', panels: reconciling },
    { title: 'The API server', panels: api },
    { title: 'Fetching metrics', panels: metrics },
    { title: 'Telling others', panels: telling },
    { title: 'Processes', panels: processes },
  ],
};
