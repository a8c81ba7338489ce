import { type DoraFilter, type DoraWindow, parseWindow } from '../../domain/dora/window.ts';
import { failure, type SluiceError } from '../../kernel/errors.ts';
import { err, ok, type Result } from '../../kernel/result.ts';

/** Parameters of a request. */
type Query = Readonly<Record<string, string>>;

/** What is asked for. */
export interface DoraQuestion {
  readonly window: DoraWindow;
  readonly filter: DoraFilter;
}

/** How releases are exported. */
export interface ExportQuestion extends DoraQuestion {
  readonly format: 'json' | 'csv';
  readonly limit: number;
}

const windowParameters = ['window', 'from', 'to', 'namespace', 'app', 'environment'];
const mostExported = 100_000;
const usuallyExported = 10_000;
const longestName = 253;

/** Reads the parameters of `/dora`. Errors (malformed) name the parameter. Pure. */
export function readDoraQuery(query: Query, nowMs: number): Result<DoraQuestion, SluiceError> {
  const known = checkNames(query, windowParameters);
  if (!known.ok) return known;
  return readQuestion(query, nowMs, '30d');
}

/** Reads the parameters of `/dora/releases`. Errors (malformed) name the parameter. Pure. */
export function readExportQuery(query: Query, nowMs: number): Result<ExportQuestion, SluiceError> {
  const known = checkNames(query, [...windowParameters, 'format', 'limit']);
  if (!known.ok) return known;
  const question = readQuestion(query, nowMs, 'all');
  if (!question.ok) return question;
  const { format = 'json', limit = String(usuallyExported) } = query;
  if (format !== 'json' && format !== 'csv')
    return refuse('format', `"${shown(format)}" is neither "json" nor "csv"`);
  const most = /^\d{1,6}$/.test(limit) ? Number(limit) : 0;
  if (most < 1 || most > mostExported)
    return refuse('limit', `"${shown(limit)}" is no number from 1 to ${mostExported}`);
  return ok({ ...question.value, format, limit: most });
}

function readQuestion(query: Query, nowMs: number, fallback: string): Result<DoraQuestion, SluiceError> {
  const window = readWindow(query, nowMs, fallback);
  if (!window.ok) return window;
  const filter: Record<string, string> = {};
  for (const name of ['namespace', 'app', 'environment']) {
    const value = query[name] ?? '';
    if (value.length > longestName) return refuse(name, `is longer than ${longestName} characters`);
    // An empty parameter asks for all, as one that is left out does.
    if (value !== '') filter[name] = value;
  }
  return ok({ window: window.value, filter });
}

function readWindow(query: Query, nowMs: number, fallback: string): Result<DoraWindow, SluiceError> {
  const { window, from, to } = query;
  if (from === undefined && to === undefined) return relativeWindow(window || fallback, nowMs);
  if (window !== undefined) return refuse('window', 'goes without "from" and "to"; give either');
  const fromMs = from === undefined ? Number.NaN : readTime(from);
  const toMs = to === undefined ? nowMs + 1 : readTime(to);
  if (Number.isNaN(fromMs)) return refuse('from', timeAdvice(from));
  if (Number.isNaN(toMs)) return refuse('to', timeAdvice(to));
  return fromMs < toMs ? ok({ fromMs, toMs }) : refuse('from', 'is not before "to"');
}

/** What ended in this millisecond is in it. */
function relativeWindow(text: string, nowMs: number): Result<DoraWindow, SluiceError> {
  // Clocks may step back: what is kept may end later than now.
  if (text === 'all') return ok({ fromMs: 0, toMs: Number.MAX_SAFE_INTEGER });
  const parsed = parseWindow(text, nowMs + 1);
  return parsed.ok ? parsed : refuse('window', parsed.error.message);
}

function readTime(text: string): number {
  return /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/.test(text)
    ? Date.parse(text)
    : Number.NaN;
}

function timeAdvice(text: string | undefined): string {
  return `"${shown(text ?? '')}" is no time; write for example "2026-01-31T00:00:00Z" or "2026-01-31"`;
}

function checkNames(query: Query, known: readonly string[]): Result<void, SluiceError> {
  const unknown = Object.keys(query).find((name) => !known.includes(name));
  if (unknown === undefined) return ok(undefined);
  return refuse(shown(unknown), `is not known; there are ${known.join(', ')}`);
}

function refuse(parameter: string, why: string): { readonly ok: false; readonly error: SluiceError } {
  return err(failure('malformed', `parameter "${parameter}": ${why}`));
}

function shown(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
