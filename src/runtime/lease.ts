import type { Lease } from '../api/core/cluster.ts';
import { apiPath, resources } from '../api/resources.ts';
import type { SluiceError } from '../kernel/errors.ts';
import { err, ok, type Result } from '../kernel/result.ts';
import type { Logger } from '../observability/logger.ts';
import type { KubeClient } from './client.ts';
import { type CancelTimer, type Clock, wait } from './clock.ts';
import type { RandomFraction } from './ids.ts';

/** What an election needs; its other times follow from the duration, see `leaseTimes`. */
export interface ElectionOptions {
  /** With the timeout of `leaseTimes`, so that one hanging call does not cost the lease. */
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly random: RandomFraction;
  readonly logger: Logger;
  readonly namespace: string;
  /** Default `sluice-controller`. */
  readonly name?: string;
  /** Unique to this process. */
  readonly identity: string;
  /** How long others wait after the last renewal that they saw; cut to whole seconds. Default 15 s. */
  readonly durationMs?: number;
  /**
   * True for a holder that was a process in our place and cannot be running any more, such as the one before us in our
   * container: its lease is taken at once. Default: nobody.
   */
  readonly isFormerSelf?: (holder: string) => boolean;
  readonly onStart: () => void;
  /** Resolves when nothing of this term is under way any more. */
  readonly onStop: () => Promise<void>;
}

/** The times of an election. */
export interface LeaseTimes {
  /** How long others wait; what the Lease says, so whole seconds. */
  readonly durationMs: number;
  /** A leader that has not renewed for this long stops acting; what it had begun then has the rest of the duration to end. */
  readonly renewWithinMs: number;
  /** Between attempts. */
  readonly retryMs: number;
  /** Of one call: several attempts fit between two moments of danger. */
  readonly callTimeoutMs: number;
}

/**
 * The times that go with a duration, in the proportions of Kubernetes' own controllers: 15 s, 10 s and 2 s. All follow
 * from the one that others can see: with a longer time to renew than they wait, two would act at once. Pure.
 */
export function leaseTimes(durationMs = 15_000): LeaseTimes {
  const wholeMs = Math.max(1, Math.floor(durationMs / 1000)) * 1000;
  return {
    durationMs: wholeMs,
    renewWithinMs: (wholeMs * 2) / 3,
    retryMs: (wholeMs * 2) / 15,
    callTimeoutMs: wholeMs / 5,
  };
}

const defaults = { name: 'sluice-controller', isFormerSelf: () => false };

/** The lease as last seen, and when we first saw it so. Clocks of other machines are never compared with ours. */
interface Sighting {
  readonly lease: Lease;
  readonly atMs: number;
}

/**
 * Holds a coordination.k8s.io Lease, so that one of several processes acts. Whether we lead is a question of
 * time, asked anew before each write (`isLeading`): a process that was frozen finds its term over when it wakes.
 */
export class LeaderElection {
  readonly #options: Omit<ElectionOptions, 'durationMs'> &
    LeaseTimes &
    Required<Pick<ElectionOptions, keyof typeof defaults>>;
  readonly #stopping = new AbortController();
  #sighting: Sighting | undefined;
  /** When the last successful renewal was sent; undefined while we do not lead. */
  #renewedAtMs: number | undefined;
  #cancelExpiry: CancelTimer = () => undefined;
  #endOfTerm: Promise<void> = Promise.resolve();
  #running: Promise<void> = Promise.resolve();

  constructor(options: ElectionOptions) {
    this.#options = { ...defaults, ...options, ...leaseTimes(options.durationMs) };
  }

  /** True while our term lasts: the fence of every write. */
  isLeading(): boolean {
    const { clock, renewWithinMs } = this.#options;
    return this.#renewedAtMs !== undefined && clock.monotonicMs() - this.#renewedAtMs < renewWithinMs;
  }

  /** Begins to run for leadership; call once. */
  start(): void {
    this.#running = this.#run();
  }

  /** Ends our term, waits until its work has ended, and gives the lease back so that another may start at once. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
    const held = this.isLeading();
    await this.#endTerm('stopped');
    if (held) await this.#release();
  }

  async #run(): Promise<void> {
    const { clock, random, logger } = this.#options;
    const { signal } = this.#stopping;
    let lastFailure: SluiceError['tag'] | undefined;
    while (!signal.aborted) {
      // A term's work must be over before the next term may begin, or the fence would let old work through.
      await this.#endOfTerm;
      const sentAtMs = clock.monotonicMs();
      const held = await this.#tryHold();
      if (!held.ok && held.error.tag !== lastFailure) {
        logger.warn('lease attempt failed', { tag: held.error.tag, reason: held.error.message });
      }
      lastFailure = held.ok ? undefined : held.error.tag;
      if (held.ok && held.value) this.#renewed(sentAtMs);
      else if (held.ok) await this.#endTerm('another process holds the lease');
      await wait(clock, this.#pauseMs() * (1 + 0.2 * random()), signal);
    }
  }

  /** Until the next attempt; shorter where the lease of another runs out before. */
  #pauseMs(): number {
    const { clock, retryMs } = this.#options;
    if (this.#renewedAtMs !== undefined || this.#sighting === undefined) return retryMs;
    const leftMs = expiryOf(this.#sighting) - clock.monotonicMs();
    return leftMs > 0 ? Math.min(retryMs, leftMs) : retryMs;
  }

  #renewed(sentAtMs: number): void {
    const { clock, renewWithinMs, logger, identity, onStart } = this.#options;
    const leftMs = sentAtMs + renewWithinMs - clock.monotonicMs();
    // An answer that came too late renews nothing: the term has ended meanwhile, or must not begin.
    if (leftMs <= 0) return;
    const begins = this.#renewedAtMs === undefined;
    this.#renewedAtMs = sentAtMs;
    this.#cancelExpiry();
    this.#cancelExpiry = clock.setTimer(leftMs, () => {
      void this.#endTerm('the lease could not be renewed in time');
    });
    if (!begins) return;
    logger.info('leading', { identity });
    onStart();
  }

  #endTerm(why: string): Promise<void> {
    if (this.#renewedAtMs === undefined) return this.#endOfTerm;
    this.#renewedAtMs = undefined;
    this.#cancelExpiry();
    this.#options.logger.info('no longer leading', { identity: this.#options.identity, why });
    this.#endOfTerm = this.#options.onStop();
    return this.#endOfTerm;
  }

  /** Takes or renews the lease; false when another process holds it. */
  async #tryHold(): Promise<Result<boolean, SluiceError>> {
    const first = await this.#attempt();
    // A conflict may be our own renewal whose answer got lost: look who holds it before giving up the term.
    return first.ok || first.error.tag !== 'conflict' ? first : this.#attempt();
  }

  async #attempt(): Promise<Result<boolean, SluiceError>> {
    const seen = await this.#look();
    if (!seen.ok) return seen;
    if (seen.value === undefined || this.#isOurs(seen.value.lease)) return this.#write(seen.value?.lease);
    const isOver = this.#options.clock.monotonicMs() >= expiryOf(seen.value);
    return isOver ? this.#write(seen.value.lease) : ok(false);
  }

  /** Nobody's, this process's, or that of one whose place we took. */
  #isOurs({ spec: { holderIdentity: holder = '' } }: Lease): boolean {
    const { identity, isFormerSelf } = this.#options;
    return holder === '' || holder === identity || isFormerSelf(holder);
  }

  /** Our own lease needs no reading: the resource version of the last write says whether it is still ours. */
  async #look(): Promise<Result<Sighting | undefined, SluiceError>> {
    const known = this.#sighting;
    if (known?.lease.spec.holderIdentity === this.#options.identity) return ok(known);
    const raw = await this.#options.client.get(this.#path(true));
    if (!raw.ok) return raw.error.tag === 'not-found' ? ok(undefined) : raw;
    return this.#remember(raw.value);
  }

  async #write(old: Lease | undefined): Promise<Result<boolean, SluiceError>> {
    const { client, clock, identity, durationMs, name, namespace } = this.#options;
    const now = new Date(clock.now()).toISOString().replace('Z', '000Z');
    const renews = old?.spec.holderIdentity === identity;
    const spec = {
      holderIdentity: identity,
      leaseDurationSeconds: durationMs / 1000,
      renewTime: now,
      ...(renews ? {} : { acquireTime: now, leaseTransitions: (old?.spec.leaseTransitions ?? -1) + 1 }),
    };
    const written =
      old === undefined
        ? await client.create(this.#path(false), newLease(namespace, name, spec), fieldManager)
        : await client.patch(this.#path(true), 'merge', patchOf(old, spec), fieldManager);
    if (written.ok) {
      const remembered = this.#remember(written.value);
      return remembered.ok ? ok(true) : remembered;
    }
    // Whatever went wrong, the server may have another lease than the one we know.
    this.#sighting = undefined;
    return written.error.tag === 'already-exists' ? err({ ...written.error, tag: 'conflict' }) : written;
  }

  async #release(): Promise<void> {
    const { client, logger } = this.#options;
    const known = this.#sighting;
    if (known === undefined) return;
    const body = patchOf(known.lease, { holderIdentity: '', leaseDurationSeconds: 1 });
    const released = await client.patch(this.#path(true), 'merge', body, fieldManager);
    if (!released.ok) logger.warn('lease not given back', { tag: released.error.tag });
  }

  #remember(raw: unknown): Result<Sighting, SluiceError> {
    const lease = resources.leases.parse(raw);
    if (!lease.ok) return lease;
    const known = this.#sighting;
    const unchanged = known?.lease.metadata.resourceVersion === lease.value.metadata.resourceVersion;
    if (known !== undefined && unchanged) return ok(known);
    this.#sighting = { lease: lease.value, atMs: this.#options.clock.monotonicMs() };
    return ok(this.#sighting);
  }

  #path(object: boolean): string {
    const { namespace, name } = this.#options;
    return apiPath(resources.leases, namespace, object ? name : undefined);
  }
}

const fieldManager = 'sluice/lease';

/** When a lease runs out, unless it is renewed; by our own monotonic clock. */
function expiryOf({ lease, atMs }: Sighting): number {
  return atMs + (lease.spec.leaseDurationSeconds ?? 0) * 1000;
}

function newLease(namespace: string, name: string, spec: unknown): unknown {
  return { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name, namespace }, spec };
}

/** Refused with a conflict when anybody has written in between. */
function patchOf(old: Lease, spec: unknown): unknown {
  return { metadata: { resourceVersion: old.metadata.resourceVersion }, spec };
}
