import { metricsVersion } from '../../api/metrics/v1/group.ts';
import type { KeptnMetric } from '../../api/metrics/v1/keptn-metric.ts';
import { reasons } from '../../api/reasons.ts';
import type { Action } from '../../domain/action.ts';
import { aggregate } from '../../domain/aggregate.ts';
import { type ConditionClaim, formatTime } from '../../domain/condition.ts';
import type { Decision } from '../../domain/decision.ts';
import type { Fetched, Reading } from '../../domain/metric-source.ts';
import { refTo } from '../../domain/object-ref.ts';
import { type ErrorTag, errorMeanings, type SluiceError } from '../../kernel/errors.ts';
import type { Outcome } from '../../kernel/outcome.ts';
import { ok, type Result } from '../../kernel/result.ts';
import type { MetricSnapshot, UnreadableMetric } from './observe.ts';
import { type Fault, nextSlotMs, providerState } from './plan.ts';
import { recordMetric } from './status.ts';

/** The end of a fetch wakes the metric; this is for one that never ends. */
const seatBeltMs = 600_000;
/** Most fetches end sooner, and are worth one write and not two. Creation is recorded in whole seconds. */
const momentMs = 2_000;

/** Errors that only a user can mend. */
const stalling: ReadonlySet<ErrorTag> = new Set(['malformed', 'unauthorized', 'forbidden']);

/** What to do about an error whose message does not say so itself. */
const remedies: Readonly<Partial<Record<ErrorTag, string>>> = {
  'not-found': 'check spec.query of the metric, and whether the backend has data for it',
  unauthorized: 'correct the Secret that spec.secretKeyRef of the provider names',
  forbidden: 'grant the credentials that spec.secretKeyRef of the provider names the right to read',
  unavailable: 'check spec.targetServer of the provider, and that the backend is up',
  'too-many-requests': 'raise spec.fetchIntervalSeconds of metrics, or the limit of the backend',
};

/** Decides what is recorded of a KeptnMetric, and when it is looked at again. Pure. */
export function decideMetric(snapshot: MetricSnapshot | UnreadableMetric): Decision {
  if ('why' in snapshot) return tellUnreadable(snapshot);
  const { plan, fetched } = snapshot;
  switch (plan.kind) {
    case 'fault':
      return stall(snapshot, plan.fault);
    case 'wait':
      return { actions: [], outcome: again(plan.untilMs, snapshot.now, 'the next fetch is due then') };
    case 'fetch':
      return fetched === undefined ? begin(snapshot) : record(snapshot, fetched);
  }
}

/** Nothing can be recorded in an object that does not match its schema. */
function tellUnreadable({ metadata, why }: UnreadableMetric): Decision {
  const message = `KeptnMetric "${metadata.name}" cannot be read and is not fetched: ${why}`;
  const on = { kind: 'KeptnMetric', namespace: metadata.namespace ?? '', name: metadata.name };
  const action: Action = {
    kind: 'emitEvent',
    regarding: refTo(metricsVersion, 'KeptnMetric', metadata),
    type: 'Warning',
    reason: reasons.unreadable,
    action: 'FetchMetric',
    note: message,
  };
  return { actions: [action], outcome: { kind: 'stalled', by: 'user', on: [on], reason: message } };
}

function stall(snapshot: MetricSnapshot, { reason, message, on }: Fault): Decision {
  const claims: ConditionClaim[] = [
    { type: 'Ready', status: 'False', reason, message },
    { type: 'Stalled', status: 'True', reason, message },
  ];
  const { metric, now } = snapshot;
  return {
    actions: [...transitions(snapshot, message), recordMetric(metric, { now, errMsg: message, claims })],
    outcome: { kind: 'stalled', by: 'user', on: [on], reason: message },
  };
}

/** The first fetch of a metric is on its way: when it does not end within a moment the status says so. */
function begin({ metric, now }: MetricSnapshot): Decision {
  const isKnown = metric.status?.conditions !== undefined;
  const bornMs = Date.parse(metric.metadata.creationTimestamp ?? '') || 0;
  const isYoung = now.getTime() < bornMs + momentMs;
  if (!isKnown && isYoung)
    return { actions: [], outcome: again(bornMs + momentMs, now, 'the first fetch is on its way') };
  const outcome = again(now.getTime() + seatBeltMs, now, 'the end of the fetch wakes it');
  if (isKnown) return { actions: [], outcome };
  const message = `KeptnMetricsProvider "${metric.spec.provider.name}" is asked for the first value`;
  const claims: ConditionClaim[] = [
    { type: 'Ready', status: 'Unknown', reason: reasons.fetching, message },
    { type: 'Stalled', status: 'False', reason: reasons.fetching, message },
  ];
  const errMsg = metric.status?.errMsg ?? '';
  return { actions: [recordMetric(metric, { now, errMsg, claims })], outcome };
}

function record(snapshot: MetricSnapshot, fetched: Fetched): Decision {
  const { metric, provider, now } = snapshot;
  const end = { now, fetchedAt: fetched.at, ...(provider && { observedProvider: providerState(provider) }) };
  const what = `KeptnMetricsProvider "${metric.metadata.namespace ?? ''}/${metric.spec.provider.name}"`;
  const read = fetched.result.ok ? reduce(metric, fetched.result.value) : fetched.result;
  const outcome = again(
    nextSlotMs(metric, fetched.at.getTime(), !read.ok),
    now,
    'the next fetch is due then',
  );
  if (!read.ok) {
    const errMsg = explain(what, read.error);
    const broke = recordMetric(metric, { ...end, errMsg, claims: broken(errMsg, read.error) });
    return { actions: [...transitions(snapshot, errMsg), broke], outcome };
  }
  const { value, raw, note } = read.value;
  const claims = healthy(`${what} answers spec.query${note === undefined ? '' : `: ${note}`}`);
  const well = recordMetric(metric, { ...end, errMsg: '', value, raw, claims });
  return { actions: [...transitions(snapshot, undefined), well], outcome };
}

/** One value of a reading. */
interface Read {
  readonly value: string;
  readonly raw: string;
  readonly note: string | undefined;
}

function reduce({ spec }: KeptnMetric, { samples, raw, note }: Reading): Result<Read, SluiceError> {
  const { range } = spec;
  const one =
    range?.aggregation === undefined || range.step === undefined
      ? ok(samples[0])
      : aggregate(range.aggregation, samples);
  return one.ok ? ok({ value: one.value, raw, note }) : one;
}

function explain(what: string, { tag, message }: SluiceError): string {
  const remedy = remedies[tag];
  return `${what}: ${message}${remedy === undefined ? '' : `; ${remedy}`}`;
}

function healthy(message: string): ConditionClaim[] {
  return [
    { type: 'Ready', status: 'True', reason: reasons.fetched, message },
    { type: 'Stalled', status: 'False', reason: reasons.fetched, message },
  ];
}

function broken(message: string, { tag }: SluiceError): ConditionClaim[] {
  const { reason } = errorMeanings[tag];
  return [
    { type: 'Ready', status: 'False', reason, message },
    { type: 'Stalled', status: stalling.has(tag) ? 'True' : 'False', reason, message },
  ];
}

/** An Event when it breaks and when it is well again, not each time. The times make each of them a new one. */
function transitions({ metric }: MetricSnapshot, trouble: string | undefined): Action[] {
  const { metadata, status } = metric;
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  const wasBroken = ready?.status === 'False';
  if (wasBroken === (trouble !== undefined)) return [];
  const since = status?.lastUpdated === undefined ? '' : ` (last fetched at ${status.lastUpdated})`;
  return [
    {
      kind: 'emitEvent',
      regarding: refTo(metricsVersion, 'KeptnMetric', metadata),
      type: trouble === undefined ? 'Normal' : 'Warning',
      reason: trouble === undefined ? reasons.fetchRecovered : reasons.fetchFailed,
      action: 'FetchMetric',
      note:
        trouble === undefined
          ? `has a value again, after failures since ${ready?.lastTransitionTime ?? formatTime(new Date(0))}`
          : `${trouble}${since}`,
    },
  ];
}

function again(untilMs: number, now: Date, why: string): Outcome {
  return { kind: 'again', afterMs: Math.max(0, untilMs - now.getTime()), why };
}
