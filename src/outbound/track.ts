import type { Lane, Parcel, Receipt } from '../domain/outbox.ts';

/** Of a lane and sink so many parcels are held at most; the others are offered again when there is room. */
export const parcelsPerTrack = 32;

/** Whoever does not note what became of so many parcels gets no more sent. */
const endsPerTrack = 64;

const firstPauseMs = 1_000;
const longestPauseMs = 60_000;

/**
 * What one sink is to be told of one lane: a few parcels in order, one of them on its way at a time, and what became of
 * those before. Knows nothing of time but what it is told.
 */
export class Track {
  readonly lane: Lane;
  #waiting: readonly Parcel[] = [];
  #sending: Parcel | undefined;
  readonly #settled = new Map<string, 'delivered' | 'dead'>();
  #untold = 0;
  #failures = 0;
  #notBeforeMs = 0;
  /** When it was offered something last, on the monotonic clock. */
  offeredAtMs = 0;

  constructor(lane: Lane) {
    this.lane = lane;
  }

  /** How many parcels are held. */
  get held(): number {
    return this.#waiting.length;
  }

  get isIdle(): boolean {
    return this.#waiting.length === 0 && this.#sending === undefined;
  }

  /** True when nothing at all is held, not even what became of parcels. */
  get isEmpty(): boolean {
    return this.isIdle && this.#settled.size === 0;
  }

  /** When the next parcel may go, on the monotonic clock; undefined: there is none, or one is on its way. */
  get dueAtMs(): number | undefined {
    return this.#sending === undefined && this.#waiting.length > 0 ? this.#notBeforeMs : undefined;
  }

  /** Takes what is offered now in place of what was before, up to `room` parcels of all lanes. */
  offer(
    parcels: readonly Parcel[],
    room: number,
  ): { readonly receipt: Receipt; readonly isTurnedAway: boolean } {
    const delivered: string[] = [];
    const dead: string[] = [];
    const open: Parcel[] = [];
    for (const parcel of parcels) {
      const became = this.#settled.get(parcel.fact.id);
      if (became === undefined) open.push(parcel);
      else (became === 'delivered' ? delivered : dead).push(parcel.fact.id);
    }
    // Whoever no longer offers a parcel has noted what became of it.
    const offered = new Set([...delivered, ...dead]);
    for (const id of this.#settled.keys()) if (!offered.has(id)) this.#settled.delete(id);
    const most = Math.max(0, Math.min(parcelsPerTrack, room, endsPerTrack - this.#settled.size));
    this.#waiting = open.slice(0, most);
    this.#untold = 0;
    return { receipt: { delivered, dead }, isTurnedAway: room < Math.min(open.length, parcelsPerTrack) };
  }

  /** The next parcel, while none is on its way. */
  peek(): Parcel | undefined {
    return this.#sending === undefined ? this.#waiting[0] : undefined;
  }

  /** The next parcel goes out. */
  begin(): Parcel | undefined {
    this.#sending = this.peek();
    return this.#sending;
  }

  /** A parcel needs no further attempt. Says when whoever offered it should be told: with later ones, soon or now. */
  settle(id: string, became: 'delivered' | 'dead'): 'later' | 'soon' | 'now' {
    this.#sending = undefined;
    this.#failures = 0;
    this.#notBeforeMs = 0;
    this.#settled.set(id, became);
    this.#waiting = this.#waiting.filter(({ fact }) => fact.id !== id);
    this.#untold += 1;
    if (this.#untold >= parcelsPerTrack / 2) return 'now';
    return this.#waiting.length === 0 ? 'soon' : 'later';
  }

  /** An attempt failed that is to be repeated, after a pause that doubles. True when earlier news should be told now. */
  putBack(nowMs: number, random: number): boolean {
    this.#sending = undefined;
    const wholeMs = Math.min(longestPauseMs, firstPauseMs * 2 ** this.#failures);
    this.#failures += 1;
    this.#notBeforeMs = nowMs + wholeMs / 2 + (wholeMs / 2) * random;
    return this.#untold > 0;
  }

  /** The sink is back: what waits need not wait longer. */
  hurry(): void {
    this.#notBeforeMs = 0;
  }
}
