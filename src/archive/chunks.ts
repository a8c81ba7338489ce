import { mergeRecords } from '../domain/dora/merge.ts';
import type { ReleaseRecord } from '../domain/dora/record.ts';
import { bounded, lineOf, readLine } from './lines.ts';

/** So many ConfigMaps hold the history, each written alone: a release rewrites one of them. */
export const mostChunks = 8;
/** Of one ConfigMap: all together stay below 900 kB. */
export const chunkBytes = 100_000;

/** One ConfigMap's records, and their lines' bytes. */
interface Chunk {
  readonly records: Map<string, ReleaseRecord>;
  bytes: number;
}

/** What one ConfigMap holds as text. */
export interface StoredChunk {
  readonly index: number;
  readonly releases: string;
  readonly dropped: number;
  /** Releases that ended before were dropped; empty when none was. */
  readonly since: string;
}

/**
 * The newest records, in chunks of bounded size that are used in turn: when all are full, the chunk of the oldest records
 * makes way. Counts what was dropped, and lets nothing come back that was. Touches nothing outside.
 */
export class Chunks {
  readonly #chunks: Chunk[] = Array.from({ length: mostChunks }, () => ({ records: new Map(), bytes: 0 }));
  readonly #bytes: number;
  #dropped = 0;
  #sinceMs: number | undefined;

  constructor(bytes: number = chunkBytes) {
    this.#bytes = bytes;
  }

  get dropped(): number {
    return this.#dropped;
  }

  get sinceMs(): number | undefined {
    return this.#sinceMs;
  }

  /** Takes what a ConfigMap holds; gives how many of its lines are none. */
  load({ index, releases, dropped, since }: StoredChunk): number {
    const chunk = this.#chunks[index];
    if (chunk === undefined) return 0;
    const lines = releases.split('\n').filter((line) => line !== '');
    const records = lines.flatMap((line) => readLine(line) ?? []);
    chunk.records.clear();
    chunk.bytes = 0;
    for (const record of records) add(chunk, record);
    this.#dropped = Math.max(this.#dropped, dropped);
    const sinceMs = Date.parse(since);
    if (!Number.isNaN(sinceMs)) this.#sinceMs = Math.max(this.#sinceMs ?? 0, sinceMs);
    return lines.length - records.length;
  }

  get(uid: string): ReleaseRecord | undefined {
    return this.#of(uid)?.records.get(uid);
  }

  /** True for a record that is too old to be kept. */
  isPast({ uid, endMs }: ReleaseRecord): boolean {
    return this.#sinceMs !== undefined && endMs < this.#sinceMs && this.get(uid) === undefined;
  }

  /** Keeps a record; gives the chunks that have to be written. */
  put(given: ReleaseRecord): ReadonlySet<number> {
    if (this.isPast(given)) return new Set();
    const before = this.#of(given.uid);
    const record = bounded(mergeRecords(before?.records.get(given.uid), given));
    const changed = new Set<number>();
    const home = before ?? this.#roomFor(record, changed);
    add(home, record);
    return changed.add(this.#chunks.indexOf(home));
  }

  /** Forgets what ended before; gives how many went, and the chunks that have to be written. */
  prune(beforeMs: number): { readonly gone: number; readonly changed: ReadonlySet<number> } {
    const changed = new Set<number>();
    let gone = 0;
    for (const [index, chunk] of this.#chunks.entries()) {
      for (const record of [...chunk.records.values()].filter(({ endMs }) => endMs < beforeMs)) {
        remove(chunk, record.uid);
        changed.add(index);
        gone += 1;
      }
    }
    return { gone, changed };
  }

  all(): ReleaseRecord[] {
    return this.#chunks.flatMap(({ records }) => [...records.values()]);
  }

  /** What a ConfigMap has to hold. */
  stored(index: number): StoredChunk {
    const records = this.#chunks[index]?.records.values() ?? [];
    const since = this.#sinceMs === undefined ? '' : new Date(this.#sinceMs).toISOString();
    return { index, releases: [...records].map(lineOf).join('\n'), dropped: this.#dropped, since };
  }

  #of(uid: string): Chunk | undefined {
    return this.#chunks.find(({ records }) => records.has(uid));
  }

  #roomFor(record: ReleaseRecord, changed: Set<number>): Chunk {
    const size = bytesOf(record);
    const started = this.#chunks.filter(({ bytes }) => bytes > 0).sort((a, b) => newestOf(b) - newestOf(a));
    const open = started.find(({ bytes }) => bytes + size <= this.#bytes);
    const free = open ?? this.#chunks.find(({ bytes }) => bytes === 0);
    return free ?? this.#dropOldest(started, changed);
  }

  #dropOldest(started: readonly Chunk[], changed: Set<number>): Chunk {
    const oldest = started.toSorted((a, b) => newestOf(a) - newestOf(b))[0];
    if (oldest === undefined) throw new Error('there is no chunk at all');
    this.#dropped += oldest.records.size;
    this.#sinceMs = Math.max(this.#sinceMs ?? 0, newestOf(oldest) + 1);
    oldest.records.clear();
    oldest.bytes = 0;
    changed.add(this.#chunks.indexOf(oldest));
    return oldest;
  }
}

function add(chunk: Chunk, record: ReleaseRecord): void {
  remove(chunk, record.uid);
  chunk.records.set(record.uid, record);
  chunk.bytes += bytesOf(record);
}

function remove(chunk: Chunk, uid: string): void {
  const before = chunk.records.get(uid);
  if (before !== undefined) chunk.bytes -= bytesOf(before);
  chunk.records.delete(uid);
}

/** With the end of its line. */
function bytesOf(record: ReleaseRecord): number {
  return Buffer.byteLength(lineOf(record)) + 1;
}

function newestOf({ records }: Chunk): number {
  return Math.max(0, ...[...records.values()].map(({ endMs }) => endMs));
}
