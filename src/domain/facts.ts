import type { KeptnAppVersion } from '../api/lifecycle/v1/keptn-app-version.ts';
import type { KeptnWorkloadVersion } from '../api/lifecycle/v1/keptn-workload-version.ts';
import type { ItemStatus } from '../api/lifecycle/v1/shared.ts';
import { sha256Hex } from '../kernel/hash.ts';
import type { Fact, FactCheck, FactPhase } from './fact.ts';
import { msOf, type PhaseSpan, phaseSpans, type SpannedStatus } from './phase-spans.ts';
import { appPhases, failurePhase, type Phase, workloadPhases } from './phases.ts';
import { runOf } from './runs.ts';
import { isCompleted } from './state.ts';

const idLength = 16;

/** A fact before it is tied to its version: its time in ms, and what tells it from all others of that version. */
interface Happening extends Pick<Fact, 'kind' | 'state' | 'phase' | 'check'> {
  readonly atMs: number;
  readonly identity: readonly (string | number)[];
}

/**
 * What happened to a version, in the order of time, from its status alone; causes come before effects. While a version
 * goes on, facts are only added. When its failure is taken back, or it begins anew, the ends that no longer hold go,
 * and what happens then has ids of its own. A version that began before the times of phases were recorded has phases
 * as far as the times of its checks tell them. Pure.
 */
export function factsOf(version: KeptnAppVersion | KeptnWorkloadVersion): readonly Fact[] {
  const { uid, namespace = '', name } = version.metadata;
  const of = isAppVersion(version)
    ? ({ level: 'App', version } as const)
    : ({ level: 'Workload', version } as const);
  const phases = of.level === 'App' ? appPhases({ promotion: true }) : workloadPhases;
  return happenings(phases, failurePhase(of.level), version.status ?? {}).map(
    ({ atMs, identity, ...what }): Fact => {
      const id = sha256Hex([uid ?? `${namespace}/${name}`, what.kind, ...identity].join('\n'), idLength);
      return { id, at: new Date(atMs), ...what, ...of };
    },
  );
}

/** Tells the two kinds of version apart. Pure. */
export function isAppVersion(version: KeptnAppVersion | KeptnWorkloadVersion): version is KeptnAppVersion {
  return 'appName' in version.spec;
}

function happenings(phases: readonly Phase[], onFailure: Phase, status: SpannedStatus): Happening[] {
  const spans = phaseSpans(phases, status);
  const startMs = versionStart(status, spans);
  if (startMs === undefined) return [];
  const restartsMs = (status.restarts ?? []).flatMap((restart) => msOf(restart.startTime) ?? []);
  const begun = { startMs, restartsMs };
  const starts = [startMs, ...restartsMs].map(
    (atMs, i): Happening => ({
      kind: 'version-started',
      state: 'Progressing',
      atMs,
      identity: [i === 0 ? (status.startTime ?? '') : atMs],
    }),
  );
  // The order of causes; equal times keep it.
  return [
    ...starts,
    ...spans.flatMap((span) => phaseHappenings(span, begun)),
    ...versionEnd(status, spans, startMs),
    ...phaseSpans([onFailure], status).flatMap((span) => phaseHappenings(span, begun)),
  ].toSorted((a, b) => a.atMs - b.atMs);
}

/** To the millisecond where the first phase began in that second: both were recorded in one write. */
function versionStart(status: SpannedStatus, spans: readonly PhaseSpan[]): number | undefined {
  const ms = msOf(status.startTime);
  if (spans.length === 0) return ms;
  const first = Math.min(...spans.map(({ startMs }) => startMs));
  return ms === undefined || Math.floor(first / 1000) === Math.floor(ms / 1000) ? first : ms;
}

function versionEnd(status: SpannedStatus, spans: readonly PhaseSpan[], startMs: number): Happening[] {
  const { status: state = 'Pending', endTime } = status;
  const endMs = msOf(endTime);
  if (endTime === undefined || endMs === undefined || !isCompleted(state)) return [];
  const atMs = Math.max(startMs, endMs, ...spans.map((span) => span.endMs ?? 0));
  return [{ kind: 'version-ended', state, atMs, identity: [state, endTime, runOf(status)] }];
}

/** When a version began, and when it began again. */
interface Begun {
  readonly startMs: number;
  readonly restartsMs: readonly number[];
}

function phaseHappenings(span: PhaseSpan, begun: Begun): Happening[] {
  const { phase, state, items, endMs, isRecorded } = span;
  const startMs = Math.max(span.startMs, begun.startMs);
  const attempt = Math.max(0, ...items.map((item) => item.attempt ?? 0));
  const name: FactPhase = { name: phase.name, longName: phase.longName, attempt };
  const starts = attemptStarts(span, attempt, { ...begun, startMs });
  const checks = items.map((item) => checkHappenings(span, item, starts.get(item.attempt ?? 0) ?? startMs));
  const started = [...starts].map(
    ([nth, atMs]): Happening => ({
      kind: 'phase-started',
      state: 'Progressing',
      phase: { ...name, attempt: nth },
      atMs,
      identity: [phase.name, nth, isRecorded ? span.startMs : 0],
    }),
  );
  const ended: Happening[] =
    endMs === undefined
      ? []
      : [
          {
            kind: 'phase-ended',
            state,
            phase: name,
            atMs: Math.max(endMs, startMs),
            identity: [phase.name, attempt, state, isRecorded ? endMs : 0],
          },
        ];
  return [...started, ...checks.flat(), ...ended];
}

/** When the phase began, and when its present attempt did: with the first check of that attempt. */
function attemptStarts(
  span: PhaseSpan,
  attempt: number,
  { startMs, restartsMs }: Begun,
): ReadonlyMap<number, number> {
  const starts = new Map([[0, startMs]]);
  if (attempt === 0) return starts;
  const latest = span.items.filter((item) => item.attempt === attempt);
  const ms = Math.min(...latest.map(({ startTime }) => msOf(startTime) ?? startMs));
  // Within one second the version began again first.
  const sameSecond = restartsMs.filter((restart) => Math.floor(restart / 1000) === Math.floor(ms / 1000));
  return starts.set(attempt, within(span, Math.max(ms, ...sameSecond), startMs));
}

function checkHappenings(span: PhaseSpan, item: ItemStatus, leastMs: number): Happening[] {
  const { phase } = span;
  const { status: state, definitionName: definition = '', attempt = 0 } = item;
  const check: FactCheck = {
    kind: phase.kind === 'tasks' ? 'KeptnTask' : 'KeptnEvaluation',
    name: item.name ?? '',
    definition,
    attempt,
  };
  const startMs = within(span, msOf(item.startTime) ?? leastMs, leastMs);
  const what = { phase: { name: phase.name, longName: phase.longName, attempt }, check };
  const identity = [phase.name, definition, attempt];
  const started: Happening = {
    kind: 'check-started',
    state: 'Progressing',
    ...what,
    atMs: startMs,
    identity,
  };
  if (!isCompleted(state)) return [started];
  const endMs = within(span, msOf(item.endTime) ?? span.endMs ?? startMs, startMs);
  return [started, { kind: 'check-ended', state, ...what, atMs: endMs, identity }];
}

/** Checks have times of whole seconds, phases of milliseconds. Of a version that was replaced, checks run on. */
function within({ state, endMs }: PhaseSpan, ms: number, leastMs: number): number {
  const mostMs = endMs === undefined || state === 'Deprecated' ? ms : Math.min(ms, endMs);
  return Math.max(leastMs, mostMs);
}
