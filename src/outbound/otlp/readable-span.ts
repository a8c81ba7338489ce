import { type HrTime, SpanKind, SpanStatusCode, TraceFlags } from '@opentelemetry/api';
import { type Resource, resourceFromAttributes } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-node';
import type { TraceSpan } from '../../domain/trace/span.ts';
import type { ResourceAttributes } from './exporter.ts';

/** Keptn's names of those who trace. */
const tracers = {
  App: 'keptn/lifecycle-operator/appversion',
  Workload: 'keptn/lifecycle-operator/workloadversion',
} as const;

const codes = {
  unset: SpanStatusCode.UNSET,
  ok: SpanStatusCode.OK,
  error: SpanStatusCode.ERROR,
} as const;

/** What says who sends the spans. Pure. */
export function resourceOf(attributes: ResourceAttributes): Resource {
  return resourceFromAttributes({ ...attributes });
}

/** A finished span as the library's exporters take it; an unfinished one ends where it began. Pure. */
export function readableSpan(span: TraceSpan, resource: Resource): ReadableSpan {
  const { traceId, startMs, endMs = startMs, result } = span;
  return {
    name: span.name,
    kind: span.subject === 'version' && span.level === 'App' ? SpanKind.SERVER : SpanKind.INTERNAL,
    spanContext: () => contextOf(traceId, span.spanId),
    ...(span.parentSpanId === undefined ? {} : { parentSpanContext: contextOf(traceId, span.parentSpanId) }),
    startTime: timeOf(startMs),
    endTime: timeOf(endMs),
    duration: timeOf(endMs - startMs),
    ended: true,
    status: { code: codes[result.code], ...(result.code === 'error' ? { message: result.message } : {}) },
    attributes: { ...span.attributes },
    links: span.links.map(({ context, attributes }) => ({
      context: contextOf(context.traceId, context.spanId),
      attributes: { ...attributes },
    })),
    events: span.events.map(({ name, atMs, attributes }) => ({
      name,
      time: timeOf(atMs),
      attributes: { ...attributes },
    })),
    resource,
    instrumentationScope: { name: tracers[span.level] },
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}

function contextOf(traceId: string, spanId: string): ReturnType<ReadableSpan['spanContext']> {
  return { traceId, spanId, traceFlags: TraceFlags.SAMPLED };
}

/** Seconds and nanoseconds. */
function timeOf(ms: number): HrTime {
  const seconds = Math.floor(ms / 1000);
  return [seconds, Math.round((ms - seconds * 1000) * 1_000_000)];
}
