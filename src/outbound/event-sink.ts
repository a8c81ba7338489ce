import type { KeptnWorkloadVersion } from '../api/lifecycle/v1/keptn-workload-version.ts';
import type { EventFormat } from '../api/options/v1alpha1/event-receiver.ts';
import type { Fact } from '../domain/fact.ts';
import type { Parcel } from '../domain/outbox.ts';
import type { SluiceError } from '../kernel/errors.ts';
import { ok, type Result } from '../kernel/result.ts';
import { asCloudEvent } from './cdevents/cd-event.ts';
import { cdEventsOf, hasCdEvents } from './cdevents/cd-events.ts';
import type { Past } from './cdevents/incidents.ts';
import { binaryMode, type CloudEvent } from './cloud-events/cloud-event.ts';
import { keptnEvent, keptnType } from './cloud-events/keptn.ts';
import { type EventFilter, wantsType, wantsVersion } from './event-filter.ts';
import { ReceiverHttp, type ReceiverPorts, type ReceiverTarget } from './receiver-http.ts';
import type { Sink } from './sink.ts';

/** A receiver of events. */
export interface EventSinkOptions {
  readonly name: string;
  readonly format: EventFormat;
  readonly filter: EventFilter;
  readonly target: ReceiverTarget;
  /** URI of this cluster's Sluice. */
  readonly source: string;
}

/** What events are made with. */
export interface EventPorts extends ReceiverPorts {
  readonly past: Past;
  /** The image that a workload version runs; undefined when nobody knows it any more. Error: unavailable, timeout. */
  readonly imageOf: (version: KeptnWorkloadVersion) => Promise<Result<string | undefined, SluiceError>>;
}

/** So many parcels of which a part was taken are remembered. */
const mostBegun = 64;

/**
 * A sink that posts CloudEvents, one request each. Of a parcel with several events, those that were taken are not sent
 * again with the others.
 */
export class EventSink implements Sink {
  readonly name: string;
  readonly #options: EventSinkOptions;
  readonly #ports: EventPorts;
  readonly #http: ReceiverHttp;
  /** Ids of events that were taken, by the parcel that has others. */
  readonly #taken = new Map<string, Set<string>>();

  constructor(options: EventSinkOptions, ports: EventPorts) {
    this.name = options.name;
    this.#options = options;
    this.#ports = ports;
    this.#http = new ReceiverHttp(options.target, ports);
  }

  readonly accepts = (fact: Fact): boolean => {
    const { filter, format } = this.#options;
    if (!wantsVersion(filter, fact)) return false;
    if (format === 'cdevents') return hasCdEvents(fact);
    const type = keptnType(fact);
    return type !== undefined && wantsType(filter, type);
  };

  async send(parcel: Parcel, signal: AbortSignal): Promise<Result<void, SluiceError>> {
    const events = await this.#eventsOf(parcel);
    if (!events.ok) return events;
    const { id } = parcel.fact;
    const taken = this.#taken.get(id) ?? new Set<string>();
    for (const event of events.value) {
      if (taken.has(event.id)) continue;
      const result = await this.#http.post(binaryMode(event), signal);
      if (!result.ok) return result;
      taken.add(event.id);
      this.#remember(id, taken);
    }
    this.#taken.delete(id);
    return ok(undefined);
  }

  close(): Promise<void> {
    this.#http.close();
    return Promise.resolve();
  }

  async #eventsOf(parcel: Parcel): Promise<Result<readonly CloudEvent[], SluiceError>> {
    const { format, filter, source } = this.#options;
    const { fact } = parcel;
    if (format === 'keptn') {
      const event = keptnEvent(fact);
      return ok(event === undefined ? [] : [event]);
    }
    const { past, imageOf } = this.#ports;
    const image =
      fact.kind === 'phase-ended' && fact.level === 'Workload' ? await imageOf(fact.version) : ok(undefined);
    if (!image.ok) return image;
    const events = cdEventsOf(parcel, { source, past, image: image.value });
    return ok(events.map(asCloudEvent).filter(({ type }) => wantsType(filter, type)));
  }

  #remember(id: string, taken: Set<string>): void {
    this.#taken.delete(id);
    this.#taken.set(id, taken);
    const [oldest] = this.#taken.keys();
    if (this.#taken.size > mostBegun && oldest !== undefined) this.#taken.delete(oldest);
  }
}
