import type { Outbox, Parcel, SinkInfo } from '../../src/domain/outbox.ts';

/** An outbox whose receivers are up or down as the test says. Its memory goes with it; what they got stays in `got`. */
export class ScriptedOutbox implements Outbox {
  readonly #sinks: readonly SinkInfo[];
  readonly #settled = new Set<string>();
  readonly #wakes = new Set<Parameters<Outbox['onNews']>[0]>();
  readonly #got: Map<string, Parcel[]>;
  readonly down = new Set<string>();

  constructor(sinks: readonly SinkInfo[], got: Map<string, Parcel[]>) {
    this.#sinks = sinks;
    this.#got = got;
  }

  readonly sinks: Outbox['sinks'] = () => this.#sinks;

  readonly offer: Outbox['offer'] = (_lane, sink, parcels) => {
    const open = parcels.filter(({ fact }) => !this.#settled.has(`${sink} ${fact.id}`));
    if (!this.down.has(sink)) for (const parcel of open.slice(0, 3)) this.#deliver(sink, parcel);
    const delivered = parcels.map(({ fact }) => fact.id).filter((id) => this.#settled.has(`${sink} ${id}`));
    return { delivered, dead: [] };
  };

  readonly onNews: Outbox['onNews'] = (wake) => {
    this.#wakes.add(wake);
    return () => this.#wakes.delete(wake);
  };

  #deliver(sink: string, parcel: Parcel): void {
    this.#settled.add(`${sink} ${parcel.fact.id}`);
    this.#got.set(sink, [...(this.#got.get(sink) ?? []), parcel]);
  }
}
