import type { ItemStatus, State } from '../api/lifecycle/v1/shared.ts';
import type { CheckChild, ObservedCheck, OpenPhase, PhaseInput, PhaseResult } from './phase-step.ts';
import type { CheckPhase } from './phases.ts';
import { hasFailed, isCompleted, summarize } from './state.ts';

/** What a phase made of checks comes to: which children it needs, and how they end. Pure. */
export function checkPhase(phase: CheckPhase, input: PhaseInput): PhaseResult {
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
  return (before === 'Failed' || before === 'Warning') && judged.some(({ item }) => hasFailed(item.status));
}

/** A failure is not the end while a check is still to be made: it would run on after the phase had ended. */
function stateOf(judged: readonly JudgedCheck[], toCreate: number): State {
  const states = judged.map(({ item }) => item.status ?? 'Pending');
  const state = summarize(states, judged.length);
  return state === 'Failed' && toCreate > 0 ? 'Progressing' : state;
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
  const attempt = item?.attempt === undefined ? {} : { attempt: item.attempt };
  if (child === undefined) {
    const pending: ItemStatus = { definitionName: name, status: 'Pending', ...attempt };
    return { name, item: pending, seen, toCreate: seen?.defined === true ? seen : undefined };
  }
  const followed = { definitionName: name, name: seen?.childName ?? '', ...recordOf(child), ...attempt };
  return { name, item: followed, seen, toCreate: undefined };
}

/** What an entry repeats of its child. */
function recordOf({
  state,
  startTime,
  endTime,
}: CheckChild): Pick<ItemStatus, 'status' | 'startTime' | 'endTime'> {
  return {
    status: state === 'Pending' ? 'Progressing' : state,
    ...(startTime === undefined ? {} : { startTime }),
    ...(endTime === undefined ? {} : { endTime }),
  };
}

function openCheck(phase: CheckPhase, state: State, judged: readonly JudgedCheck[]): OpenPhase {
  const [childKind, definitionKind] =
    phase.kind === 'tasks'
      ? ['KeptnTask', 'KeptnTaskDefinition']
      : ['KeptnEvaluation', 'KeptnEvaluationDefinition'];
  const failed = judged.filter(({ item }) => hasFailed(item.status));
  if (state === 'Failed') {
    const why = failed.map(({ name, item, seen }) => {
      const reason = firstLine(seen?.child?.message);
      return `${childKind} "${item.name ?? ''}" of definition "${name}" failed${reason === '' ? '' : `: ${reason}`}`;
    });
    return {
      phase,
      why: 'failed',
      message: `${why.join('; ')}; annotate this version with keptn.sh/retry, or deploy a new one, to run it again`,
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
