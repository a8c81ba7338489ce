/** What a metric is, by its full name: the only place where names, labels and help texts are written. */
export interface MetricDefinition {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels: readonly string[];
  /** Upper bounds of a histogram, in the unit of its name. */
  readonly buckets?: readonly number[];
  /** Labels whose values users choose: they are written as `(others)` once there are too many series. */
  readonly open?: readonly string[];
}

const requestSeconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;

/** From checks of a second to approvals of a day. */
const waitSeconds = [1, 2.5, 5, 10, 15, 30, 60, 120, 300, 600, 1_800, 3_600, 7_200, 21_600, 86_400] as const;

/** Every metric of this process. Renaming one breaks dashboards: add, then deprecate. */
export const metricNames = {
  sluice_reconciles_total: {
    type: 'counter',
    help: 'Reconciles by controller and by how they ended (done, again, retry, stalled, failed, panic).',
    labels: ['controller', 'outcome'],
  },
  sluice_reconcile_seconds: {
    type: 'histogram',
    help: 'Time from taking a key to the end of its actions.',
    labels: ['controller'],
    buckets: requestSeconds,
  },
  sluice_actions_total: {
    type: 'counter',
    help: 'Actions by kind and result (changed, unchanged, or the tag of the error).',
    labels: ['controller', 'action', 'result'],
  },
  sluice_queue_depth: {
    type: 'gauge',
    help: 'Keys that wait for a worker.',
    labels: ['controller'],
  },
  sluice_queue_delayed: {
    type: 'gauge',
    help: 'Keys that wait for a time.',
    labels: ['controller'],
  },
  sluice_queue_processing: {
    type: 'gauge',
    help: 'Keys that are worked on.',
    labels: ['controller'],
  },
  sluice_queue_longest_running_seconds: {
    type: 'gauge',
    help: 'How long the oldest unfinished reconcile has been running.',
    labels: ['controller'],
  },
  sluice_queue_adds_total: {
    type: 'counter',
    help: 'Keys added to the queue, repeated ones included.',
    labels: ['controller'],
  },
  sluice_queue_retries_total: {
    type: 'counter',
    help: 'Keys put back with a backoff.',
    labels: ['controller'],
  },
  sluice_api_requests_total: {
    type: 'counter',
    help: 'Calls of the Kubernetes API by verb and HTTP status, or the error tag when there was no answer.',
    labels: ['verb', 'code'],
  },
  sluice_api_request_seconds: {
    type: 'histogram',
    help: 'Time of a call of the Kubernetes API; of a watch, until its stream began.',
    labels: ['verb'],
    buckets: requestSeconds,
  },
  sluice_watch_restarts_total: {
    type: 'counter',
    help: 'Watches begun again, by resource and why (ended, gone, silent, or the tag of the error).',
    labels: ['resource', 'reason'],
  },
  sluice_cache_objects: {
    type: 'gauge',
    help: 'Objects in the cache.',
    labels: ['resource'],
  },
  sluice_cache_unreadable_objects: {
    type: 'gauge',
    help: 'Stored objects that do not match their schema.',
    labels: ['resource'],
  },
  sluice_fetches_total: {
    type: 'counter',
    help: 'Fetches by type of provider and how they ended (ok, or the tag of the error).',
    labels: ['type', 'result'],
  },
  sluice_fetch_seconds: {
    type: 'histogram',
    help: 'Time of a fetch, from the moment that it is sent.',
    labels: ['type'],
    buckets: [...requestSeconds, 30, 60],
  },
  sluice_fetches_in_flight: {
    type: 'gauge',
    help: 'Fetches that are on their way.',
    labels: [],
  },
  sluice_provider_breakers: {
    type: 'gauge',
    help: 'Providers in use by state: closed (asked), open (left alone after failures), half-open (being tried again).',
    labels: ['state'],
  },
  sluice_leader: {
    type: 'gauge',
    help: '1 while this process holds the lease.',
    labels: [],
  },
  sluice_gate_wait_seconds: {
    type: 'histogram',
    help: 'Time from the creation of a pod to the lifting of its gate, by why it was lifted (passed, warning, audit).',
    labels: ['result'],
    buckets: waitSeconds,
  },
  sluice_gate_lift_latency_seconds: {
    type: 'histogram',
    help: 'Time from the end of the last check that a pod waited for to the lifting of its gate.',
    labels: [],
    buckets: requestSeconds,
  },
  sluice_check_seconds: {
    type: 'histogram',
    help: 'Time from the start to the end of a task or an evaluation, by its definition and how it ended.',
    labels: ['kind', 'namespace', 'definition', 'type', 'result'],
    buckets: waitSeconds,
    open: ['namespace', 'definition', 'type'],
  },
  sluice_phase_seconds: {
    type: 'histogram',
    help: 'Time that a phase of a version took, by how it ended.',
    labels: ['phase', 'result'],
    buckets: waitSeconds,
  },
  sluice_version_seconds: {
    type: 'histogram',
    help: 'Time from the start to the end of a version, by its app and how it ended.',
    labels: ['level', 'namespace', 'app', 'result'],
    buckets: waitSeconds,
    open: ['namespace', 'app'],
  },
  sluice_metric_pushes_total: {
    type: 'counter',
    help: 'Times that all metrics were told to the OpenTelemetry collector, by result (ok, or the tag of the error).',
    labels: ['result'],
  },
  sluice_certificate_expiry_timestamp_seconds: {
    type: 'gauge',
    help: 'When a certificate that is served ends, in seconds since 1970.',
    labels: ['certificate'],
  },
  sluice_build_info: {
    type: 'gauge',
    help: '1, with the version of Sluice and of Node and with what this process does.',
    labels: ['version', 'node', 'roles'],
  },
  process_start_time_seconds: {
    type: 'gauge',
    help: 'When this process began, in seconds since 1970.',
    labels: [],
  },
  process_cpu_seconds_total: {
    type: 'counter',
    help: 'Processor time that this process has used.',
    labels: [],
  },
  process_resident_memory_bytes: {
    type: 'gauge',
    help: 'Memory of this process that is in RAM.',
    labels: [],
  },
  nodejs_heap_size_total_bytes: {
    type: 'gauge',
    help: 'Heap that Node has taken.',
    labels: [],
  },
  nodejs_heap_size_used_bytes: {
    type: 'gauge',
    help: 'Heap that is in use.',
    labels: [],
  },
  nodejs_external_memory_bytes: {
    type: 'gauge',
    help: 'Memory of buffers beside the heap.',
    labels: [],
  },
  nodejs_eventloop_lag_mean_seconds: {
    type: 'gauge',
    help: 'Mean delay of the event loop since the process began or this was last asked for a minute ago or more.',
    labels: [],
  },
  nodejs_eventloop_lag_p99_seconds: {
    type: 'gauge',
    help: '99th percentile of the delay of the event loop in the same time.',
    labels: [],
  },
  nodejs_eventloop_lag_max_seconds: {
    type: 'gauge',
    help: 'Longest delay of the event loop in the same time.',
    labels: [],
  },
  sluice_outbox_delivered_total: {
    type: 'counter',
    help: 'Parcels (one happening of one release each) that a sink took.',
    labels: ['sink'],
  },
  sluice_outbox_retries_total: {
    type: 'counter',
    help: 'Attempts that failed and are repeated, by the tag of the error.',
    labels: ['sink', 'result'],
  },
  sluice_outbox_dead_letters_total: {
    type: 'counter',
    help: 'Parcels that were given up: refused for good (the tag of the error), or too old.',
    labels: ['sink', 'result'],
  },
  sluice_outbox_waiting_lanes: {
    type: 'gauge',
    help: 'Apps of which parcels wait for the sink.',
    labels: ['sink'],
  },
  sluice_outbox_send_seconds: {
    type: 'histogram',
    help: 'Time of one attempt to tell a sink.',
    labels: ['sink'],
    buckets: requestSeconds,
  },
} as const satisfies Readonly<Record<string, MetricDefinition>>;

/** The name of a metric that exists. */
export type MetricName = keyof typeof metricNames;
