import { annotations } from '../../api/constants.ts';
import type { KeptnAppVersion } from '../../api/lifecycle/v1/keptn-app-version.ts';
import type { KeptnWorkloadVersion } from '../../api/lifecycle/v1/keptn-workload-version.ts';
import { type Announced, eventsSink, parseAnnounced, untold, withTold } from '../../domain/announced.ts';
import type { Fact } from '../../domain/fact.ts';
import { factEvents } from '../../domain/fact-events.ts';
import { factsOf } from '../../domain/facts.ts';
import type { SinkInfo } from '../../domain/outbox.ts';
import { isCompleted } from '../../domain/state.ts';

/** What of a version has not been told, by sink. */
export interface VersionPlan {
  readonly version: KeptnAppVersion | KeptnWorkloadVersion;
  readonly facts: readonly Fact[];
  /** True when nothing more happens to it unless it is asked for again. */
  readonly isOver: boolean;
  /** The mark as it is stored; undefined when there is none. */
  readonly mark: string | undefined;
  /** What everybody who is to be told of this version was told. */
  readonly told: Announced;
  /** Facts that a sink wants to be told of and was not, by its name; Kubernetes Events among them. */
  readonly open: ReadonlyMap<string, readonly Fact[]>;
}

/**
 * What a version has still to tell. A version that ended without a mark is history, and so is it for a sink that its mark
 * doesn't know: nobody is told of it. Undefined when it has nothing to tell and never will, to these sinks. Pure.
 */
export function planVersion(
  version: KeptnAppVersion | KeptnWorkloadVersion,
  sinks: readonly SinkInfo[],
): VersionPlan | undefined {
  const { status } = version;
  const isEnded = status?.endTime !== undefined && isCompleted(status.status);
  const mark = version.metadata.annotations?.[annotations.announced];
  const announced = parseAnnounced(mark);
  const names = [eventsSink, ...sinks.map(({ name }) => name)];
  if (isEnded && !names.some((name) => announced.has(name))) return undefined;
  const facts = factsOf(version);
  const told = isEnded ? announced : withEntries(announced, names, version, facts);
  const open = openOf(facts, told, sinks);
  if (isEnded && open.size === 0) return undefined;
  return { version, facts, isOver: isEnded && !runsAfterFailure(version), mark, told, open };
}

function runsAfterFailure({ status }: VersionPlan['version']): boolean {
  const { status: state, onFailureTaskStatus: items = [], onFailureStatus } = status ?? {};
  return state === 'Failed' && items.length > 0 && !isCompleted(onFailureStatus);
}

function openOf(
  facts: readonly Fact[],
  told: Announced,
  sinks: readonly SinkInfo[],
): ReadonlyMap<string, readonly Fact[]> {
  const open = new Map<string, readonly Fact[]>();
  const look = (name: string, accepts: (fact: Fact) => boolean): void => {
    const entry = told.get(name);
    const left = entry === undefined ? [] : untold(facts, entry).filter(accepts);
    if (left.length > 0) open.set(name, left);
  };
  const evented = new Set(factEvents(facts).map(({ id }) => id));
  look(eventsSink, ({ id }) => evented.has(id));
  for (const { name, accepts } of sinks) look(name, accepts);
  return open;
}

/** The entries of a version that goes on: nobody is left out. */
function withEntries(
  announced: Announced,
  names: readonly string[],
  version: VersionPlan['version'],
  facts: readonly Fact[],
): Announced {
  const told = new Map(announced);
  for (const name of names) {
    if (told.has(name)) continue;
    told.set(name, name === eventsSink ? withTold([], saidBefore(version, facts)) : []);
  }
  return told;
}

/** Of a version without a mark its former controller made the Events; it recorded no times of phases. */
function saidBefore({ status }: VersionPlan['version'], facts: readonly Fact[]): string[] {
  return facts
    .filter(({ phase }) => phase === undefined || status?.phaseTimes?.[phase.name] === undefined)
    .map(({ id }) => id);
}
