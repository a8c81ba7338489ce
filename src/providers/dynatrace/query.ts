import { failure, type SluiceError } from '../../kernel/errors.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import { oneLine } from '../one-line.ts';
import type { ProviderQuery } from '../provider.ts';

const minuteMs = 60_000;

/**
 * The parameters of a request for data points. A query is a metric selector, after which `&entitySelector=…` and other
 * parameters may follow; each is split at its first `=`, and `&` in quotes belongs to its text. Error: malformed. Pure.
 * Source: https://docs.dynatrace.com/docs/shortlink/api-metrics-v2-get-datapoints
 */
export function dynatraceParameters(query: ProviderQuery): Result<Record<string, string>, SluiceError> {
  const text = query.text.trim();
  if (/[?&]scope=/.test(text)) return err(oldScope());
  const [selector = '', ...rest] = splitOutsideQuotes(text);
  const parameters: Record<string, string> = {
    metricSelector: selector.replace(/^metricSelector=/, '').trim(),
  };
  for (const part of rest.filter((one) => one.trim() !== '')) {
    const at = part.indexOf('=');
    if (at <= 0) return err(noParameter(part));
    const name = part.slice(0, at).trim();
    if (parameters[name] !== undefined || (query.window && ['from', 'to'].includes(name)))
      return err(twice(name));
    parameters[name] = part.slice(at + 1);
  }
  return ok({ ...parameters, ...timesOf(query) });
}

function timesOf({ window, stepMs }: ProviderQuery): Record<string, string> {
  if (window === undefined) return {};
  const times = { from: String(window.from.getTime()), to: String(window.to.getTime()) };
  // Finer than a minute there is nothing, and seconds are no unit of this parameter.
  return stepMs === undefined ? times : { ...times, resolution: `${Math.ceil(stepMs / minuteMs)}m` };
}

/** In selectors, texts stand in double quotes, and `~` takes the meaning from the character after it. */
function splitOutsideQuotes(text: string): string[] {
  const parts: string[] = [];
  let begin = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character === '~') at += 1;
    else if (character === '"') quoted = !quoted;
    else if (character === '&' && !quoted) {
      parts.push(text.slice(begin, at));
      begin = at + 1;
    }
  }
  return [...parts, text.slice(begin)];
}

function oldScope(): SluiceError {
  return failure(
    'malformed',
    'the query uses "?scope=", which this API does not have; write the metric selector, then "&entitySelector=", such as builtin:service.response.time&entitySelector=type(SERVICE),tag(app:shop)',
  );
}

function noParameter(part: string): SluiceError {
  const seen = oneLine(part.slice(0, 200), 60);
  return failure('malformed', `"${seen}" in the query is no parameter; after "&" write name=value`);
}

function twice(name: string): SluiceError {
  return failure('malformed', `"${oneLine(name.slice(0, 60), 40)}" is given twice; remove it from the query`);
}
