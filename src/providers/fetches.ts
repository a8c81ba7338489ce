import { type KeptnMetricsProvider, readProviderType } from '../api/metrics/v1/keptn-metrics-provider.ts';
import type { Fetched, FetchOwner, MetricQuery, MetricSource } from '../domain/metric-source.ts';
import { err } from '../kernel/result.ts';
import type { Metrics } from '../observability/metrics.ts';
import { type Job, type JobEnd, Lane, type LaneOptions } from './lane.ts';

/** What the source of metrics needs. */
export interface FetchesOptions extends LaneOptions {
  readonly metrics: Metrics;
  /** Fetches at once over all providers, beyond the first of each. Default 64. */
  readonly limit?: number;
}

/** What an owner looked for. */
interface Entry {
  fetched?: Fetched;
  /** Gives up what is on its way. */
  readonly leave?: () => void;
}

type Wake = (key: { namespace: string; name: string }) => void;

/** A provider that nobody asked for this long is forgotten, and its connections with it. */
const idleMs = 300_000;
const defaultLimit = 64;

const sweepMs = 60_000;

interface KeptLane {
  readonly lane: Lane;
  type: string;
  /** On the monotonic clock. */
  usedAtMs: number;
}

/**
 * The source of measured values. Each provider object has a lane of its own; they share nothing but a bound on how many
 * fetches are on their way at once, from which the first fetch of each provider is exempt: none waits for another.
 */
export class Fetches implements MetricSource {
  readonly #options: FetchesOptions;
  readonly #lanes = new Map<string, KeptLane>();
  readonly #owners = new Map<string, { readonly owner: FetchOwner; readonly entries: Map<string, Entry> }>();
  readonly #wakes = new Map<FetchOwner['resource'], Set<Wake>>();
  #inFlight = 0;
  #cancelSweep: (() => void) | undefined;

  constructor(options: FetchesOptions) {
    this.#options = options;
    options.metrics.onCollect(() => {
      this.#report();
    });
  }

  /** How much is held, for tests that look for leaks. */
  get size(): { readonly owners: number; readonly lanes: number; readonly inFlight: number } {
    return { owners: this.#owners.size, lanes: this.#lanes.size, inFlight: this.#inFlight };
  }

  readonly look: MetricSource['look'] = (owner, id, query) => {
    const known = this.#owners.get(keyOf(owner))?.entries.get(id);
    if (known !== undefined) return known.fetched;
    const { entries } = this.#ownerOf(owner);
    const kept = this.#laneOf(query.provider);
    const refusal = kept.lane.refusal();
    if (refusal !== undefined) {
      const fetched = { at: new Date(this.#options.clock.now()), result: err(refusal) };
      entries.set(id, { fetched });
      this.#count(kept.type, { fetched, ms: 0 });
      return fetched;
    }
    entries.set(id, this.#begin(owner, kept.lane, query));
    this.#pump();
    return undefined;
  };

  readonly keepOnly: MetricSource['keepOnly'] = (owner, ids) => {
    const known = this.#owners.get(keyOf(owner));
    if (known === undefined) return;
    for (const [id, { leave }] of known.entries) {
      if (ids.includes(id)) continue;
      leave?.();
      known.entries.delete(id);
    }
    if (known.entries.size === 0) this.#owners.delete(keyOf(owner));
    this.#pump();
  };

  readonly onEnd: MetricSource['onEnd'] = (resource, wake) => {
    const wakes = this.#wakes.get(resource) ?? new Set<Wake>();
    this.#wakes.set(resource, wakes);
    wakes.add(wake);
    return () => {
      wakes.delete(wake);
      // Whoever listens again reads the world anew; objects that go meanwhile are never told.
      if (wakes.size > 0) return;
      this.#forget(resource);
      this.#wakes.delete(resource);
      if (this.#wakes.size === 0) this.close();
    };
  };

  /** Gives everything up and closes all connections. */
  close(): void {
    this.#cancelSweep?.();
    this.#cancelSweep = undefined;
    for (const { lane } of this.#lanes.values()) lane.close();
    this.#lanes.clear();
    this.#owners.clear();
  }

  #begin(owner: FetchOwner, lane: Lane, query: MetricQuery): Entry {
    const entry: Entry = {
      leave: () => {
        if (entry.fetched === undefined) lane.leave(job, settle);
      },
    };
    const settle = (fetched: Fetched): void => {
      entry.fetched = fetched;
      const { namespace, name } = owner;
      for (const wake of this.#wakes.get(owner.resource) ?? []) wake({ namespace, name });
    };
    const job: Job = lane.submit(keyOf(owner), query, settle);
    return entry;
  }

  /** Sends what may be sent. A lane that got its turn goes to the end, so that room that comes free goes round. */
  #pump(): void {
    const limit = this.#options.limit ?? defaultLimit;
    for (const [key, kept] of [...this.#lanes]) {
      while (kept.lane.isReady && (this.#inFlight < limit || kept.lane.inFlight === 0)) {
        this.#lanes.delete(key);
        this.#lanes.set(key, kept);
        this.#inFlight += 1;
        void this.#run(kept);
      }
    }
  }

  async #run(kept: KeptLane): Promise<void> {
    const { lane, type } = kept;
    const end = await lane.runNext();
    this.#inFlight -= 1;
    kept.usedAtMs = this.#options.clock.monotonicMs();
    if (end !== undefined) this.#count(type, end);
    this.#pump();
  }

  #laneOf(provider: KeptnMetricsProvider): KeptLane {
    const { namespace = '', name } = provider.metadata;
    const key = `${namespace}/${name}`;
    const kept = this.#lanes.get(key) ?? this.#addLane(key, provider);
    kept.type = readProviderType(provider.spec.type, name) ?? 'unsupported';
    kept.usedAtMs = this.#options.clock.monotonicMs();
    kept.lane.update(provider);
    return kept;
  }

  #addLane(key: string, provider: KeptnMetricsProvider): KeptLane {
    const kept: KeptLane = { lane: new Lane(provider, this.#options), type: '', usedAtMs: 0 };
    this.#lanes.set(key, kept);
    this.#cancelSweep ??= this.#options.clock.setTimer(sweepMs, () => {
      this.#sweep();
    });
    return kept;
  }

  /** Forgets lanes that nobody uses, and looks again later while there are others. */
  #sweep(): void {
    const { clock } = this.#options;
    for (const [key, { lane, usedAtMs }] of this.#lanes) {
      if (!lane.isIdle || clock.monotonicMs() - usedAtMs < idleMs) continue;
      lane.close();
      this.#lanes.delete(key);
    }
    this.#cancelSweep =
      this.#lanes.size === 0
        ? undefined
        : clock.setTimer(sweepMs, () => {
            this.#sweep();
          });
  }

  #ownerOf(owner: FetchOwner): { readonly entries: Map<string, Entry> } {
    const known = this.#owners.get(keyOf(owner)) ?? { owner, entries: new Map<string, Entry>() };
    this.#owners.set(keyOf(owner), known);
    return known;
  }

  #forget(resource: FetchOwner['resource']): void {
    for (const { owner } of [...this.#owners.values()])
      if (owner.resource === resource) this.keepOnly(owner, []);
  }

  #count(type: string, { fetched: { result }, ms }: JobEnd): void {
    const { metrics } = this.#options;
    metrics.count('sluice_fetches_total', { type, result: result.ok ? 'ok' : result.error.tag });
    metrics.observe('sluice_fetch_seconds', { type }, ms / 1000);
  }

  #report(): void {
    const { metrics } = this.#options;
    metrics.set('sluice_fetches_in_flight', {}, this.#inFlight);
    for (const state of ['closed', 'open', 'half-open']) {
      const lanes = [...this.#lanes.values()].filter(({ lane }) => lane.breakerState === state);
      metrics.set('sluice_provider_breakers', { state }, lanes.length);
    }
  }
}

/** No name has a slash. */
function keyOf({ resource, namespace, name }: FetchOwner): string {
  return `${resource}/${namespace}/${name}`;
}
