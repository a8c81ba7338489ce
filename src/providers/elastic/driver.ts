import type { Reading } from '../../domain/metric-source.ts';
import { failure, type SluiceError } from '../../kernel/errors.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import { askJson } from '../answer.ts';
import { basicAuth, type Headers, namedSecret } from '../credentials.ts';
import type { HttpClient } from '../http.ts';
import type { Driver, ProviderContext, ProviderQuery } from '../provider.ts';
import { readElastic } from './answer.ts';
import { readSearch } from './query.ts';

/**
 * Searches of Elasticsearch and OpenSearch. Source:
 * https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-search
 */
export const driver: Driver = {
  connect: (context) => {
    const access = authorize(context);
    if (!access.ok) return access;
    const { http } = context;
    return ok({ fetch: (query, signal) => search({ ...access.value, http }, query, signal) });
  },
};

interface Access {
  readonly headers: Headers;
  /** What its user should know about the credentials. */
  readonly note?: string;
}

/**
 * An API key under the named key of the Secret, else its user and password (OpenSearch has no API keys). Keptn never
 * read the Secret and sent the name of the key: who wrote the API key there is still understood.
 */
function authorize(context: ProviderContext): Result<Access, SluiceError> {
  const { secret, provider } = context;
  const apiKey = namedSecret(context);
  const basic = basicAuth(secret);
  const key = provider.spec.secretKeyRef?.key ?? '';
  if (apiKey !== undefined && !(basic && ['user', 'password'].includes(key)))
    return ok({ headers: { authorization: `ApiKey ${apiKey}` } });
  if (basic !== undefined) return ok({ headers: basic });
  if (key === '') return ok({ headers: {} });
  if (secret === undefined || isApiKey(key)) {
    const note =
      'secretKeyRef.key is sent as the API key, for all to read; put it into a Secret and name that and its key there';
    return ok({ headers: { authorization: `ApiKey ${key}` }, note });
  }
  const remedy = 'put an API key there, or user and password into the Secret';
  return err(
    failure(
      'malformed',
      `secret contains invalid key ${key}: the Secret of spec.secretKeyRef has nothing there; ${remedy}`,
    ),
  );
}

/** An encoded API key is "id:key" in base64; no name of a key looks like that. */
function isApiKey(text: string): boolean {
  return text.length >= 20 && /^[\w-]+:[\w-]+$/.test(Buffer.from(text, 'base64').toString('latin1'));
}

async function search(
  { http, headers, note }: Access & { readonly http: HttpClient },
  query: ProviderQuery,
  signal: AbortSignal,
): Promise<Result<Reading, SluiceError>> {
  const { metricPath, text, stepMs, window } = query;
  if (!metricPath) {
    const remedy =
      'set spec.metricPath to where the number is in the answer, such as aggregations.errors.value';
    return err(
      failure('malformed', `metric path is missing in AnalysisValueTemplate or KeptnMetric; ${remedy}`),
    );
  }
  const wanted = readSearch(text);
  if (!wanted.ok) return wanted;
  const body = { contentType: 'application/json', text: wanted.value.body };
  const answer = await askJson(http, { method: 'POST', path: wanted.value.path, headers, body }, signal);
  if (!answer.ok) return answer;
  const reading = readElastic(http.host, answer.value, { metricPath, all: stepMs !== undefined });
  if (!reading.ok) return reading;
  const notes = [
    note,
    window === undefined ? undefined : 'the time searched is that of the query alone',
    reading.value.note,
  ].filter((one) => one !== undefined);
  return ok({ ...reading.value, ...(notes.length > 0 && { note: notes.join('; ') }) });
}
