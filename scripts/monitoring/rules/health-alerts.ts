import { increased, once, ours } from '../queries.ts';
import { limits } from './limits.ts';
import type { Alert, Group } from './rule.ts';

const processes: readonly Alert[] = [
  {
    name: 'SluiceNoLeader',
    severity: 'critical',
    expression:
      'absent((sluice_leader == 1) and on (job, instance) sluice_build_info{roles=~".*controller.*"})',
    for: '2m',
    summary: 'No Sluice controller leads',
    description:
      'Nothing is released: new versions wait at the gate. The controllers are down, not scraped, or cannot get the Lease sluice-controller.',
  },
  {
    name: 'SluiceNoWebhook',
    severity: 'critical',
    expression: 'absent(sluice_build_info{roles=~".*webhook.*"})',
    for: '5m',
    summary: 'No Sluice webhook is scraped',
    description:
      'If none runs, pods in opted-in namespaces are refused. Look at the Deployment sluice-webhook; if it is well, at the scrape configuration.',
  },
  {
    name: 'SluiceCertificateExpiresSoon',
    severity: 'critical',
    expression: `min by (certificate) (sluice_certificate_expiry_timestamp_seconds) - time() < ${limits.certificateLeftSeconds}`,
    for: '15m',
    summary: 'The certificate {{ $labels.certificate }} ends in {{ $value | humanizeDuration }}',
    description:
      'It should have been renewed when a third of its time was left. When it ends, the API server no longer trusts the webhook.',
  },
  {
    name: 'SluiceMemoryHigh',
    severity: 'warning',
    expression: `${ours('process_resident_memory_bytes')} > ${limits.memoryBytes}`,
    for: '15m',
    summary: '{{ $labels.instance }} ({{ $labels.roles }}) uses {{ $value | humanize1024 }}B of memory',
    description: 'The kernel ends it at the limit of its container, 256 MiB in the manifests.',
  },
  {
    name: 'SluiceEventLoopSlow',
    severity: 'warning',
    expression: `${ours('nodejs_eventloop_lag_p99_seconds')} > ${limits.eventLoopLagSeconds}`,
    for: '15m',
    summary: '{{ $labels.instance }} ({{ $labels.roles }}) is {{ $value | humanizeDuration }} behind',
    description:
      'Whatever is due waits that long: admission and lifting are slow. It has too little processor.',
  },
  {
    name: 'SluiceRestartsOften',
    severity: 'warning',
    expression: `${ours('changes(process_start_time_seconds[1h])')} > ${limits.restarts}`,
    for: '0m',
    summary: '{{ $labels.instance }} ({{ $labels.roles }}) began {{ $value }} times anew within an hour',
    description: 'Its previous log and the reason of its last state say why it ended.',
  },
];

const reconciling: readonly Alert[] = [
  {
    name: 'SluiceReconcilesFail',
    severity: 'warning',
    expression: `sluice:reconcile_failures:share_10m > ${limits.reconcileFailureShare}`,
    for: '15m',
    summary: '{{ $value | humanizePercentage }} of the reconciles of {{ $labels.controller }} fail',
    description: 'Its reads or writes are refused or not answered; the log names the object and the remedy.',
  },
  {
    name: 'SluiceHistoryNotWritten',
    severity: 'warning',
    expression: 'sluice:reconcile_failures:share_10m{controller="archive"} > 0',
    for: '15m',
    summary: 'Ended releases cannot be written to the history',
    description:
      'The numbers of DORA lack them until they are. Nothing is lost while their KeptnAppVersions are there: the history limit takes old ones.',
  },
  {
    name: 'SluiceHistoryUnreadable',
    severity: 'warning',
    expression: 'max by (kind) (sluice_history_up) == 0',
    for: '10m',
    summary: 'The history of releases ({{ $labels.kind }}) cannot be read',
    description: 'There are no numbers of DORA meanwhile. Releases are not affected.',
  },
  {
    name: 'SluiceHistoryFull',
    severity: 'info',
    expression: `${once('delta(sluice_history_dropped_releases[1h])')} > 0`,
    for: '0m',
    summary: 'Old releases leave the history ({{ $labels.kind }}) for want of room',
    description: 'Long windows of the numbers of DORA lack them.',
  },
  {
    name: 'SluicePanics',
    severity: 'warning',
    expression: `sum by (controller) ${increased('sluice_reconciles_total{outcome="panic"}', '15m')} > 0`,
    for: '0m',
    summary: 'The controller {{ $labels.controller }} met a defect of its own',
    description:
      'It goes on with other objects and comes back to this one. The log has the object and the stack.',
  },
  {
    name: 'SluiceReconcileHangs',
    severity: 'warning',
    expression: `max by (controller) (sluice_queue_longest_running_seconds) > ${limits.reconcileSeconds}`,
    for: '5m',
    summary: 'A reconcile of {{ $labels.controller }} has run for {{ $value | humanizeDuration }}',
    description: 'Its object is stuck until it ends; others go on while there are workers.',
  },
  {
    name: 'SluiceQueueLong',
    severity: 'warning',
    expression: `sum by (controller) (sluice_queue_depth) > ${limits.queuedKeys}`,
    for: '10m',
    summary: '{{ $value }} objects wait for the controller {{ $labels.controller }}',
    description: 'It does not keep up: look at the time of its reconciles and of the API server.',
  },
  {
    name: 'SluiceObjectsUnreadable',
    severity: 'warning',
    expression: 'max by (resource) (sluice_cache_unreadable_objects) > 0',
    for: '10m',
    summary: '{{ $value }} stored {{ $labels.resource }} cannot be read',
    description:
      'They don’t match their schema, so that nothing happens with them. The log names each and the field.',
  },
];

const surroundings: readonly Alert[] = [
  {
    name: 'SluiceApiErrors',
    severity: 'warning',
    expression: `sluice:api_errors:share_10m > ${limits.apiErrorShare}`,
    for: '10m',
    summary: '{{ $value | humanizePercentage }} of the calls of the Kubernetes API fail',
    description:
      'The API server answers with errors of its own, holds Sluice back (429), or does not answer.',
  },
  {
    name: 'SluiceWatchesRestart',
    severity: 'warning',
    expression: `sum by (resource, reason) ${increased('sluice_watch_restarts_total{reason!="ended"}', '15m')} > ${limits.watchRestarts}`,
    for: '0m',
    summary:
      'The watch of {{ $labels.resource }} began anew {{ $value | humanize }} times in 15 minutes ({{ $labels.reason }})',
    description: 'What Sluice sees is old meanwhile, and each new list costs the API server.',
  },
  {
    name: 'SluiceMetricFetchesFail',
    severity: 'warning',
    expression: `sluice:fetch_failures:share_10m > ${limits.fetchFailureShare}`,
    for: '15m',
    summary: '{{ $value | humanizePercentage }} of the fetches from {{ $labels.type }} fail',
    description:
      'Evaluations on these metrics wait or fail. `kubectl get keptnmetrics -A` shows the error of each.',
  },
  {
    name: 'SluiceProviderLeftAlone',
    severity: 'warning',
    expression: 'sum(sluice_provider_breakers{state="open"}) > 0',
    for: '15m',
    summary: '{{ $value }} metrics providers do not answer and are left alone for a while',
    description: 'They are tried again by themselves. The Ready condition of their KeptnMetrics names them.',
  },
  {
    name: 'SluiceDeadLetters',
    severity: 'warning',
    expression: `sum by (sink, result) ${increased('sluice_outbox_dead_letters_total', '15m')} > 0`,
    for: '0m',
    summary: '{{ $labels.sink }} was not told of {{ $value | humanize }} happenings: {{ $labels.result }}',
    description:
      'They were refused for good or grew too old, and are not sent again. Releases are not affected.',
  },
  {
    name: 'SluiceReceiverBehind',
    severity: 'warning',
    expression: 'max by (sink) (sluice_outbox_waiting_lanes) > 0',
    for: '30m',
    summary: '{{ $labels.sink }} has not been told of {{ $value }} apps for 30 minutes',
    description:
      'The receiver is down, slow or refuses; what waits is sent when it is back, unless it grows too old.',
  },
];

/** About Sluice itself: for whoever runs it. */
export const healthAlerts: readonly Group[] = [
  { name: 'sluice.processes', alerts: processes },
  { name: 'sluice.reconciling', alerts: reconciling },
  { name: 'sluice.surroundings', alerts: surroundings },
];
