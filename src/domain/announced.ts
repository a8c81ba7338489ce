import { annotations } from '../api/constants.ts';
import type { KubeObject } from '../api/meta.ts';
import { deepEqual } from './deep-equal.ts';
import type { Fact } from './fact.ts';

/** Kubernetes Events among those who are told: its name among the sinks. */
export const eventsSink = 'events';

/** Who was told what of a version: ids of facts, cut short, in the order in which they were noted. By name of the sink. */
export type Announced = ReadonlyMap<string, readonly string[]>;

/** Enough to tell the facts of one version apart, and short enough to keep thousands. */
const shortLength = 8;
/** Of one sink so many are kept; what comes before the first of a full list counts as told. */
const mostIds = 1_000;
const mostSinks = 16;

const entryPattern = /^(?<sink>[^=;,\s]{1,128})=(?<ids>(?:[0-9a-f]{8}(?:,[0-9a-f]{8})*)?)$/;

/**
 * Reads the value of the annotation `keptn.sh/announced`, such as `events=0a1b2c3d,4e5f6071;cd-events=`. What cannot be
 * read says nothing. Pure.
 */
export function parseAnnounced(text: string | undefined): Announced {
  const announced = new Map<string, readonly string[]>();
  for (const entry of (text ?? '').split(';')) {
    const { sink, ids } = entryPattern.exec(entry)?.groups ?? {};
    if (sink === undefined || announced.size >= mostSinks) continue;
    announced.set(decode(sink), ids === undefined || ids === '' ? [] : ids.split(',').slice(-mostIds));
  }
  return announced;
}

/** Writes what `parseAnnounced` reads; some 150 kB at the very most. Pure. */
export function renderAnnounced(announced: Announced): string {
  const entries = [...announced].slice(-mostSinks);
  return entries.map(([sink, ids]) => `${encode(sink)}=${ids.slice(-mostIds).join(',')}`).join(';');
}

/** The mark that a version is made with: everybody is to be told of it, and nobody was told anything yet. Pure. */
export function announcedAtBirth(sinks: readonly string[]): string {
  return renderAnnounced(new Map([eventsSink, ...sinks].map((sink) => [sink, []])));
}

/** True when a version changed in nothing but its mark, which concerns nobody but who writes it. Cheap otherwise. Pure. */
export function differsInMarkOnly(before: KubeObject, after: KubeObject): boolean {
  return markOf(before) !== markOf(after) && deepEqual(withoutMark(before), withoutMark(after));
}

function markOf({ metadata }: KubeObject): string | undefined {
  return metadata.annotations?.[annotations.announced];
}

function withoutMark({ metadata, ...rest }: KubeObject): object {
  const others = { ...metadata.annotations, [annotations.announced]: undefined };
  return { ...rest, metadata: { ...metadata, resourceVersion: undefined, annotations: others } };
}

/** The facts that are not among those that a sink was told. Pure. */
export function untold(facts: readonly Fact[], told: readonly string[]): readonly Fact[] {
  const known = new Set(told);
  const open = facts.filter(({ id }) => !known.has(short(id)));
  if (told.length < mostIds) return open;
  const first = facts.findIndex(({ id }) => known.has(short(id)));
  return first < 0 ? [] : open.filter((fact) => facts.indexOf(fact) > first);
}

/** The list of a sink that was told these facts, too. Pure. */
export function withTold(told: readonly string[], ids: readonly string[]): readonly string[] {
  return [...new Set([...told, ...ids.map(short)])].slice(-mostIds);
}

function short(id: string): string {
  return id.slice(0, shortLength);
}

/** Names of sinks are anybody's choice; those of three characters would break the mark. */
function encode(sink: string): string {
  return sink.replaceAll(/[%=;,\s]/g, (character) => encodeURIComponent(character));
}

function decode(sink: string): string {
  return sink.replaceAll(/%(?:25|3D|3B|2C|20|09|0A|0D)/g, (code) => decodeURIComponent(code));
}
