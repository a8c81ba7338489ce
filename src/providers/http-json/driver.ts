import type { Reading } from '../../domain/metric-source.ts';
import type { SluiceError } from '../../kernel/errors.ts';
import { ok, type Result } from '../../kernel/result.ts';
import { askJson, boundedRaw } from '../answer.ts';
import { type Headers, userOrToken } from '../credentials.ts';
import type { HttpClient } from '../http.ts';
import type { Driver, ProviderQuery } from '../provider.ts';
import { compileJsonPath } from './json-path.ts';
import { readSamples } from './reading.ts';
import { readRequest } from './request.ts';

/**
 * The driver of type `http`: any server that answers with JSON. The query says where, metricPath (a JSONPath) which number
 * of the answer; without one the answer is the number.
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
  { http, headers }: Session,
  query: ProviderQuery,
  signal: AbortSignal,
): Promise<Result<Reading, SluiceError>> {
  const metricPath = query.metricPath || '$';
  const select = compileJsonPath(metricPath);
  if (!select.ok) return select;
  const request = readRequest(query);
  if (!request.ok) return request;
  const asked = await askJson(http, { ...request.value, headers }, signal);
  if (!asked.ok) return asked;
  const { answer, json } = asked.value;
  const found = select.value(json);
  if (!found.ok) return found;
  const samples = readSamples(found.value, metricPath, query.stepMs !== undefined);
  return samples.ok ? ok({ samples: samples.value, raw: boundedRaw(answer.text) }) : samples;
}
