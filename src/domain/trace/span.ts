import type { TraceContext } from './ids.ts';

/** Values that an attribute may have. */
export type AttributeValue = string | number | boolean;
export type Attributes = Readonly<Record<string, AttributeValue>>;

/** Something that happened within a span. */
export interface SpanEvent {
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly atMs: number;
  readonly attributes: Attributes;
}

/** Another span that this one has to do with. */
export interface SpanLink {
  readonly context: TraceContext;
  readonly attributes: Attributes;
}

/** How a span ended. */
export type SpanResult =
  | { readonly code: 'unset' | 'ok' }
  /** `message` says why, for people. */
  | { readonly code: 'error'; readonly message: string };

/** A span as plain data, before any library knows of it. Times are in milliseconds since 1970. */
export interface TraceSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** Of another version or another process where no span of the same release has it. */
  readonly parentSpanId: string | undefined;
  /** Who tells it: versions of apps, or versions of workloads. */
  readonly level: 'App' | 'Workload';
  /** What it is about: one run of a version, a phase, or a check. */
  readonly subject: 'version' | 'phase' | 'check';
  readonly name: string;
  readonly startMs: number;
  /** Undefined while it goes on. */
  readonly endMs: number | undefined;
  readonly attributes: Attributes;
  readonly links: readonly SpanLink[];
  readonly events: readonly SpanEvent[];
  readonly result: SpanResult;
  /** With what it is sent: see parts.ts. */
  readonly part: string;
}
