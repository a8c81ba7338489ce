import type { TraceSpan } from '../domain/trace/span.ts';

/** How a tree is drawn. */
export interface TreeOptions {
  /** Characters of a line; less than 40 count as 40. */
  readonly columns: number;
  readonly colours: boolean;
  /** What goes on ends here. */
  readonly now: Date;
}

interface Row {
  readonly label: string;
  readonly span: TraceSpan;
}

const leastColumns = 40;
const mostBar = 40;
/** Space, bar, space, duration, space, result. */
const durationWidth = 9;
const resultWidth = 10;

/** The spans of a trace as lines: one for each, below its parent, with a bar for when it ran. Pure. */
export function traceTree(spans: readonly TraceSpan[], { columns, colours, now }: TreeOptions): string[] {
  const rows = rowsOf(spans);
  if (rows.length === 0) return [];
  const startMs = Math.min(...spans.map((span) => span.startMs));
  const endMs = Math.max(startMs + 1, ...spans.map((span) => span.endMs ?? now.getTime()));
  const room = Math.max(leastColumns, columns) - durationWidth - resultWidth - 3;
  const longest = Math.max(...rows.map(({ label }) => label.length));
  const bar = Math.max(8, Math.min(mostBar, room - longest));
  const labels = Math.min(longest, Math.max(10, room - bar));
  return rows.map(({ label, span }) => {
    const result = resultOf(span);
    const cells = [
      fit(label, labels),
      barOf(span, { startMs, endMs, width: bar, nowMs: now.getTime() }),
      durationOf((span.endMs ?? now.getTime()) - span.startMs).padStart(durationWidth),
    ];
    return `${cells.join(' ')} ${colours ? coloured(result) : result.word}`;
  });
}

function rowsOf(spans: readonly TraceSpan[]): Row[] {
  const ids = new Set(spans.map(({ spanId }) => spanId));
  const below = (parent: string | undefined): TraceSpan[] =>
    spans
      .filter(({ parentSpanId }) =>
        parent === undefined ? parentSpanId === undefined || !ids.has(parentSpanId) : parentSpanId === parent,
      )
      .toSorted((a, b) => a.startMs - b.startMs);
  const walk = (span: TraceSpan, first: string, rest: string, seen: ReadonlySet<string>): Row[] => {
    const children = seen.has(span.spanId) ? [] : below(span.spanId);
    const path = new Set([...seen, span.spanId]);
    return [
      { label: `${first}${span.name}`, span },
      ...children.flatMap((child, i) => {
        const isLast = i === children.length - 1;
        return walk(child, `${rest}${isLast ? '└─ ' : '├─ '}`, `${rest}${isLast ? '   ' : '│  '}`, path);
      }),
    ];
  };
  return below(undefined).flatMap((root) => walk(root, '', '', new Set()));
}

function fit(label: string, width: number): string {
  return label.length > width ? `${label.slice(0, width - 1)}…` : label.padEnd(width);
}

function barOf(
  { startMs, endMs }: TraceSpan,
  whole: { readonly startMs: number; readonly endMs: number; readonly width: number; readonly nowMs: number },
): string {
  const scale = whole.width / (whole.endMs - whole.startMs);
  const from = Math.min(whole.width - 1, Math.floor((startMs - whole.startMs) * scale));
  const to = Math.max(from + 1, Math.round(((endMs ?? whole.nowMs) - whole.startMs) * scale));
  const length = Math.max(1, Math.min(to, whole.width) - from);
  return `${'·'.repeat(from)}${'━'.repeat(length)}`.padEnd(whole.width, '·');
}

/** A duration as people say it; it never takes more than eight characters. Pure. */
export function durationOf(ms: number): string {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`;
  const tenths = Math.round(ms / 100);
  if (tenths < 600) return `${(tenths / 10).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m ${String(seconds % 60).padStart(2, '0')}s`;
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)}h ${String(minutes % 60).padStart(2, '0')}m`;
}

interface ResultWord {
  readonly word: string;
  readonly colour: number;
}

const plain = 0;
const red = 31;
const green = 32;
const yellow = 33;

function resultOf({ endMs, result }: TraceSpan): ResultWord {
  if (endMs === undefined) return { word: 'running', colour: yellow };
  if (result.code === 'error') return { word: 'failed', colour: red };
  return result.code === 'ok' ? { word: 'passed', colour: green } : { word: 'superseded', colour: plain };
}

function coloured({ word, colour }: ResultWord): string {
  return `\u001B[${colour}m${word}\u001B[0m`;
}
