import type { Reading } from '../../domain/metric-source.ts';
import { failure, type SluiceError } from '../../kernel/errors.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import { askJson, boundedRaw } from '../answer.ts';
import { basicAuth, type Headers, namedSecret } from '../credentials.ts';
import type { HttpClient } from '../http.ts';
import type { Driver, ProviderContext, ProviderQuery } from '../provider.ts';
import { compileJsonPath } from './json-path.ts';
import { readSamples } from './reading.ts';
import { readRequest } from './request.ts';

/**
 * The driver of type `http`: any server that answers with JSON. The query says where, metricPath (a JSONPath) which number
 * of the answer; without one the answer is the number.
 */
export const driver: Driver = {
  connect: (context) => {
    const headers = authorize(context);
    if (!headers.ok) return headers;
    const { http } = context;
    return ok({ fetch: (query, signal) => ask({ http, headers: headers.value }, query, signal) });
  },
};

interface Session {
  readonly http: HttpClient;
  readonly headers: Headers;
}

/** User and password of the Secret, else the text under the named key as a bearer token, else nobody. */
function authorize(context: ProviderContext): Result<Headers, SluiceError> {
  if (context.secret === undefined) return ok({});
  const basic = basicAuth(context.secret);
  if (basic !== undefined) return ok(basic);
  const key = context.provider.spec.secretKeyRef?.key ?? '';
  const token = namedSecret(context);
  if (token !== undefined && key !== 'user' && key !== 'password')
    return ok({ authorization: `Bearer ${token}` });
  const message = `the Secret of spec.secretKeyRef holds neither a bearer token under its key "${key}" nor user and password; add one or the other`;
  return err(failure('malformed', message));
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
