/** A version that has ended. */
export interface EndedVersion {
  readonly namespace: string;
  /** Name of the app or of the workload. */
  readonly of: string;
  readonly version: string;
  readonly endTime: string | undefined;
}

/** A version, and the one that it took the place of. */
interface Successor extends EndedVersion {
  readonly previousVersion: string;
}

/** When versions ended, by what they are versions of. */
export type Ends = ReadonlyMap<string, readonly number[]>;

/** Puts ends where their successors find them. Pure. */
export function endsOf(versions: readonly EndedVersion[]): Ends {
  const ends = new Map<string, number[]>();
  for (const { namespace, of, version, endTime } of versions) {
    const at = Date.parse(endTime ?? '');
    if (Number.isNaN(at)) continue;
    const key = keyOf(namespace, of, version);
    const same = ends.get(key);
    if (same === undefined) ends.set(key, [at]);
    else same.push(at);
  }
  return ends;
}

/**
 * Seconds from the end of the version before to the end of this one. The one before is of the same namespace and owner
 * and of exactly that version; where it was released several times, the last release that ended before this one counts.
 * Undefined where there is none. Pure.
 */
export function secondsSincePrevious(ends: Ends, successor: Successor): number | undefined {
  const { namespace, of, version, previousVersion, endTime } = successor;
  const end = Date.parse(endTime ?? '');
  if (previousVersion === '' || previousVersion === version || Number.isNaN(end)) return undefined;
  const before = (ends.get(keyOf(namespace, of, previousVersion)) ?? []).filter((at) => at <= end);
  return before.length === 0 ? undefined : (end - Math.max(...before)) / 1000;
}

function keyOf(namespace: string, of: string, version: string): string {
  return JSON.stringify([namespace, of, version]);
}
