import { parseWith, z } from '../api/schema.ts';
import { type ErrorTag, failure, type SluiceError } from '../kernel/errors.ts';
import { err, ok, type Result } from '../kernel/result.ts';
import type { HttpAnswer, HttpClient, HttpRequest } from './http.ts';
import { oneLine } from './one-line.ts';

/** Sends a request and reads the JSON of its answer. Errors: those of `send`, `acceptAnswer` and `readJson`. */
export async function askJson(
  http: HttpClient,
  request: HttpRequest,
  signal: AbortSignal,
): Promise<Result<JsonAnswer, SluiceError>> {
  const answer = await http.send(request, signal);
  return answer.ok ? readAnswer(http.host, answer.value) : answer;
}

/** An answer that was accepted, and what its JSON says. */
export interface JsonAnswer {
  readonly answer: HttpAnswer;
  readonly json: unknown;
}

/** Judges the status of an answer of `host` and reads its JSON. Errors: as `acceptAnswer` and `readJson`. Pure. */
export function readAnswer(host: string, answer: HttpAnswer): Result<JsonAnswer, SluiceError> {
  const accepted = acceptAnswer(host, answer);
  if (!accepted.ok) return accepted;
  const json = readJson(host, answer);
  return json.ok ? ok({ answer, json: json.value }) : json;
}

/**
 * Takes answers of 2xx only. Errors by status: unauthorized (401), forbidden (403), too-many-requests (429, with
 * Retry-After), unavailable (5xx), malformed (a redirect, naming where to, and the other 4xx). Each carries what the
 * backend says, in one short line. Pure.
 */
export function acceptAnswer(host: string, answer: HttpAnswer): Result<HttpAnswer, SluiceError> {
  const { status } = answer;
  if (status >= 200 && status < 300) return ok(answer);
  if (status >= 300 && status < 400) return err(redirected(host, answer));
  const message = `${host} answered ${status}${meaningOf(status)}${complaintOf(answer)}`;
  return err(failure(tagOf(status), message, retryAfterSeconds(answer)));
}

/**
 * Reads JSON. Whole numbers beyond 2^53 are given as bigint, so that no digit is lost. Error: malformed; a web page is
 * called one. Pure.
 */
export function readJson(host: string, answer: HttpAnswer): Result<unknown, SluiceError> {
  try {
    return ok(parseExactly(answer.text));
  } catch {
    return err(failure('malformed', `${host} answered with ${whatItIs(answer)}`));
  }
}

/** Parses what a backend sent; an answer of another shape is an error (malformed) that says what was read. Pure. */
export function readShape<T>(host: string, schema: z.ZodType<T>, json: unknown): Result<T, SluiceError> {
  const parsed = parseWith(schema, json);
  if (parsed.ok) return parsed;
  const problem = oneLine(parsed.error.message, 200);
  return err(
    failure('malformed', `${host} answered with JSON of another shape than this API has: ${problem}`),
  );
}

/** The error that every backend gives for an answer without a value. Its first words are Keptn's. Pure. */
export function noValues(why: string): SluiceError {
  return failure('not-found', `no values in query result: ${why}`);
}

/** What a status shows of an answer, for people: at most so many characters. */
const longestRaw = 64 * 1024;

/** The text, cut to what a status may hold. Pure. */
export function boundedRaw(text: string): string {
  return text.length <= longestRaw ? text : text.slice(0, longestRaw);
}

function parseExactly(text: string): unknown {
  // The slow way is taken only where a number does not fit a double: ten times faster for everyone else.
  if (!/(?<![.\d])\d{16}/.test(text)) return JSON.parse(text);
  return JSON.parse(text, (_key, value: unknown, context?: { source?: string }) => {
    const source = context?.source;
    if (typeof value !== 'number' || Number.isSafeInteger(value) || source === undefined) return value;
    // A longer one is no count of anything, and would take long to read.
    return /^-?\d{16,40}$/.test(source) ? BigInt(source) : value;
  });
}

function whatItIs(answer: HttpAnswer): string {
  if (isWebPage(answer)) return 'a web page in place of JSON; is spec.targetServer right?';
  if (answer.text.trim() === '') return 'nothing at all in place of JSON; is spec.targetServer right?';
  return `what is not JSON: "${oneLine(answer.text.slice(0, 400), 80)}"; is spec.targetServer right?`;
}

function isWebPage({ headers, text }: HttpAnswer): boolean {
  return (
    /^\s*<(?:!doctype|html|head|body)/i.test(text) || (headers['content-type'] ?? '').includes('text/html')
  );
}

function redirected(host: string, { status, headers }: HttpAnswer): SluiceError {
  const location = headers['location'] ?? '';
  const target = URL.parse(location);
  // Its query may hold a token.
  const place = oneLine(
    target === null ? location.replace(/[?#].*$/s, '') : target.origin + target.pathname,
    200,
  );
  const where = place === '' ? 'elsewhere' : `to ${place}`;
  return failure(
    'malformed',
    `${host} answered ${status} and sends us ${where}, where we do not follow; set spec.targetServer to the address that answers itself`,
  );
}

function tagOf(status: number): ErrorTag {
  if (status === 401) return 'unauthorized';
  if (status === 403) return 'forbidden';
  if (status === 429) return 'too-many-requests';
  return status >= 500 ? 'unavailable' : 'malformed';
}

function meaningOf(status: number): string {
  if (status === 401) return ' (it does not accept the credentials of spec.secretKeyRef)';
  if (status === 403) return ' (the credentials of spec.secretKeyRef may not do this)';
  if (status === 404) return ' (there is no such API; is the path of spec.targetServer right?)';
  if (status === 429) return ' (too many requests)';
  return '';
}

/** Seconds or a date (RFC 9110, 10.2.3); a date is taken relative to the date of the answer, whose clock it is by. */
function retryAfterSeconds({ headers }: HttpAnswer): number | undefined {
  const text = headers['retry-after'];
  if (text === undefined) return undefined;
  const seconds = /^\d{1,9}$/.test(text.trim())
    ? Number(text)
    : (Date.parse(text) - Date.parse(headers['date'] ?? '')) / 1_000;
  return seconds > 0 && Number.isFinite(seconds) ? seconds : undefined;
}

/** The shapes in which backends say what is wrong; the first that fits is taken. */
const complaints = z.union([
  z.object({ errorType: z.string(), error: z.string() }).transform((e) => `${e.errorType}: ${e.error}`),
  z.object({ error: z.object({ message: z.string() }) }).transform((e) => e.error.message),
  z
    .object({ error: z.object({ type: z.string().optional(), reason: z.string() }) })
    .transform(({ error }) => (error.type === undefined ? error.reason : `${error.type}: ${error.reason}`)),
  z
    .object({ error: z.string().min(1), error_description: z.string().optional() })
    .transform((e) => [e.error, e.error_description ?? ''].join(' ')),
  z.object({ errors: z.array(z.string()).min(1) }).transform((e) => e.errors.join('; ')),
  z.object({ message: z.string().min(1) }).transform((e) => e.message),
]);

function complaintOf(answer: HttpAnswer): string {
  const { text } = answer;
  if (text.trim() === '') return '';
  if (isWebPage(answer)) return ' with a web page';
  // A complaint is short; what is longer is not worth reading as a whole.
  const short = text.slice(0, 64 * 1024);
  const parsed = complaints.safeParse(tolerantJson(short));
  return `: ${oneLine(parsed.success ? parsed.data : short.slice(0, 2_000), 300)}`;
}

function tolerantJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
