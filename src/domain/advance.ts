import type { ItemStatus, State } from '../api/lifecycle/v1/shared.ts';
import type { WaitsOn } from '../kernel/outcome.ts';
import { formatTime } from './condition.ts';
import {
  type CheckPhase,
  type ChecksField,
  completedPhase,
  type DeployPhase,
  type ItemsField,
  type Phase,
  type PhaseField,
} from './phases.ts';
import { hasPassed, isCompleted, summarize } from './state.ts';

/** The fields of a version's status that the phases write, at either level. */
export type PhaseStatus = { [F in PhaseField]?: State | undefined } & {
  [F in ItemsField]?: readonly ItemStatus[] | undefined;
} & {
  readonly status?: State | undefined;
  readonly currentPhase?: string | undefined;
  readonly startTime?: string | undefined;
  readonly endTime?: string | undefined;
};

/** What is known of the KeptnTask or KeptnEvaluation of one check. */
export interface CheckChild {
  readonly state: State;
  readonly startTime?: string | undefined;
  readonly endTime?: string | undefined;
  /** Why it failed or what it waits for. */
  readonly message?: string | undefined;
}

/** What is known of one check that a version names. */
export interface ObservedCheck {
  readonly phase: string;
  readonly definition: string;
  /** The deterministic name of its child. */
  readonly childName: string;
  readonly child?: CheckChild | undefined;
  /** False when the definition exists neither in the namespace nor in Sluice's own. */
  readonly defined: boolean;
}

/** What is known of the deployment phase. */
export interface ObservedDeployment {
  readonly state: State;
  readonly message: string;
  readonly on: readonly WaitsOn[];
}

/** All that the phases of one version depend on. */
export interface PhaseInput {
  readonly phases: readonly Phase[];
  readonly previous: PhaseStatus;
  readonly checks: { readonly [F in ChecksField]?: readonly string[] | undefined };
  readonly observed: readonly ObservedCheck[];
  readonly deployment: ObservedDeployment;
  /** False: a failed check is recorded as a Warning and the next phase begins. */
  readonly blocking: boolean;
  readonly now: Date;
}

/** Something that happened to a phase in this step. */
export interface PhaseEvent {
  readonly phase: string;
  readonly longName: string;
  readonly what: 'Started' | 'Finished' | 'Failed';
}

/** Where a version stands that is not through: which phase, why, and what would move it. */
export interface OpenPhase {
  readonly phase: Phase;
  readonly why: 'running' | 'missing-definition' | 'deploying' | 'failed';
  readonly message: string;
  readonly on: readonly WaitsOn[];
}

/** The next status, the children to make, what happened, and where the version stands. */
export interface PhaseStep {
  readonly status: PhaseStatus;
  readonly create: readonly { readonly phase: CheckPhase; readonly check: ObservedCheck }[];
  readonly events: readonly PhaseEvent[];
  readonly open?: OpenPhase;
}

interface PhaseResult {
  readonly state: State;
  readonly items?: readonly ItemStatus[];
  readonly create: PhaseStep['create'];
  readonly open: OpenPhase;
  readonly empty: boolean;
}

/**
 * Moves a version as far as what is observed allows. Finished checks and a finished deployment are read from the
 * previous status and never looked at again; everything else is derived anew each time, so that repeated, lost
 * and reordered observations end in the same place. Pure and total. Source: Keptn's phase handling, bettered where
 * docs/compatibility says so.
 */
export function advance(input: PhaseInput): PhaseStep {
  const { phases, previous, now } = input;
  const events: PhaseEvent[] = [];
  const create: { phase: CheckPhase; check: ObservedCheck }[] = [];
  let status: PhaseStatus = { ...previous, startTime: previous.startTime ?? formatTime(now) };
  for (const [i, phase] of phases.entries()) {
    const result = phase.kind === 'deploy' ? deploy(phase, input) : check(phase, input);
    const state = softened(result.state, previous[phase.field], input.blocking, phase);
    create.push(...result.create);
    status = { ...status, [phase.field]: state };
    if (phase.kind !== 'deploy' && result.items !== undefined)
      status = { ...status, [phase.items]: result.items };
    if (!result.empty) events.push(...eventsOf(phase, state, previous));
    if (hasPassed(state)) continue;
    const later = phases.slice(i + 1);
    return {
      status: { ...status, ...stopped(phase, state, later, input) },
      create,
      events,
      open: result.open,
    };
  }
  const endTime = previous.endTime ?? formatTime(now);
  return {
    status: { ...status, status: 'Succeeded', currentPhase: completedPhase, endTime },
    create,
    events,
  };
}

/** The end of a step at an open phase: still going, or failed with everything after it called off. */
function stopped(phase: Phase, state: State, later: readonly Phase[], input: PhaseInput): PhaseStatus {
  const failed = state === 'Failed';
  const rest = Object.fromEntries(
    later.map(({ field }) => [field, failed ? 'Deprecated' : 'Pending'] as const),
  );
  const endTime = failed ? (input.previous.endTime ?? formatTime(input.now)) : undefined;
  return { ...rest, status: failed ? 'Failed' : 'Progressing', currentPhase: phase.name, endTime };
}

/** A failure of checks is a Warning where blocking is off. One on record stays what it was when that is switched later. */
function softened(state: State, before: State | undefined, blocking: boolean, phase: Phase): State {
  if (state !== 'Failed' || phase.kind === 'deploy') return state;
  if (before === 'Failed' || before === 'Warning') return before;
  return blocking ? 'Failed' : 'Warning';
}

function deploy(phase: DeployPhase, { previous, deployment }: PhaseInput): PhaseResult {
  const before = previous[phase.field];
  const latched = before === 'Succeeded' || before === 'Failed' || before === 'Warning';
  const state = latched ? before : deployment.state;
  const why = state === 'Failed' ? 'failed' : 'deploying';
  const open: OpenPhase = { phase, why, message: deployment.message, on: deployment.on };
  return { state, create: [], open, empty: false };
}

function check(phase: CheckPhase, input: PhaseInput): PhaseResult {
  const names = input.checks[phase.checks] ?? [];
  const before = input.previous[phase.items] ?? [];
  const judged = names.map((name) => {
    const seen = input.observed.find((one) => one.phase === phase.name && one.definition === name);
    const item = before.find(({ definitionName }) => definitionName === name);
    return judge(name, item, seen);
  });
  // An entry whose name is no longer asked for stays: it is the record of a check that ran.
  const dropped = before.filter(({ definitionName = '' }) => !names.includes(definitionName));
  const items = [...dropped, ...judged.map(({ item }) => item)];
  const ended = hasEnded(judged, input.previous[phase.field]);
  const create = judged.flatMap(({ toCreate }) => (toCreate && !ended ? [{ phase, check: toCreate }] : []));
  const state = ended ? 'Failed' : stateOf(judged, create.length);
  return {
    state,
    ...(items.length === 0 ? {} : { items }),
    create,
    open: openCheck(phase, state, judged),
    empty: names.length === 0,
  };
}

/** A phase that failed stays failed, whatever its other checks do afterwards, as long as the failed one is asked for. */
function hasEnded(judged: readonly JudgedCheck[], before: State | undefined): boolean {
  return (before === 'Failed' || before === 'Warning') && judged.some(({ item }) => hasFailed(item));
}

/** A failure is not the end while a check is still to be made: it would run on after the phase had ended. */
function stateOf(judged: readonly JudgedCheck[], toCreate: number): State {
  const states = judged.map(({ item }) => item.status ?? 'Pending');
  const state = summarize(states, judged.length);
  return state === 'Failed' && toCreate > 0 ? 'Progressing' : state;
}

function hasFailed({ status }: ItemStatus): boolean {
  return status === 'Failed' || status === 'Deprecated';
}

interface JudgedCheck {
  readonly name: string;
  readonly item: ItemStatus;
  readonly seen: ObservedCheck | undefined;
  readonly toCreate: ObservedCheck | undefined;
}

function judge(name: string, item: ItemStatus | undefined, seen: ObservedCheck | undefined): JudgedCheck {
  if (item !== undefined && isCompleted(item.status)) return { name, item, seen, toCreate: undefined };
  const child = seen?.child;
  if (child === undefined) {
    const pending: ItemStatus = { definitionName: name, status: 'Pending' };
    return { name, item: pending, seen, toCreate: seen?.defined === true ? seen : undefined };
  }
  const { state, startTime, endTime } = child;
  const times = {
    ...(startTime === undefined ? {} : { startTime }),
    ...(endTime === undefined ? {} : { endTime }),
  };
  const status = state === 'Pending' ? 'Progressing' : state;
  return {
    name,
    item: { definitionName: name, name: seen?.childName ?? '', status, ...times },
    seen,
    toCreate: undefined,
  };
}

function openCheck(phase: CheckPhase, state: State, judged: readonly JudgedCheck[]): OpenPhase {
  const [childKind, definitionKind] =
    phase.kind === 'tasks'
      ? ['KeptnTask', 'KeptnTaskDefinition']
      : ['KeptnEvaluation', 'KeptnEvaluationDefinition'];
  const failed = judged.filter(({ item }) => hasFailed(item));
  if (state === 'Failed') {
    const why = failed.map(({ name, item, seen }) => {
      const reason = firstLine(seen?.child?.message);
      return `${childKind} "${item.name ?? ''}" of definition "${name}" failed${reason === '' ? '' : `: ${reason}`}`;
    });
    return {
      phase,
      why: 'failed',
      message: `${why.join('; ')}; deploy a new version to run it again`,
      on: [],
    };
  }
  const missing = judged.filter(
    ({ item, seen }) => !isCompleted(item.status) && seen?.defined !== true && !seen?.child,
  );
  if (missing.length > 0) {
    const names = missing.map(({ name }) => name);
    const message = `${definitionKind} ${quoted(names)} does not exist in this namespace nor in Sluice's own; create it or correct the name`;
    return {
      phase,
      why: 'missing-definition',
      message,
      on: names.map((name) => ({ kind: definitionKind, name })),
    };
  }
  const running = judged.filter(({ item }) => !isCompleted(item.status));
  const message = running.map(({ name, seen }) => {
    const said = firstLine(seen?.child?.message);
    const detail = said === '' ? '' : ` (${said})`;
    return `waits for ${childKind} "${seen?.childName ?? ''}" of definition "${name}"${detail}`;
  });
  const on = running.map(({ seen }) => ({ kind: childKind, name: seen?.childName ?? '' }));
  return { phase, why: 'running', message: message.join('; '), on };
}

/** A child may carry the end of a log; the line that says what happened is enough for its parent. */
function firstLine(message: string | undefined): string {
  return message?.split('\n', 1)[0]?.trim() ?? '';
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(', ');
}

function eventsOf(phase: Phase, state: State, previous: PhaseStatus): PhaseEvent[] {
  const { name, longName } = phase;
  const before = previous[phase.field];
  if (isCompleted(before) && before !== 'Deprecated') return [];
  const started = previous.currentPhase === name ? [] : [{ phase: name, longName, what: 'Started' } as const];
  if (!isCompleted(state)) return started;
  return [...started, { phase: name, longName, what: state === 'Failed' ? 'Failed' : 'Finished' }];
}
