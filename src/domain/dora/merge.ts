import { failureStages, type ReleaseRecord } from './record.ts';

/** True when a record says nothing of a release's end that is not kept already: it stands until the release ends anew. Pure. */
export function isKept(kept: ReleaseRecord | undefined, next: ReleaseRecord): boolean {
  return kept !== undefined && kept.endMs === next.endMs && kept.result === next.result;
}

/**
 * Two records of one release as one: the later end counts, a failure stays a fact though a retry mended it, and what was
 * known once stays known when the objects that told it are gone. Pure. Idempotent; the order of the two does not matter
 * unless both ended in the same millisecond.
 */
export function mergeRecords(kept: ReleaseRecord | undefined, next: ReleaseRecord): ReleaseRecord {
  if (kept === undefined) return next;
  const [older, newer] = kept.endMs <= next.endMs ? [kept, next] : [next, kept];
  return {
    ...newer,
    ...(newer.environment === '' ? pick(older, 'environment', 'environmentSource') : {}),
    ...(newer.commitMs === null ? pick(older, 'commitMs', 'commitSource', 'commitRevision') : {}),
    ...(newer.deployment === 'unknown' ? pick(older, 'deployment', 'deployedMs') : {}),
    ...failureOf(older, newer),
  };
}

function failureOf(older: ReleaseRecord, newer: ReleaseRecord): Pick<ReleaseRecord, 'failure' | 'failedMs'> {
  const grave = failureStages.indexOf(older.failure) > failureStages.indexOf(newer.failure) ? older : newer;
  const times = [older, newer].flatMap(({ failedMs, failure }) =>
    failedMs === null || failure !== grave.failure ? [] : [failedMs],
  );
  return { failure: grave.failure, failedMs: times.length === 0 ? null : Math.min(...times) };
}

function pick<K extends keyof ReleaseRecord>(from: ReleaseRecord, ...keys: K[]): Partial<ReleaseRecord> {
  return Object.fromEntries(keys.map((key) => [key, from[key]]));
}
