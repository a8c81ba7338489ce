import { otelAttributeOf, otelNameOf } from '../../observability/otel-names.ts';
import type { Recorded, Series } from '../../observability/series-table.ts';

/** Metrics that began to count at the same time. */
export interface MetricSource {
  readonly recorded: Iterable<Recorded>;
  /** When counting began, milliseconds since 1970; undefined where values outlive the process. */
  readonly sinceMs: number | undefined;
}

/** Who says so: attributes of the resource. */
export type Resource = Readonly<Record<string, string>>;

interface Attribute {
  readonly key: string;
  readonly value: { readonly stringValue: string };
}

interface Times {
  readonly startTimeUnixNano?: string;
  readonly timeUnixNano: string;
}

type Point = Times & Readonly<Record<string, unknown>> & { readonly attributes: readonly Attribute[] };

/** Cumulative, in the enumeration of OTLP. */
const cumulative = 2;

/** A request of so many points is about a megabyte; a collector takes four. */
export const pointsInRequest = 1_000;

/**
 * The bodies of the requests that tell all metrics, as OTLP in JSON, each made when it is asked for. Pure. Source:
 * opentelemetry-proto 1.x, ExportMetricsServiceRequest.
 */
export function* metricPayloads(
  sources: readonly MetricSource[],
  resource: Resource,
  nowMs: number,
): Generator<string> {
  let metrics: object[] = [];
  let room = pointsInRequest;
  for (const [metric, points] of slicesOf(sources, nowMs, () => room)) {
    metrics.push(metricOf(metric, points));
    room -= points.length;
    if (room > 0) continue;
    yield request(metrics, resource);
    metrics = [];
    room = pointsInRequest;
  }
  if (metrics.length > 0) yield request(metrics, resource);
}

function* slicesOf(
  sources: readonly MetricSource[],
  nowMs: number,
  room: () => number,
): Generator<readonly [Recorded, readonly Point[]]> {
  for (const { recorded, sinceMs } of sources) {
    const times = timesOf(sinceMs, nowMs);
    for (const metric of recorded) {
      for (const points of slices(metric, times, room)) yield [metric, points];
    }
  }
}

function timesOf(sinceMs: number | undefined, nowMs: number): Times {
  const timeUnixNano = nanoseconds(nowMs);
  return sinceMs === undefined ? { timeUnixNano } : { startTimeUnixNano: nanoseconds(sinceMs), timeUnixNano };
}

/** As text: a number cannot hold so many digits. */
function nanoseconds(ms: number): string {
  return `${Math.round(ms)}000000`;
}

/** The points of a metric, each slice as long as there is room. */
function* slices(metric: Recorded, times: Times, room: () => number): Generator<readonly Point[]> {
  let points: Point[] = [];
  for (const series of metric.series) {
    points.push(pointOf(metric, series, times));
    if (points.length < room()) continue;
    yield points;
    points = [];
  }
  if (points.length > 0) yield points;
}

function pointOf({ definition }: Recorded, series: Series, times: Times): Point {
  const attributes = attributesOf(definition.labels, series.labels);
  const { histogram, value } = series;
  if (histogram === undefined) return { attributes, ...times, asDouble: value };
  const { counts, sum, count } = histogram;
  const beyond = count - counts.reduce((all, one) => all + one, 0);
  return {
    attributes,
    ...times,
    count: String(count),
    sum,
    bucketCounts: [...counts, beyond].map(String),
    explicitBounds: definition.buckets ?? [],
  };
}

function attributesOf(names: readonly string[], values: readonly string[]): Attribute[] {
  return names.flatMap((name, index) => {
    const stringValue = values[index] ?? '';
    return stringValue === '' ? [] : [{ key: otelAttributeOf(name), value: { stringValue } }];
  });
}

function metricOf({ name, definition }: Recorded, dataPoints: readonly Point[]): object {
  const described = { ...otelNameOf(name, definition), description: definition.help };
  switch (definition.type) {
    case 'counter':
      return {
        ...described,
        sum: { aggregationTemporality: cumulative, isMonotonic: true, dataPoints },
      };
    case 'gauge':
      return { ...described, gauge: { dataPoints } };
    case 'histogram':
      return { ...described, histogram: { aggregationTemporality: cumulative, dataPoints } };
  }
}

function request(metrics: readonly object[], resource: Resource): string {
  const attributes = attributesOf(Object.keys(resource), Object.values(resource));
  const scope = { name: 'sluice' };
  return JSON.stringify({
    resourceMetrics: [{ resource: { attributes }, scopeMetrics: [{ scope, metrics }] }],
  });
}
