import type { State } from '../../api/lifecycle/v1/shared.ts';
import type { SpannedStatus } from '../phase-spans.ts';
import { type CheckPhase, failurePhase, type Phase } from '../phases.ts';
import { type RunStatus, runOf } from '../runs.ts';
import { type CheckSubject, checkAttributes, errorType, pipelineResult } from './attributes.ts';
import { attemptsOf, type CheckOnRecord, type Children } from './checks-on-record.ts';
import { partOf } from './parts.ts';
import { type PhaseInRun, type RunSpan, runSpans } from './phases-in-runs.ts';
import type { Attributes, SpanEvent, SpanLink, SpanResult, TraceSpan } from './span.ts';
import { checkSpanId, phaseSpanId, runSpanId, type VersionTrace } from './version-trace.ts';

/** What the spans of one version are made of, at either level. */
export interface TracedVersion extends Children {
  readonly level: 'App' | 'Workload';
  readonly name: string;
  readonly trace: VersionTrace;
  readonly phases: readonly Phase[];
  readonly status:
    | (SpannedStatus & RunStatus & { readonly conditions?: readonly Said[] | undefined })
    | undefined;
  /** No span begins earlier: when the phase of the app began that it belongs to. */
  readonly notBeforeMs: number;
  readonly attributes: Attributes;
  readonly links: readonly SpanLink[];
  /** Before the name of each phase. */
  readonly prefix: string;
  readonly check: CheckSubject;
}

interface Said {
  readonly type: string;
  readonly reason: string;
  readonly message: string;
}

/** Every span of one version: its runs, their phases, and the attempts of their checks. Pure. */
export function versionSpans(version: TracedVersion): readonly TraceSpan[] {
  const { level, phases, status } = version;
  const runs = runSpans(phases, status).map((run) => notBefore(run, version.notBeforeMs));
  const afterFailure = runSpans([failurePhase(level)], status).flatMap((run) => run.phases);
  const present = runs.at(-1);
  return [
    ...runs.map((run) => runSpan(version, run)),
    ...phases.flatMap((phase) => phaseAndChecks(version, phase, runs)),
    ...(present === undefined
      ? []
      : afterFailure.slice(-1).flatMap((phase) => failureSpans(version, phase, present))),
  ];
}

function notBefore(run: RunSpan, leastMs: number): RunSpan {
  const phases = run.phases.map((phase) => ({ ...phase, ...notBeforeTimes(phase, leastMs) }));
  return { ...run, ...notBeforeTimes(run, leastMs), phases };
}

function notBeforeTimes(
  { startMs, endMs }: Pick<RunSpan, 'startMs' | 'endMs'>,
  leastMs: number,
): Pick<RunSpan, 'startMs' | 'endMs'> {
  return {
    startMs: Math.max(startMs, leastMs),
    endMs: endMs === undefined ? endMs : Math.max(endMs, leastMs),
  };
}

/** What every span of a version has. */
function base({ level, trace }: TracedVersion): Pick<TraceSpan, 'level' | 'traceId' | 'links' | 'events'> {
  return { level, traceId: trace.traceId, links: [], events: [] };
}

function runSpan(version: TracedVersion, run: RunSpan): TraceSpan {
  const { trace, name } = version;
  const ready = readyOf(version, run);
  return {
    ...base(version),
    subject: 'version',
    spanId: runSpanId(trace.uid, run.number),
    parentSpanId: trace.parent?.spanId ?? (run.number === 0 ? undefined : runSpanId(trace.uid, 0)),
    name,
    startMs: run.startMs,
    endMs: run.endMs,
    attributes: {
      ...version.attributes,
      ...runResult(version.level, run.state),
      ...errorType(run.state, ready?.reason),
      'sluice.run': run.number,
    },
    links: [...version.links, ...linkToFormer(trace, run.number)],
    events: [...gateEvents(version, run), ...endEvents(run, name, 'finished')],
    result: resultOf(run.state, ready?.message ?? `${name} has failed`),
    part: partOf.run(run.number),
  };
}

/** What the version says of its present run; of those before nothing is on record. */
function readyOf({ status }: TracedVersion, run: RunSpan): Said | undefined {
  if (status === undefined || run.number !== runOf(status)) return undefined;
  return status.conditions?.find(({ type }) => type === 'Ready');
}

function runResult(level: TracedVersion['level'], state: State): Attributes {
  const result = pipelineResult(state);
  if (result === undefined) return {};
  return { [level === 'App' ? 'cicd.pipeline.result' : 'cicd.pipeline.task.run.result']: result };
}

function linkToFormer({ uid, traceId }: VersionTrace, run: number): SpanLink[] {
  if (run === 0) return [];
  return [{ context: { traceId, spanId: runSpanId(uid, run - 1) }, attributes: follows }];
}

/** The attribute of a link to what came before; Keptn's. */
export const follows: Attributes = { 'opentracing.ref_type': 'follows-from' };

/** Pods are held from the beginning of a workload's version until its deployment begins. */
function gateEvents({ level }: TracedVersion, { number, startMs, phases }: RunSpan): SpanEvent[] {
  if (level === 'App' || number > 0) return [];
  const deploy = phases.find(({ phase }) => phase.kind === 'deploy');
  return [
    { name: 'pods are held', atMs: startMs, attributes: {} },
    ...(deploy === undefined
      ? []
      : [{ name: 'pods may be scheduled', atMs: deploy.startMs, attributes: {} }]),
  ];
}

function endEvents(
  { state, endMs }: Pick<PhaseInRun, 'state' | 'endMs'>,
  name: string,
  well: 'finished' | 'succeeded',
): SpanEvent[] {
  if (endMs === undefined) return [];
  const what = state === 'Failed' ? 'failed' : state === 'Deprecated' ? 'been superseded' : well;
  return [{ name: `${name} has ${what}`, atMs: endMs, attributes: {} }];
}

function resultOf(state: State, message: string): SpanResult {
  if (state === 'Failed') return { code: 'error', message };
  return { code: state === 'Succeeded' || state === 'Warning' ? 'ok' : 'unset' };
}

function phaseAndChecks(version: TracedVersion, phase: Phase, runs: readonly RunSpan[]): TraceSpan[] {
  const inRuns = runs.flatMap((run) =>
    run.phases.flatMap((one) => (one.phase.name === phase.name ? [{ ...one, run: run.number }] : [])),
  );
  const checks = checksOf(version, phase);
  const spans = inRuns.map((one, i) => {
    const own = checks.filter((check) => placeOf(check, inRuns) === i);
    const parent = runSpanId(version.trace.uid, one.run);
    return phaseSpans(version, { ...one, parent, part: partOf.run(one.run) }, own);
  });
  return spans.flat();
}

function checksOf({ trace, status, tasks, evaluations }: TracedVersion, phase: Phase): CheckOnRecord[] {
  if (phase.kind === 'deploy') return [];
  const items = (status?.[phase.items] ?? []).filter((item) => item.name !== undefined && item.name !== '');
  const named = items.filter(({ name }, i) => items.findIndex((item) => item.name === name) === i);
  return named.flatMap((item) => attemptsOf(trace.uid, phase, item, { tasks, evaluations }));
}

/**
 * In which of the runs of its phase an attempt began, or -1 where that run is not on record. Each attempt has a run of
 * its own, so those after it leave so many runs to them; in a second of two runs a first attempt belongs to the former.
 * A version that was replaced and begins anew keeps checks that ended, but not when its phases ran before. Pure.
 */
function placeOf({ startMs, endMs, item, later }: CheckOnRecord, runs: readonly PlacedRun[]): number {
  const isRepeated = (item.attempt ?? 0) > 0;
  const most = runs.length - 1 - later;
  const at = runs.findLastIndex((run) => {
    const second = secondOf(run.startMs);
    return startMs !== undefined && (isRepeated ? second <= startMs : second < startMs);
  });
  const place = isRepeated && at < 0 ? most : Math.min(most, Math.max(0, at));
  const run = runs[place];
  const isOfBefore = run !== undefined && run.run > 0 && endMs !== undefined && endMs < secondOf(run.startMs);
  return isOfBefore ? -1 : place;
}

function secondOf(ms: number): number {
  return Math.floor(ms / 1000) * 1000;
}

interface PlacedRun extends PhaseInRun {
  readonly run: number;
}

interface PlacedPhase extends PlacedRun {
  readonly parent: string;
  readonly part: string;
}

function phaseSpans(
  version: TracedVersion,
  placed: PlacedPhase,
  checks: readonly CheckOnRecord[],
): TraceSpan[] {
  const { phase, run, part, state, startMs, endMs } = placed;
  const spanId = phaseSpanId(version.trace.uid, phase.name, run);
  const failures = checks.filter(({ item }) => item.status === 'Failed');
  const why = failures.map(({ item, message }) => failureOf(phase, item.name ?? '', message));
  const span: TraceSpan = {
    ...base(version),
    subject: 'phase',
    spanId,
    parentSpanId: placed.parent,
    name: `${version.prefix}${phase.name}`,
    startMs,
    endMs,
    attributes: phaseAttributes(version, placed),
    events: [
      { name: `${phase.longName} started`, atMs: startMs, attributes: {} },
      ...why.map((name) => ({ name, atMs: endMs ?? startMs, attributes: {} })),
      ...endEvents(placed, phase.longName, 'succeeded'),
    ],
    result: resultOf(state, why[0] ?? `${phase.longName} has failed`),
    part,
  };
  if (phase.kind === 'deploy') return [span];
  return [span, ...checks.map((check) => checkSpan(version, phase, span, check))];
}

function failureOf(phase: Phase, name: string, message: string | undefined): string {
  return `${phase.kind === 'tasks' ? 'task' : 'evaluation'} '${name}' failed with reason: '${message ?? 'unknown'}'`;
}

function phaseAttributes({ check, level }: TracedVersion, { phase, state }: PhaseInRun): Attributes {
  return {
    'keptn.deployment.app.name': check.appName,
    ...(level === 'App'
      ? { 'keptn.deployment.app.version': check.appVersion }
      : {
          'keptn.deployment.workload.name': check.workloadName,
          'keptn.deployment.workload.version': check.workloadVersion,
        }),
    'sluice.phase': phase.name,
    ...errorType(state, undefined),
  };
}

function checkSpan(
  version: TracedVersion,
  phase: CheckPhase,
  parent: TraceSpan,
  check: CheckOnRecord,
): TraceSpan {
  const { item, message = 'failed' } = check;
  const { name = '', status: state } = item;
  const times = checkTimes(version, parent, check);
  const { startMs, endMs } = times;
  return {
    ...base(version),
    subject: 'check',
    spanId: checkSpanId(version.trace.uid, name),
    parentSpanId: parent.spanId,
    name,
    startMs,
    endMs,
    attributes: {
      ...checkAttributes({ phase, item, uid: check.uid }, version.check),
      ...errorType(state, undefined),
    },
    events: [
      ...check.objectives.map((objective) => ({ ...objective, atMs: endMs ?? startMs })),
      ...(state === 'Failed'
        ? [{ name: failureOf(phase, name, check.message), atMs: endMs ?? startMs, attributes: {} }]
        : []),
    ],
    result: resultOf(state, message),
    part: times.isLate ? partOf.late(name) : parent.part,
  };
}

/**
 * Checks have times of whole seconds, phases of milliseconds. Of a version that was replaced, checks run on after its
 * end.
 */
function checkTimes(
  { status }: TracedVersion,
  parent: TraceSpan,
  check: CheckOnRecord,
): { readonly startMs: number; readonly endMs: number | undefined; readonly isLate: boolean } {
  const most = parent.endMs ?? Number.POSITIVE_INFINITY;
  const startMs = Math.min(Math.max(check.startMs ?? parent.startMs, parent.startMs), most);
  const isLate = outlives(check.endMs, status);
  if (check.endMs === undefined) return { startMs, endMs: undefined, isLate };
  return { startMs, endMs: Math.max(startMs, isLate ? check.endMs : Math.min(check.endMs, most)), isLate };
}

/** True for a check that was not through, to the second, when its version was replaced. */
function outlives(endMs: number | undefined, status: TracedVersion['status']): boolean {
  if (status?.status !== 'Deprecated' || status.endTime === undefined) return false;
  return endMs === undefined || endMs > Date.parse(status.endTime);
}

/**
 * What ran after the present run had failed hangs below it, after its end. Its phase keeps the time at which it began
 * first, so when it began again its checks tell.
 */
function failureSpans(version: TracedVersion, phase: PhaseInRun, run: RunSpan): TraceSpan[] {
  if (phase.startMs < run.startMs) return [];
  const checks = checksOf(version, phase.phase).filter(({ later }) => later === 0);
  const firstMs = Math.min(...checks.map(({ startMs }) => startMs ?? phase.startMs), phase.endMs ?? Infinity);
  const startMs = Number.isFinite(firstMs) ? Math.max(phase.startMs, firstMs) : phase.startMs;
  const parent = runSpanId(version.trace.uid, run.number);
  const part = partOf.afterFailure(run.number);
  return phaseSpans(version, { ...phase, startMs, run: run.number, parent, part }, checks);
}
