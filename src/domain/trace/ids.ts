import { sha256Hex } from '../../kernel/hash.ts';

/** A place in a trace: what a span is a child of, or linked to. */
export interface TraceContext {
  /** 32 lower-case hex digits, not all zero. */
  readonly traceId: string;
  /** 16 lower-case hex digits, not all zero. */
  readonly spanId: string;
}

/** The trace of an object that begins one; the same for the same uid, whoever asks and whenever. Pure. */
export function traceIdOf(uid: string): string {
  return nonZero(sha256Hex(`trace\n${uid}`, 32));
}

/** The span of a part of an object, such as a phase; the same for the same uid and part. Pure. */
export function spanIdOf(uid: string, ...part: readonly (string | number)[]): string {
  return nonZero(sha256Hex(['span', uid, ...part].join('\n'), 16));
}

/** All zeros mean "none" in both ids. */
function nonZero(id: string): string {
  return /^0+$/.test(id) ? `${id.slice(1)}1` : id;
}

const traceparent = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-.*)?$/;

/** Longer ones are garbage: version 00 has 55 characters, and later ones may only append. */
const longest = 512;

/**
 * Reads a `traceparent`; undefined for anything that is none. Its sampled flag is not read: a release is recorded
 * whatever an earlier tool decided about itself. Pure. Source: W3C Trace Context, traceparent.
 */
export function parseTraceparent(text: string | undefined): TraceContext | undefined {
  if (text === undefined || text.length > longest) return undefined;
  const [, version, traceId = '', spanId = '', rest] = traceparent.exec(text.trim()) ?? [];
  if (version === undefined || version === 'ff' || (version === '00' && rest !== undefined)) return undefined;
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  return { traceId, spanId };
}

/** The `traceparent` of a place in a trace, marked as sampled. Pure. Source: as above. */
export function formatTraceparent({ traceId, spanId }: TraceContext): string {
  return `00-${traceId}-${spanId}-01`;
}
