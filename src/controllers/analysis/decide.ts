import type { Analysis } from '../../api/metrics/v1/analysis.ts';
import type { AnalysisDefinition } from '../../api/metrics/v1/analysis-definition.ts';
import { reasons } from '../../api/reasons.ts';
import { percentText } from '../../domain/analysis-message.ts';
import { readEarlier, scoreAnalysis } from '../../domain/analysis-score.ts';
import { type ConditionClaim, formatTime } from '../../domain/condition.ts';
import type { Decision } from '../../domain/decision.ts';
import { deepEqual } from '../../domain/deep-equal.ts';
import { errorMeanings, type SluiceError } from '../../kernel/errors.ts';
import { done } from '../../kernel/outcome.ts';
import { analysisEvent, startEvent } from './events.ts';
import type { ObjectiveLook } from './look.ts';
import type { Problem } from './objective.ts';
import { nextRoundMs } from './rounds.ts';
import { recordStatus } from './status.ts';
import { finalValue, recordLooks, storedKeys } from './stored-values.ts';
import { deadlineMs, freezeTimeframe, recordedWindow } from './timeframe.ts';

/** All that the decision on an Analysis that is not Completed reads. */
export interface AnalysisSnapshot {
  readonly analysis: Analysis;
  readonly definition: AnalysisDefinition | undefined;
  /** Why there is no definition. */
  readonly missing: Problem | undefined;
  /** One for each objective, in their order. */
  readonly looks: readonly ObjectiveLook[];
  /** Analyses of the same definition, where earlier results count. */
  readonly others: readonly Analysis[];
  readonly now: Date;
}

/** Problems beyond these are seen once these are solved. */
const mostTold = 10;

/** What there is to say while an Analysis waits. */
interface Waiting {
  readonly reason: string;
  readonly message: string;
  readonly problems: readonly Problem[];
}

/**
 * Decides what an Analysis does next: it begins and freezes its window, waits until that has ended, collects values round
 * by round, and is Completed once all are recorded or its time is up. Completed is final. Pure.
 */
export function decideAnalysis(snapshot: AnalysisSnapshot): Decision {
  const { analysis, definition, now } = snapshot;
  if (analysis.status?.state === 'Completed') return { actions: [], outcome: done };
  const deadline = deadlineMs(analysis, now);
  if (now.getTime() >= deadline) return complete(snapshot);
  const window = recordedWindow(analysis.status);
  if (window === undefined || analysis.status?.startTime === undefined) return begin(snapshot, deadline);
  if (definition === undefined) {
    const problems = snapshot.missing === undefined ? [] : [snapshot.missing];
    return wait(snapshot, { deadline }, { reason: reasons.missingDefinition, message: '', problems });
  }
  if (now.getTime() < window.toMs) return waitForWindow(snapshot, window.toMs);
  return measure(snapshot, definition, deadline);
}

function begin(snapshot: AnalysisSnapshot, deadline: number): Decision {
  const { analysis, now } = snapshot;
  const { timeframe: recorded } = analysis.status ?? {};
  const isFrozen = recordedWindow(analysis.status) !== undefined && recorded !== undefined;
  const frozen = isFrozen ? ({ ok: true, value: recorded } as const) : freezeTimeframe(analysis.spec, now);
  if (!frozen.ok) {
    const { message } = frozen.error;
    const on = { kind: 'Analysis', name: analysis.metadata.name, field: 'spec.timeframe' };
    const problem = { reason: reasons.invalidDefinition, on, message };
    return wait(snapshot, { deadline }, { reason: problem.reason, message, problems: [problem] });
  }
  const claims = waitingClaims({ reason: reasons.running, message: 'the Analysis has begun', problems: [] });
  const next = { ...progress(snapshot), timeframe: frozen.value };
  return {
    actions: [startEvent(analysis), recordStatus(analysis, now, next, claims)],
    // What was written comes back and wakes this; the time is for when it is not told.
    outcome: { kind: 'again', afterMs: deadline - now.getTime(), why: 'the timeout is then' },
  };
}

function waitForWindow(snapshot: AnalysisSnapshot, toMs: number): Decision {
  const message = `waits until its window has ended, at ${formatTime(new Date(toMs))}`;
  const problems = problemsOf(snapshot);
  return wait(snapshot, { deadline: toMs }, { reason: reasons.waitingForWindow, message, problems });
}

/** Records what has come; completes once all is recorded, so that a crash in between changes nothing in the result. */
function measure(snapshot: AnalysisSnapshot, definition: AnalysisDefinition, deadline: number): Decision {
  const { analysis, looks, now } = snapshot;
  const { storedValues } = progress(snapshot);
  const isRecorded = deepEqual(storedValues ?? {}, analysis.status?.storedValues ?? {});
  if (looks.every(({ kind }) => kind === 'measured') && isRecorded) return complete(snapshot);
  const round = analysis.status?.attempts ?? 1;
  const dueMs = nextRoundMs(looks, round);
  if (dueMs !== undefined && dueMs <= now.getTime()) {
    const message = measuringMessage(snapshot, definition, undefined);
    const waiting = { reason: reasons.running, message, problems: problemsOf(snapshot) };
    return wait(snapshot, { deadline, attempts: round + 1 }, waiting);
  }
  const message = measuringMessage(snapshot, definition, dueMs);
  const until = Math.min(deadline, dueMs ?? deadline);
  return wait(
    snapshot,
    { deadline: until },
    { reason: reasons.running, message, problems: problemsOf(snapshot) },
  );
}

function measuringMessage(
  { looks }: AnalysisSnapshot,
  definition: AnalysisDefinition,
  dueMs: number | undefined,
): string {
  const measured = looks.filter(({ kind }) => kind === 'measured').length;
  const failed = looks.flatMap((look, i) =>
    look.kind === 'failed' && isPassing(look.error)
      ? [`${templateName(definition, i)}: ${look.error.message}`]
      : [],
  );
  const count = [`${measured} of ${looks.length} objectives are measured`, ...failed.slice(0, mostTold)];
  const again = dueMs === undefined ? [] : [`asked again at ${formatTime(new Date(dueMs))}`];
  return [...count, ...again].join('; ');
}

function templateName({ spec }: AnalysisDefinition, i: number): string {
  return spec.objectives[i]?.analysisValueTemplateRef.name ?? '';
}

function isPassing({ tag }: SluiceError): boolean {
  return errorMeanings[tag].retryable;
}

/**
 * What somebody must change. A query that the backend cannot read is asked again all the same: a Secret or a proxy may
 * have been at fault, which nobody tells us of.
 */
function problemsOf({ definition, looks }: AnalysisSnapshot): readonly Problem[] {
  return looks.flatMap((look, i) => {
    if (look.kind === 'problem') return [look.problem];
    if (look.kind !== 'failed' || isPassing(look.error) || definition === undefined) return [];
    const on = { kind: 'AnalysisValueTemplate', name: templateName(definition, i) };
    const message = `AnalysisValueTemplate "${on.name}": ${look.error.message}`;
    const { tag } = look.error;
    return [{ reason: tag === 'malformed' ? reasons.invalidQuery : errorMeanings[tag].reason, on, message }];
  });
}

/** What is recorded while an Analysis goes on. */
function progress({
  analysis,
  definition,
  looks,
}: AnalysisSnapshot): Partial<NonNullable<Analysis['status']>> {
  const state = definition === undefined ? (analysis.status?.state ?? '') : 'Progressing';
  const attempts = analysis.status?.attempts ?? 1;
  if (definition === undefined) return { state, attempts, ...kept(analysis) };
  const { objectives } = definition.spec;
  const keys = storedKeys(objectives, definition.metadata.namespace ?? '');
  const storedValues = recordLooks(analysis, objectives, keys, looks);
  return { state, attempts, ...(Object.keys(storedValues).length === 0 ? {} : { storedValues }) };
}

/** A definition that is gone for a moment forgets nothing. */
function kept({ status }: Analysis): Pick<NonNullable<Analysis['status']>, 'storedValues'> {
  return status?.storedValues === undefined ? {} : { storedValues: status.storedValues };
}

function wait(
  snapshot: AnalysisSnapshot,
  next: { readonly deadline: number; readonly attempts?: number },
  waiting: Waiting,
): Decision {
  const { analysis, now } = snapshot;
  const { deadline, ...more } = next;
  const status = recordStatus(analysis, now, { ...progress(snapshot), ...more }, waitingClaims(waiting));
  const said = distinct(waiting.problems).map(({ reason, message }) =>
    analysisEvent(analysis, 'Warning', reason, message),
  );
  return {
    actions: [status, ...said],
    outcome: {
      kind: 'again',
      afterMs: deadline - now.getTime(),
      why: waiting.message || 'the timeout is then',
    },
  };
}

/** Each problem once, and no more than a person reads. */
function distinct(problems: readonly Problem[]): readonly Problem[] {
  return [...new Map(problems.map((problem) => [problem.message, problem])).values()].slice(0, mostTold);
}

function joined(problems: readonly Problem[]): string {
  return distinct(problems)
    .map(({ message }) => message)
    .join('; ');
}

function waitingClaims({ reason, message, problems }: Waiting): ConditionClaim[] {
  const [problem] = problems;
  if (problem === undefined) {
    return [
      { type: 'Ready', status: 'Unknown', reason, message },
      { type: 'Stalled', status: 'False', reason, message },
    ];
  }
  const why = [message, joined(problems)].filter((part) => part !== '');
  const text = [...new Set(why)].join('; ');
  return [
    { type: 'Ready', status: 'False', reason: problem.reason, message: text },
    { type: 'Stalled', status: 'True', reason: problem.reason, message: text },
  ];
}

/** The end: all that was measured is scored, and what was not counts as failed. */
function complete(snapshot: AnalysisSnapshot): Decision {
  const { analysis, now } = snapshot;
  const score = scoreOf(snapshot);
  const { pass, warning, raw, message, comparedWith } = score;
  const hasPassed = pass || warning;
  const reason = hasPassed ? reasons.completed : reasons.objectivesNotMet;
  const claims: ConditionClaim[] = [
    { type: 'Ready', status: hasPassed ? 'True' : 'False', reason, message },
    { type: 'Stalled', status: hasPassed ? 'False' : 'True', reason, message },
  ];
  const next = {
    ...unlessFrozen(analysis),
    state: 'Completed',
    pass,
    warning,
    raw,
    message,
    score: percentText(score.percent),
    endTime: formatTime(now),
    ...(comparedWith.length === 0 ? {} : { comparedWith: [...comparedWith] }),
  };
  return {
    actions: [
      analysisEvent(analysis, pass ? 'Normal' : 'Warning', reasons.analysisCompleted, message),
      recordStatus(analysis, now, next, claims),
    ],
    outcome: done,
  };
}

function unlessFrozen({ status }: Analysis): Partial<NonNullable<Analysis['status']>> {
  return status === undefined ? { timeframe: {} } : {};
}

function scoreOf({ analysis, definition, missing, looks, others }: AnalysisSnapshot): Scored {
  if (definition === undefined) {
    const message = `nothing was measured within ${analysis.spec.timeout}: ${missing?.message ?? 'there is no definition'}`;
    return { ...nothing, message };
  }
  const { objectives } = definition.spec;
  const keys = storedKeys(objectives, definition.metadata.namespace ?? '');
  const values = looks.map((look, i) => finalValue(look, keys[i] ?? '', analysis));
  return scoreAnalysis(definition.spec, values, readEarlier(definition.spec, analysis, others));
}

type Scored = ReturnType<typeof scoreAnalysis>;

/** What readers of `raw` find where there were no objectives. */
const nothing = {
  pass: false,
  warning: false,
  percent: 0,
  raw: '{"objectiveResults":[],"totalScore":0,"maximumScore":0,"pass":false,"warning":false}',
  comparedWith: [],
};
