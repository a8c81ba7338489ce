import { parseWith, z } from '../../api/schema.ts';
import { failure, type SluiceError } from '../../kernel/errors.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import type { HttpRequest } from '../http.ts';
import { oneLine } from '../one-line.ts';
import type { ProviderQuery } from '../provider.ts';

const longForm = z.strictObject({
  path: z.string(),
  method: z.enum(['GET', 'POST']).optional(),
  body: z.unknown().optional(),
});

/**
 * The request that a query asks for: a path with an optional query string, sent with GET, or JSON of the form
 * `{"path": …, "method": "GET" | "POST", "body": …}`, where a body means POST and goes out as JSON. Times in it
 * (`${__from}`) are filled in. The path stays below targetServer. Error: malformed, with the remedy. Pure.
 */
export function readRequest(query: ProviderQuery): Result<HttpRequest, SluiceError> {
  const filled = fillTimes(query);
  if (!filled.ok) return filled;
  const text = filled.value.trim();
  return text.startsWith('{') ? readLongForm(text) : request({ path: text });
}

function readLongForm(text: string): Result<HttpRequest, SluiceError> {
  const json = parseJson(text);
  if (!json.ok) return json;
  const form = parseWith(longForm, json.value);
  return form.ok
    ? request(form.value)
    : refused(`it is not of the form {"path", "method", "body"}: ${form.error.message}`);
}

function request({ path, method, body }: z.infer<typeof longForm>): Result<HttpRequest, SluiceError> {
  const safe = checkPath(path);
  if (!safe.ok) return safe;
  if (body === undefined) return ok({ method: method ?? 'GET', path: safe.value });
  if (method === 'GET') return refused('a body goes with method POST only');
  const json = { contentType: 'application/json', text: JSON.stringify(body) };
  return ok({ method: 'POST', path: safe.value, body: json });
}

function parseJson(text: string): Result<unknown, SluiceError> {
  try {
    const json: unknown = JSON.parse(text);
    return ok(json);
  } catch (thrown) {
    return refused(`it begins with "{" and is no JSON: ${thrown instanceof Error ? thrown.message : ''}`);
  }
}

/** Nothing that could lead out of targetServer, to another host or into the headers; also as a server might decode it. */
function checkPath(path: string): Result<string, SluiceError> {
  if (/\p{Cc}/u.test(path)) return refused('it has a line break or another control character; remove it');
  if (/^[a-z][a-z0-9+.-]*:/i.test(path))
    return refused(
      'it is a whole address; write the path only, such as /api/stats, and the rest into spec.targetServer',
    );
  if (/^[/\\]{2}/.test(path))
    return refused('it begins with "//", which would name a host; begin with one "/"');
  if (path.includes('#')) return refused('it has a "#"; write %23 where one is meant');
  const [onlyPath = ''] = path.split('?', 1);
  const decoded = decodedWhole(onlyPath);
  if (decoded === undefined)
    return refused('it has a "%" that begins no escape; write %25 where one is meant');
  if (/\p{Cc}/u.test(decoded)) return refused('it has an escaped control character; remove it');
  if (decoded.split(/[/\\]/).some((part) => part === '..' || part === '.'))
    return refused('it has "." or ".." as a part; write the path out');
  return ok(path);
}

/** With escapes of escapes resolved, as a chain of proxies might. Undefined: it cannot be. */
function decodedWhole(path: string): string | undefined {
  let text = path;
  for (let round = 0; round < 4; round += 1) {
    const next = decodedOnce(text);
    // A "%" that an escape stood for need not begin another one.
    if (next === undefined) return round === 0 ? undefined : text;
    if (next === text) return text;
    text = next;
  }
  return text;
}

function decodedOnce(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** As Grafana writes them: milliseconds since 1970, or in another form. */
const timeHole = /\$\{__(\w+)(?::date:(\w+))?\}/g;

function fillTimes(query: ProviderQuery): Result<string, SluiceError> {
  const problems: string[] = [];
  const filled = query.text.replaceAll(timeHole, (hole, name: string, form: string | undefined) => {
    const value = timeOf(query, name, form);
    if (value === undefined) problems.push(hole);
    return value ?? hole;
  });
  const [problem] = problems;
  if (problem === undefined) return ok(filled);
  return refused(
    `${problem} stands for nothing here; there are \${__from} and \${__to} (a window must be asked for; also :date:seconds and :date:iso), and \${__interval_ms} (a step must be)`,
  );
}

function timeOf(
  { window, at, stepMs }: ProviderQuery,
  name: string,
  form: string | undefined,
): string | undefined {
  if (name === 'interval_ms') return form === undefined && stepMs !== undefined ? String(stepMs) : undefined;
  if (name === 'from') return window && written(window.from, form);
  return name === 'to' ? written(window?.to ?? at, form) : undefined;
}

function written(moment: Date, form: string | undefined): string | undefined {
  if (form === undefined) return String(moment.getTime());
  if (form === 'seconds') return String(Math.floor(moment.getTime() / 1_000));
  return form === 'iso' ? moment.toISOString() : undefined;
}

function refused(why: string): Result<never, SluiceError> {
  return err(failure('malformed', `the query cannot be sent: ${oneLine(why, 300)}`));
}
