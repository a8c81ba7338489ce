import type { Fact } from './fact.ts';
import type { ReleaseObjects } from './release-objects.ts';

/** An app: what is sent of it to one sink is sent in order. */
export interface Lane {
  readonly namespace: string;
  readonly app: string;
}

/** Something to tell, and what was stored when it was offered. */
export interface Parcel {
  readonly fact: Fact;
  readonly release: ReleaseObjects;
}

/** What became of the parcels that were offered: ids of facts. The others wait. */
export interface Receipt {
  readonly delivered: readonly string[];
  /** Given up: refused for good, or too old. Marked as the delivered ones are, and counted. */
  readonly dead: readonly string[];
}

/** A receiver that is configured now. */
export interface SinkInfo {
  /** Unique, and the same for as long as the receiver is the same: deliveries are marked by it. At most 32 characters. */
  readonly name: string;
  /** Whether it wants to be told of a fact. Pure. */
  readonly accepts: (fact: Fact) => boolean;
}

/**
 * Port: a controller hands over what others are to be told, and never waits. What waits is not kept but offered again,
 * so that a receiver that is gone costs no memory: of each lane and sink only the first few parcels are held.
 */
export interface Outbox {
  readonly sinks: () => readonly SinkInfo[];
  /**
   * Offers what a lane has not yet told a sink, the oldest first, and learns what became of earlier offers. Parcels that
   * are no longer offered are forgotten. The lane is woken when there is news.
   */
  readonly offer: (lane: Lane, sink: string, parcels: readonly Parcel[]) => Receipt;
  /** Calls `wake` when something became of a lane's parcels, and for no lane in particular when the sinks changed. */
  readonly onNews: (wake: (lane: Lane | undefined) => void) => () => void;
}

/** Where nobody is to be told. */
export const noOutbox: Outbox = {
  sinks: () => [],
  offer: () => ({ delivered: [], dead: [] }),
  onNews: () => () => undefined,
};
