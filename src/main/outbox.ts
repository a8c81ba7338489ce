import type { EventReceiver } from '../api/options/v1alpha1/event-receiver.ts';
import type { KeptnConfig } from '../api/options/v1alpha1/keptn-config.ts';
import type { Settings } from '../config/settings.ts';

import { firstByName } from '../domain/first-by-name.ts';
import { parseDurationMs } from '../kernel/duration.ts';
import { productVersion } from '../kernel/product-version.ts';
import type { Logger } from '../observability/logger.ts';
import type { Metrics } from '../observability/metrics.ts';
import { type EventPorts, EventSink } from '../outbound/event-sink.ts';
import { notificationPlans } from '../outbound/notify/sink.ts';
import { otlpPlan } from '../outbound/otlp/plan.ts';
import { SinkOutbox, type SinkPlan } from '../outbound/outbox.ts';
import type { KubeClient } from '../runtime/client.ts';
import { systemClock } from '../runtime/clock.ts';
import { randomFraction } from '../runtime/ids.ts';
import type { Reader } from '../runtime/reader.ts';
import { secretReader } from '../runtime/secret-reader.ts';
import { workloadImage } from '../runtime/workload-image.ts';

/** What sinks are made with. */
export interface SinkPorts extends EventPorts {
  /** URI of this cluster's Sluice. */
  readonly source: string;
}

/** Makes the plans of one kind of sink from the KeptnConfig that counts. Opens nothing. */
type SinkFactory = (config: KeptnConfig, ports: SinkPorts) => readonly SinkPlan[];

/** Every kind of sink. A new one is one line here. */
const sinkFactories: readonly SinkFactory[] = [keptnEndpoint, eventReceivers, notifications, collector];

/** Who is told what: an outbox whose sinks follow the KeptnConfig in the cache. */
export interface OutboxParts {
  readonly outbox: SinkOutbox;
  /** Gives it the cache; there are no sinks before. */
  readonly follow: (reader: Reader) => void;
}

/** Builds the outbox and hands it its ports: time, connections, reads of Secrets and of what is stored. */
export function buildOutbox(
  settings: Settings,
  { client, logger, metrics }: { client: KubeClient; logger: Logger; metrics: Metrics },
): OutboxParts {
  let reader: Reader | undefined;
  const ports = (of: Reader): EventPorts => ({
    clock: systemClock,
    readSecret: secretReader(client),
    namespace: settings.namespace,
    proxyEnv: settings.proxyEnv,
    imageOf: workloadImage(client, of),
    past: {
      appVersions: (namespace, app) => of.byIndex('keptnappversions', 'app', `${namespace}/${app}`),
      workloadVersion: (namespace, name) => of.get('keptnworkloadversions', namespace, name),
    },
  });
  let last: { config: KeptnConfig | undefined; source: string; plans: readonly SinkPlan[] } | undefined;
  const plans = (): readonly SinkPlan[] => {
    if (reader === undefined) return [];
    const config = firstByName(reader.list('keptnconfigs', settings.namespace));
    const source = sourceOf(config, reader);
    if (last?.config === config && last?.source === source) return last.plans;
    const sinkPorts = { ...ports(reader), source };
    const all = config === undefined ? [] : sinkFactories.flatMap((make) => make(config, sinkPorts));
    last = { config, source, plans: all };
    return all;
  };
  const outbox = new SinkOutbox({
    clock: systemClock,
    random: randomFraction,
    metrics,
    plans,
    onBug: (error) => {
      logger.error('sink threw', { error });
    },
  });
  return {
    outbox,
    follow: (cache) => {
      reader = cache;
    },
  };
}

/** The uid of kube-system is known to be the cluster's own: it stays as long as the cluster does. */
function sourceOf(config: KeptnConfig | undefined, reader: Reader): string {
  const cluster = config?.spec.clusterName || reader.get('namespaces', '', 'kube-system')?.metadata.uid;
  return `sluice://${cluster ?? 'cluster'}`;
}

/** The collector of spans. */
function collector({ spec }: KeptnConfig, ports: SinkPorts): readonly SinkPlan[] {
  const cluster = spec.clusterName;
  const resource = {
    'service.name': 'sluice',
    'service.version': productVersion,
    'k8s.namespace.name': ports.namespace,
    ...(cluster ? { 'k8s.cluster.name': cluster } : {}),
  };
  const plan = otlpPlan(spec, { ...ports, resource });
  return plan === undefined ? [] : [plan];
}

/** The one endpoint that Keptn has. */
function keptnEndpoint({ spec }: KeptnConfig, ports: SinkPorts): readonly SinkPlan[] {
  const { cloudEventsEndpoint: url = '' } = spec;
  if (url === '') return [];
  const target = {
    url,
    // What the endpoint alone cannot be told, an entry of that list can.
    field: 'spec.eventReceivers[]',
    urlField: 'spec.cloudEventsEndpoint',
    timeoutMs: 5_000,
    insecureSkipVerify: false,
    headersFrom: [],
  };
  const options = { name: 'cloudevents', format: 'keptn', filter: {}, target, source: ports.source } as const;
  return [
    {
      name: options.name,
      title: 'spec.cloudEventsEndpoint',
      fingerprint: JSON.stringify(options),
      open: () => new EventSink(options, ports),
    },
  ];
}

function notifications({ spec }: KeptnConfig, ports: SinkPorts): readonly SinkPlan[] {
  return notificationPlans(spec.notifications, ports);
}

function eventReceivers({ spec }: KeptnConfig, ports: SinkPorts): readonly SinkPlan[] {
  return (spec.eventReceivers ?? []).map((receiver) => eventReceiver(receiver, ports));
}

function eventReceiver(receiver: EventReceiver, ports: SinkPorts): SinkPlan {
  const { name, url, format, filter, tls, headersFrom = [] } = receiver;
  const field = `spec.eventReceivers["${name}"]`;
  const timeout = parseDurationMs(receiver.timeout);
  const options = {
    // In front, so that it is never called as another kind of sink is.
    name: `receiver/${name}`,
    format,
    filter,
    target: {
      url,
      field,
      timeoutMs: timeout.ok ? timeout.value : 5_000,
      insecureSkipVerify: tls.insecureSkipVerify,
      caFrom: tls.caFrom,
      headersFrom,
    },
    source: ports.source,
  };
  return {
    name: options.name,
    title: field,
    fingerprint: JSON.stringify(options),
    open: () => new EventSink(options, ports),
  };
}
