import { annotations } from '../api/constants.ts';
import type { Dependency } from '../api/lifecycle/v1/dependency.ts';
import type { State } from '../api/lifecycle/v1/shared.ts';
import { isInRange, parseRange, parseVersion } from './version-range.ts';

/** A dependency whose namespace is filled in. */
export interface ResolvedDependency extends Dependency {
  readonly namespace: string;
}

/** What is there of the app that is depended on, in its present generation. */
export type FoundApp =
  | { readonly kind: 'missing' }
  /** The KeptnApp is there, its KeptnAppVersion is not yet. */
  | { readonly kind: 'unseen'; readonly version: string }
  | {
      readonly kind: 'found';
      readonly version: string;
      readonly state: State;
      readonly phase: string;
      /** The reason of its Ready condition; empty when it says none. */
      readonly reason: string;
    };

/** A dependency beside what is there of it. */
export interface ObservedDependency {
  readonly dependency: ResolvedDependency;
  readonly found: FoundApp;
}

/** Why a dependency does not let its dependent begin. */
export interface OpenDependency {
  readonly dependency: ResolvedDependency;
  readonly message: string;
  /** True when the entry itself is wrong: nothing that the other app does will help. */
  readonly isInvalid: boolean;
}

/** All that an app depends on, of lists that count together: namespaces filled in, equal entries once, in order. Pure. */
export function dependenciesOf(
  namespace: string,
  ...lists: readonly (readonly Dependency[] | undefined)[]
): ResolvedDependency[] {
  const all = lists
    .flatMap((list) => list ?? [])
    .map((entry) => ({ ...entry, namespace: entry.namespace ?? namespace }));
  return all.filter((entry, i) => all.findIndex((other) => isSame(entry, other)) === i);
}

function isSame(a: ResolvedDependency, b: ResolvedDependency): boolean {
  return appKey(a) === appKey(b) && a.version === b.version;
}

/** `<namespace>/<app>`, by which apps are told apart across namespaces. Pure. */
export function appKey({ namespace, app }: { readonly namespace: string; readonly app: string }): string {
  return `${namespace}/${app}`;
}

/** Why the dependency holds its dependent, or undefined when it is met. Pure. */
export function openDependency({ dependency, found }: ObservedDependency): OpenDependency | undefined {
  const { version: range } = dependency;
  if (range !== undefined && parseRange(range) === undefined) {
    const message = `spec.dependsOn asks for version "${range}" of ${nameOf(dependency)}, which is not a range of versions; write for example ">=1.2 <3" or "^1.2.3"`;
    return { dependency, message, isInvalid: true };
  }
  const message = problem(dependency, found);
  return message === undefined ? undefined : { dependency, message, isInvalid: false };
}

function nameOf({ app, namespace }: ResolvedDependency): string {
  return `app "${app}" in namespace "${namespace}"`;
}

function problem(dependency: ResolvedDependency, found: FoundApp): string | undefined {
  const subject = nameOf(dependency);
  if (found.kind === 'missing') return `${subject} is missing; deploy it${orLeaveOut}`;
  const { version } = found;
  const mismatch = outOfRange(version, dependency.version);
  if (mismatch !== undefined) return `${subject} is at version ${version}, which ${mismatch}`;
  if (found.kind === 'unseen') return `${subject} of version ${version} has not begun`;
  if (found.state === 'Succeeded') return undefined;
  if (found.state === 'Failed')
    return `${subject} of version ${version} has failed in phase ${found.phase}; annotate that KeptnAppVersion with ${annotations.retry} or release a version that succeeds${orLeaveOut}`;
  const where = found.phase === '' ? waiting(found.reason) : `in phase ${found.phase}`;
  return `${subject} of version ${version} is ${where} and not released yet`;
}

const orLeaveOut = ', or leave it out of spec.dependsOn';

function waiting(reason: string): string {
  return reason === '' ? 'waiting' : `waiting (${reason})`;
}

function outOfRange(version: string, range: string | undefined): string | undefined {
  if (range === undefined) return undefined;
  const parsed = parseVersion(version);
  if (parsed === undefined) {
    return `is no semantic version that could satisfy ${range}; give its KeptnApp one, or leave out the range in spec.dependsOn`;
  }
  const bounds = parseRange(range);
  if (bounds !== undefined && isInRange(parsed, bounds)) return undefined;
  return `does not satisfy ${range}; release a version that does, or change spec.dependsOn`;
}

/**
 * The shortest cycle through this app, from it and back to it, or undefined when there is none. `edgesOf` gives the
 * apps that an app depends on, by key. Pure but for what `edgesOf` reads.
 */
export function findCycle(
  start: string,
  edgesOf: (key: string) => readonly string[],
): readonly string[] | undefined {
  const cameFrom = new Map<string, string>();
  const queue = [start];
  for (const at of queue) {
    for (const next of edgesOf(at)) {
      if (next === start) return [...pathTo(at, start, cameFrom), start];
      if (cameFrom.has(next)) continue;
      cameFrom.set(next, at);
      queue.push(next);
    }
  }
  return undefined;
}

function pathTo(end: string, start: string, cameFrom: ReadonlyMap<string, string>): string[] {
  const path = [end];
  for (let at = end; at !== start; ) {
    at = cameFrom.get(at) ?? start;
    path.unshift(at);
  }
  return path;
}

/** `ns/a → ns/b → ns/a`. Pure. */
export function cycleText(cycle: readonly string[]): string {
  return cycle.join(' → ');
}
