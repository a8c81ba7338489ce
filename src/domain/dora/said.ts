import type { Keyed } from '../annotations.ts';

/** A text somebody said, and where. */
export interface Said {
  readonly value: string;
  readonly source: string;
}

/** One place where something may be said of a release: its name for people, and its keys. */
export interface Place {
  readonly name: string;
  readonly texts: Readonly<Record<string, string>>;
}

/** Keys under which an environment is said, the first that is there counts. */
export const environmentKeys = [
  'deployment.environment.name',
  'environment',
  'deployment.environment',
  'stage',
];

/**
 * Keys under which the time of a commit is said. The last is the time at which an image was built, which build tools set as
 * a label of it: later than the commit, and told apart by its source.
 */
export const commitTimeKeys = ['commit-time', 'commitTime', 'org.opencontainers.image.created'];

const commitKeys = ['commit', 'vcs.ref.head.revision', 'org.opencontainers.image.revision'];

/** Labels and annotations of an object as places. Pure. */
export function placesOf(what: string, object: Keyed | undefined): Place[] {
  return [
    { name: `annotation of ${what}:`, texts: object?.annotations ?? {} },
    { name: `label of ${what}:`, texts: object?.labels ?? {} },
  ];
}

/** The first thing that is said under one of the keys: places in their order, keys in theirs. Pure. */
export function firstSaid(places: readonly Place[], keys: readonly string[]): Said | undefined {
  for (const { name, texts } of places) {
    for (const key of keys) {
      const value = texts[key]?.trim() ?? '';
      if (value !== '') return { value, source: `${name} ${key}` };
    }
  }
  return undefined;
}

/** A commit as it was said: the time, where it was said, and its id. */
export interface CommitSaid {
  readonly ms: number;
  readonly source: string;
  readonly revision: string;
}

/**
 * The oldest commit of those that the workloads of a release name, since its change waited longest; what is said for the
 * whole app counts before them. Undefined when nobody says a time that can be read. Pure.
 */
export function commitOf(ofApp: readonly Place[], ofWorkloads: readonly Place[]): CommitSaid | undefined {
  const commits = [ofApp, ...ofWorkloads.map((place) => [place])].map(commitAt);
  const [whole, ...parts] = commits;
  return whole ?? parts.filter((part) => part !== undefined).toSorted((a, b) => a.ms - b.ms)[0];
}

function commitAt(places: readonly Place[]): CommitSaid | undefined {
  const said = firstSaid(places, commitTimeKeys);
  const ms = said === undefined ? undefined : parseCommitTime(said.value);
  if (said === undefined || ms === undefined) return undefined;
  return { ms, source: said.source, revision: firstSaid(places, commitKeys)?.value ?? '' };
}

const timePattern = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?\s?(Z|[+-]\d\d:?\d\d)$/i;

/** RFC 3339 or ISO 8601 with an offset, as `git log --format=%cI` writes it, or seconds since 1970, as `%ct` does. Pure. */
export function parseCommitTime(text: string): number | undefined {
  if (/^\d{9,10}$/.test(text)) return Number(text) * 1_000;
  if (!timePattern.test(text)) return undefined;
  const ms = Date.parse(
    text
      .replace(' ', 'T')
      .replace(/\s/, '')
      .replace(/([+-]\d\d)(\d\d)$/, '$1:$2'),
  );
  return Number.isNaN(ms) ? undefined : ms;
}

/** What a user says of a release being unplanned: `rework: "true"` or `"false"`, or `release-type: hotfix`. Pure. */
export function markedAsRework(places: readonly Place[]): boolean | undefined {
  const rework = firstSaid(places, ['rework'])?.value.toLowerCase();
  if (rework === 'true' || rework === 'false') return rework === 'true';
  const type = firstSaid(places, ['release-type'])?.value.toLowerCase();
  return type === 'hotfix' || type === 'rollback' ? true : undefined;
}
