import type { KeptnMetric } from '../../api/metrics/v1/keptn-metric.ts';
import {
  type KeptnMetricsProvider,
  providerTypes,
  readProviderType,
} from '../../api/metrics/v1/keptn-metrics-provider.ts';
import { reasons } from '../../api/reasons.ts';
import { type FreshnessWish, fetchedAtMs } from '../../domain/fresh-values.ts';
import type { MetricQuery } from '../../domain/metric-source.ts';
import { parseDurationMs } from '../../kernel/duration.ts';
import type { SluiceError } from '../../kernel/errors.ts';
import { fnv1a32 } from '../../kernel/hash.ts';
import type { WaitsOn } from '../../kernel/outcome.ts';
import { ok, type Result } from '../../kernel/result.ts';

/** What a user must change before a metric is fetched at all. */
export interface Fault {
  readonly reason: string;
  readonly message: string;
  readonly on: WaitsOn;
}

/** What is to be done about a metric now. */
export type Plan =
  | { readonly kind: 'fault'; readonly fault: Fault }
  | { readonly kind: 'wait'; readonly untilMs: number }
  /** The id names this very fetch: it is another one once a result was recorded, or the metric or its provider changed. */
  | { readonly kind: 'fetch'; readonly id: string; readonly query: MetricQuery };

/** What a plan is made of. */
export interface PlanInput {
  readonly metric: KeptnMetric;
  readonly provider: KeptnMetricsProvider | undefined;
  /** Why a provider that exists cannot be read. */
  readonly unreadableProvider: string | undefined;
  /** What evaluations that go on ask of the value. */
  readonly wishes: readonly FreshnessWish[];
  readonly now: Date;
}

/** After a failure nobody waits longer than this for the next attempt. */
const longestRetryMs = 60_000;
/** A time of a fetch that lies further ahead is of a clock that was set back. */
const toleratedAheadMs = 1_000;

/** Plans the next fetch of a metric. Pure. */
export function planFetch(input: PlanInput): Plan {
  const { metric, provider, now } = input;
  const fault = findFault(input);
  if (fault !== undefined) return { kind: 'fault', fault };
  const query = provider === undefined ? undefined : buildQuery(metric, provider);
  // Cannot be: a fault was found then.
  if (provider === undefined || query?.ok !== true) return { kind: 'wait', untilMs: now.getTime() };
  const dueMs = dueAtMs(input, provider);
  const nextWishMs = Math.min(...input.wishes.map(({ nextMs }) => nextMs));
  if (dueMs > now.getTime()) return { kind: 'wait', untilMs: Math.min(dueMs, nextWishMs) };
  const { generation = 0 } = metric.metadata;
  const { uid = '', resourceVersion = '' } = provider.metadata;
  const id = `${generation} ${metric.status?.lastUpdated ?? ''} ${uid} ${resourceVersion}`;
  return { kind: 'fetch', id, query: query.value };
}

/** Which state of which provider object a value was fetched from. Pure. */
export function providerState({ metadata }: KeptnMetricsProvider): string {
  return `${metadata.uid ?? ''}/${metadata.generation ?? 0}`;
}

/**
 * When the next fetch is due, after one at a time: the interval counts from a phase that follows from what is asked, so
 * that metrics spread out, stay spread out after a restart, and equal ones meet. Pure.
 */
export function nextSlotMs(metric: KeptnMetric, fetchedMs: number, hasFailed: boolean): number {
  const { provider, query, fetchIntervalSeconds, range } = metric.spec;
  const wholeMs = Math.max(1, fetchIntervalSeconds) * 1000;
  const intervalMs = hasFailed ? Math.min(wholeMs, longestRetryMs) : wholeMs;
  const asked = JSON.stringify([metric.metadata.namespace, provider.name, query, range]);
  // Never less than the remainder of a division, for times before the phase too.
  const phaseMs = Number(fnv1a32(asked)) % intervalMs;
  const sinceSlotMs = (((fetchedMs - phaseMs) % intervalMs) + intervalMs) % intervalMs;
  return fetchedMs + intervalMs - sinceSlotMs;
}

function dueAtMs({ metric, wishes, now }: PlanInput, provider: KeptnMetricsProvider): number {
  const { metadata, status } = metric;
  const atOnce = now.getTime();
  const fetchedMs = fetchedAtMs(metric);
  if (fetchedMs === undefined || fetchedMs > atOnce + toleratedAheadMs) return atOnce;
  if (status?.observedGeneration !== metadata.generation) return atOnce;
  if (status?.observedProvider !== providerState(provider)) return atOnce;
  if (wishes.some(({ sinceMs }) => fetchedMs < sinceMs)) return atOnce;
  return nextSlotMs(metric, fetchedMs, Boolean(status?.errMsg));
}

function findFault({ metric, provider, unreadableProvider }: PlanInput): Fault | undefined {
  const { namespace = '', name: metricName } = metric.metadata;
  const { name } = metric.spec.provider;
  const on: WaitsOn = { kind: 'KeptnMetricsProvider', namespace, name };
  const what = `KeptnMetricsProvider "${namespace}/${name}"`;
  if (unreadableProvider !== undefined) {
    const message = `${what} cannot be read: ${unreadableProvider}; correct it`;
    return { reason: reasons.invalidProvider, message, on };
  }
  if (provider === undefined) {
    const message = `${what} does not exist; create it in the namespace of the metric or correct spec.provider.name`;
    return { reason: reasons.missingProvider, message, on };
  }
  const { type } = provider.spec;
  if (readProviderType(type, name) === undefined) {
    const message = `provider ${type ?? name} not supported: set spec.type of ${what} to one of ${providerTypes.join(', ')}`;
    return { reason: reasons.invalidProvider, message, on };
  }
  const query = buildQuery(metric, provider);
  if (query.ok) return undefined;
  return {
    reason: reasons.invalidDefinition,
    message: `spec.range: ${query.error.message}`,
    on: { kind: 'KeptnMetric', namespace, name: metricName, field: 'spec.range' },
  };
}

function buildQuery(metric: KeptnMetric, provider: KeptnMetricsProvider): Result<MetricQuery, SluiceError> {
  const { query: text, metricPath, range } = metric.spec;
  const interval = parseDurationMs(range?.interval ?? '0');
  if (!interval.ok) return interval;
  const step = parseDurationMs(range?.step ?? '0');
  if (!step.ok) return step;
  return ok({
    provider,
    text,
    purpose: 'metric',
    ...(metricPath === undefined ? {} : { metricPath }),
    ...(range === undefined ? {} : { window: { recentMs: interval.value } }),
    ...(range?.step === undefined ? {} : { stepMs: step.value }),
  });
}
