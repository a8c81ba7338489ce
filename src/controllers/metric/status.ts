import { metricsVersion } from '../../api/metrics/v1/group.ts';
import type { IntervalResult, KeptnMetric } from '../../api/metrics/v1/keptn-metric.ts';
import type { Action } from '../../domain/action.ts';
import { type ConditionClaim, setConditions } from '../../domain/condition.ts';
import { applyStatus, refTo } from '../../domain/object-ref.ts';

/** What is to be recorded of a metric. */
export interface MetricRecord {
  readonly now: Date;
  readonly errMsg: string;
  readonly claims: readonly ConditionClaim[];
  /** Absent: the value stays what it was. */
  readonly value?: string;
  /** What the backend sent; kept with the value that was made of it, and nowhere else. */
  readonly raw?: string;
  /** When the fetch was sent. Absent: there was none. */
  readonly fetchedAt?: Date;
  /** State of the provider that was asked. Absent: none was. */
  readonly observedProvider?: string;
}

/** A raw answer is for people; etcd, and everyone who watches metrics, has to carry it. */
export const longestRawBytes = 65_536;
const longestError = 2_000;

/**
 * Applies the whole status of a metric: a field that is left out would go. The raw answer is not kept beyond a failure,
 * since nobody has it in memory. Pure.
 */
export function recordMetric(metric: KeptnMetric, record: MetricRecord): Action {
  const { metadata, status } = metric;
  const { now, value = status?.value, raw, fetchedAt, observedProvider } = record;
  const errMsg = record.errMsg.slice(0, longestError);
  const lastUpdated = fetchedAt?.toISOString() ?? status?.lastUpdated;
  const intervalResults = nextResults(metric, { ...record, errMsg });
  const next = {
    errMsg,
    value,
    rawValue: raw === undefined ? undefined : encodeRaw(raw),
    lastUpdated,
    intervalResults: intervalResults.length === 0 ? undefined : intervalResults,
    observedGeneration: metadata.generation,
    observedProvider,
    conditions: setConditions(status?.conditions, record.claims, { now, generation: metadata.generation }),
  };
  const known = Object.entries(next).filter(([, field]) => field !== undefined);
  return applyStatus(refTo(metricsVersion, 'KeptnMetric', metadata), Object.fromEntries(known));
}

function nextResults({ spec, status }: KeptnMetric, record: MetricRecord): IntervalResult[] {
  const { range } = spec;
  if (range === undefined || range.storedResults === 0) return [];
  const kept = status?.intervalResults ?? [];
  const { fetchedAt, value = '', errMsg } = record;
  if (fetchedAt === undefined) return kept.slice(-range.storedResults);
  const result = { value, range, lastUpdated: fetchedAt.toISOString(), errMsg };
  return [...kept, result].slice(-range.storedResults);
}

function encodeRaw(raw: string): string {
  return Buffer.from(raw, 'utf8').subarray(0, longestRawBytes).toString('base64');
}
