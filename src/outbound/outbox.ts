import type { Lane, Outbox, SinkInfo } from '../domain/outbox.ts';
import type { ReceiverReport, Receivers } from '../domain/receivers.ts';
import type { Sink } from './sink.ts';
import { type PostOptions, SinkPost } from './sink-post.ts';

/** A sink that is wanted. */
export interface SinkPlan {
  readonly name: string;
  /** What it is configured as: while name and this are the same, so is the sink. Nothing secret. */
  readonly fingerprint: string;
  /** How messages call it, such as `eventReceivers "ci"`. */
  readonly title: string;
  /** Makes it; opens no connection. */
  readonly open: () => Sink;
}

/** What the outbox needs. */
export interface SinkOutboxOptions extends Omit<PostOptions, 'onNews' | 'onHealth'> {
  /** The sinks that are wanted now: the same list while nothing changed. Cheap. */
  readonly plans: () => readonly SinkPlan[];
}

interface Kept {
  readonly plan: SinkPlan;
  readonly post: SinkPost;
}

/**
 * The outbox over sinks. It holds a few parcels of each lane and sink, sends them in order, repeats what failed and
 * gives up what is refused for good or too old. The sinks follow what is configured; one whose name and configuration
 * stay lives on.
 */
export class SinkOutbox implements Outbox, Receivers {
  readonly #options: SinkOutboxOptions;
  readonly #kept = new Map<string, Kept>();
  readonly #wakes = new Set<(lane: Lane | undefined) => void>();
  readonly #healthWakes = new Set<() => void>();
  #plans: readonly SinkPlan[] = [];

  constructor(options: SinkOutboxOptions) {
    this.#options = options;
    options.metrics.onCollect(() => {
      for (const [sink, { post }] of this.#kept)
        options.metrics.set('sluice_outbox_waiting_lanes', { sink }, post.size.waiting);
    });
  }

  /** How much is held for a sink, for tests that look for leaks. */
  sizeOf(sink: string): SinkPost['size'] | undefined {
    return this.#kept.get(sink)?.post.size;
  }

  readonly sinks: Outbox['sinks'] = (): readonly SinkInfo[] => {
    this.#refresh();
    return [...this.#kept.values()].map(({ post }) => post.sink);
  };

  readonly offer: Outbox['offer'] = (lane, sink, parcels) => {
    this.#refresh();
    return this.#kept.get(sink)?.post.offer(lane, parcels) ?? { delivered: [], dead: [] };
  };

  readonly onNews: Outbox['onNews'] = (wake) => {
    this.#wakes.add(wake);
    return () => {
      this.#wakes.delete(wake);
    };
  };

  readonly reports: Receivers['reports'] = (): readonly ReceiverReport[] => {
    this.#refresh();
    return [...this.#kept.values()].map(({ plan: { name, title }, post: { problem } }) => ({
      name,
      title,
      ...(problem === undefined ? {} : { problem }),
    }));
  };

  readonly onHealth: Receivers['onHealth'] = (wake) => {
    this.#healthWakes.add(wake);
    return () => {
      this.#healthWakes.delete(wake);
    };
  };

  /** Gives up what waits and closes every sink. */
  async close(): Promise<void> {
    const posts = [...this.#kept.values()].map(({ post }) => post.close());
    this.#kept.clear();
    await Promise.all(posts);
  }

  #refresh(): void {
    const plans = this.#options.plans();
    if (plans === this.#plans) return;
    this.#plans = plans;
    const changed = plans.filter((plan) => this.#adopt(plan)).length;
    const wanted = new Set(plans.map(({ name }) => name));
    for (const [name, { post }] of this.#kept) {
      if (wanted.has(name)) continue;
      this.#kept.delete(name);
      void post.close();
    }
    if (changed > 0) this.#tell(undefined);
  }

  /** True when the sink is new or another than before. */
  #adopt(plan: SinkPlan): boolean {
    const before = this.#kept.get(plan.name);
    if (before?.plan.fingerprint === plan.fingerprint) return false;
    if (before === undefined) {
      this.#kept.set(plan.name, { plan, post: this.#post(plan) });
      return true;
    }
    before.post.replace(plan.open());
    this.#kept.set(plan.name, { plan, post: before.post });
    return true;
  }

  #post(plan: SinkPlan): SinkPost {
    return new SinkPost(plan.open(), {
      ...this.#options,
      onNews: (lane) => {
        this.#tell(lane);
      },
      onHealth: () => {
        for (const wake of this.#healthWakes) wake();
      },
    });
  }

  #tell(lane: Lane | undefined): void {
    for (const wake of this.#wakes) wake(lane);
  }
}
