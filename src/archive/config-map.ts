import { apiPath, resources } from '../api/resources.ts';
import type { Archive, ArchiveQuery, ArchiveState } from '../domain/dora/archive.ts';
import { isKept } from '../domain/dora/merge.ts';
import { sortedByEnd } from '../domain/dora/numbers.ts';
import type { CountedRelease, ReleaseRecord } from '../domain/dora/record.ts';
import type { SluiceError } from '../kernel/errors.ts';
import { ok, type Result } from '../kernel/result.ts';
import type { Logger } from '../observability/logger.ts';
import type { KubeClient } from '../runtime/client.ts';
import type { Clock } from '../runtime/clock.ts';
import { Chunks, mostChunks, type StoredChunk } from './chunks.ts';

/** The ConfigMaps that hold the history, in Sluice's namespace. */
export const historyConfigMaps: readonly string[] = Array.from(
  { length: mostChunks },
  (_, index) => `sluice-history-${index}`,
);

/** What an archive in ConfigMaps needs. */
export interface ConfigMapArchiveOptions {
  readonly client: KubeClient;
  /** Sluice's own. */
  readonly namespace: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Whether this process alone writes now; one that does not reads anew what another wrote. */
  readonly isWriter: () => boolean;
}

/** What is read by a process that does not write is at most so old. */
const staleMs = 15_000;
const fieldManager = 'sluice/archive';

/**
 * Keeps the newest releases in ConfigMaps: some 3,500, without a volume. A put resolves once they are written; puts that
 * come meanwhile are written together.
 */
export class ConfigMapArchive implements Archive {
  readonly #options: ConfigMapArchiveOptions;
  #chunks = new Chunks();
  #loadedAtMs: number | undefined;
  #wasWriter = false;
  #loading: Promise<Result<void, SluiceError>> | undefined;
  readonly #unwritten = new Set<number>();
  /** Versions of the ConfigMaps that are there, so that nothing another process wrote is overwritten unseen. */
  readonly #versions = new Map<number, string>();
  #writing: Promise<Result<void, SluiceError>> = Promise.resolve(ok(undefined));

  constructor(options: ConfigMapArchiveOptions) {
    this.#options = options;
  }

  async missing(records: readonly ReleaseRecord[]): Promise<Result<readonly ReleaseRecord[], SluiceError>> {
    const loaded = await this.#load();
    if (!loaded.ok) return loaded;
    return ok(
      records.filter(
        (record) =>
          !this.#chunks.isPast(record) &&
          // What could not be written yet is not kept.
          (this.#unwritten.size > 0 || !isKept(this.#chunks.get(record.uid), record)),
      ),
    );
  }

  async put(records: readonly ReleaseRecord[]): Promise<Result<void, SluiceError>> {
    const loaded = await this.#load();
    if (!loaded.ok) return loaded;
    for (const record of records) for (const index of this.#chunks.put(record)) this.#unwritten.add(index);
    return this.#write();
  }

  async counted(): Promise<Result<readonly CountedRelease[], SluiceError>> {
    const all = await this.query({});
    return all.ok ? ok(sortedByEnd(all.value)) : all;
  }

  async query(query: ArchiveQuery): Promise<Result<readonly ReleaseRecord[], SluiceError>> {
    const loaded = await this.#load();
    return loaded.ok ? ok(this.#chunks.all().filter((record) => passes(record, query))) : loaded;
  }

  async prune(beforeMs: number): Promise<Result<number, SluiceError>> {
    const loaded = await this.#load();
    if (!loaded.ok) return loaded;
    const { gone, changed } = this.#chunks.prune(beforeMs);
    for (const index of changed) this.#unwritten.add(index);
    const written = await this.#write();
    return written.ok ? ok(gone) : written;
  }

  state(): ArchiveState {
    const { dropped, sinceMs } = this.#chunks;
    return { kind: 'configmap', dropped, sinceMs };
  }

  close(): void {
    this.#unwritten.clear();
  }

  /** One that writes reads once, when its turn begins; others read what the writer wrote, now and then. */
  #load(): Promise<Result<void, SluiceError>> {
    const { clock, isWriter } = this.#options;
    const writes = isWriter();
    const isFresh =
      this.#loadedAtMs !== undefined &&
      (writes ? this.#wasWriter : clock.monotonicMs() - this.#loadedAtMs < staleMs);
    if (isFresh) return Promise.resolve(ok(undefined));
    this.#loading ??= this.#read().then((read) => {
      this.#loading = undefined;
      if (!read.ok) return read;
      this.#wasWriter = writes;
      this.#loadedAtMs = clock.monotonicMs();
      return ok(undefined);
    });
    return this.#loading;
  }

  async #read(): Promise<Result<void, SluiceError>> {
    const { client, namespace, logger } = this.#options;
    const chunks = new Chunks();
    const versions = new Map<number, string>();
    const stored = await Promise.all(
      historyConfigMaps.map((name) => client.get(apiPath(resources.configmaps, namespace, name))),
    );
    for (const [index, answer] of stored.entries()) {
      if (!answer.ok && answer.error.tag === 'not-found') continue;
      if (!answer.ok) return answer;
      const name = historyConfigMaps[index];
      const parsed = resources.configmaps.parse(answer.value);
      const unread = parsed.ok ? chunks.load(readChunk(index, parsed.value.data ?? {})) : 1;
      if (parsed.ok) versions.set(index, parsed.value.metadata.resourceVersion ?? '');
      if (unread > 0) logger.warn('lines of the history were not understood', { configMap: name, unread });
    }
    this.#chunks = chunks;
    this.#unwritten.clear();
    this.#versions.clear();
    for (const [index, version] of versions) this.#versions.set(index, version);
    return ok(undefined);
  }

  /** Writes follow each other; each takes all that waits at its beginning. */
  #write(): Promise<Result<void, SluiceError>> {
    this.#writing = this.#writing.then(() => this.#writeChunks());
    return this.#writing;
  }

  async #writeChunks(): Promise<Result<void, SluiceError>> {
    for (const index of [...this.#unwritten]) {
      this.#unwritten.delete(index);
      const written = await this.#store(this.#chunks.stored(index));
      if (written.ok) continue;
      this.#unwritten.add(index);
      // Another process may have written, or this one without having been told: read before the next attempt.
      this.#loadedAtMs = undefined;
      return written;
    }
    return ok(undefined);
  }

  async #store({ index, releases, dropped, since }: StoredChunk): Promise<Result<void, SluiceError>> {
    const { client, namespace } = this.#options;
    const name = historyConfigMaps[index] ?? '';
    const resourceVersion = this.#versions.get(index);
    const object = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name,
        namespace,
        labels: { 'app.kubernetes.io/part-of': 'sluice' },
        ...(resourceVersion === undefined ? {} : { resourceVersion }),
      },
      data: { releases, dropped: String(dropped), since },
    };
    const written =
      resourceVersion === undefined
        ? await client.create(apiPath(resources.configmaps, namespace), object, fieldManager)
        : await client.apply(apiPath(resources.configmaps, namespace, name), object, fieldManager);
    if (!written.ok) return written;
    const parsed = resources.configmaps.parse(written.value);
    if (!parsed.ok) return parsed;
    this.#versions.set(index, parsed.value.metadata.resourceVersion ?? '');
    return ok(undefined);
  }
}

function readChunk(index: number, data: Readonly<Record<string, string>>): StoredChunk {
  const dropped = Number(data['dropped'] ?? 0);
  return {
    index,
    releases: data['releases'] ?? '',
    dropped: Number.isSafeInteger(dropped) ? dropped : 0,
    since: data['since'] ?? '',
  };
}

function passes(record: ReleaseRecord, { fromMs, toMs, namespace, app }: ArchiveQuery): boolean {
  return (
    (fromMs === undefined || record.endMs >= fromMs) &&
    (toMs === undefined || record.endMs < toMs) &&
    (namespace === undefined || record.namespace === namespace) &&
    (app === undefined || record.app === app)
  );
}
