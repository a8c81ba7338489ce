import type { Archive } from '../../domain/dora/archive.ts';
import type { ReleaseRecord } from '../../domain/dora/record.ts';
import { releasesOf } from '../../domain/dora/releases.ts';
import type { SluiceError } from '../../kernel/errors.ts';
import { ok, type Result } from '../../kernel/result.ts';
import type { ObjectKey, Reader } from '../../runtime/reader.ts';
import { appObjects } from '../app-objects.ts';

/** All that the decision on the records of one app reads. */
export interface ArchiveSnapshot {
  /** Ended releases that the archive does not have, or has with another end. */
  readonly missing: readonly ReleaseRecord[];
}

/** Derives the records of the app of that name from the cache, and asks the archive which of them it lacks. */
export function observeArchive(archive: Archive) {
  return async (
    key: ObjectKey,
    reader: Reader,
  ): Promise<Result<ArchiveSnapshot | undefined, SluiceError>> => {
    const records = releasesOf(appObjects(key, reader));
    if (records.length === 0) return ok(undefined);
    const missing = await archive.missing(records);
    return missing.ok ? ok({ missing: missing.value }) : missing;
  };
}
