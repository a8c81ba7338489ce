import type { RecordedObjective } from '../../api/lifecycle/v1/keptn-evaluation.ts';
import type { KeptnMetric } from '../../api/metrics/v1/keptn-metric.ts';
import { meetsTarget } from '../../domain/evaluation-target.ts';
import { fetchedAtMs } from '../../domain/fresh-values.ts';
import type { MetricReading } from '../../domain/metric-reading.ts';

/** What one look at one objective gave. */
export interface Measurement {
  /** Under which it stands in the status. */
  readonly key: string;
  readonly met: boolean;
  /** As the metric has it; empty when there is none that counts. */
  readonly value: string;
  /** How the value compares, or why it counts for nothing and what to do. */
  readonly message: string;
  /** The same without what changes from look to look, so that whoever waits is told once. */
  readonly gist: string;
}

/** A value is too old once this many fetches in a row must have been missed. */
const missedFetches = 3;
/** Keptn never fetched more often than this, whatever the metric asked for. */
const shortestFetchSeconds = 10;
/** An answer of a backend may be a web page. */
const longestQuote = 300;

/** When is looked, and the time before which a value was fetched too early, in milliseconds since 1970. */
export interface LookTime {
  readonly now: Date;
  readonly sinceMs: number;
}

/** Looks at every objective once. The definition is named in remedies only. Pure. */
export function measureAll(
  readings: readonly MetricReading[],
  definition: string,
  time: LookTime,
): readonly Measurement[] {
  const objectives = readings.map(({ objective }) => objective);
  return readings.map((reading) => ({
    key: resultKey(reading.objective, objectives),
    ...measure(reading, definition, time),
  }));
}

/**
 * The name of the metric, as ever, where no other objective has a metric of that name; else namespace, where the
 * objective gives one, metric and target. A blank is in no name, so the two never meet. Pure.
 */
export function resultKey(objective: RecordedObjective, all: readonly RecordedObjective[]): string {
  const { name, namespace } = objective.keptnMetricRef;
  if (all.filter(({ keptnMetricRef }) => keptnMetricRef.name === name).length < 2) return name;
  return `${namespace ? `${namespace}/` : ''}${name} ${objective.evaluationTarget}`;
}

function measure(reading: MetricReading, definition: string, time: LookTime): Omit<Measurement, 'key'> {
  const { objective, metric } = reading;
  const { evaluationTarget } = objective;
  if (metric === undefined) return without(absence(reading, definition));
  const name = metricName(metric);
  const value = cut(metric.status?.value ?? '');
  const fault = faultOf(metric, name, time);
  if (fault !== undefined) return { ...without(fault.gist, fault.detail), value };
  const met = meetsTarget(value, evaluationTarget);
  if (!met.ok) return { ...without(`${name}: ${met.error.message}`), value };
  const message = `value '${value}' ${met.value ? 'met' : 'did not meet'} objective '${evaluationTarget}'`;
  return { met: met.value, value, message, gist: `${name} does not meet ${evaluationTarget}` };
}

/** Names a metric in a message. Pure. */
export function metricName({ metadata }: KeptnMetric): string {
  return `KeptnMetric "${metadata.namespace ?? ''}/${metadata.name}"`;
}

/** A measurement that counts for nothing. */
function without(gist: string, detail = ''): Omit<Measurement, 'key'> {
  return { met: false, value: '', message: gist + detail, gist };
}

function absence({ objective, lookedIn, unreadable }: MetricReading, definition: string): string {
  const { name } = objective.keptnMetricRef;
  if (unreadable !== undefined)
    return `KeptnMetric "${name}" cannot be read: ${quote(unreadable)}; correct it`;
  const [first = '', second] = lookedIn;
  const where =
    second === undefined
      ? `does not exist in namespace "${first}"`
      : `exists neither in namespace "${first}" nor in "${second}"`;
  return `KeptnMetric "${name}" ${where}; create it or correct spec.objectives of KeptnEvaluationDefinition "${definition}"`;
}

/** Why the value of a metric that exists counts for nothing. A value that nobody renews must not release anything. */
function faultOf(
  metric: KeptnMetric,
  name: string,
  { now, sinceMs }: LookTime,
): { readonly gist: string; readonly detail?: string } | undefined {
  const { spec, status } = metric;
  const provider = `KeptnMetricsProvider "${spec.provider.name}"`;
  if (status?.errMsg) {
    const gist = `the last fetch of ${name} failed; see its status.errMsg and ${provider}`;
    return { gist, detail: `: ${quote(status.errMsg)}` };
  }
  if (!status?.value) return { gist: `${name} has no value; see whether ${provider} answers its spec.query` };
  const fetchedMs = fetchedAtMs(metric);
  if (fetchedMs === undefined)
    return { gist: `nobody knows when the value of ${name} was fetched; see whether it is fetched` };
  const limitSeconds = missedFetches * Math.max(spec.fetchIntervalSeconds, shortestFetchSeconds);
  if (now.getTime() - fetchedMs <= limitSeconds * 1000) {
    if (fetchedMs >= sinceMs) return undefined;
    const gist = `the value of ${name} was fetched before it was asked for; see whether ${provider} answers in time`;
    return {
      gist,
      detail: `: at ${status.lastUpdated ?? ''}, and not since ${new Date(sinceMs).toISOString()}`,
    };
  }
  const gist = `the value of ${name} is too old: fetched at ${status.lastUpdated ?? ''}, more than ${limitSeconds} s ago; see whether it is fetched still`;
  return { gist };
}

/** Foreign text on one line, cut. */
function quote(text: string): string {
  return cut(text.replaceAll(/\s+/g, ' ').trim());
}

/** A value that long is no number, and what is left of it is none either. */
function cut(text: string): string {
  return text.length > longestQuote ? `${text.slice(0, longestQuote)}…` : text;
}
