import type { ReadableSpan } from '@opentelemetry/sdk-trace-node';
import type { TraceSpan } from '../../domain/trace/span.ts';
import type { SluiceError } from '../../kernel/errors.ts';
import type { Result } from '../../kernel/result.ts';

/** What spans are exported with. */
export interface ExporterOptions {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly caPem: string | undefined;
  readonly insecureSkipVerify: boolean;
  readonly timeoutMs: number;
}

/** Attributes of Sluice itself, sent beside all spans. */
export type ResourceAttributes = Readonly<Record<string, string>>;

/** A connection to a collector. */
export interface SpanExporter {
  /** Errors: unavailable, or invalid when the collector refuses the spans for good. */
  readonly export: (spans: readonly TraceSpan[]) => Promise<Result<void, SluiceError>>;
  readonly close: () => Promise<void>;
}

/** The part of the library's exporters that is used. */
export interface LibraryExporter {
  readonly export: (
    spans: ReadableSpan[],
    done: (result: { readonly code: number; readonly error?: Error }) => void,
  ) => void;
  readonly shutdown: () => Promise<void>;
}
