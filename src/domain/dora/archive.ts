import type { SluiceError } from '../../kernel/errors.ts';
import type { Later } from '../../kernel/result.ts';
import type { CountedRelease, ReleaseRecord } from './record.ts';

/** Which records are wanted: those that ended in `[fromMs, toMs)`, of one app or namespace when given. */
export interface ArchiveQuery {
  readonly fromMs?: number;
  readonly toMs?: number;
  readonly namespace?: string;
  readonly app?: string;
}

/** What an archive says of itself. */
export interface ArchiveState {
  readonly kind: 'sqlite' | 'configmap';
  /** Records that had to go because there was no room for more, ever. */
  readonly dropped: number;
  /** Releases that ended before are not kept: there was no room, or they were too old. */
  readonly sinceMs: number | undefined;
}

/**
 * Port: keeps records of releases longer than the cluster keeps their objects. Errors of each call: unavailable (no room,
 * no access), after which the same call may succeed.
 */
export interface Archive {
  /** Of these records, those that a put would keep and that are not kept yet. */
  readonly missing: (records: readonly ReleaseRecord[]) => Later<readonly ReleaseRecord[], SluiceError>;
  /** Keeps records, each once by its uid; what is kept of one already is merged with it (merge.ts). */
  readonly put: (records: readonly ReleaseRecord[]) => Later<void, SluiceError>;
  /** What the numbers are made of: everything that is kept, in the order of the ends. To be read and not changed. */
  readonly counted: () => Later<readonly CountedRelease[], SluiceError>;
  /** Whole records, in no particular order. */
  readonly query: (query: ArchiveQuery) => Later<readonly ReleaseRecord[], SluiceError>;
  /** Forgets what ended before; gives how many went. */
  readonly prune: (beforeMs: number) => Later<number, SluiceError>;
  readonly state: () => ArchiveState;
  readonly close: () => void;
}
