import type { Reading } from '../../domain/metric-source.ts';
import type { SluiceError } from '../../kernel/errors.ts';
import { ok, type Result } from '../../kernel/result.ts';
import { readAnswer } from '../answer.ts';
import { type Headers, userOrToken } from '../credentials.ts';
import type { HttpAnswer, HttpClient } from '../http.ts';
import type { Driver, ProviderQuery } from '../provider.ts';
import { readPrometheus } from './answer.ts';

/**
 * Everything that speaks the query API of Prometheus: Thanos, Cortex and Mimir too. Source:
 * https://prometheus.io/docs/prometheus/latest/querying/api/
 */
export const driver: Driver = {
  connect: (context) => {
    const headers = userOrToken(context);
    if (!headers.ok) return headers;
    const { http } = context;
    return ok({ fetch: (query, signal) => ask({ http, headers: headers.value }, query, signal) });
  },
};

interface Session {
  readonly http: HttpClient;
  readonly headers: Headers;
}

async function ask(
  session: Session,
  query: ProviderQuery,
  signal: AbortSignal,
): Promise<Result<Reading, SluiceError>> {
  const { window, stepMs } = query;
  const all = window !== undefined && stepMs !== undefined;
  const answer = await (all
    ? send(session, 'query_range', rangeParameters(query.text, window, stepMs), signal)
    : send(session, 'query', { query: query.text, time: seconds(window?.to ?? query.at) }, signal));
  if (!answer.ok) return answer;
  const read = readAnswer(session.http.host, answer.value);
  if (!read.ok) return read;
  const reading = readPrometheus(session.http.host, read.value.json, all);
  return reading.ok && !all && window !== undefined ? ok(saidAtTheEnd(reading.value)) : reading;
}

/** Keptn took the first sample of such a window, which is how things were before it began. */
function saidAtTheEnd(reading: Reading): Reading {
  const said = 'evaluated at the end of the window';
  return { ...reading, note: reading.note === undefined ? said : `${said}; ${reading.note}` };
}

function rangeParameters(
  query: string,
  window: { readonly from: Date; readonly to: Date },
  stepMs: number,
): Record<string, string> {
  return { query, start: seconds(window.from), end: seconds(window.to), step: String(stepMs / 1_000) };
}

/** Unix seconds with milliseconds. */
function seconds(moment: Date): string {
  return String(moment.getTime() / 1_000);
}

/** Long queries do not fit an address, so they are posted; what refuses that, such as a reading proxy, is asked by GET. */
async function send(
  { http, headers }: Session,
  api: 'query' | 'query_range',
  parameters: Record<string, string>,
  signal: AbortSignal,
): Promise<Result<HttpAnswer, SluiceError>> {
  const path = `/api/v1/${api}`;
  const body = {
    contentType: 'application/x-www-form-urlencoded',
    text: new URLSearchParams(parameters).toString(),
  };
  const posted = await http.send({ method: 'POST', path, headers, body }, signal);
  if (!posted.ok || ![405, 501].includes(posted.value.status)) return posted;
  return http.send({ method: 'GET', path, headers, query: parameters }, signal);
}
