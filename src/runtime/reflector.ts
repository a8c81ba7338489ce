import type { SluiceError } from '../kernel/errors.ts';
import type { Result } from '../kernel/result.ts';
import { isRecord } from './api-status.ts';
import { type BackoffBounds, backoffMs } from './backoff.ts';
import type { KubeClient, Selectors, WatchEvent } from './client.ts';
import { type Clock, wait } from './clock.ts';
import type { RandomFraction } from './ids.ts';
import type { ReflectorSink } from './store.ts';

/** Why a watch was begun again: it ended in order, its version is gone, nothing came, or an error's tag. */
export type RestartReason = 'ended' | 'silent' | SluiceError['tag'];

/** What a reflector needs. */
export interface ReflectorOptions {
  readonly client: KubeClient;
  /** Collection path, all namespaces. */
  readonly path: string;
  readonly selectors?: Selectors;
  readonly sink: ReflectorSink;
  readonly clock: Clock;
  readonly random: RandomFraction;
  /** A stream that brings neither event nor bookmark for this long is dead. Default 90 s: bookmarks come each minute. */
  readonly silenceMs?: number;
  /** Default 0.1 s to 30 s. */
  readonly backoff?: BackoffBounds;
  readonly onRestart?: (reason: RestartReason, error: SluiceError | undefined) => void;
  /**
   * For a resource that the cluster may not know: while it doesn't, or we may not read it, it counts as synced and
   * empty, and is asked for again so often. Absent: the resource must be there.
   */
  readonly absentMs?: number;
}

const defaultSilenceMs = 90_000;
const defaultBackoff: BackoffBounds = { firstMs: 100, longestMs: 30_000 };

/** The server ends a watch after a time between these, so that not all clients come back at once. */
const watchSeconds = { least: 300, spread: 300 };

/**
 * Mirrors one resource into a sink: lists it, then watches from there, for ever. A watch that ends is resumed at
 * the last version seen; 410 Gone, or two silent streams in a row, make it list again. It never gives up.
 */
export class Reflector {
  readonly #options: ReflectorOptions;
  readonly #stopping = new AbortController();
  #failures = 0;
  #silences = 0;
  #markSynced: () => void = () => undefined;
  /** Resolves when the first list is in the sink. */
  readonly whenSynced: Promise<void>;
  #synced = false;
  #running: Promise<void> = Promise.resolve();

  constructor(options: ReflectorOptions) {
    this.#options = options;
    this.whenSynced = new Promise((resolve) => {
      this.#markSynced = resolve;
    });
  }

  /** True once the first list is in the sink. */
  get synced(): boolean {
    return this.#synced;
  }

  /** Begins; call once. */
  start(): void {
    this.#running = this.#run();
  }

  /** Ends the stream and resolves when nothing more will reach the sink. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    let version: string | undefined;
    while (!this.#stopping.signal.aborted) {
      if (version === undefined) {
        const listed = await this.#list();
        if (!listed.ok) {
          await this.#afterRefusal(listed.error);
          continue;
        }
        version = listed.value;
      }
      version = await this.#watch(version);
    }
  }

  /** A cluster that does not know an optional resource is no fault: nothing is said and little is asked. */
  async #afterRefusal(error: SluiceError): Promise<void> {
    const { absentMs, clock, onRestart } = this.#options;
    const isAbsent = error.tag === 'not-found' || error.tag === 'forbidden';
    if (absentMs === undefined || !isAbsent) return this.#pause(error);
    if (error.tag === 'forbidden') onRestart?.(error.tag, error);
    this.#becomeSynced();
    await wait(clock, absentMs, this.#stopping.signal);
  }

  #becomeSynced(): void {
    this.#synced = true;
    this.#markSynced();
  }

  async #list(): Promise<Result<string, SluiceError>> {
    const { client, path, selectors, sink } = this.#options;
    const listing = sink.beginListing();
    const listed = await client.list(path, {
      ...selectors,
      signal: this.#stopping.signal,
      onItem: (raw) => {
        listing.item(raw);
      },
    });
    if (!listed.ok || this.#stopping.signal.aborted) return listed;
    listing.commit(listed.value);
    this.#failures = 0;
    this.#becomeSynced();
    return listed;
  }

  /** Watches once. Gives the version to resume from, or undefined when only a list can help. */
  async #watch(from: string): Promise<string | undefined> {
    const { client, path, selectors, random } = this.#options;
    const stream = new AbortController();
    const signal = AbortSignal.any([stream.signal, this.#stopping.signal]);
    let version = from;
    let heard = false;
    const silence = this.#watchdog(() => {
      stream.abort();
    });
    const ended = await client.watch(path, {
      ...selectors,
      resourceVersion: from,
      timeoutSeconds: Math.round(watchSeconds.least + watchSeconds.spread * random()),
      signal,
      onEvent: (event) => {
        heard = true;
        silence.reset();
        version = this.#deliver(event) ?? version;
      },
    });
    silence.cancel();
    if (this.#stopping.signal.aborted) return version;
    if (heard) {
      this.#failures = 0;
      this.#silences = 0;
    }
    return stream.signal.aborted ? this.#afterSilence(version) : this.#afterEnd(ended, version, heard);
  }

  #deliver(event: WatchEvent): string | undefined {
    const { sink } = this.#options;
    const version = versionOf(event.object);
    switch (event.type) {
      case 'ADDED':
      case 'MODIFIED':
        sink.put(event.object);
        break;
      case 'DELETED':
        sink.remove(event.object);
        break;
      case 'BOOKMARK':
        if (version !== undefined) sink.progress(version);
        break;
    }
    return version;
  }

  /** A stalled connection loses nothing when it is resumed; silence again may mean that the server lost track of us. */
  #afterSilence(version: string): string | undefined {
    this.#silences += 1;
    this.#options.onRestart?.('silent', undefined);
    return this.#silences > 1 ? undefined : version;
  }

  async #afterEnd(
    ended: Result<void, SluiceError>,
    version: string,
    heard: boolean,
  ): Promise<string | undefined> {
    if (!ended.ok && ended.error.tag === 'gone') {
      this.#options.onRestart?.('gone', ended.error);
      return undefined;
    }
    // Its definition was removed: the list finds that out, and waits until it is there again.
    if (!ended.ok && ended.error.tag === 'not-found' && this.#options.absentMs !== undefined)
      return undefined;
    if (ended.ok && heard) {
      this.#options.onRestart?.('ended', undefined);
      return version;
    }
    await this.#pause(ended.ok ? undefined : ended.error);
    return version;
  }

  async #pause(error: SluiceError | undefined): Promise<void> {
    const { clock, random, backoff } = this.#options;
    this.#failures += 1;
    this.#options.onRestart?.(error?.tag ?? 'ended', error);
    const afterMs = backoffMs(backoff ?? defaultBackoff, this.#failures, random);
    const atLeastMs = (error?.retryAfterSeconds ?? 0) * 1000;
    await wait(clock, Math.max(afterMs, atLeastMs), this.#stopping.signal);
  }

  #watchdog(onSilence: () => void): { readonly reset: () => void; readonly cancel: () => void } {
    const { clock, silenceMs = defaultSilenceMs } = this.#options;
    let heardAt = clock.monotonicMs();
    // One timer that looks again, in place of one set anew for each event.
    const check = (): void => {
      const leftMs = heardAt + silenceMs - clock.monotonicMs();
      if (leftMs <= 0) onSilence();
      else cancelTimer = clock.setTimer(leftMs, check);
    };
    let cancelTimer = clock.setTimer(silenceMs, check);
    return {
      reset: () => {
        heardAt = clock.monotonicMs();
      },
      cancel: () => {
        cancelTimer();
      },
    };
  }
}

function versionOf(object: unknown): string | undefined {
  const metadata = isRecord(object) ? object['metadata'] : undefined;
  const version = isRecord(metadata) ? metadata['resourceVersion'] : undefined;
  return typeof version === 'string' ? version : undefined;
}
