/** What a metric is, by its full name: the only place where names, labels and help texts are written. */
export interface MetricDefinition {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels: readonly string[];
  /** Upper bounds of a histogram, in the unit of its name. */
  readonly buckets?: readonly number[];
}

const requestSeconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;

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
